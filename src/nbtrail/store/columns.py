"""Rows of many runs turned into columns, in a handful of statements whatever their number."""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Mapping, Sequence
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
    ranked = {key: direction_of(key) for key in main_metrics(metrics)}
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
    """Read one row per run: three times as fast as one per param."""
    rows = db.execute(
        "SELECT run, json_group_array(key), json_group_array(position), json_group_array(value) "
        f"FROM params {_AMONG} GROUP BY run",
        (chosen,),
    )
    columns: dict[str, list[str | None]] = {}
    ranks: dict[str, int] = {}
    known: dict[str, list[list[str | None]]] = {}  # by keys, which many runs share
    for run, keys, positions, values in rows:
        mine = known.get(keys)
        if mine is None:
            names = json.loads(keys)
            for key, position in zip(names, json.loads(positions), strict=True):
                columns.setdefault(key, [None] * len(place))
                ranks.setdefault(key, position)
            mine = known[keys] = [columns[key] for key in names]
        index = place[run]
        for column, value in zip(mine, json.loads(values), strict=True):
            column[index] = value
    return {key: columns[key] for key in sorted(columns, key=ranks.__getitem__)}


def _metrics(
    db: sqlite3.Connection, chosen: str, place: Mapping[int, int]
) -> dict[str, list[float | None]]:
    """Read one row per metric: JSON made by SQLite would round the numbers."""
    columns: dict[str, list[float | None]] = {}
    ranks: dict[str, int] = {}
    for run, key, value, code, metric in db.execute(
        f"SELECT run, key, last, last_code, metric_id FROM metrics {_AMONG} AND count > 0",
        (chosen,),
    ):
        column = columns.get(key)
        if column is None:
            column = columns[key] = [None] * len(place)
            ranks[key] = metric
        column[place[run]] = decode_float(value, code) if code else value
    return {key: columns[key] for key in sorted(columns, key=ranks.__getitem__)}


def _main(
    row: tuple[Any, ...],
    index: int,
    metrics: Mapping[str, Sequence[float | None]],
    ranked: Mapping[str, Direction | None],
) -> tuple[str, float | None, Direction | None]:
    key, chosen = row[12], row[13]
    if key:
        direction = None if chosen is None else Direction(chosen)
    else:
        key = next((k for k in ranked if metrics[k][index] is not None), "")
        direction = ranked.get(key)
    column = metrics.get(key)
    return key, None if column is None else column[index], direction
