"""Trash, purge, and the collection of what nobody needs."""

from __future__ import annotations

import os
import time
from dataclasses import replace
from pathlib import Path

import pytest

from nbtrail.entities.identity import new_id
from nbtrail.entities.model import Artifact
from nbtrail.entities.provenance import Session
from nbtrail.entities.run import RunStatus
from nbtrail.exceptions import NotFoundError, UsageError
from nbtrail.store import operations as do
from nbtrail.store.collect import collect
from nbtrail.store.doctor import examine
from nbtrail.store.purge import purge
from nbtrail.store.sizes import measure
from nbtrail.store.snapshots import Snapshot
from nbtrail.store.store import Store
from nbtrail.tracking.trash import delete_run, find_deleted, restore_run

DAY_MS = 24 * 3600 * 1000


def age(root: Path) -> None:
    """Make every file of a trail two days old."""
    past = time.time() - 2 * 24 * 3600
    for name in ("objects", "git"):
        for path in (root / name).rglob("*"):
            os.utime(path, (past, past))


def test_a_run_goes_with_its_children_and_comes_back(store: Store, filling) -> None:
    filled = filling.fill(store)
    assert delete_run(store, filled.run_id) == 2
    assert store.reader.runs().run_id == (filled.other_id,)
    with pytest.raises(NotFoundError, match="brisk-otter"):
        find_deleted(store, "nobody")
    assert find_deleted(store, "brisk-otter") == filled.run_id
    assert restore_run(store, find_deleted(store, filled.run_id[:20])) == 2
    assert store.reader.run(filled.child_id).lifecycle == "active"
    assert store.reader.run(filled.run_id).artifacts


def test_an_open_run_is_not_deleted(store: Store, make_run) -> None:
    run = make_run("open", status=RunStatus.RUNNING)
    store.call(do.start_run(run))
    with pytest.raises(UsageError, match="still open"):
        delete_run(store, run.run_id)


def test_purge_removes_rows_and_files_of_the_trash_alone(store: Store, make_run) -> None:
    shared, size = store.objects.put_bytes(b"both have it")
    own, own_size = store.objects.put_bytes(b"only one has it")
    gone, stays = make_run("gone"), make_run("stays")
    for run in (gone, stays):
        store.call(do.start_run(run))
        store.call(do.log_artifact(run.run_id, Artifact("a", shared, size)))
    store.call(do.log_artifact(gone.run_id, Artifact("b", own, own_size)))
    delete_run(store, gone.run_id)
    age(store.root)
    assert measure(store.root).trash == own_size
    assert purge(store.root, older_than_days=1).runs == ()
    done = purge(store.root)
    assert (done.runs, done.kept, done.files) == (("gone",), (), 1)
    assert list(store.objects.names()) == [shared]
    with pytest.raises(NotFoundError):
        store.reader.run(gone.run_id)
    assert store.reader.run(stays.run_id).artifacts
    assert examine(store.root).findings == ()


def test_what_a_version_points_to_is_never_purged(store: Store, filling) -> None:
    filled = filling.fill(store)
    delete_run(store, filled.run_id)
    done = purge(store.root)
    assert done.runs == ("brisk-otter.1",)
    assert done.kept == ("brisk-otter (churn/1)",)
    assert "churn/1" in done.text()
    restore_run(store, filled.run_id)
    assert store.objects.read(store.reader.run(filled.run_id).artifacts[0].sha256)
    assert examine(store.root).findings == ()


def test_gc_removes_what_nobody_refers_to_after_a_day(
    store: Store, filling, tmp_path: Path
) -> None:
    filled = filling.fill(store)
    old, _ = store.objects.put_bytes(b"nobody's")
    waiting, size = store.objects.put_bytes(b"a rescue file speaks of it")
    rescued = do.log_artifact(filled.other_id, Artifact("late", waiting, size))
    store.writer._rescue.spill([rescued])
    blob = store.snapshots.put_blob(b"orphan = 1\n")
    commit = store.snapshots.put(Snapshot("22" * 20, {b"a/orphan.py": ("100644", blob)}))
    assert collect(store.root, 30).size == 0  # all of it is young
    age(store.root)
    (store.root / "objects" / ".abc.tmp").write_bytes(b"torn")
    young, _ = store.objects.put_bytes(b"its reference is on its way")
    counted = collect(store.root, 30, dry=True)
    assert list(store.objects.names()).count(old) == 1
    assert store.snapshots.read(commit).files
    done = collect(store.root, 30)
    assert replace(counted, dry=False) == done
    assert (done.objects, done.snapshot_objects, done.temporary_files) == (1, 4, 0)
    kept = set(store.objects.names())
    assert old not in kept
    assert {young, waiting} <= kept
    assert store.snapshots.commits() == (filled.snapshot,)
    (name,) = (name for _, name in store.snapshots.read(filled.snapshot).files.values())
    assert store.snapshots.blob(name) == filling.CODE
    assert collect(store.root, 30).size == 0


def session_of_long_ago(store: Store, filling, **fields: object) -> str:
    session = Session(new_id(), 1_600_000_000_000, "old.ipynb", ".", "3.11", "/p", "host")
    store.call(do.start_session(session))
    for seq in range(3):
        store.call(do.record_cell(filling._cell(session.session_id, seq)))
    if fields.get("ended", True):
        store.call(do.end_session(session.session_id, 1_600_000_009_000))
    return session.session_id


def owned_by_a_dead_process(store: Store) -> None:
    """Give all sessions to a process that is gone."""
    import sqlite3
    from contextlib import closing

    with closing(sqlite3.connect(store.root / "nbtrail.db")) as db, db:
        db.execute("UPDATE sessions SET owner = 'dead'")
        db.execute("INSERT INTO owners VALUES ('dead', 'elsewhere', 'boot', 1, '1', 1600000000000)")


def test_old_light_history_goes_unless_a_run_needs_it(store: Store, filling) -> None:
    filled = filling.fill(store)  # its cells are of 2023
    idle = session_of_long_ago(store, filling)
    present = collect(store.root, 30)
    assert present.cells == 0  # this process lives, so it may still make runs of them
    owned_by_a_dead_process(store)
    done = collect(store.root, 30)
    assert (done.cells, done.sessions) == (3, 1)
    assert store.reader.cells(idle) == ()
    # cell 3 is the last one that a run needs
    assert [cell.seq for cell in store.reader.cells(filled.session_id)] == [0, 1, 2, 3]
    assert store.reader.modules(filled.session_id, 3)
    assert len(store.reader.episodes()) == 1
    assert store.reader.run(filled.run_id).datasets
    assert examine(store.root).findings == ()


def test_cells_behind_a_file_that_a_run_has_read_stay(store: Store, filling, make_run) -> None:
    from nbtrail.entities.dataset import Dataset, DatasetContext, DatasetUse, Digest, Seen

    maker = session_of_long_ago(store, filling)
    data = Dataset(Digest("xxh3-128/1:aa", ""), "file", 3)
    use = DatasetUse(data, "out", DatasetContext.SOURCE, Seen.OPENED, "out-1.csv")
    store.call(do.start_run(make_run("reads", datasets=(use,))))
    owned_by_a_dead_process(store)
    collect(store.root, 30)
    assert [cell.seq for cell in store.reader.cells(maker)] == [0, 1]
    assert store.reader.writers("out-1.csv", "xxh3-128/1:aa")


def test_sizes_add_up(store: Store, filling) -> None:
    filling.fill(store)
    found = measure(store.root)
    assert found.places["files"] == len(filling.MODEL_BYTES) + len(b"a report\n")
    assert found.places["database"] > 0
    assert found.runs == {"brisk-otter": found.places["files"]}
    assert "brisk-otter" in found.text()
