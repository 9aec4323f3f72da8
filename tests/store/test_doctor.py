"""The doctor finds every unhealthy state that can be made, and mends what is safe."""

from __future__ import annotations

import os
import sqlite3
import stat
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from nbtrail.exceptions import StoreError
from nbtrail.store import operations as do
from nbtrail.store.backup import back_up
from nbtrail.store.connection import reset_bug
from nbtrail.store.doctor import examine
from nbtrail.store.merge import merge
from nbtrail.store.migrations import SCHEMA_VERSION
from nbtrail.store.repair import repair
from nbtrail.store.store import Store


@pytest.fixture
def trail(store: Store, filling) -> Path:
    """The folder of a closed trail with something in every table."""
    filling.fill(store)
    store.close()
    return store.root


def sql(root: Path, *statements: str) -> None:
    with closing(sqlite3.connect(root / "nbtrail.db", isolation_level=None)) as db:
        for statement in statements:
            db.execute(statement)


def an_object(root: Path) -> Path:
    return next(path for path in sorted((root / "objects").rglob("*")) if path.is_file())


def a_blob(root: Path) -> Path:
    parts = [p for p in (root / "git" / "objects").rglob("*") if p.is_file()]
    return min(parts, key=lambda path: path.stat().st_size)


def spoil(path: Path) -> None:
    path.chmod(0o600)
    path.write_bytes(b"x" * path.stat().st_size)


def left_behind(root: Path) -> None:
    path = root / "objects" / ".0123.tmp"
    path.write_bytes(b"half")
    os.utime(path, (1, 1))


def put_aside(root: Path) -> None:
    path = an_object(root)
    aside = path.parents[1] / f".{path.parent.name}{path.name}.removed"
    path.rename(aside)
    os.utime(aside, (1, 1))


def linked_lock(root: Path) -> None:
    (root / "write.lock").unlink(missing_ok=True)
    (root / "write.lock").symlink_to("/dev/null")


def no_gitignore(root: Path) -> None:
    (root / ".gitignore").unlink()


def rejected(root: Path) -> None:
    (root / "rescue" / "1.rejected").write_text("{}\n")


@dataclass(frozen=True)
class State:
    make: Callable[[Path], object]
    says: str
    mends: bool = False


def damaged(root: Path) -> None:
    with (root / "nbtrail.db").open("r+b") as file:
        file.seek(5 * 4096)
        file.write(b"\xff" * 4096 * 4)


def unreferenced(root: Path) -> None:
    sql(root, "PRAGMA foreign_keys=OFF", "DELETE FROM datasets")


STATES = {
    "damaged": State(damaged, "is damaged|can't be read|malformed"),
    "no database": State(
        lambda r: (r / "nbtrail.db").write_bytes(b"hello" * 1000), "can't be read"
    ),
    "of another program": State(lambda r: sql(r, "PRAGMA application_id=7"), "not one of nbtrail"),
    "newer": State(lambda r: sql(r, f"PRAGMA user_version={SCHEMA_VERSION + 1}"), "pip install -U"),
    "object gone": State(lambda r: an_object(r).unlink(), "files are missing"),
    "object changed": State(lambda r: spoil(an_object(r)), "were changed on the disk"),
    "snapshot gone": State(lambda r: a_blob(r).unlink(), "snapshots of uncommitted code"),
    "snapshot changed": State(lambda r: spoil(a_blob(r)), "snapshots of uncommitted code"),
    "dangling rows": State(unreferenced, "refer to others that are gone"),
    "dangling version": State(lambda r: sql(r, "DELETE FROM models"), "versions point to a run"),
    "foreign trigger": State(
        lambda r: sql(r, "CREATE TRIGGER evil AFTER INSERT ON runs BEGIN DELETE FROM runs; END"),
        "did not make: trigger evil",
        mends=True,
    ),
    "foreign view": State(
        lambda r: sql(r, "DROP VIEW run_list", "CREATE VIEW run_list AS SELECT 1 AS run_id"),
        "did not make: view run_list",
        mends=True,
    ),
    "index gone": State(lambda r: sql(r, "DROP INDEX runs_by_start"), "lacks index", mends=True),
    "trigger gone": State(
        lambda r: sql(r, "DROP TRIGGER amendments_fixed"), "lacks trigger", mends=True
    ),
    "not writable": State(
        lambda r: (r / "nbtrail.db").chmod(0o400), "can't be written", mends=True
    ),
    "folder not writable": State(
        lambda r: (r / "objects").chmod(0o500), "can't be written", mends=True
    ),
    "open to all": State(lambda r: r.chmod(0o777), "changed by everybody", mends=True),
    "rejected rescue": State(rejected, "could not be applied"),
    "left behind": State(left_behind, "left behind", mends=True),
    "put aside": State(put_aside, "put aside", mends=True),
    "lock is a link": State(linked_lock, "must be a plain file"),
    "not ignored": State(no_gitignore, "gitignore.* is missing", mends=True),
}


@pytest.mark.parametrize("name", STATES)
def test_each_state_is_found_explained_and_mended_when_that_is_safe(trail: Path, name: str) -> None:
    import re

    assert examine(trail).findings == ()
    state = STATES[name]
    state.make(trail)
    found = examine(trail)
    texts = [text for text in (*found.findings, *found.notes) if re.search(state.says, text)]
    assert texts, found
    if not state.mends:
        assert not found.ok
        return
    assert found.mendable
    assert "--repair" in found.text()
    done = repair(trail)
    after = examine(trail, done)
    assert after.findings == ()
    assert not [text for text in after.notes if re.search(state.says, text)]
    assert done
    store = Store.open(trail)
    try:
        run = store.reader.run(store.reader.resolve("brisk-otter"))
        assert [store.objects.read(a.sha256) for a in run.artifacts]
        assert store.snapshots.read(run.code.snapshot).files
    finally:
        store.close()


def test_a_healthy_trail_needs_nothing(trail: Path) -> None:
    found = examine(trail)
    assert found.ok
    assert not found.mendable
    assert "Everything is in order" in found.text()
    assert repair(trail) == ()


def test_a_merged_backup_brings_lost_files_back(trail: Path, tmp_path: Path) -> None:
    back_up(trail, tmp_path / "copy")
    an_object(trail).unlink()
    spoil(a_blob(trail))
    assert len(examine(trail).findings) == 2
    a_blob(trail).unlink()
    merge(trail, tmp_path / "copy")
    assert examine(trail).findings == ()


def test_runs_of_dead_processes_and_waiting_rescue_files(
    trail: Path, python, tmp_path: Path
) -> None:
    dying = python(
        "store = Store.open(root)\nrun = make('dying')\nstore.call(do.start_run(run))\n"
        "print(run.run_id, flush=True)\ntime.sleep(100)\n"
    )
    assert dying.stdout is not None
    run_id = dying.stdout.readline().strip()
    dying.kill()
    dying.communicate()
    store = Store.open(trail)
    store.writer._rescue.spill([do.set_note(run_id, "from the rescue file")])
    notes = " ".join(examine(trail).notes)
    assert "1 open runs belong to dead processes" in notes
    assert "1 rescue files wait" in notes
    repair(trail)
    notes = " ".join(examine(trail).notes)
    assert "dead processes" not in notes
    assert "rescue" not in notes
    run = store.reader.run(run_id)
    assert (run.status, run.note) == ("KILLED", "from the rescue file")
    store.close()


def test_who_holds_the_lock_is_said(trail: Path, python) -> None:
    holding = python(
        "from nbtrail.store.lock import WriteLock\n"
        "with WriteLock(root / 'write.lock').held(5):\n"
        "    print('held', flush=True); time.sleep(100)\n"
    )
    try:
        assert holding.stdout is not None
        assert holding.stdout.readline() == "held\n"
        assert f"process {holding.pid} " in " ".join(examine(trail).notes)
    finally:
        holding.kill()
        holding.communicate()
    assert "write lock is held" not in " ".join(examine(trail).notes)


def test_a_disk_that_gets_full_is_named(trail: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nbtrail.store.check_folder._LOW_BYTES", 1 << 60)
    assert "free on its disk" in examine(trail).findings[0]


def test_a_journal_that_grows_is_named(trail: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nbtrail.store.check_folder._LARGE_JOURNAL", 20_000)
    store = Store.open(trail)
    for number in range(10):
        store.call(do.set_note(store.reader.resolve("brisk-otter"), str(number)))
    assert "The journal has" in " ".join(examine(trail).findings)
    assert "The journal is brought into the database." in repair(trail)
    assert examine(trail).findings == ()
    store.close()


@pytest.mark.skipif(
    not hasattr(os, "getuid") or os.getuid() != 0, reason="only root gives files away"
)
def test_files_of_another_user_are_named(trail: Path) -> None:
    os.chown(trail / "nbtrail.db", 1234, -1)
    assert "chown" in " ".join(examine(trail).findings)


def test_other_libraries_are_named(trail: Path, tmp_path: Path, monkeypatch) -> None:
    program = tmp_path / "bin" / "sqlite3"
    program.parent.mkdir()
    program.write_text("#!/bin/sh\necho '3.40.0 2022-11-16'\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")
    notes = " ".join(examine(trail).notes)
    assert f"The program {program} is SQLite 3.40.0" in notes
    assert ("write lock keeps them apart" in notes) == reset_bug()
    program.write_text("#!/bin/sh\necho '3.52.0 2026-05-01'\n")
    assert str(program) not in " ".join(examine(trail).notes)


def test_clocks_and_old_copies_are_only_notes(trail: Path) -> None:
    ahead = (int(time.time()) + 10 * 24 * 3600) * 1000
    sql(trail, f"UPDATE runs SET started_ms = {ahead} WHERE id = 1")
    (trail / "nbtrail.db.v1.backup").write_bytes(b"x" * 2000)
    found = examine(trail)
    assert found.ok
    notes = " ".join(found.notes)
    assert "1 runs began in the future" in notes
    assert "nbtrail.db.v1.backup (2.0 kB)" in notes


def test_no_trail_is_said(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="no trail"):
        examine(tmp_path)


def test_nothing_is_changed_by_looking(trail: Path) -> None:
    def state() -> list[tuple[str, int, float]]:
        return [
            (str(path), path.stat().st_mode, path.stat().st_mtime)
            for path in sorted(trail.rglob("*"))
            if stat.S_ISREG(path.stat().st_mode)
            and not path.name.endswith(("-shm", "-wal", ".lock"))
        ]

    before = state()
    examine(trail)
    assert state() == before
