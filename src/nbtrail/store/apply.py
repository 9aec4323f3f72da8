"""The operations on runs, as SQL. Called by the writer inside its transaction.

Each function takes the connection and the operation's arguments; their type hints
are also how a rescue file is read back.
"""

from __future__ import annotations

import itertools
import json
import sqlite3
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from nbtrail.entities.cell import CellExecution
from nbtrail.entities.codec import dumps
from nbtrail.entities.episode import Episode
from nbtrail.entities.pipeline import Manifest
from nbtrail.entities.provenance import (
    CodeVersion,
    Environment,
    ModuleSource,
    Resources,
    Session,
    StartState,
)
from nbtrail.entities.run import Amendment, Direction, Mark, Param, Run, RunSpan, RunStatus
from nbtrail.store.apply_data import (
    log_artifact,
    log_datasets,
    log_many_metrics,
    log_metrics,
    put_model,
    run_key,
)
from nbtrail.store.apply_registry import (
    describe_model,
    move_alias,
    register_version,
    set_model_tags,
)
from nbtrail.store.growth import drop_model_files
from nbtrail.store.liveness import Owner
from nbtrail.store.operations import Operation
from nbtrail.store.owners import put_owner
from nbtrail.store.values import capped, execute

__all__ = ["FUNCTIONS", "apply", "apply_all"]


def apply(db: sqlite3.Connection, operation: Operation) -> Any:
    """Do one operation and return its result."""
    return FUNCTIONS[operation.kind](db, *operation.args)


def apply_all(db: sqlite3.Connection, operations: Iterable[Operation | None]) -> list[Any]:
    """Do operations in their order and return their results; None stands for nothing to do."""
    results: list[Any] = []
    for plain, group in itertools.groupby(operations, key=_only_points):
        if plain:
            calls = [(op.args[0], op.args[1], op.args[3]) for op in group if op is not None]
            log_many_metrics(db, calls)
            results.extend(itertools.repeat(None, len(calls)))
        else:
            results.extend(None if op is None else apply(db, op) for op in group)
    return results


def _only_points(operation: Operation | None) -> bool:
    return operation is not None and operation.kind == "log_metrics" and not operation.args[2]


def start_session(db: sqlite3.Connection, session: Session, owner: Owner) -> None:
    put_owner(db, owner)
    execute(
        db,
        "INSERT OR IGNORE INTO sessions (session_id, owner, started_ms, notebook, cwd, python, "
        "executable, host) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (
            session.session_id,
            owner.token,
            session.started_ms,
            session.notebook,
            session.cwd,
            session.python,
            session.executable,
            session.host,
        ),
    )


def end_session(db: sqlite3.Connection, session_id: str, ended_ms: int) -> None:
    execute(db, "UPDATE sessions SET ended_ms = ? WHERE session_id = ?", (ended_ms, session_id))


def set_session_notebook(db: sqlite3.Connection, session_id: str, notebook: str) -> None:
    execute(
        db,
        "UPDATE runs SET source = ?1 WHERE session_id = ?2 AND source = "
        "(SELECT notebook FROM sessions WHERE session_id = ?2)",
        (notebook, session_id),
    )
    execute(db, "UPDATE sessions SET notebook = ?1 WHERE session_id = ?2", (notebook, session_id))


def record_cell(db: sqlite3.Connection, cell: CellExecution) -> None:
    execute(
        db,
        "INSERT OR REPLACE INTO cells VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            cell.session_id,
            cell.seq,
            cell.cell_id,
            cell.execution_count,
            cell.source,
            cell.code,
            cell.started_ms,
            cell.ended_ms,
            cell.status.value,
            capped(cell.error),
            dumps(cell.statements),
            cell.output,
        ),
    )
    for facts in cell.statements:
        for path, content in facts.written:
            execute(
                db,
                "INSERT OR IGNORE INTO written_files VALUES (?, ?, ?, ?, ?)",
                (path, content, cell.session_id, cell.seq, facts.index),
            )


def put_module(db: sqlite3.Connection, session_id: str, module: ModuleSource, source: str) -> None:
    execute(db, "INSERT OR IGNORE INTO sources VALUES (?, ?)", (module.sha256, source))
    execute(
        db,
        "INSERT OR REPLACE INTO module_loads VALUES (?, ?, ?, ?, ?)",
        (session_id, module.cell_seq, module.name, module.path, module.sha256),
    )


def put_episode(db: sqlite3.Connection, episode: Episode) -> None:
    execute(
        db,
        "INSERT OR REPLACE INTO episodes VALUES (?, ?, ?, ?, ?)",
        (
            episode.episode_id,
            episode.session_id,
            episode.cell_seq,
            episode.started_ms,
            dumps(episode),
        ),
    )


def start_run(db: sqlite3.Connection, run: Run, owner: Owner, first: int) -> None:
    put_owner(db, owner)
    experiment = _experiment(db, run.experiment.name)
    if run.experiment.main_metric and run.experiment.direction is not None:
        set_main_metric(
            db, run.experiment.name, run.experiment.main_metric, run.experiment.direction
        )
    execute(
        db,
        "INSERT OR IGNORE INTO runs (run_id, name, experiment_id, status, reason, started_ms, "
        "ended_ms, parent_run_id, source, session_id, first_cell, last_cell, user, note, owner) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            run.run_id,
            capped(run.name),
            experiment,
            run.status.value,
            capped(run.reason),
            run.started_ms,
            run.ended_ms,
            run.parent_run_id,
            run.source,
            run.session_id,
            run.first_cell,
            run.last_cell,
            run.user,
            capped(run.note),
            owner.token,
        ),
    )
    _start_with(db, run, first)


def _start_with(db: sqlite3.Connection, run: Run, first: int) -> None:
    if run.code is not None:
        set_code(db, run.run_id, run.code)
    if run.environment is not None:
        set_environment(db, run.run_id, run.environment)
    if run.start is not None:
        set_start_state(db, run.run_id, run.start)
    log_params(db, run.run_id, run.params)
    log_metrics(db, run.run_id, (), run.metrics, first)
    set_tags(db, run.run_id, run.tags)
    log_datasets(db, run.run_id, run.datasets)
    for model in run.models:
        put_model(db, run.run_id, model)
    for artifact in run.artifacts:
        log_artifact(db, run.run_id, artifact)
    if run.marks:
        set_marks(db, run.run_id, run.marks)
    for span in run.spans:
        put_span(db, run.run_id, span)


def put_span(db: sqlite3.Connection, run_id: str, span: RunSpan) -> None:
    execute(
        db,
        "INSERT INTO run_spans VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE "
        "SET last_cell = max(last_cell, excluded.last_cell)",
        (run_key(db, run_id), span.session_id, span.first_cell, span.last_cell),
    )


def resume_run(db: sqlite3.Connection, run_id: str, owner: Owner) -> None:
    put_owner(db, owner)
    execute(
        db,
        "UPDATE runs SET status = 'RUNNING', reason = '', ended_ms = NULL, owner = ? WHERE id = ?",
        (owner.token, run_key(db, run_id)),
    )


def log_params(
    db: sqlite3.Connection,
    run_id: str,
    params: tuple[Param, ...],
    at_ms: int = 0,
    user: str = "",
) -> None:
    run = run_key(db, run_id)
    (position,) = db.execute("SELECT count(*) FROM params WHERE run = ?", (run,)).fetchone()
    for offset, param in enumerate(params):
        key, value = capped(param.key), capped(param.value)
        before = None
        if at_ms:
            before = execute(
                db, "SELECT value FROM params WHERE run = ? AND key = ?", (run, key)
            ).fetchone()
        execute(
            db,
            "INSERT INTO params VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET "
            "value = excluded.value, origin = excluded.origin, is_default = excluded.is_default",
            (run, key, value, param.origin, param.is_default, position + offset),
        )
        if before is not None and before[0] != value:
            amend(db, run_id, Amendment("param", key, before[0], value, at_ms, user))


def amend(db: sqlite3.Connection, run_id: str, amendment: Amendment) -> None:
    execute(
        db,
        "INSERT OR IGNORE INTO amendments (run, kind, key, before, after, at_ms, user) "
        "VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            run_key(db, run_id),
            amendment.kind,
            amendment.key,
            amendment.before,
            amendment.after,
            amendment.at_ms,
            amendment.user,
        ),
    )


def set_tags(db: sqlite3.Connection, run_id: str, tags: Mapping[str, str | None]) -> None:
    run = run_key(db, run_id)
    for key, value in tags.items():
        if value is None:
            execute(db, "DELETE FROM tags WHERE run = ? AND key = ?", (run, capped(key)))
            continue
        execute(
            db, "INSERT OR REPLACE INTO tags VALUES (?, ?, ?)", (run, capped(key), capped(value))
        )


def set_note(db: sqlite3.Connection, run_id: str, note: str) -> None:
    execute(db, "UPDATE runs SET note = ? WHERE id = ?", (capped(note), run_key(db, run_id)))


def set_code(db: sqlite3.Connection, run_id: str, code: CodeVersion) -> None:
    execute(
        db,
        "UPDATE runs SET commit_id = ?, branch = ?, dirty = ?, changed = ?, remote = ?, "
        "snapshot = ?, left_out = ? WHERE id = ?",
        (
            code.commit,
            code.branch,
            code.dirty,
            json.dumps(code.changed),
            code.remote,
            code.snapshot,
            json.dumps(code.left_out),
            run_key(db, run_id),
        ),
    )


def set_environment(db: sqlite3.Connection, run_id: str, environment: Environment) -> None:
    known = execute(db, "SELECT 1 FROM environments WHERE digest = ?", (environment.digest,))
    if known.fetchone() is None:  # most runs have that of the one before
        execute(
            db,
            "INSERT INTO environments VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                environment.digest,
                environment.python,
                environment.implementation,
                environment.platform,
                environment.machine,
                environment.executable,
                dumps(environment.packages),
            ),
        )
    execute(
        db,
        "UPDATE runs SET environment = ? WHERE id = ?",
        (environment.digest, run_key(db, run_id)),
    )


def set_start_state(db: sqlite3.Connection, run_id: str, start: StartState) -> None:
    execute(db, "UPDATE runs SET start_state = ? WHERE id = ?", (dumps(start), run_key(db, run_id)))


def set_resources(db: sqlite3.Connection, run_id: str, resources: Resources) -> None:
    execute(
        db, "UPDATE runs SET resources = ? WHERE id = ?", (dumps(resources), run_key(db, run_id))
    )


def set_marks(db: sqlite3.Connection, run_id: str, marks: tuple[Mark, ...]) -> None:
    run = run_key(db, run_id)
    db.execute("DELETE FROM marks WHERE run = ?", (run,))
    for position, mark in enumerate(marks):
        execute(
            db,
            "INSERT INTO marks VALUES (?, ?, ?, ?)",
            (run, position, mark.kind.value, capped(mark.reason)),
        )


def end_run(
    db: sqlite3.Connection,
    run_id: str,
    status: RunStatus,
    reason: str,
    ended_ms: int,
    last_cell: int,
) -> None:
    execute(
        db,
        "UPDATE runs SET status = ?1, reason = ?2, ended_ms = ?3, "
        "last_cell = CASE WHEN ?4 < 0 THEN last_cell ELSE ?4 END WHERE id = ?5",
        (status.value, capped(reason), ended_ms, last_cell, run_key(db, run_id)),
    )


def rename_run(db: sqlite3.Connection, run_id: str, name: str) -> None:
    execute(db, "UPDATE runs SET name = ? WHERE id = ?", (capped(name), run_key(db, run_id)))


def mark_deleted(db: sqlite3.Connection, run_id: str, deleted_ms: int) -> None:
    db.execute(
        "UPDATE runs SET deleted = ?1 > 0, deleted_ms = nullif(?1, 0) WHERE id = ?2",
        (int(deleted_ms), run_key(db, run_id)),
    )


def set_main_metric(
    db: sqlite3.Connection, experiment: str, key: str, direction: Direction
) -> None:
    execute(
        db,
        "UPDATE experiments SET main_metric = ?, direction = ? WHERE experiment_id = ?",
        (key, direction.value, _experiment(db, experiment)),
    )


def put_export(db: sqlite3.Connection, run_id: str, folder: str, manifest: Manifest) -> None:
    execute(
        db,
        "INSERT OR IGNORE INTO exports (run, folder, created_ms, manifest) VALUES (?, ?, ?, ?)",
        (run_key(db, run_id), folder, manifest.created_ms, dumps(manifest)),
    )


def _experiment(db: sqlite3.Connection, name: str) -> int:
    execute(db, "INSERT OR IGNORE INTO experiments (name) VALUES (?)", (name,))
    row = execute(db, "SELECT experiment_id FROM experiments WHERE name = ?", (name,)).fetchone()
    return int(row[0])


FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    function.__name__: function
    for function in (
        start_session,
        end_session,
        set_session_notebook,
        record_cell,
        put_module,
        put_episode,
        start_run,
        resume_run,
        put_span,
        log_params,
        amend,
        log_metrics,
        set_tags,
        set_note,
        log_datasets,
        log_artifact,
        put_model,
        drop_model_files,
        set_code,
        set_environment,
        set_start_state,
        set_resources,
        set_marks,
        end_run,
        rename_run,
        mark_deleted,
        set_main_metric,
        register_version,
        set_model_tags,
        describe_model,
        move_alias,
        put_export,
    )
}
