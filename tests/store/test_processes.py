"""Kills, forks, and many processes at once."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from nbtrail.entities.run import MetricPoint, Run, RunStatus
from nbtrail.store import operations as do
from nbtrail.store.liveness import HOST_LOST, PROCESS_DIED, find_lost, now_ms, this_owner
from nbtrail.store.store import Store

pytestmark = pytest.mark.slow

Python = Callable[[str], "subprocess.Popen[str]"]


def finish(*processes: subprocess.Popen[str]) -> list[str]:
    outputs = []
    for process in processes:
        out, err = process.communicate(timeout=120)
        assert (process.returncode, err) == (0, ""), err
        outputs.append(out)
    return outputs


def test_a_killed_process_loses_nothing_that_was_acknowledged(
    python: Python, tmp_path: Path
) -> None:
    process = python(
        """
store = Store.open(root, create=True)
run = make("killed")
store.call(do.start_run(run))
n = 0
while True:
    store.call(do.log_metrics(run.run_id, (MetricPoint("loss", float(n), n, n),)))
    print(n, flush=True)
    n += 1
"""
    )
    for _ in range(300):
        acknowledged = int(process.stdout.readline())
    process.send_signal(signal.SIGKILL)
    rest, _ = process.communicate()
    acknowledged = max([acknowledged, *map(int, rest.split()[:-1])])
    store = Store.open(tmp_path / ".nbtrail")
    run_id = store.reader.resolve("killed")
    values = [p.value for p in store.reader.history(run_id, "loss")]
    assert values == [float(n) for n in range(len(values))]
    assert len(values) > acknowledged
    # a reader sees the death at once, before anybody has written anything
    seen = store.reader.run(run_id)
    assert (seen.status, seen.reason) == (RunStatus.KILLED, PROCESS_DIED)
    assert store.reader.runs(query="status = KILLED").status == ("KILLED",)
    assert store.reader.runs(query="status = RUNNING").total == 0
    # and a writer puts it down
    store.call(do.set_note(run_id, "swept"))
    with closing(sqlite3.connect(store.root / "nbtrail.db")) as db:
        status, reason, ended, started = db.execute(
            "SELECT status, reason, ended_ms, started_ms FROM runs"
        ).fetchone()
        assert (status, reason) == ("KILLED", PROCESS_DIED)
        assert started <= ended <= now_ms()
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    store.close()


def test_many_processes_make_and_fill_one_new_store(python: Python, tmp_path: Path) -> None:
    code = """
said = []
store = Store.open(root, create=True, warn=said.append)
for n in range(5):
    run = make(f"r{os.getpid()}-{n}")
    store.call(do.start_run(run))
    for step in range(200):
        store.submit(do.log_metrics(run.run_id, (MetricPoint("loss", 1.0 / (step + 1), step, 1),)))
    store.submit(do.end_run(run.run_id, RunStatus.FINISHED, "", now()))
store.close()
assert said == [], said
""".replace("now()", "time.time_ns() // 1_000_000")
    finish(*[python(code) for _ in range(7)])
    store = Store.open(tmp_path / ".nbtrail")
    table = store.reader.runs()
    assert table.total == 35
    assert set(table.status) == {"FINISHED"}
    assert table.metrics["loss"] == (1 / 200,) * 35
    assert {len(store.reader.history(run_id, "loss")) for run_id in table.run_id} == {200}
    store.close()


def test_the_end_of_the_interpreter_writes_what_is_queued(python: Python, tmp_path: Path) -> None:
    finish(
        python(
            """
store = Store.open(root, create=True)
run = make("short")
store.submit(do.start_run(run))
for n in range(20_000):
    store.submit(do.log_metrics(run.run_id, (MetricPoint("loss", float(n), n, n),)))
store.submit(do.end_run(run.run_id, RunStatus.FINISHED, "", 5))
"""
        )
    )
    store = Store.open(tmp_path / ".nbtrail")
    run = store.reader.run(store.reader.resolve("short"))
    assert (run.status, run.metric("loss").count) == (RunStatus.FINISHED, 20_000)
    assert list((tmp_path / ".nbtrail" / "rescue").iterdir()) == []
    store.close()


@pytest.mark.parametrize("way", ["fork", "multiprocessing"])
def test_a_forked_child_can_log_too(python: Python, tmp_path: Path, way: str) -> None:
    start = {
        "fork": """
pid = os.fork()
if pid == 0:
    child()
    raise SystemExit(0)
os.waitpid(pid, 0)
""",
        "multiprocessing": """
import multiprocessing
context = multiprocessing.get_context("fork")
workers = [context.Process(target=child) for _ in range(1)]
for worker in workers: worker.start()
for worker in workers: worker.join()
assert worker.exitcode == 0
""",
    }[way]
    finish(
        python(
            """
said = []
store = Store.open(root, create=True, warn=said.append)
run = make("parent")
store.call(do.start_run(run))
def child():
    for n in range(50):
        store.submit(do.log_metrics(run.run_id, (MetricPoint("child", float(n), n, n),)))
"""
            + start
            + """
for n in range(50):
    store.submit(do.log_metrics(run.run_id, (MetricPoint("mine", float(n), n, n),)))
assert store.flush(30)
store.close()
again = Store.open(root)
again.call(do.end_run(run.run_id, RunStatus.FINISHED, "", 9))
again.close()
assert said == [], said
"""
        )
    )
    store = Store.open(tmp_path / ".nbtrail")
    run_id = store.reader.resolve("parent")
    for key in ("child", "mine"):
        assert [p.step for p in store.reader.history(run_id, key)] == list(range(50))
    with closing(sqlite3.connect(store.root / "nbtrail.db")) as db:
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    store.close()


def test_a_child_forked_before_the_first_write_writes_by_itself(
    python: Python, tmp_path: Path
) -> None:
    finish(
        python(
            """
store = Store.open(root, create=True)
pid = os.fork()
store.call(do.start_run(make("child" if pid == 0 else "parent")))
store.close()
if pid:
    assert os.waitpid(pid, 0)[1] == 0
"""
        )
    )
    store = Store.open(tmp_path / ".nbtrail")
    assert sorted(store.reader.runs().name) == ["child", "parent"]
    assert list((tmp_path / ".nbtrail" / "rescue").iterdir()) == []
    store.close()


def test_who_is_lost_is_told_by_host_boot_process_and_heartbeat() -> None:
    me = this_owner()
    other = replace(me, token="other")
    now = now_ms()
    gone = subprocess.Popen(["true"])
    gone.wait()

    def reasons(**changes: object) -> list[str]:
        return [lost.reason for lost in find_lost([replace(other, **changes)], now)]

    assert find_lost([me], now) == ()
    assert reasons() == []
    assert reasons(pid=gone.pid) == [PROCESS_DIED]
    assert reasons(process_start="1") == [PROCESS_DIED]
    for elsewhere in ({"host": "far"}, {"boot": "earlier"}, {"host": "far", "boot": ""}):
        assert reasons(**elsewhere, pid=gone.pid, heartbeat_ms=now - 9 * 60_000) == []
        assert reasons(**elsewhere, pid=gone.pid, heartbeat_ms=now - 11 * 60_000) == [HOST_LOST]


def test_a_dead_process_that_nobody_has_reaped_is_dead(python: Python, tmp_path: Path) -> None:
    process = python(
        'store = Store.open(root, create=True)\nstore.call(do.start_run(make("zombie")))\n'
        'print("up", flush=True)\ntime.sleep(60)'
    )
    process.stdout.readline()
    os.kill(process.pid, signal.SIGKILL)
    store = Store.open(tmp_path / ".nbtrail")
    deadline = time.monotonic() + 30
    while store.reader.runs().status != ("KILLED",) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert store.reader.runs().status == ("KILLED",)
    process.communicate()
    store.close()


def test_a_writer_given_up_by_others_takes_its_runs_back(
    store: Store, make_run: Callable[..., Run]
) -> None:
    run = make_run(status=RunStatus.RUNNING)
    store.call(do.start_run(run))
    with closing(sqlite3.connect(store.root / "nbtrail.db")) as db, db:
        db.execute("UPDATE runs SET status = 'KILLED', reason = 'host lost', ended_ms = 1")
    store.writer.beat_now()
    assert store.flush(10)
    found = store.reader.run(run.run_id)
    assert (found.status, found.reason, found.ended_ms) == (RunStatus.RUNNING, "", None)


def test_a_resumed_run_belongs_to_who_resumed_it(python: Python, tmp_path: Path) -> None:
    finish(
        python(
            'store = Store.open(root, create=True)\nstore.call(do.start_run(make("r")))\n'
            "store.close()"
        )
    )
    store = Store.open(tmp_path / ".nbtrail")
    run_id = store.reader.resolve("r")
    assert store.reader.run(run_id).status is RunStatus.KILLED
    store.call(do.resume_run(run_id))
    assert store.reader.run(run_id).status is RunStatus.RUNNING
    store.call(do.log_metrics(run_id, (MetricPoint("auc", 0.5, 0, 1),)))
    store.call(do.end_run(run_id, RunStatus.FINISHED, "", now_ms()))
    assert store.reader.resolve("best:auc") == run_id
    store.close()
