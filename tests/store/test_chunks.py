"""Long metrics are packed: nothing is lost, doubled or put out of order by it."""

from __future__ import annotations

import math
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nbtrail.entities.run import MetricPoint, Run
from nbtrail.store import chunks
from nbtrail.store import operations as do
from nbtrail.store.chunks import CHUNK, Points, add_points, read_series, show_history
from nbtrail.store.connection import connect_reader
from nbtrail.store.migrations import ensure_schema
from nbtrail.store.operations import Operation
from nbtrail.store.store import Store

Make = Callable[..., Run]
SMALL = 16  # points of a chunk where every order of arrival is tried
VALUES = st.one_of(st.floats(), st.sampled_from([math.nan, math.inf, -math.inf, -0.0]))


def rows(path: Path, sql: str) -> list[tuple]:
    with closing(sqlite3.connect(path)) as db:
        return db.execute(sql).fetchall()


def same(one: float, other: float) -> bool:
    return (math.isnan(one) and math.isnan(other)) or (
        one == other and math.copysign(1, one) == math.copysign(1, other)
    )


def test_a_long_metric_is_packed_and_read_back(store: Store, make_run: Make) -> None:
    run = make_run("long")
    store.call(do.start_run(run))
    wanted = []
    for start in range(0, 3 * CHUNK + 100, 700):
        points = [
            MetricPoint("loss", math.nan if n % 1000 == 7 else n / 3, 2 * n, 10**12 + n)
            for n in range(start, min(start + 700, 3 * CHUNK + 100))
        ]
        wanted += points
        store.submit(do.log_metrics(run.run_id, points))
    store.submit(do.log_metrics(run.run_id, [MetricPoint("other", 1.0, 0, 5)]))
    assert store.flush(30)
    assert repr(store.reader.history(run.run_id, "loss")) == repr(tuple(wanted))
    assert [p.value for p in store.reader.history(run.run_id, "other")] == [1.0]
    path = store.root / "nbtrail.db"
    assert rows(path, "SELECT count(*), min(count), max(count) FROM metric_chunks") == [
        (3, CHUNK, CHUNK)
    ]
    assert rows(path, "SELECT count(*) FROM metric_points") == [(101,)]
    (size,) = rows(
        path, "SELECT sum(length(steps) + length(times) + length(vals) + length(seqs)) FROM metric_chunks"
    )[0]  # fmt: skip
    assert size <= 16 * 3 * CHUNK
    metric = store.reader.run(run.run_id).metric("loss")
    assert (metric.count, metric.last_step) == (len(wanted), wanted[-1].step)


def test_what_comes_twice_is_kept_once(store: Store, make_run: Make) -> None:
    run = make_run("twice")
    store.call(do.start_run(run))
    points = [MetricPoint("a", float(n), n, n) for n in range(2 * CHUNK + 50)]
    operation = do.log_metrics(run.run_id, points)
    store.call(operation)
    store.call(Operation(operation.kind, operation.args))  # as a rescue file would
    assert [p.value for p in store.reader.history(run.run_id, "a")] == [p.value for p in points]
    assert store.reader.run(run.run_id).metric("a").count == len(points)


def test_rows_for_sql(store: Store, make_run: Make) -> None:
    run = make_run("shown")
    store.call(do.start_run(run))
    values = [math.nan, math.inf, -math.inf, *(n / 7 for n in range(CHUNK))]
    points = [MetricPoint("a", value, n, n) for n, value in enumerate(values)]
    store.call(do.log_metrics(run.run_id, points))
    with closing(connect_reader(store.root / "nbtrail.db")) as db:
        show_history(db)
        found = db.execute(
            "SELECT name, key, step, timestamp_ms, value FROM metric_history ORDER BY step"
        ).fetchall()
        with pytest.raises(sqlite3.OperationalError, match="readonly"):
            db.execute("DELETE FROM metric_points")
    assert [row[:4] for row in found] == [("shown", "a", n, n) for n in range(len(values))]
    assert [row[4] for row in found] == [None, *values[1:]]


@pytest.fixture
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(chunks, "CHUNK", SMALL)
    db = sqlite3.connect(tmp_path / "bare.db", isolation_level=None)
    ensure_schema(db, tmp_path / "bare.db")
    db.execute("PRAGMA foreign_keys=OFF")
    yield db
    db.close()


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_any_order_of_arrival_gives_the_same_history(bare: sqlite3.Connection, data) -> None:
    if bare.in_transaction:
        bare.execute("ROLLBACK")
    bare.execute("BEGIN")
    bare.execute("INSERT INTO metrics (metric_id, run, key) VALUES (1, 1, 'a')")
    count = data.draw(st.integers(1, 3 * SMALL + 10))
    some = data.draw(st.lists(VALUES, min_size=1, max_size=20))
    far = data.draw(st.sampled_from([1, 1000, 1 << 33, (1 << 62) // (4 * SMALL)]))
    step = data.draw(st.sampled_from([0, 1, -3, 1 << 40]))
    every = [(7 * n, step * n, far * n, some[n % len(some)]) for n in range(count)]
    left = list(every)
    random = data.draw(st.randoms(use_true_random=False))
    if data.draw(st.booleans()):  # two processes, or rescue files: numbers come out of order
        cut = random.randrange(count)
        left = left[cut:] + left[:cut]
    new = 0
    while left:
        size = random.choice([1, 5, SMALL - 1, SMALL, 2 * SMALL])
        batch, left = left[:size], left[size:]
        again = random.sample(every, min(3, count))
        columns = (list(column) for column in zip(*batch, *again, strict=True))
        new += add_points(bare, 1, Points(*columns))
    series = read_series(bare, "a", 1)
    assert len(series) == new == count
    for point, found in zip(every, series.points(), strict=True):
        assert (found.step, found.timestamp_ms) == point[1:3]
        assert same(found.value, point[3])
