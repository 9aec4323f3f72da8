"""Rows to entities."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping
from typing import Any

from nbtrail.entities.cell import CellExecution, CellStatus, StatementFacts
from nbtrail.entities.codec import loads
from nbtrail.entities.dataset import (
    Column,
    Coverage,
    Dataset,
    DatasetContext,
    DatasetUse,
    Digest,
    Seen,
)
from nbtrail.entities.directions import direction_of
from nbtrail.entities.model import Artifact, ModelRecord, Signature
from nbtrail.entities.profile import Profile
from nbtrail.entities.provenance import CodeVersion, Environment, Resources, StartState
from nbtrail.entities.run import (
    Amendment,
    Direction,
    Experiment,
    Lifecycle,
    Mark,
    MarkKind,
    Metric,
    Param,
    Run,
    RunSpan,
    RunStatus,
)
from nbtrail.exceptions import NotFoundError
from nbtrail.store.liveness import Lost
from nbtrail.store.ranking import infer_main_metric
from nbtrail.store.values import decode_float

__all__ = ["CELL_COLUMNS", "cell_of", "metrics_of", "read_run"]

CELL_COLUMNS = (
    "session_id, seq, cell_id, execution_count, source, code, started_ms, ended_ms, status, "
    "error, statements, output"
)
_CELL_TYPES = (str, int, str, int, str, str, int, int, str, str, str, str)

_RUN = """
SELECT r.id, r.run_id, r.name, e.name, e.main_metric, e.direction, r.status, r.reason,
       r.started_ms, r.ended_ms, r.deleted, r.parent_run_id, r.source, r.session_id,
       r.first_cell, r.last_cell, r.user, r.note, r.owner,
       r.commit_id, r.branch, r.dirty, r.changed, r.remote, r.snapshot, r.left_out,
       r.environment, r.start_state, r.resources
FROM runs r JOIN experiments e USING (experiment_id) WHERE r.run_id = ?
"""


def read_run(db: sqlite3.Connection, run_id: str, lost: Mapping[str, Lost]) -> Run:
    """Read one run with everything it holds; `lost` are the dead owners by token.

    Raises
    ------
    NotFoundError
        When there is no such run.
    """
    row = db.execute(_RUN, (run_id,)).fetchone()
    if row is None:
        raise NotFoundError(f"There is no run {run_id!r} in this trail.")
    key = row[0]
    metrics = metrics_of(db, key)
    status, reason, ended = RunStatus(row[6]), row[7], row[9]
    if status is RunStatus.RUNNING and (gone := lost.get(row[18])) is not None:
        status, reason, ended = RunStatus.KILLED, gone.reason, max(gone.seen_ms, row[8])
    return Run(
        run_id=row[1],
        name=row[2],
        experiment=_experiment(row[3], row[4], row[5], metrics),
        status=status,
        reason=reason,
        started_ms=row[8],
        ended_ms=ended,
        lifecycle=Lifecycle.DELETED if row[10] else Lifecycle.ACTIVE,
        parent_run_id=row[11],
        source=row[12],
        session_id=row[13],
        first_cell=row[14],
        last_cell=row[15],
        user=row[16],
        note=row[17],
        code=_code(row[19:26]),
        environment=_environment(db, row[26]),
        start=None if row[27] is None else loads(StartState, row[27]),
        resources=None if row[28] is None else loads(Resources, row[28]),
        params=_params(db, key),
        metrics=metrics,
        tags=dict(db.execute("SELECT key, value FROM tags WHERE run = ? ORDER BY key", (key,))),
        datasets=_datasets(db, key),
        models=_models(db, key),
        artifacts=tuple(
            Artifact(*fields)
            for fields in db.execute(
                "SELECT path, sha256, size, media_type FROM artifacts WHERE run = ? ORDER BY path",
                (key,),
            )
        ),
        marks=tuple(
            Mark(MarkKind(kind), reason)
            for kind, reason in db.execute(
                "SELECT kind, reason FROM marks WHERE run = ? ORDER BY position", (key,)
            )
        ),
        spans=tuple(
            RunSpan(*fields)
            for fields in db.execute(
                "SELECT s.session_id, first_cell, last_cell FROM run_spans s "
                "LEFT JOIN sessions USING (session_id) WHERE run = ? "
                "ORDER BY started_ms, first_cell",
                (key,),
            )
        ),
        amendments=tuple(
            Amendment(*fields)
            for fields in db.execute(
                "SELECT kind, key, before, after, at_ms, user FROM amendments WHERE run = ? "
                "ORDER BY id",
                (key,),
            )
        ),
    )


def metrics_of(db: sqlite3.Connection, run: int) -> tuple[Metric, ...]:
    """Read the metric summaries of a run, in the order in which they were first logged."""
    rows = db.execute(
        "SELECT key, last, last_code, minimum, maximum, count, last_step, last_ms, origin, role, "
        "link, cell_seq, statement, expression FROM metrics WHERE run = ? AND count > 0 "
        "ORDER BY metric_id",
        (run,),
    )
    nan = float("nan")
    return tuple(
        Metric(
            row[0],
            decode_float(row[1], row[2]),
            nan if row[3] is None else row[3],
            nan if row[4] is None else row[4],
            *row[5:],
        )
        for row in rows
    )


def cell_of(row: tuple[Any, ...]) -> CellExecution:
    """Build a cell execution from a row of `CELL_COLUMNS`.

    Raises
    ------
    TypeError
        When another hand has put a value of another type into it.
    """
    if not all(map(isinstance, row, _CELL_TYPES)):
        raise TypeError("a cell with a value of another type")
    statements = loads(tuple[StatementFacts, ...], row[10])
    return CellExecution(*(*row[:8], CellStatus(row[8]), row[9], statements, row[11]))


def _experiment(
    name: str, main: str, direction: str | None, metrics: Iterable[Metric]
) -> Experiment:
    """Return the experiment with the metric this run is judged by, chosen when nobody said."""
    if main:
        return Experiment(name, main, None if direction is None else Direction(direction))
    main = infer_main_metric(metric.key for metric in metrics)
    return Experiment(name, main, direction_of(main) if main else None)


def _params(db: sqlite3.Connection, run: int) -> tuple[Param, ...]:
    rows = db.execute(
        "SELECT key, value, origin, is_default FROM params WHERE run = ? ORDER BY position, key",
        (run,),
    )
    return tuple(Param(key, value, origin, bool(default)) for key, value, origin, default in rows)


def _code(fields: tuple[Any, ...]) -> CodeVersion | None:
    commit, branch, dirty, changed, remote, snapshot, left_out = fields
    if commit is None:
        return None
    return CodeVersion(
        commit,
        branch,
        None if dirty is None else bool(dirty),
        tuple(json.loads(changed)),
        remote,
        snapshot,
        tuple(json.loads(left_out)),
    )


def _environment(db: sqlite3.Connection, digest: str | None) -> Environment | None:
    if digest is None:
        return None
    row = db.execute(
        "SELECT digest, python, implementation, platform, machine, executable, packages "
        "FROM environments WHERE digest = ?",
        (digest,),
    ).fetchone()
    return Environment(*(*row[:6], json.loads(row[6])))


def _datasets(db: sqlite3.Connection, run: int) -> tuple[DatasetUse, ...]:
    rows = db.execute(
        "SELECT d.content, d.schema, d.coverage, d.kind, d.rows, d.columns, d.shape, d.profile, "
        "u.name, u.context, u.seen, u.source, u.version, u.query, u.shared "
        "FROM dataset_uses u JOIN datasets d USING (dataset_id) WHERE u.run = ? ORDER BY u.use_id",
        (run,),
    )
    return tuple(
        DatasetUse(
            Dataset(
                Digest(content, schema, Coverage(coverage)),
                kind,
                count,
                loads(tuple[Column, ...], columns),
                tuple(json.loads(shape)),
                None if profile is None else loads(Profile, profile),
            ),
            name,
            DatasetContext(context),
            Seen(seen),
            *place,
        )
        for content, schema, coverage, kind, count, columns, shape, profile, name, context, seen, *place in rows
    )


def _models(db: sqlite3.Connection, run: int) -> tuple[ModelRecord, ...]:
    rows = db.execute(
        "SELECT model_id, name, class_name, digest, flavor, path, status, problem, signature, variable "
        "FROM models WHERE run = ? ORDER BY id",
        (run,),
    )
    return tuple(
        ModelRecord(
            *(model_id, name, kind, digest, flavor, path, status, problem),
            None if signature is None else loads(Signature, signature),
            variable,
        )
        for model_id, name, kind, digest, flavor, path, status, problem, signature, variable in rows
    )
