"""RUN, as users type it, to a run id: prefix, name, ``last``, ``last~2``, ``best:auc``."""

from __future__ import annotations

import difflib
import re
import sqlite3
from collections.abc import Iterable
from typing import Final

from nbtrail.entities.identity import is_run_id
from nbtrail.entities.run import Direction
from nbtrail.exceptions import NotFoundError
from nbtrail.store.effective import effective_runs
from nbtrail.store.liveness import Lost
from nbtrail.store.ranking import infer_main_metric, require_direction
from nbtrail.store.values import execute

__all__ = ["resolve"]

_LAST = re.compile(r"last(?:~(\d{1,9}))?")
_SHOWN: Final = 6


def resolve(db: sqlite3.Connection, lost: Iterable[Lost], ref: str, experiment: str | None) -> str:
    """Return the id of the one run that `ref` names; see `Reader.resolve`."""
    ref = ref.strip()
    if match := _LAST.fullmatch(ref):
        return _last(db, int(match[1] or 0), experiment)
    if ref == "best" or ref.startswith("best:"):
        return _best(db, lost, ref.partition(":")[2], experiment)
    if is_run_id(ref) and db.execute("SELECT 1 FROM runs WHERE run_id = ?", (ref,)).fetchone():
        return ref  # in full, it also names one in the trash
    prefix = ref.lower() if re.fullmatch("[0-9a-fA-F]{4,32}", ref) else None
    rows = execute(
        db,
        "SELECT run_id, name, started_ms FROM runs WHERE deleted = 0 AND (name = ? OR "
        "(? IS NOT NULL AND run_id >= ? AND run_id < ? || 'g')) ORDER BY started_ms DESC, id DESC",
        (ref, prefix, prefix, prefix),
    ).fetchall()
    named = [run_id for run_id, name, _ in rows if name == ref]
    if named and len(named) == len(rows):
        return str(named[0])  # a cell that ran again made the newer run of its name
    if len(rows) == 1:
        return str(rows[0][0])
    if rows:
        raise NotFoundError(_ambiguous(ref, rows))
    raise NotFoundError(_unknown(db, ref))


def _last(db: sqlite3.Connection, back: int, experiment: str | None) -> str:
    where = "WHERE r.deleted = 0 AND r.parent_run_id IS NULL AND (? IS NULL OR e.name = ?)"
    tables = "FROM runs r JOIN experiments e USING (experiment_id)"
    row = execute(
        db,
        f"SELECT run_id {tables} {where} ORDER BY started_ms DESC, id DESC LIMIT 1 OFFSET ?",
        (experiment, experiment, back),
    ).fetchone()
    if row is None:
        (count,) = db.execute(
            f"SELECT count(*) {tables} {where}", (experiment, experiment)
        ).fetchone()
        place = f" in experiment {experiment!r}" if experiment else ""
        raise NotFoundError(
            f"There are {count} runs{place}, so last~{back} names none."
            if count
            else f"There is no run{place} yet. Make one: put %%track in the first line of a cell."
        )
    return str(row[0])


def _best(db: sqlite3.Connection, lost: Iterable[Lost], key: str, experiment: str | None) -> str:
    if experiment is None:
        experiment = _latest_experiment(db)
    metrics = _finished_metrics(db, lost, experiment)
    main, direction = _main_metric(db, experiment)
    if not key:
        key = main or infer_main_metric(metrics)
        if not key:
            raise NotFoundError(
                f"Experiment {experiment!r} has no main metric, so `best` names no run. "
                f"Its metrics: {_listed(metrics)}. Say which one: best:METRIC, or once for all "
                "its runs: %%track -m METRIC:max"
            )
    if key not in metrics:
        raise NotFoundError(
            f"No finished run of experiment {experiment!r} has a number for the metric {key!r}. "
            f"It has: {_listed(metrics)}."
        )
    wanted = direction if key == main and direction else require_direction(key)
    head, bound = effective_runs(lost)
    row = execute(
        db,
        f"{head} SELECT r.run_id FROM effective_runs r JOIN experiments e USING (experiment_id) "
        "JOIN metrics m ON m.run = r.id WHERE r.deleted = 0 AND r.effective = 'FINISHED' "
        "AND e.name = ? AND m.key = ? AND m.last IS NOT NULL "
        f"ORDER BY m.last {'ASC' if wanted is Direction.MIN else 'DESC'}, r.started_ms DESC, "
        "r.id DESC LIMIT 1",
        (*bound, experiment, key),
    ).fetchone()
    return str(row[0])


def _latest_experiment(db: sqlite3.Connection) -> str:
    row = db.execute(
        "SELECT e.name FROM runs r JOIN experiments e USING (experiment_id) "
        "WHERE r.deleted = 0 ORDER BY r.started_ms DESC, r.id DESC LIMIT 1"
    ).fetchone()
    if row is None:
        raise NotFoundError(
            "There is no run yet. Make one: put %%track in the first line of a cell."
        )
    return str(row[0])


def _finished_metrics(db: sqlite3.Connection, lost: Iterable[Lost], experiment: str) -> list[str]:
    head, bound = effective_runs(lost)
    rows = execute(
        db,
        f"{head} SELECT DISTINCT m.key FROM effective_runs r "
        "JOIN experiments e USING (experiment_id) JOIN metrics m ON m.run = r.id "
        "WHERE r.deleted = 0 AND r.effective = 'FINISHED' AND e.name = ? AND m.last IS NOT NULL "
        "ORDER BY m.key",
        (*bound, experiment),
    )
    return [key for (key,) in rows]


def _main_metric(db: sqlite3.Connection, experiment: str) -> tuple[str, Direction | None]:
    row = db.execute(
        "SELECT main_metric, direction FROM experiments WHERE name = ?", (experiment,)
    ).fetchone()
    if row is None or not row[0]:
        return "", None
    return row[0], None if row[1] is None else Direction(row[1])


def _ambiguous(ref: str, rows: list[tuple[str, str, int]]) -> str:
    shown = ", ".join(f"{run_id} ({name})" for run_id, name, _ in rows[:_SHOWN])
    more = f" and {len(rows) - _SHOWN} more" if len(rows) > _SHOWN else ""
    return (
        f"{ref!r} names {len(rows)} runs: {shown}{more}. "
        "Type more of the id; the newest stands first."
    )


def _unknown(db: sqlite3.Connection, ref: str) -> str:
    if execute(db, "SELECT 1 FROM runs WHERE deleted = 1 AND name = ?", (ref,)).fetchone():
        return f"Run {ref!r} is in the trash. Take it out of it: %track restore {ref}"
    rows = db.execute(
        "SELECT name, run_id FROM runs WHERE deleted = 0 ORDER BY started_ms DESC LIMIT 1000"
    ).fetchall()
    if not rows:
        return "There is no run yet. Make one: put %%track in the first line of a cell."
    names = [name for name, _ in rows]
    near = difflib.get_close_matches(ref, dict.fromkeys(names), n=3, cutoff=0.5)
    hint = f"Did you mean {' or '.join(near)}?" if near else f"The newest is {names[0]!r}."
    return (
        f"There is no run {ref!r}. {hint} A run is named by its name, four or more digits of its "
        "id, last, last~2, best or best:METRIC."
    )


def _listed(keys: list[str]) -> str:
    return ", ".join(keys[:12]) or "none"
