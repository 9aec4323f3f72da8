"""Finding the runs of a list: conditions, order and page as one or two statements."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from typing import Any, Final

from nbtrail.entities.run import CANDIDATE_TAG
from nbtrail.entities.table import RunCount, RunTable
from nbtrail.store.best import best_rows
from nbtrail.store.columns import run_table
from nbtrail.store.liveness import Lost
from nbtrail.store.orders import read_order
from nbtrail.store.query import FUNCTIONS, parse_query
from nbtrail.store.selection import Selection

__all__ = ["group_runs", "search"]

# only runs below another one are looked up: lists of many runs stay fast
_NO_CANDIDATE: Final = (
    "(r.parent_run_id IS NULL OR NOT EXISTS "
    "(SELECT 1 FROM tags c WHERE c.run = r.id AND c.key = ?))"
)
_GROUPS: Final = {"experiment": "e.name", "source": "r.source", "": "''"}


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
    cut = None if limit is None else limit + 1  # one more tells whether there are more
    if order == "main":
        rows = best_rows(db, found, descending=descending, limit=cut, offset=offset)
    else:
        rows = found.page(read_order(order, descending=descending), cut, offset)
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
) -> Selection:
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
    return Selection(db, lost, " AND ".join(conditions), values)
