"""Clean-up that nobody asked for takes what nobody needs, and is in nobody's way."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from nbtrail.entities.cell import CellExecution, CellStatus
from nbtrail.entities.identity import new_id
from nbtrail.entities.model import Artifact
from nbtrail.entities.provenance import Session
from nbtrail.entities.run import Direction, Run
from nbtrail.store import operations as do
from nbtrail.store.alone import alone
from nbtrail.store.housekeeping import DONE, housekeep
from nbtrail.store.lock import WriteLock
from nbtrail.store.store import Store
from nbtrail.tracking.housekeeper import Housekeeper

DAY_MS = 24 * 3600 * 1000


def go_on(_seconds: float) -> bool:
    return False


def add_session(store: Store, days_ago: float, cells: int = 3) -> str:
    """Add a session of a process that is long gone."""
    session_id, moment = new_id(), time.time_ns() // 1_000_000 - int(days_ago * DAY_MS)
    session = Session(session_id, moment, "n.ipynb", ".", "3.12", "/python", "elsewhere")
    store.call(do.start_session(session))
    for seq in range(cells):
        cell = CellExecution(
            session_id, seq, f"c{seq}", seq, f"x = {seq}", f"x = {seq}", moment, moment, CellStatus.OK
        )  # fmt: skip
        store.call(do.record_cell(cell))
    store.call(do.end_session(session_id, moment))
    with alone(store.root) as db:
        db.execute("UPDATE sessions SET owner = 'gone' WHERE session_id = ?", (session_id,))
    return session_id


def sessions(store: Store) -> set[str]:
    with alone(store.root) as db:
        return {name for (name,) in db.execute("SELECT session_id FROM sessions")}


def age(path: Path, days: float) -> None:
    moment = time.time() - days * 24 * 3600
    os.utime(path, (moment, moment))


def test_old_history_and_loose_files_go_and_the_rest_stays(
    store: Store, make_run: Callable[..., Run]
) -> None:
    old, young = add_session(store, 40), add_session(store, 3)
    of_run = add_session(store, 40)
    run = make_run(session_id=of_run, first_cell=0, last_cell=1)
    store.call(do.start_run(run))
    kept, size = store.objects.put_bytes(b"used")
    store.call(do.log_artifact(run.run_id, Artifact("a", kept, size)))
    loose, _ = store.objects.put_bytes(b"loose")
    fresh, _ = store.objects.put_bytes(b"just written: its row is on its way")
    for name in (kept, loose):
        age(store.objects.path(name), 2)

    assert housekeep(store.root, 30, go_on)
    assert sessions(store) & {old, young, of_run} == {young, of_run}
    assert set(store.objects.names()) == {kept, fresh}
    assert len(store.reader.cells(of_run)) == 3


def test_it_is_done_once_a_week(store: Store) -> None:
    assert housekeep(store.root, 30, go_on)
    old = add_session(store, 40)
    assert not housekeep(store.root, 30, go_on)
    assert old in sessions(store)
    with alone(store.root) as db:
        db.execute("UPDATE meta SET value = value - ? WHERE key = ?", (8 * DAY_MS, DONE))
    assert housekeep(store.root, 30, go_on)
    assert old not in sessions(store)


def test_a_clock_that_jumped_does_not_switch_it_off(store: Store) -> None:
    assert housekeep(store.root, 30, go_on)
    with alone(store.root) as db:
        db.execute("UPDATE meta SET value = value + ? WHERE key = ?", (900 * DAY_MS, DONE))
    assert housekeep(store.root, 30, go_on)


def test_another_process_that_may_write_is_left_alone(store: Store, python) -> None:
    old = add_session(store, 40)
    code = (
        "store = Store.open(root)\nstore.call(do.start_run(make('other')))\n"
        "print('ready', flush=True)\ninput()\n"
    )

    process = python(code)
    assert process.stdout is not None
    assert process.stdout.readline().strip() == "ready"
    try:
        assert not housekeep(store.root, 30, go_on)
        assert old in sessions(store)
    finally:
        process.kill()
        process.communicate()
    assert housekeep(store.root, 30, go_on)
    assert old not in sessions(store)


def test_a_lock_that_is_held_is_not_waited_for_long(store: Store) -> None:
    old = add_session(store, 40)
    with WriteLock(store.root / "write.lock").held(5):
        assert not housekeep(store.root, 30, go_on)
    assert old in sessions(store)


def test_nobody_waits_while_pieces_follow_each_other(store: Store) -> None:
    """Between two pieces others can write, and a word is enough to stop."""
    for _ in range(12):
        add_session(store, 40, cells=1)
    before = len(sessions(store))
    written: list[int] = []

    def pause(_seconds: float) -> bool:
        store.call(do.set_main_metric("default", "auc", Direction.MAX))
        written.append(len(sessions(store)))
        return len(written) == 2

    assert housekeep(store.root, 30, pause)
    assert written[:2] == [before - 5, before - 10]
    assert len(sessions(store)) == before - 10
    assert housekeep(store.root, 30, go_on)  # it goes on where it stopped
    assert len(sessions(store)) == before - 12


def test_a_trail_that_can_not_be_written_is_no_matter(tmp_path: Path) -> None:
    assert not housekeep(tmp_path / "nothing", 30, go_on)


@pytest.mark.parametrize("first_s", [0.0, 3600.0])
def test_a_session_has_it_done_in_a_thread_that_ends_at_a_word(
    store: Store, first_s: float
) -> None:
    old = add_session(store, 40)
    keeper = Housekeeper(store.root, 30, first_s)
    try:
        deadline = time.monotonic() + 30
        while first_s == 0.0 and old in sessions(store) and time.monotonic() < deadline:
            time.sleep(0.05)
        assert (old in sessions(store)) is (first_s > 0)
    finally:
        keeper.close()
    assert "nbtrail-housekeeper" not in {thread.name for thread in threading.enumerate()}
