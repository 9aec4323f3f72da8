"""Finding the runs of a list: conditions, order and page as one or two statements."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from typing import Any, Final

from nbtrail.entities.run import CANDIDATE_TAG
from nbtrail.entities.table import RunCount, RunTable
from nbtrail.store.columns import RUN_COLUMNS, run_table
from nbtrail.store.effective import effective_runs
from nbtrail.store.liveness import Lost
from nbtrail.store.orders import Order, by_main_metric, read_order
from nbtrail.store.query import FUNCTIONS, parse_query
from nbtrail.store.values import execute

__all__ = ["group_runs", "search"]

_Rows = list[tuple[Any, ...]]

# only runs below another one are looked up: lists of many runs stay fast
_NO_CANDIDATE: Final = (
    "(r.parent_run_id IS NULL OR NOT EXISTS "
    "(SELECT 1 FROM tags c WHERE c.run = r.id AND c.key = ?))"
)
_GROUPS: Final = {"experiment": "e.name", "source": "r.source", "": "''"}
_TABLES: Final = "effective_runs r JOIN experiments e USING (experiment_id)"


def search(
    db: sqlite3.Connection,
    lost: Iterable[Lost],
    *,
    query: str,
    also: str,
    experiment: str | Sequence[str] | None,
    source: str | None,
    order: str,
    descending: bool,
    limit: int | None,
    offset: int,
    deleted: bool,
    count: bool,
) -> RunTable:
    """Return the runs that match, as a table; see `Reader.runs`."""
    found = _select(db, lost, (query, also), experiment, source, deleted=deleted)
    if order == "main":
        ranking = by_main_metric(db, descending=descending)
    else:
        ranking = read_order(order, descending=descending)
    cut = None if limit is None else limit + 1  # one more tells whether there are more
    rows = found.page(ranking, cut, offset)
    total = offset + len(rows)
    if limit is not None:
        rows = rows[:limit]
    if count and (limit is not None or offset) and (total > offset + len(rows) or not rows):
        total = found.count()
    return run_table(db, rows, total, counted=count or total == offset + len(rows))


def group_runs(
    db: sqlite3.Connection,
    lost: Iterable[Lost],
    *,
    by: str,
    query: str,
    also: str,
    source: str | None,
) -> tuple[RunCount, ...]:
    """Count the runs that match by experiment or source; see `Reader.groups`."""
    found = _select(db, lost, (query, also), None, source, deleted=False)
    return tuple(RunCount(*row) for row in found.groups(_GROUPS[by]))


def _select(
    db: sqlite3.Connection,
    lost: Iterable[Lost],
    queries: Sequence[str],
    experiment: str | Sequence[str] | None,
    source: str | None,
    *,
    deleted: bool,
) -> _Selection:
    """Return the runs for which everything holds; each query stands for itself."""
    for name, function in FUNCTIONS.items():
        arguments = function.__code__.co_argcount
        db.create_function(name, arguments, function, deterministic=True)
    conditions = ["r.deleted = ?"]
    values: list[Any] = [deleted]
    if experiment is not None:
        names = [experiment] if isinstance(experiment, str) else experiment
        conditions.append(f"e.name IN ({', '.join('?' * len(names))})")
        values.extend(names)
    if source is not None:
        conditions.append("r.source = ?")
        values.append(source)
    asked = [parse_query(query) for query in queries]
    if not any(part.asks_for_candidates for part in asked):
        conditions.append(_NO_CANDIDATE)
        values.append(CANDIDATE_TAG)
    for part in asked:
        conditions.append(f"({part.sql})")
        values.extend(part.values)
    return _Selection(db, lost, " AND ".join(conditions), values)


class _Selection:
    """The runs that meet conditions on ``effective_runs r`` and ``experiments e``."""

    def __init__(
        self, db: sqlite3.Connection, lost: Iterable[Lost], where: str, values: list[Any]
    ) -> None:
        self._db = db
        self._head, bound = effective_runs(lost)
        self._where = where
        self._bound = bound
        self._values = values

    def page(self, order: Order, limit: int | None, offset: int) -> _Rows:
        """Return the rows of a page."""
        if order.metric and limit is not None:
            rows = self._by_index(order, limit, offset)
            if len(rows) == limit:
                return rows
        sql = (
            f"{self._head} SELECT {RUN_COLUMNS} FROM {_TABLES} WHERE {self._where} "
            f"ORDER BY {order.sql}, r.id DESC LIMIT ? OFFSET ?"
        )
        cut = [-1 if limit is None else limit, offset]
        return self._all(sql, [*self._bound, *self._values, *order.values, *cut])

    def _by_index(self, order: Order, limit: int, offset: int) -> _Rows:
        """Walk the index of a metric's values, which ends when the page is full."""
        word = "DESC" if order.descending else "ASC"
        sql = (
            f"{self._head} SELECT {RUN_COLUMNS} FROM metrics o CROSS JOIN effective_runs r "
            "ON r.id = o.run JOIN experiments e USING (experiment_id) "
            f"WHERE o.key = ? AND o.last IS NOT NULL AND {self._where} "
            f"ORDER BY o.last {word}, o.run DESC LIMIT ? OFFSET ?"
        )
        return self._all(sql, [*self._bound, order.metric, *self._values, limit, offset])

    def count(self) -> int:
        """Return how many runs there are."""
        sql = f"{self._head} SELECT count(*) FROM {_TABLES} WHERE {self._where}"
        return int(self._all(sql, [*self._bound, *self._values])[0][0])

    def groups(self, column: str) -> _Rows:
        """Return each value of a column with its number of runs and latest start."""
        sql = (
            f"{self._head} SELECT {column}, count(*), max(r.started_ms) FROM {_TABLES} "
            f"WHERE {self._where} GROUP BY 1 ORDER BY 3 DESC, 1"
        )
        return self._all(sql, [*self._bound, *self._values])

    def _all(self, sql: str, values: Sequence[Any]) -> _Rows:
        return execute(self._db, sql, values).fetchall()
