"""Many runs at once, in a handful of statements whatever their number."""

from __future__ import annotations

import json
import math
import sqlite3
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final, TypeVar

from nbtrail.entities.run import CANDIDATE_TAG, Direction
from nbtrail.entities.table import RunTable
from nbtrail.exceptions import UsageError
from nbtrail.store.liveness import Lost
from nbtrail.store.query import FUNCTIONS, parse_query
from nbtrail.store.ranking import direction_of, infer_main_metric
from nbtrail.store.values import decode_float, execute

__all__ = ["RUNS", "bind_lost", "search"]

T = TypeVar("T")

# The runs with their effective status; `lost` is bound by bind_lost().
RUNS: Final = """
WITH lost (owner, reason, seen_ms) AS (
    SELECT value ->> 0, value ->> 1, value ->> 2 FROM json_each(?)
), effective_runs AS (
    SELECT runs.*,
           CASE WHEN status = 'RUNNING' AND lost.owner IS NOT NULL THEN 'KILLED' ELSE status
           END AS effective,
           CASE WHEN status = 'RUNNING' AND lost.owner IS NOT NULL THEN lost.reason
                ELSE runs.reason END AS effective_reason,
           CASE WHEN status = 'RUNNING' AND lost.owner IS NOT NULL
                THEN max(lost.seen_ms, started_ms) ELSE ended_ms END AS effective_end
    FROM runs LEFT JOIN lost USING (owner)
)
"""
_COLUMNS: Final = (
    "r.id, r.run_id, r.name, e.name, r.effective, r.effective_reason, r.started_ms, "
    "r.effective_end, r.source, coalesce(r.commit_id, ''), r.dirty, r.parent_run_id, "
    "e.main_metric, e.direction"
)
# only runs below another one are looked up: lists of many runs stay fast
_NO_CANDIDATE: Final = (
    "(r.parent_run_id IS NULL OR NOT EXISTS "
    "(SELECT 1 FROM tags c WHERE c.run = r.id AND c.key = ?))"
)
_ORDERS: Final = {
    "started": "r.started_ms",
    "ended": "r.effective_end",
    "duration": "r.effective_end - r.started_ms",
    "name": "r.name",
    "experiment": "e.name",
    "status": "r.effective",
}


def bind_lost(lost: Iterable[Lost]) -> str:
    """Return the value of the parameter of `RUNS`."""
    return json.dumps([[owner.token, owner.reason, owner.seen_ms] for owner in lost])


def search(
    db: sqlite3.Connection,
    lost: Iterable[Lost],
    *,
    query: str,
    experiment: str | Sequence[str] | None,
    source: str | None,
    order: str,
    descending: bool,
    limit: int | None,
    offset: int,
    deleted: bool,
) -> RunTable:
    """Return the runs that match, as a table; see `Reader.runs`."""
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
    asked = parse_query(query)
    if not asked.asks_for_candidates:
        conditions.append(_NO_CANDIDATE)
        values.append(CANDIDATE_TAG)
    conditions.append(f"({asked.sql})")
    values.extend(asked.values)
    ranking, ranked_by = _order(order, descending=descending)
    head = (
        f"{RUNS} SELECT {_COLUMNS} FROM effective_runs r JOIN experiments e USING (experiment_id)"
    )
    where = f"WHERE {' AND '.join(conditions)}"
    by_main = order == "main"
    page = "" if by_main else "LIMIT ? OFFSET ?"
    cut = [] if by_main else [-1 if limit is None else limit, offset]
    rows = execute(
        db,
        f"{head} {where} ORDER BY {ranking}, r.id DESC {page}",
        [bind_lost(lost), *values, *ranked_by, *cut],
    ).fetchall()
    total = len(rows)
    if not by_main and (offset or (limit is not None and total == limit)):
        (total,) = execute(
            db,
            f"{RUNS} SELECT count(*) FROM effective_runs r JOIN experiments e "
            f"USING (experiment_id) {where}",
            [bind_lost(lost), *values],
        ).fetchone()
    if by_main:
        rows = _by_main_value(db, rows, descending=descending)
        rows = rows[offset : None if limit is None else offset + limit]
    return _table(db, rows, total)


def _order(order: str, *, descending: bool) -> tuple[str, list[str]]:
    """Return the ORDER BY terms and their bound values; empty cells go last."""
    terms, bound = [], []
    for part in order.split(","):
        name, _, word = part.strip().rpartition(" ")
        if word.lower() not in {"asc", "desc"} or not name:
            name, word = part.strip(), "desc" if descending else "asc"
        term, values = _term(name.strip(), descending=word.lower() == "desc")
        terms.append(term)
        bound += values
    return ", ".join(terms), bound


def _term(order: str, *, descending: bool) -> tuple[str, list[str]]:
    word = "DESC" if descending else "ASC"
    order = order.removeprefix("attributes.")
    order = {"start_time": "started", "end_time": "ended", "run_name": "name"}.get(order, order)
    group, _, key = order.partition(".")
    if group in {"metrics", "params"} and key:
        key = key[1:-1] if len(key) > 1 and key[0] == key[-1] and key[0] in "\"'`" else key
        column = "last" if group == "metrics" else "value"
        cell = f"(SELECT x.{column} FROM {group} x WHERE x.run = r.id AND x.key = ?)"
        return f"{cell} IS NULL, {cell} {word}", [key, key]
    if order == "main":
        return "r.started_ms DESC", []
    if order not in _ORDERS:
        raise UsageError(
            f"Runs can't be ordered by {order!r}. Use one of {', '.join(_ORDERS)}, main, "
            "metrics.KEY or params.KEY."
        )
    column = _ORDERS[order]
    # where nothing can be empty the plain column lets SQLite walk an index
    empty_last = f"{column} IS NULL, " if order in {"ended", "duration"} else ""
    return f"{empty_last}{column} {word}", []


def _table(db: sqlite3.Connection, rows: Sequence[tuple[Any, ...]], total: int) -> RunTable:
    if not rows:
        return RunTable(total)
    (
        keys, run_id, name, experiment, status, reason, started, ended, source, commit, dirty,
        parent, _, _,
    ) = zip(*rows, strict=True)  # fmt: skip
    chosen = json.dumps(keys)
    place = {key: index for index, key in enumerate(keys)}
    params = _pivot(
        db.execute(
            f"SELECT run, key, value FROM params {_AMONG} ORDER BY run, position", (chosen,)
        ),
        place,
        str,
    )
    metrics = _metrics(db, chosen, place)
    marks: dict[int, list[str]] = defaultdict(list)
    for run, kind in db.execute(
        f"SELECT run, kind FROM marks {_AMONG} ORDER BY run, position", (chosen,)
    ):
        marks[run].append(kind)
    mains = [_main(row, index, metrics) for index, row in enumerate(rows)]
    return RunTable(
        total=total,
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
        params={key: tuple(column) for key, column in params.items()},
        metrics={key: tuple(column) for key, column in metrics.items()},
    )


_AMONG: Final = "WHERE run IN (SELECT value FROM json_each(?))"


def _metrics(
    db: sqlite3.Connection, chosen: str, place: Mapping[int, int]
) -> dict[str, list[float | None]]:
    rows = db.execute(
        f"SELECT run, key, last, last_code FROM metrics {_AMONG} AND count > 0 ORDER BY metric_id",
        (chosen,),
    )
    decoded = (
        (run, key, decode_float(value, code) if code else value) for run, key, value, code in rows
    )
    return _pivot(decoded, place, float)


def _pivot(
    rows: Iterable[tuple[int, str, Any]], place: Mapping[int, int], _kind: Callable[..., T]
) -> dict[str, list[T | None]]:
    """Turn (run, key, value) into one column per key, in the order of the keys' first use."""
    columns: dict[str, list[T | None]] = {}
    width = len(place)
    for run, key, value in rows:
        column = columns.get(key)
        if column is None:
            column = columns[key] = [None] * width
        column[place[run]] = value
    return columns


def _main(
    row: tuple[Any, ...], index: int, metrics: Mapping[str, Sequence[float | None]]
) -> tuple[str, float | None, Direction | None]:
    key, direction = row[12], row[13]
    if not key:
        key = infer_main_metric(k for k, column in metrics.items() if column[index] is not None)
        direction = direction_of(key) if key else None
    column = metrics.get(key)
    known = None if direction is None else Direction(direction)
    return key, None if column is None else column[index], known


def _by_main_value(
    db: sqlite3.Connection, rows: Sequence[tuple[Any, ...]], *, descending: bool
) -> list[tuple[Any, ...]]:
    """Sort by how good the main metric is, best first when descending; without one last."""
    place = {row[0]: index for index, row in enumerate(rows)}
    metrics = _metrics(db, json.dumps(list(place)), place)

    def goodness(row: tuple[Any, ...]) -> tuple[bool, float]:
        _, value, direction = _main(row, place[row[0]], metrics)
        if value is None or math.isnan(value):
            return True, 0.0
        good = -value if direction is Direction.MIN else value
        return False, -good if descending else good

    return sorted(rows, key=goodness)
