"""How fast the store takes and gives: metrics, runs, lists, tables, histories.

Beside each figure stands the same work on bare sqlite3 in the same process, since machines
differ and are noisy: read the ratios.

Usage: python benchmarks/store_speed.py [--runs 100000] [--points 1000000]
"""

from __future__ import annotations

import argparse
import random
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from nbtrail.entities.identity import new_id
from nbtrail.entities.run import Experiment, Metric, MetricPoint, Param, Run, RunStatus
from nbtrail.entities.table import RunTable
from nbtrail.store import operations
from nbtrail.store.store import Store
from nbtrail.views.frame import runs_frame

_KEYS = 20  # params of a run, and as many metrics
_JUDGING = ("accuracy", "roc_auc", "log_loss")  # the last ones: which is the main one?


def timed(work: Callable[[], object], repeat: int = 1) -> float:
    """Return the median time of some work in seconds."""
    times = []
    for _ in range(repeat):
        begun = time.perf_counter()
        work()
        times.append(time.perf_counter() - begun)
    return statistics.median(times)


def make_run(number: int, keys: int = _KEYS) -> Run:
    """Return a finished run with params and metrics."""
    chance = random.Random(number)
    names = [f"m{n}" for n in range(keys - len(_JUDGING))] + list(_JUDGING[:keys])
    return Run(
        run_id=new_id(),
        name=f"run-{number}",
        experiment=Experiment(f"experiment-{number % 10}"),
        status=RunStatus.FINISHED,
        started_ms=1_790_000_000_000 + number * 1000,
        ended_ms=1_790_000_000_000 + number * 1000 + 500,
        params=tuple(Param(f"p{n}", repr(chance.random())) for n in range(keys)),
        metrics=tuple(metric(name, chance.random()) for name in names),
    )


def metric(key: str, value: float) -> Metric:
    """Return a metric with one value."""
    return Metric(key, value, value, value)


def bare(folder: Path) -> sqlite3.Connection:
    """Return a bare database with the tables that the same work needs at least."""
    db = sqlite3.connect(folder / "bare.db", isolation_level=None)
    db.execute("PRAGMA journal_mode=wal")
    db.execute("PRAGMA synchronous=FULL")
    db.execute(
        "CREATE TABLE runs (id INTEGER PRIMARY KEY, run_id TEXT, name TEXT, started INTEGER)"
    )
    for table in ("params", "metrics"):
        db.execute(f"CREATE TABLE {table} (run INTEGER, key TEXT, value, PRIMARY KEY (run, key))")
    db.execute("CREATE TABLE points (metric INTEGER, seq INTEGER PRIMARY KEY, step, ms, value)")
    return db


def put_bare(db: sqlite3.Connection, run: Run) -> None:
    """Write a run into the bare database."""
    row = (run.run_id, run.name, run.started_ms)
    key = db.execute("INSERT INTO runs (run_id, name, started) VALUES (?, ?, ?)", row).lastrowid
    db.executemany(
        "INSERT INTO params VALUES (?, ?, ?)", [(key, p.key, p.value) for p in run.params]
    )
    db.executemany(
        "INSERT INTO metrics VALUES (?, ?, ?)", [(key, m.key, m.last) for m in run.metrics]
    )


def points(store: Store, db: sqlite3.Connection, count: int) -> None:
    """Log points as a training loop does, and read them back."""
    run = make_run(0, 0)
    store.call(operations.start_run(run))
    batches = [
        [
            MetricPoint("loss", 1 / (n + 1), n, 1_790_000_000_000 + n // 100)
            for n in range(a, a + 5000)
        ]
        for a in range(0, count, 5000)
    ]

    def ours() -> None:
        for batch in batches:
            store.submit(operations.log_metrics(run.run_id, batch))
        assert store.flush(600)

    def raw() -> None:
        for number, batch in enumerate(batches):
            db.execute("BEGIN IMMEDIATE")
            rows = [
                (1, number * 5000 + n, p.step, p.timestamp_ms, p.value) for n, p in enumerate(batch)
            ]
            db.executemany("INSERT INTO points VALUES (?, ?, ?, ?, ?)", rows)
            db.execute("COMMIT")

    before = size(store.root)
    ours_s, raw_s = timed(ours), timed(raw)
    show("points until durable", count / ours_s, "/s", raw_s / ours_s)
    per_point = (size(store.root) - before) / count
    print(f"  {'bytes of a point on disk':34} {per_point:12.1f}")
    store.reader.series(run.run_id, "loss")  # loads numpy
    ours_s = timed(lambda: store.reader.series(run.run_id, "loss"), 5)
    raw_s = timed(lambda: db.execute("SELECT step, ms, value FROM points").fetchall(), 3)
    show(f"history of {count:,} points", ours_s * 1e3, "ms", raw_s / ours_s)


def creation(store: Store, db: sqlite3.Connection) -> None:
    """Create complete runs, one durable commit for each."""
    runs = [make_run(n) for n in range(500)]

    def raw() -> None:
        for run in runs:
            db.execute("BEGIN IMMEDIATE")
            put_bare(db, run)
            db.execute("COMMIT")

    ours_s = timed(lambda: [store.call(operations.start_run(run)) for run in runs])
    raw_s = timed(raw)
    show("runs created, one commit each", len(runs) / ours_s, "/s", raw_s / ours_s)


def fill(store: Store, db: sqlite3.Connection, runs: Iterable[Run]) -> None:
    """Write many runs, in large transactions."""
    db.execute("BEGIN")
    for number, run in enumerate(runs):
        store.submit(operations.start_run(run))
        put_bare(db, run)
        if number % 1000 == 999:
            store.flush(60)
    db.execute("COMMIT")
    db.execute("CREATE INDEX IF NOT EXISTS by_key ON metrics (key, value)")
    db.execute("ANALYZE")
    assert store.flush(600)


def lists(store: Store, db: sqlite3.Connection, total: int) -> None:
    """Ask for the first page of the best runs, and for all as a table."""
    query = "metrics.m1 > 0.5 and params.p1 > 0.2"

    def raw() -> None:
        rows = db.execute(
            "SELECT m.run FROM metrics m WHERE m.key = 'm0' AND EXISTS (SELECT 1 FROM metrics x "
            "WHERE x.run = m.run AND x.key = 'm1' AND x.value > 0.5) AND EXISTS (SELECT 1 FROM "
            "params p WHERE p.run = m.run AND p.key = 'p1' AND CAST(p.value AS REAL) > 0.2) "
            "ORDER BY m.value DESC LIMIT 50"
        ).fetchall()
        chosen = [row[0] for row in rows]
        marks = ", ".join("?" * len(chosen))
        for table in ("params", "metrics"):
            db.execute(
                f"SELECT run, key, value FROM {table} WHERE run IN ({marks})", chosen
            ).fetchall()

    def page(*, count: bool = False) -> RunTable:
        return store.reader.runs(query=query, order="metrics.m0", limit=50, count=count)

    assert len(page()) == 50
    ours_s, raw_s = timed(page, 9), timed(raw, 9)
    show(f"best 50 of {total:,} by a filter", ours_s * 1e3, "ms", raw_s / ours_s)
    ours_s = timed(lambda: page(count=True), 5)
    print(f"  {'and how many match':34} {ours_s * 1e3:12.2f} ms")
    deep = {"experiment": "experiment-3", "offset": total // 20}
    for what, options in (
        ("newest 50", {}),
        ("newest 50 deep in a group", deep),
        ("best 50 by main metric", {"order": "main"}),
        ("worst 50 by main metric", {"order": "main", "descending": False}),
        ("best 50 deep in a group", {"order": "main"} | deep),
    ):
        ours_s = timed(lambda asked=options: store.reader.runs(limit=50, count=False, **asked), 5)
        print(f"  {what + f' of {total:,}':34} {ours_s * 1e3:12.2f} ms")


def frames(store: Store, db: sqlite3.Connection, count: int) -> None:
    """Turn runs into a table of columns, and into a DataFrame."""

    def raw() -> None:
        for table in ("params", "metrics"):
            db.execute(f"SELECT run, key, value FROM {table} WHERE run <= ?", (count,)).fetchall()

    runs_frame(store.reader.runs(limit=count))  # loads pandas
    ours_s, raw_s = timed(lambda: store.reader.runs(limit=count), 3), timed(raw, 3)
    show(f"table of {count:,} runs x {2 * _KEYS}", ours_s * 1e3, "ms", raw_s / ours_s)
    ours_s = timed(lambda: runs_frame(store.reader.runs(limit=count)), 3)
    show("the same as a DataFrame", ours_s * 1e3, "ms", raw_s / ours_s)


def size(folder: Path) -> int:
    """Return the bytes of a folder."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def show(what: str, value: float, unit: str, ratio: float) -> None:
    """Print one line with its ratio to bare sqlite3: above 1 we are faster."""
    print(f"  {what:34} {value:12,.2f} {unit:4} {ratio:6.2f} x the speed of bare sqlite3")


def main() -> None:
    """Measure everything in a fresh folder."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=100_000)
    parser.add_argument("--points", type=int, default=1_000_000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        begun = time.perf_counter()
        store = Store.open(folder / ".nbtrail", create=True)
        store.call(operations.start_run(make_run(-1)))
        first = (time.perf_counter() - begun) * 1e3
        print(f"  {'store made, first run durable':34} {first:12.2f} ms")
        db = bare(folder)
        points(store, db, options.points)
        creation(store, db)
        fill(store, db, (make_run(n) for n in range(500, 1000)))
        lists(store, db, 1000)
        frames(store, db, 1000)
        fill(store, db, (make_run(n) for n in range(1000, 5000)))
        frames(store, db, 5000)
        if options.runs > 5000:
            fill(store, db, (make_run(n) for n in range(5000, options.runs)))
            lists(store, db, options.runs)
        store.close()


if __name__ == "__main__":
    main()
