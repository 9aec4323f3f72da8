"""Whatever happens to the folder, the caller goes on and nothing is lost."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from nbtrail.entities.run import MetricPoint, Run, RunStatus
from nbtrail.exceptions import (
    NotFoundError,
    SchemaTooNewError,
    StoreError,
    StoreReadOnlyError,
)
from nbtrail.store import operations as do
from nbtrail.store.connection import APPLICATION_ID, connect_reader, connect_writer, vacuum
from nbtrail.store.lock import WriteLock
from nbtrail.store.migrations import SCHEMA_VERSION, ensure_schema
from nbtrail.store.rescue import Rescue
from nbtrail.store.store import Store


@contextmanager
def sql(root: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(root / "nbtrail.db")) as db, db:
        yield db


def eventually(condition: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + 30
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.05)
    return condition()


def test_the_folder_holds_what_it_says_and_ignores_itself(store: Store) -> None:
    assert (store.root / ".gitignore").read_text() == "*\n"
    names = {path.name for path in store.root.iterdir()} - {"nbtrail.db-wal", "nbtrail.db-shm"}
    assert names == {".gitignore", "nbtrail.db", "objects", "rescue", "write.lock"}
    with sql(store.root) as db:
        assert db.execute("PRAGMA application_id").fetchone() == (APPLICATION_ID,)
        assert db.execute("PRAGMA user_version").fetchone() == (SCHEMA_VERSION,)
        assert db.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        views = [n for (n,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'view'")]
        for view in views:
            db.execute(f"SELECT * FROM {view}").fetchall()
        assert len(views) == 9


def test_a_folder_without_a_trail_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="There is no trail"):
        Store.open(tmp_path / ".nbtrail")
    assert not (tmp_path / ".nbtrail").exists()


def test_one_instance_for_each_folder(store: Store) -> None:
    assert Store.open(store.root) is store
    store.close()
    again = Store.open(store.root)
    assert again is not store
    again.close()


def test_a_moved_folder_opens_elsewhere(
    store: Store, tmp_path: Path, make_run: Callable[..., Run]
) -> None:
    run = make_run()
    store.call(do.start_run(run))
    store.close()
    shutil.move(store.root, tmp_path / "elsewhere")
    moved = Store.open(tmp_path / "elsewhere")
    assert moved.reader.run(run.run_id) == run
    moved.close()


def test_a_deleted_folder_costs_one_warning_and_comes_back(
    store: Store, tmp_path: Path, make_run: Callable[..., Run], warnings: list[str]
) -> None:
    run = make_run()
    store.call(do.start_run(run))
    store.root.rename(tmp_path / "away")
    store.submit(do.log_metrics(run.run_id, (MetricPoint("loss", 1.0, 0, 1),)))
    assert not store.flush(10)
    store.submit(do.log_metrics(run.run_id, (MetricPoint("loss", 2.0, 1, 2),)))
    assert not store.flush(10)
    with pytest.raises(StoreError, match="can't be kept"):
        store.objects.put_bytes(b"no folder is made for it")
    with pytest.raises(OSError, match="No such file"):
        store.snapshots.put_blob(b"nor for this")
    (warning,) = warnings
    assert "can't be written" in warning
    assert "Your code is not affected" in warning
    (tmp_path / "away").rename(store.root)
    assert eventually(lambda: store.flush(10))
    assert [p.value for p in store.reader.history(run.run_id, "loss")] == [1.0, 2.0]
    assert Rescue(store.root).pending() == ()
    assert len(warnings) == 1


def test_a_replaced_database_is_noticed(
    store: Store, tmp_path: Path, make_run: Callable[..., Run], warnings: list[str]
) -> None:
    store.call(do.start_run(make_run("before")))
    other = Store.open(tmp_path / "other", create=True)
    other.close()
    for path in store.root.glob("nbtrail.db*"):
        path.unlink()
    shutil.copy(tmp_path / "other" / "nbtrail.db", store.root / "nbtrail.db")
    store.submit(do.start_run(make_run("after")))
    assert eventually(lambda: store.flush(10))
    assert store.reader.runs().name == ("after",)
    assert len(warnings) == 1


def test_a_rescue_file_is_brought_in_at_the_next_open(
    store: Store, make_run: Callable[..., Run]
) -> None:
    run = make_run(status=RunStatus.RUNNING)
    points = (MetricPoint("loss", float("nan"), 0, 1), MetricPoint("loss", 0.5, 1, 2))
    rescue = Rescue(store.root)
    rescue.spill(
        [
            do.start_run(run),
            do.log_metrics(run.run_id, points),
            do.end_run(run.run_id, RunStatus.FAILED, "half \ud800", 9),
        ]
    )
    store.call(do.start_run(make_run("another")))
    assert rescue.pending() == ()
    assert repr(store.reader.history(run.run_id, "loss")) == repr(points)
    assert store.reader.run(run.run_id).status is RunStatus.FAILED


def test_a_rescue_file_for_a_run_that_is_not_there_yet_waits(
    store: Store, make_run: Callable[..., Run], warnings: list[str]
) -> None:
    run = make_run()
    rescue = Rescue(store.root)
    rescue.spill([do.set_note(run.run_id, "late")])
    store.call(do.start_run(make_run("other")))
    assert len(rescue.pending()) == 1
    store.call(do.start_run(run))
    store.close()
    again = Store.open(store.root)
    again.call(do.set_note(run.run_id, "first"))
    again.close()
    assert rescue.pending() == ()
    assert warnings == []


def test_an_edited_rescue_file_is_put_aside(
    store: Store, make_run: Callable[..., Run], warnings: list[str]
) -> None:
    (store.root / "rescue" / "1-1-1.jsonl").write_text('{"kind": "drop_everything", "args": []}\n')
    store.call(do.start_run(make_run()))
    assert "put aside" in warnings[0]
    assert (store.root / "rescue" / "1-1-1.rejected").exists()


def test_one_bad_operation_does_not_take_others_with_it(
    store: Store, make_run: Callable[..., Run], warnings: list[str]
) -> None:
    good, bad = make_run("good"), make_run("bad", status="NONSENSE")
    store.submit(do.start_run(bad))
    store.submit(do.start_run(good))
    assert store.flush(10)
    assert store.reader.runs().name == ("good",)
    (warning,) = warnings
    assert "start_run" in warning


def test_call_gives_the_error_to_its_caller(store: Store) -> None:
    with pytest.raises(NotFoundError, match="no run"):
        store.call(do.set_note("0" * 32, "x"))


def test_a_newer_store_is_only_read(
    store: Store, make_run: Callable[..., Run], warnings: list[str]
) -> None:
    run = make_run()
    store.call(do.start_run(run))
    store.close()
    with sql(store.root) as db:
        db.execute(f"PRAGMA user_version={SCHEMA_VERSION + 1}")
    newer = Store.open(store.root, create=True, warn=warnings.append)
    assert newer.read_only
    assert "Update nbtrail" in warnings[0]
    assert newer.reader.run(run.run_id) == run
    newer.submit(do.set_note(run.run_id, "x"))
    with pytest.raises(StoreReadOnlyError, match="only be read"):
        newer.call(do.set_note(run.run_id, "x"))
    assert Store.open(store.root) is newer
    newer.close()
    db, _ = connect_writer(store.root / "nbtrail.db", locking=True)
    with closing(db), pytest.raises(SchemaTooNewError, match="Nothing is written"):
        ensure_schema(db, store.root / "nbtrail.db")


def test_a_store_that_may_be_written_again_is(store: Store) -> None:
    store.close()
    with sql(store.root) as db:
        db.execute(f"PRAGMA user_version={SCHEMA_VERSION + 1}")
    assert Store.open(store.root).read_only
    with sql(store.root) as db:
        db.execute(f"PRAGMA user_version={SCHEMA_VERSION}")
    assert not Store.open(store.root).read_only


def test_the_database_of_another_program_is_left_alone(tmp_path: Path) -> None:
    root = tmp_path / ".nbtrail"
    root.mkdir()
    with sql(root) as db:
        db.execute("CREATE TABLE theirs (x)")
    before = (root / "nbtrail.db").read_bytes()
    for create in (False, True):
        with pytest.raises(StoreError, match="not one of nbtrail's"):
            Store.open(root, create=create)
    assert (root / "nbtrail.db").read_bytes() == before


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    root = tmp_path / ".nbtrail"
    root.mkdir()
    (root / "nbtrail.db").write_bytes(b"hello, I am a text file of some length\n" * 50)
    for create in (False, True):
        with pytest.raises(StoreError, match="can't be opened"):
            Store.open(root, create=create)


def test_links_are_not_followed(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / ".nbtrail").symlink_to(tmp_path / "real")
    with pytest.raises(StoreError, match="not a plain folder"):
        Store.open(tmp_path / ".nbtrail", create=True)
    assert list((tmp_path / "real").iterdir()) == []


def test_nothing_can_be_attached_and_no_schema_forged(store: Store, tmp_path: Path) -> None:
    writer, _ = connect_writer(store.root / "nbtrail.db", locking=True)
    reader = connect_reader(store.root / "nbtrail.db")
    with closing(writer), closing(reader):
        for db in (writer, reader):
            with pytest.raises(sqlite3.DatabaseError, match="too many attached"):
                db.execute("ATTACH DATABASE ? AS other", (str(tmp_path / "x.db"),))
            with pytest.raises(sqlite3.DatabaseError, match=r"not authorized|no such function"):
                db.execute("SELECT load_extension('x')")
        vacuum(writer)
        with pytest.raises(sqlite3.DatabaseError, match="too many attached"):
            writer.execute("ATTACH DATABASE ? AS other", (str(tmp_path / "x.db"),))
        for pragma in ("writable_schema=ON", "main.Writable_Schema(1)", '"writable_schema"=RESET'):
            with pytest.raises(sqlite3.DatabaseError, match="not authorized"):
                writer.execute(f"PRAGMA {pragma}")
        with pytest.raises(sqlite3.DatabaseError, match="may not be modified"):
            writer.execute("UPDATE sqlite_master SET sql = 'CREATE TABLE runs (x)'")
        reader.execute("PRAGMA writable_schema=ON")
        with pytest.raises(sqlite3.DatabaseError, match=r"readonly|may not be modified"):
            reader.execute("UPDATE sqlite_master SET sql = 'CREATE TABLE runs (x)'")
    assert not (tmp_path / "x.db").exists()


def test_the_history_of_aliases_can_not_be_changed(store: Store) -> None:
    with sql(store.root) as db:
        db.execute("INSERT INTO alias_moves VALUES (1, 'x', 'm', 'a', NULL, 1, 0, '', '', 0, '[]')")
        for statement in ("UPDATE alias_moves SET reason = 'y'", "DELETE FROM alias_moves"):
            with pytest.raises(sqlite3.IntegrityError, match="append-only"):
                db.execute(statement)


def test_what_is_left_at_the_end_goes_into_a_rescue_file(
    store: Store, make_run: Callable[..., Run], tmp_path: Path
) -> None:
    store.call(do.start_run(make_run()))
    store.root.rename(tmp_path / "away")
    late = make_run("late")
    store.submit(do.start_run(late))
    store.close()
    (tmp_path / "away").rename(store.root)
    again = Store.open(store.root)
    again.call(do.set_note(late.run_id, "found"))
    assert again.reader.run(late.run_id).note == "found"
    again.close()


def test_what_comes_after_the_end_is_kept_too(store: Store, make_run: Callable[..., Run]) -> None:
    store.call(do.start_run(make_run("early")))
    store.close()
    late = make_run("late")
    store.submit(do.start_run(late))
    assert store.call(do.set_note(late.run_id, "x")) is None
    assert not store.flush(10)
    again = Store.open(store.root)
    again.call(do.set_tags(late.run_id, {"k": "v"}))
    assert again.reader.run(late.run_id).note == "x"
    again.close()


def test_a_lock_that_is_held_delays_nobody(
    store: Store, make_run: Callable[..., Run], warnings: list[str]
) -> None:
    run = make_run()
    with WriteLock(store.root / "write.lock").held(10):
        assert store.call(do.start_run(run), timeout_s=0.05) is None
        store.submit(do.set_note(run.run_id, "queued"))
        assert not store.flush(0.05)
        assert store.reader.runs().total == 0
    assert store.flush(30)
    assert store.reader.run(run.run_id).note == "queued"
    assert warnings == []


def test_an_interrupt_while_the_thread_begins_makes_no_second_writer(
    store: Store, make_run: Callable[..., Run], warnings: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    begin = threading.Thread.start
    before = set(threading.enumerate())

    def interrupted(thread: threading.Thread) -> None:
        begin(thread)
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(threading.Thread, "start", interrupted)
        with pytest.raises(KeyboardInterrupt):
            store.submit(do.start_run(make_run("first")))
    for name in ("second", "third"):
        store.call(do.start_run(make_run(name)))
    assert sorted(store.reader.runs().name) == ["first", "second", "third"]
    assert [t.name for t in set(threading.enumerate()) - before] == ["nbtrail-writer"]
    assert warnings == []


@pytest.mark.slow
def test_a_full_disk_costs_one_warning_and_nothing_else(
    python: Callable[..., subprocess.Popen[str]], tmp_path: Path
) -> None:
    code = """
import resource, signal
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
said = []
store = Store.open(root, create=True, warn=said.append)
run = make("full")
store.call(do.start_run(run))
store.flush(10)
size = max(path.stat().st_size for path in root.glob("nbtrail.db*"))
resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))
for n in range(3):
    points = [MetricPoint("loss", float(i), i, i) for i in range(n * 4000, (n + 1) * 4000)]
    for point in points:
        store.submit(do.log_metrics(run.run_id, (point,)))
    store.flush(10)
assert len(said) == 1, said
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
deadline = time.monotonic() + 40
while not store.flush(10) and time.monotonic() < deadline:
    time.sleep(0.1)
store.call(do.end_run(run.run_id, RunStatus.FINISHED, "", 1))
store.close()
assert len(said) == 1, said
print(said[0])
"""
    out, err = python(code).communicate(timeout=100)
    assert err == ""
    assert "can't be written" in out
    store = Store.open(tmp_path / ".nbtrail")
    run = store.reader.run(store.reader.resolve("full"))
    assert run.status is RunStatus.FINISHED
    assert [p.step for p in store.reader.history(run.run_id, "loss")] == list(range(12_000))
    store.close()


@pytest.mark.slow
def test_a_folder_that_can_not_be_written_is_read(
    make_run: Callable[..., Run], python: Callable[..., object], tmp_path: Path
) -> None:
    root = tmp_path / ".nbtrail"
    store = Store.open(root, create=True)
    run = make_run("seen")
    store.call(do.start_run(run))
    store.close()
    for path in [root, *root.rglob("*")]:
        path.chmod(0o555 if path.is_dir() else 0o444)
    for folder in [tmp_path, *tmp_path.parents]:
        if folder.stat().st_mode & 0o005 == 0o005:
            break
        folder.chmod(0o755)
    # root may write everywhere, so it becomes nobody once everything is imported
    user = "os.setuid(65534)" if os.geteuid() == 0 else ""
    code = f"""
import tempfile
warm = Store.open(Path(tempfile.mkdtemp()) / ".nbtrail", create=True)
warm.call(do.start_run(make("warm")))
assert warm.reader.run(warm.reader.resolve(warm.reader.runs().name[0])).name == "warm"
warm.close()
{user}
said = []
store = Store.open(root, warn=said.append)
assert store.read_only, said
assert "reading only" in said[0], said
assert store.reader.runs().name == ("seen",)
store.submit(do.set_note({run.run_id!r}, "x"))
try:
    Store.open(root.parent / "new" / ".nbtrail", create=True)
except Exception as error:
    print(type(error).__name__, "NBTRAIL_DIR" in str(error))
"""
    out, err = python(code).communicate(timeout=60)
    for path in [root, *root.rglob("*")]:
        path.chmod(0o755)
    assert (out.strip(), err) == ("StoreReadOnlyError True", "")
