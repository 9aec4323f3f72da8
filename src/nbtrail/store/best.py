"""Runs in the order of their main metric: that of the experiment, else the best known one.

Each run has one value, its goodness: the last value of its main metric, negative where a low
one is good. Two ways lead to a page in that order. Walking the index of each metric from its
good end takes no longer than the page is deep, when most metrics decide about the runs that
have them. When they do not, or when few runs meet the conditions, the goodness of all those
is read in one pass.
"""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass
from typing import Final

from nbtrail.entities.directions import direction_of
from nbtrail.entities.run import Direction
from nbtrail.store.ranking import main_metrics
from nbtrail.store.selection import Rows, Selection

__all__ = ["best_rows"]

_MOST_METRICS: Final = 100  # to walk: an index is entered for each
_DEEPEST: Final = 500  # page that is walked to
_STEPS: Final = ((4, 200), (10, 1000))  # of a walk: for each run of the page, and beside

# every key once, from the index: a step for each key and not one for each metric
_KEYS: Final = """
WITH RECURSIVE known(key) AS (
    SELECT min(key) FROM metrics
    UNION ALL
    SELECT (SELECT min(key) FROM metrics WHERE key > known.key) FROM known WHERE key IS NOT NULL
) SELECT key FROM known WHERE key IS NOT NULL
"""
_CHOSEN_KEYS: Final = (
    "SELECT DISTINCT main_metric, direction FROM experiments WHERE main_metric != ''"
)
_CHOSEN: Final = "AND e.main_metric = ? AND e.direction IS ?"
_INFERRED: Final = """
AND e.main_metric = '' AND o.count > 0 AND NOT EXISTS (
    SELECT 1 FROM metrics x WHERE x.run = o.run AND x.count > 0
    AND x.key IN (SELECT value FROM json_each(?))
)
"""

_Best = list[tuple[float, int]]
"""Goodness and run."""


@dataclass(frozen=True, slots=True)
class _Metric:
    """A metric that decides about some of the runs that have it: those of `sql`."""

    key: str
    sign: int
    sql: str
    values: tuple[str | None, ...]


def best_rows(
    db: sqlite3.Connection,
    selection: Selection,
    *,
    descending: bool,
    limit: int | None,
    offset: int,
) -> Rows:
    """Return a page of runs by their goodness, the best or the worst first.

    Of equally good ones the newest goes first; runs without a value go last.
    """
    chosen, inferred = _chosen(db), _inferred(db)
    sign = 1 if descending else -1
    most = None if limit is None else offset + limit
    best = None
    if most is not None:
        best = _walked(selection, [*chosen, *inferred], sign, most)
    if best is None:
        best = sorted(_read(selection, chosen, inferred, sign), reverse=True)[:most]
    runs = [run for _, run in best[offset:]]
    if most is None or len(best) < most:
        left = -1 if limit is None else limit - len(runs)
        known = json.dumps([run for _, run in best])
        rest = selection.select(
            "r.id",
            "AND r.id NOT IN (SELECT value FROM json_each(?)) ORDER BY r.id DESC LIMIT ? OFFSET ?",
            (known, left, max(offset - len(best), 0)),
        )
        runs += [run for (run,) in rest]
    return selection.rows(runs)


def _chosen(db: sqlite3.Connection) -> list[_Metric]:
    """Return the main metrics that experiments have."""
    return [
        _Metric(key, -1 if direction == Direction.MIN else 1, _CHOSEN, (key, direction))
        for key, direction in db.execute(_CHOSEN_KEYS)
    ]


def _inferred(db: sqlite3.Connection) -> list[_Metric]:
    """Return the metrics that can decide elsewhere; the first that a run has is the one."""
    keys = main_metrics(key for (key,) in db.execute(_KEYS))
    return [
        _Metric(
            key,
            -1 if direction_of(key) is Direction.MIN else 1,
            _INFERRED,
            (json.dumps(keys[:place]),),
        )
        for place, key in enumerate(keys)
    ]


def _walked(selection: Selection, metrics: list[_Metric], sign: int, most: int) -> _Best | None:
    """Return the first `most` runs that have a value; None when that takes too many steps."""
    if len(metrics) > _MOST_METRICS or most > _DEEPEST:
        return None
    best: _Best = []
    for metric in metrics:
        # what is worse than all that were found can't be among the first
        least = best[-1][0] * metric.sign * sign if len(best) == most else None
        walks = (
            _entries(selection, metric, sign, least, most, most * per_run + more)
            for per_run, more in _STEPS
        )
        found = next((walk for walk in walks if walk is not None), None)
        if found is None:
            return None
        best = sorted([*best, *found], reverse=True)[:most]
    return best


def _entries(
    selection: Selection, metric: _Metric, sign: int, least: float | None, most: int, steps: int
) -> _Best | None:
    """Return the first runs that a metric decides about; None when they lie beyond `steps`."""
    word, reaches = ("DESC", ">=") if sign * metric.sign > 0 else ("ASC", "<=")
    bounds = [] if least is None else [least]
    index = "FROM metrics WHERE key = ? AND last IS NOT NULL" + f" AND last {reaches} ?" * len(
        bounds
    )
    rows = selection.select(
        "o.last, o.run",
        f"AND r.id = o.run {metric.sql} ORDER BY o.last {word}, o.run DESC LIMIT ?",
        [*metric.values, most],
        before=f"(SELECT run, last, count {index} ORDER BY last {word}, run DESC LIMIT ?) o",
        bound=[metric.key, *bounds, steps],
    )
    if len(rows) < most and selection.reaches(f"SELECT 1 {index}", [metric.key, *bounds], steps):
        return None
    return [(value * metric.sign * sign, run) for value, run in rows]


def _read(selection: Selection, chosen: list[_Metric], inferred: list[_Metric], sign: int) -> _Best:
    """Return all runs that have a value."""
    best: _Best = []
    if chosen:
        rows = selection.select(
            "CASE e.direction WHEN 'min' THEN -x.last ELSE x.last END, r.id",
            "AND e.main_metric != '' AND x.last IS NOT NULL",
            behind="JOIN metrics x ON x.run = r.id AND x.key = e.main_metric",
        )
        best = [(value * sign, run) for value, run in rows]
    open_ = {run for (run,) in selection.select("r.id", "AND e.main_metric = ''")}
    for metric in inferred:
        if not open_:
            break
        factor = metric.sign * sign
        rows = selection.values_of(metric.key, open_)
        best += [(value * factor, run) for run, value in rows if value is not None]
        open_.difference_update([run for run, _ in rows])
    return best
