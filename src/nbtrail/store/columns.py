"""Rows of many runs turned into columns, in a handful of statements whatever their number."""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from nbtrail.entities.directions import direction_of
from nbtrail.entities.run import STARRED_TAG, Direction
from nbtrail.entities.table import RunTable
from nbtrail.store.fields import VERDICT
from nbtrail.store.ranking import main_metrics
from nbtrail.store.values import decode_float

__all__ = ["RUN_COLUMNS", "run_table"]

RUN_COLUMNS: Final = (
    "r.id, r.run_id, r.name, e.name, r.effective, r.effective_reason, r.started_ms, "
    "r.effective_end, r.source, coalesce(r.commit_id, ''), r.dirty, r.parent_run_id, "
    "e.main_metric, e.direction"
)
"""What `run_table` needs of each run, from ``effective_runs r`` and ``experiments e``."""


def run_table(
    db: sqlite3.Connection, rows: Sequence[tuple[Any, ...]], total: int, *, counted: bool
) -> RunTable:
    """Return runs as a table.

    Parameters
    ----------
    rows : sequence of tuple
        `RUN_COLUMNS` of each.
    total, counted
        As in `RunTable`.
    """
    if not rows:
        return RunTable(total, counted=counted)
    (
        keys, run_id, name, experiment, status, reason, started, ended, source, commit, dirty,
        parent, _, _,
    ) = zip(*rows, strict=True)  # fmt: skip
    chosen = json.dumps(keys)
    place = {key: index for index, key in enumerate(keys)}
    params = _params(db, chosen, place)
    metrics = _metrics(db, chosen, place)
    marks: dict[int, list[str]] = defaultdict(list)
    for run, kind in db.execute(
        f"SELECT run, kind FROM marks {_AMONG} ORDER BY run, position", (chosen,)
    ):
        marks[run].append(kind)
    starred = {
        run
        for (run,) in db.execute(
            f"SELECT run FROM tags {_AMONG} AND key = ?", (chosen, STARRED_TAG)
        )
    }
    verdicts = dict(
        db.execute(
            f"SELECT r.id, {VERDICT} FROM runs r WHERE r.id IN "
            "(SELECT run FROM exports WHERE run IN (SELECT value FROM json_each(?)))",
            (chosen,),
        )
    )
    ranked = main_metrics(metrics)
    mains = [_main(row, index, metrics, ranked) for index, row in enumerate(rows)]
    return RunTable(
        total=total,
        counted=counted,
        run_id=run_id,
        name=name,
        experiment=experiment,
        status=status,
        reason=reason,
        started_ms=started,
        ended_ms=ended,
        source=source,
        commit=commit,
        dirty=tuple(None if flag is None else bool(flag) for flag in dirty),
        parent_run_id=parent,
        marks=tuple(tuple(marks.get(key, ())) for key in keys),
        main_metric=tuple(main[0] for main in mains),
        main_value=tuple(main[1] for main in mains),
        main_direction=tuple(main[2] for main in mains),
        starred=tuple(key in starred for key in keys),
        verdict=tuple(verdicts.get(key) or "" for key in keys),
        params={key: tuple(column) for key, column in params.items()},
        metrics={key: tuple(column) for key, column in metrics.items()},
    )


_AMONG: Final = "WHERE run IN (SELECT value FROM json_each(?))"


def _params(
    db: sqlite3.Connection, chosen: str, place: Mapping[int, int]
) -> dict[str, list[str | None]]:
    rows = db.execute(f"SELECT run, key, value, 0, position FROM params {_AMONG}", (chosen,))
    return _pivot(rows, place)


def _metrics(
    db: sqlite3.Connection, chosen: str, place: Mapping[int, int]
) -> dict[str, list[float | None]]:
    columns = "run, key, last, last_code, metric_id"
    rows = db.execute(f"SELECT {columns} FROM metrics {_AMONG} AND count > 0", (chosen,))
    return _pivot(rows, place)


def _pivot(
    rows: Iterable[tuple[int, str, Any, int, int]], place: Mapping[int, int]
) -> dict[str, list[Any]]:
    """Turn (run, key, value, code, rank) into one column per key, by the rank of the key's first.

    `code` says what a number is that SQL can't say; see `decode_float`.
    """
    columns: dict[str, list[Any]] = {}
    ranks: dict[str, int] = {}
    width = len(place)
    for run, key, value, code, rank in rows:
        column = columns.get(key)
        if column is None:
            column = columns[key] = [None] * width
            ranks[key] = rank
        column[place[run]] = decode_float(value, code) if code else value
    return {key: columns[key] for key in sorted(columns, key=ranks.__getitem__)}


def _main(
    row: tuple[Any, ...],
    index: int,
    metrics: Mapping[str, Sequence[float | None]],
    ranked: Sequence[str],
) -> tuple[str, float | None, Direction | None]:
    key, direction = row[12], row[13]
    if not key:
        key = next((k for k in ranked if metrics[k][index] is not None), "")
        direction = direction_of(key) if key else None
    column = metrics.get(key)
    known = None if direction is None else Direction(direction)
    return key, None if column is None else column[index], known
