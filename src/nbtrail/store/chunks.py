"""Metric histories in packed chunks: what is old of a long metric stands in a few rows.

A chunk holds up to 4,096 points as columns of fixed width, little-endian: values as float64,
times as uint32 milliseconds after the chunk's earliest (int64 where that is too short), steps
as start and stride, or int64 where they are irregular. The points' numbers, which say that a
point is there already, are only needed when one comes again, so these are compressed.
"""

from __future__ import annotations

import sqlite3
import sys
import zlib
from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import accumulate, pairwise
from operator import itemgetter, sub
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from nbtrail.store.values import decode_float, encode_float

if TYPE_CHECKING:
    from nbtrail.entities.series import MetricSeries

__all__ = ["CHUNK", "Points", "add_points", "read_series", "show_history"]

CHUNK: Final = 4096
_UINT32: Final = 1 << 32


class Points(NamedTuple):
    """Numbered points of one metric, column by column; see `operations.STRIDE` for the numbers."""

    seqs: list[int]
    steps: list[int]
    times: list[int]
    values: list[float]


def add_points(db: sqlite3.Connection, metric: int, points: Points) -> int:
    """Add points to a metric, each number once; return how many were new."""
    packed_seq, tail = db.execute(
        "SELECT packed_seq, tail FROM metrics WHERE metric_id = ?", (metric,)
    ).fetchone()
    first = min(points.seqs)
    if first <= packed_seq:
        there = set(_packed_numbers(db, metric, first))
        points = _chosen(points, [n for n, seq in enumerate(points.seqs) if seq not in there])
        if not points.seqs:
            return 0
    if tail + len(points.seqs) < CHUNK:
        new: int = db.executemany(_INSERT, _rows(metric, points)).rowcount
        db.execute("UPDATE metrics SET tail = tail + ? WHERE metric_id = ?", (new, metric))
        return new
    every = _tail(db, metric)
    before = len(every.seqs)
    joined = Points(
        every.seqs + points.seqs,
        every.steps + points.steps,
        every.times + points.times,
        every.values + points.values,
    )
    if any(b <= a for a, b in pairwise(joined.seqs)):
        places = {seq: n for n, seq in reversed(tuple(enumerate(joined.seqs)))}
        joined = _chosen(joined, [places[seq] for seq in sorted(places)])
    _pack(db, metric, joined)
    return len(joined.seqs) - before


def read_series(db: sqlite3.Connection, key: str, metric: int) -> MetricSeries:
    """Return the history of a metric as columns, in the order of the numbers."""
    import numpy as np

    from nbtrail.entities.series import MetricSeries

    chunks = db.execute(
        "SELECT first_seq, last_seq, count, step, stride, steps, base_ms, times, vals "
        "FROM metric_chunks WHERE metric_id = ? ORDER BY first_seq",
        (metric,),
    ).fetchall()
    tail = _tail(db, metric)
    steps, times, values = [], [], []
    for _, _, count, step, stride, own_steps, base_ms, own_times, vals in chunks:
        values.append(np.frombuffer(vals, "<f8"))
        offsets = np.frombuffer(own_times, "<u4" if len(own_times) == 4 * count else "<i8")
        times.append(offsets.astype("i8") + base_ms)
        if own_steps:
            steps.append(np.frombuffer(own_steps, "<i8"))
        else:
            steps.append(step + stride * np.arange(count, dtype="i8"))
    if tail.seqs or not chunks:
        steps.append(np.array(tail.steps, "i8"))
        times.append(np.array(tail.times, "i8"))
        values.append(np.array(tail.values, "f8"))
    found = [np.concatenate(columns) for columns in (steps, times, values)]
    ends = [*(chunk[:2] for chunk in chunks), *((seq, seq) for seq in tail.seqs)]
    if any(last >= first for (_, last), (first, _) in pairwise(ends)):
        order = np.argsort([*_packed_numbers(db, metric), *tail.seqs], kind="stable")
        found = [column[order] for column in found]
    return MetricSeries(key, *found)


def _plain_points(
    count: int, step: int, stride: int, steps: bytes, base_ms: int, times: bytes, vals: bytes
) -> str:
    """Return a chunk as JSON: a list of ``[step, timestamp_ms, value]``, null for NaN.

    For SQL that reads single points; the infinities become 1e999 and -1e999.
    """
    every_step = _unpacked("q", steps) if steps else _regular(step, stride, count)
    offsets = _unpacked("I" if len(times) == 4 * count else "q", times)
    parts = (
        f"[{s},{base_ms + t},{_json(v)}]"
        for s, t, v in zip(every_step, offsets, _unpacked("d", vals), strict=True)
    )
    return f"[{','.join(parts)}]"


def show_history(db: sqlite3.Connection) -> None:
    """Give a connection the view ``metric_history``: every point as a row, packed or not."""
    db.create_function("plain_points", 7, _plain_points, deterministic=True)
    db.execute("PRAGMA query_only=OFF")
    db.execute(_HISTORY)
    db.execute("PRAGMA query_only=ON")


_HISTORY: Final = """
CREATE TEMP VIEW metric_history AS
SELECT r.run_id, r.name, m.key, p.step, p.timestamp_ms, p.value
FROM (
    SELECT metric_id, value ->> 0 AS step, value ->> 1 AS timestamp_ms, value ->> 2 AS value
    FROM metric_chunks c,
         json_each(plain_points(c.count, c.step, c.stride, c.steps, c.base_ms, c.times, c.vals))
    UNION ALL
    SELECT metric_id, step, timestamp_ms, value FROM metric_points
) p JOIN main.metrics m USING (metric_id) JOIN main.runs r ON r.id = m.run
"""

# ---------------------------------------------------------------- packing

_INSERT: Final = "INSERT OR IGNORE INTO metric_points VALUES (?, ?, ?, ?, ?, ?)"


def _rows(metric: int, points: Points) -> Iterator[tuple[int | float | None, ...]]:
    for seq, step, time, value in zip(*points, strict=True):
        yield (metric, seq, step, time, *encode_float(value))


def _tail(db: sqlite3.Connection, metric: int) -> Points:
    """Return the points that are rows."""
    rows = db.execute(
        "SELECT seq, step, timestamp_ms, value, code FROM metric_points WHERE metric_id = ? "
        "ORDER BY seq",
        (metric,),
    ).fetchall()
    return Points(
        [row[0] for row in rows],
        [row[1] for row in rows],
        [row[2] for row in rows],
        [decode_float(row[3], row[4]) if row[4] else row[3] for row in rows],
    )


def _chosen(points: Points, places: Sequence[int]) -> Points:
    return _each(points, lambda column: [column[n] for n in places])


def _each(points: Points, pick: Callable[[list[Any]], list[Any]]) -> Points:
    return Points(pick(points.seqs), pick(points.steps), pick(points.times), pick(points.values))


def _pack(db: sqlite3.Connection, metric: int, points: Points) -> None:
    """Turn all points of a metric that are in no chunk into chunks; what is left stays rows."""
    whole = len(points.seqs) // CHUNK * CHUNK
    for start in range(0, whole, CHUNK):
        chunk = _chunk(_each(points, itemgetter(slice(start, start + CHUNK))))
        db.execute(
            "INSERT INTO metric_chunks VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", (metric, *chunk)
        )
    db.execute("DELETE FROM metric_points WHERE metric_id = ?", (metric,))
    left = _each(points, lambda column: column[whole:])
    db.executemany(_INSERT, _rows(metric, left))
    last = points.seqs[whole - 1] if whole else -1
    db.execute(
        "UPDATE metrics SET packed_seq = max(packed_seq, ?), tail = ? WHERE metric_id = ?",
        (last, len(left.seqs), metric),
    )


def _chunk(points: Points) -> tuple[int | bytes, ...]:
    seqs, steps, times, values = points
    count, step = len(seqs), steps[0]
    stride = steps[1] - step if count > 1 else 0
    irregular = steps != list(_regular(step, stride, count))
    base_ms = min(times)
    if max(times) - base_ms >= _UINT32:  # 49 days
        base_ms = 0
    offsets = [time - base_ms for time in times]
    gaps = [0, *map(sub, seqs[1:], seqs)]
    return (
        seqs[0],
        seqs[-1],
        count,
        step,
        0 if irregular else stride,
        _packed("q", steps) if irregular else b"",
        base_ms,
        _packed("I" if min(offsets) >= 0 and max(offsets) < _UINT32 else "q", offsets),
        _packed("d", values),
        zlib.compress(_packed("Q", gaps), 1),
    )


def _regular(step: int, stride: int, count: int) -> Iterable[int]:
    return range(step, step + stride * count, stride) if stride else [step] * count


def _packed(kind: str, values: Iterable[float]) -> bytes:
    column = array(kind, values)
    if sys.byteorder == "big":
        column.byteswap()
    return column.tobytes()


def _unpacked(kind: str, data: bytes) -> Sequence[float]:
    column = array(kind, data)
    if sys.byteorder == "big":
        column.byteswap()
    return column


def _json(value: float) -> str:
    if value != value:  # noqa: PLR0124 - NaN
        return "null"
    return repr(value).replace("inf", "1e999")


# ---------------------------------------------------------------- numbers of packed points


def _packed_numbers(db: sqlite3.Connection, metric: int, first: int = 0) -> Iterator[int]:
    """Yield the numbers of the packed points, of all chunks that reach a number."""
    rows = db.execute(
        "SELECT first_seq, seqs FROM metric_chunks WHERE metric_id = ? AND last_seq >= ? "
        "ORDER BY first_seq",
        (metric, first),
    )
    for begin, data in rows:
        yield from _chunk_numbers(begin, data)


def _chunk_numbers(first: int, data: bytes) -> Iterator[int]:
    gaps = _unpacked("Q", zlib.decompress(data))
    return accumulate((int(gap) for gap in gaps[1:]), initial=first)
