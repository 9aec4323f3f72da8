"""The runs that meet conditions: a page of them, their number, their groups."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence
from typing import Any, Final

from nbtrail.store.columns import RUN_COLUMNS
from nbtrail.store.effective import effective_runs
from nbtrail.store.liveness import Lost
from nbtrail.store.orders import Order
from nbtrail.store.values import execute

__all__ = ["Rows", "Selection"]

Rows = list[tuple[Any, ...]]

_MANY: Final = 10_000
_TABLES: Final = "effective_runs r JOIN experiments e USING (experiment_id)"


class Selection:
    """The runs that meet conditions on ``effective_runs r`` and ``experiments e``.

    Parameters
    ----------
    where : str
        Conditions joined by AND.
    values : list
        Their bound values.
    """

    def __init__(
        self, db: sqlite3.Connection, lost: Iterable[Lost], where: str, values: list[Any]
    ) -> None:
        self._db = db
        self._head, bound = effective_runs(lost)
        self._where = where
        self._bound = bound
        self._values = values

    def page(self, order: Order, limit: int | None, offset: int) -> Rows:
        """Return the rows of a page."""
        if order.metric and limit is not None:
            rows = self._by_index(order, limit, offset)
            if len(rows) == limit:
                return rows
        rest = f"ORDER BY {order.sql}, r.id DESC LIMIT ? OFFSET ?"
        return self.select(RUN_COLUMNS, rest, [*order.values, _cut(limit), offset])

    def rows(self, runs: Sequence[int]) -> Rows:
        """Return the rows of runs in the order in which they are named."""
        sql = (
            f"{self._head} SELECT {RUN_COLUMNS} FROM {_TABLES} "
            "WHERE r.id IN (SELECT value FROM json_each(?))"
        )
        found = {row[0]: row for row in self._all(sql, [*self._bound, json.dumps(runs)])}
        return [found[run] for run in runs]

    def count(self) -> int:
        """Return how many runs there are."""
        return int(self.select("count(*)")[0][0])

    def groups(self, column: str) -> Rows:
        """Return each value of a column with its number of runs and latest start."""
        return self.select(
            f"{column}, count(*), max(r.started_ms)", "GROUP BY 1 ORDER BY 3 DESC, 1"
        )

    def select(
        self,
        columns: str,
        rest: str = "",
        values: Sequence[Any] = (),
        *,
        before: str = "",
        behind: str = "",
        bound: Sequence[Any] = (),
    ) -> Rows:
        """Return columns of the runs.

        Parameters
        ----------
        rest : str
            Stands behind the conditions: more of them, an order, a limit.
        values : sequence
            Bound values of `rest`.
        before : str
            A table from which the runs are reached, row by row in its order.
        behind : str
            JOIN of a table that is looked up for each run.
        bound : sequence
            Bound values of `before`.
        """
        first = f"{before} CROSS JOIN" if before else ""
        sql = (
            f"{self._head} SELECT {columns} FROM {first} {_TABLES} {behind} "
            f"WHERE {self._where} {rest}"
        )
        return self._all(sql, [*self._bound, *bound, *self._values, *values])

    def reaches(self, sql: str, values: Sequence[Any], count: int) -> bool:
        """Say whether a statement has more rows than `count`."""
        counted = f"SELECT count(*) FROM ({sql} LIMIT ?)"
        return int(self._all(counted, [*values, count + 1])[0][0]) > count

    def values_of(self, key: str, runs: set[int]) -> Rows:
        """Return each of these runs that has a metric, with its last value."""
        if len(runs) > _MANY:  # reading the index through is faster than entering it for each
            sql = "SELECT run, last FROM metrics WHERE key = ? AND (last IS NOT NULL OR count > 0)"
            return [row for row in self._all(sql, [key]) if row[0] in runs]
        sql = (
            "SELECT x.run, x.last FROM json_each(?) i CROSS JOIN metrics x "
            "ON x.run = i.value AND x.key = ? WHERE x.count > 0"
        )
        return self._all(sql, [json.dumps(list(runs)), key])

    def _by_index(self, order: Order, limit: int, offset: int) -> Rows:
        """Walk the index of a metric's values, which ends when the page is full."""
        word = "DESC" if order.descending else "ASC"
        rest = (
            "AND r.id = o.run AND o.key = ? AND o.last IS NOT NULL "
            f"ORDER BY o.last {word}, o.run DESC LIMIT ? OFFSET ?"
        )
        cut = [order.metric, limit, offset]
        return self.select(RUN_COLUMNS, rest, cut, before="metrics o")

    def _all(self, sql: str, values: Sequence[Any]) -> Rows:
        return execute(self._db, sql, values).fetchall()


def _cut(limit: int | None) -> int:
    return -1 if limit is None else limit
