"""What ``log_metric`` costs its caller, and how soon a value is on the disk.

One process. "caller": the call itself, in bursts, beside a bare ``deque.append`` and beside
a committed INSERT of sqlite3 in the same run. "on disk": from the call until another
connection reads the value.

Usage: python benchmarks/log_metric.py [CALLS]
"""

from __future__ import annotations

import os
import sqlite3
import statistics
import sys
import tempfile
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path


def per_call(call: Callable[[int], object], count: int) -> list[float]:
    """Return the time of each call in microseconds, sorted."""
    clock = time.perf_counter_ns
    times = []
    for step in range(count):
        before = clock()
        call(step)
        times.append((clock() - before) / 1e3)
    return sorted(times)


def show(name: str, times: list[float], unit: float) -> None:
    """Print one line; `unit` is the median that ratios refer to."""
    median = statistics.median(times)
    at = {p: times[min(len(times) - 1, int(len(times) * p / 100))] for p in (99, 99.9)}
    print(
        f"  {name:28} median {median:8.2f} us   99 % {at[99]:8.2f}   99.9 % {at[99.9]:9.2f}"
        f"   x {median / unit:6.1f} of deque.append"
    )


def delays(database: Path, log: Callable[[float], object], count: int) -> list[float]:
    """Return for single values how long it takes until a reader sees them, in ms."""
    found = []
    with sqlite3.connect(database) as db:
        for number in range(count):
            wanted = 1e6 + number
            log(wanted)
            begun = time.perf_counter()
            while not db.execute(
                "SELECT 1 FROM metric_points WHERE value = ?", (wanted,)
            ).fetchone():
                time.sleep(0.001)
            found.append((time.perf_counter() - begun) * 1e3)
    return sorted(found)


def main(count: int) -> None:
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        os.chdir(folder)
        import nbtrail
        from nbtrail.tracking.process import present_tracker

        with nbtrail.start_run("bench") as run:
            bare: deque[tuple[str, float, int]] = deque()
            appended = per_call(lambda step: bare.append(("loss", step / 7, step)), count)
            unit = statistics.median(appended)
            print(f"{count:,} calls each")
            show("deque.append", appended, unit)
            show("run.log_metric", per_call(lambda s: run.log_metric("a", s / 7, s), count), unit)
            show(
                "nbtrail.log_metric",
                per_call(lambda s: nbtrail.log_metric("b", s / 7, s), count),
                unit,
            )
            plain = sqlite3.connect(Path(folder) / "plain.db", isolation_level=None)
            plain.execute("PRAGMA journal_mode=wal")
            plain.execute("PRAGMA synchronous=normal")
            plain.execute("CREATE TABLE points (key TEXT, step INTEGER, value REAL)")
            insert = "INSERT INTO points VALUES ('loss', ?, ?)"
            show(
                "sqlite3 INSERT, committed",
                per_call(lambda s: plain.execute(insert, (s, s / 7)), count // 10),
                unit,
            )
            tracker = present_tracker()
            tracker.store.flush(60.0)
            database = tracker.store.root / "nbtrail.db"
            seen = delays(database, lambda value: run.log_metric("c", value), 30)
            print(
                f"  on disk after: median {statistics.median(seen):.0f} ms, longest {seen[-1]:.0f} ms"
            )
        tracker.close()
        tracker.store.close()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 50_000)
