"""A trail is a folder: moved, copied, read by other tools, and harmless when it is somebody else's."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
import sqlite_utils

from nbtrail.entities.codec import dumps
from nbtrail.exceptions import StoreError
from nbtrail.store import operations as do
from nbtrail.store.backup import back_up
from nbtrail.store.connection import connect_reader
from nbtrail.store.doctor import examine
from nbtrail.store.repair import repair
from nbtrail.store.snapshots import Snapshots
from nbtrail.store.store import Store


@pytest.mark.parametrize("move", [shutil.move, shutil.copytree])
def test_a_moved_or_copied_folder_reads_and_writes_as_before(
    store: Store, filling, tmp_path: Path, move
) -> None:
    filled = filling.fill(store)
    before = dumps(store.reader.run(filled.run_id))
    store.close()
    (tmp_path / "else where").mkdir()
    move(str(store.root), str(tmp_path / "else where" / "trail"))
    moved = Store.open(tmp_path / "else where" / "trail")
    try:
        assert examine(moved.root).findings == ()
        run = moved.reader.run(filled.run_id)
        assert dumps(run) == before
        assert moved.objects.read(run.artifacts[0].sha256) == filling.MODEL_BYTES
        moved.call(do.set_note(filled.run_id, "from here"))
        assert moved.reader.run(filled.run_id).note == "from here"
    finally:
        moved.close()


def test_no_stored_path_leads_to_the_old_place(store: Store, filling) -> None:
    filling.fill(store)
    store.close()
    place = os.fsencode(store.root.parent)
    holding = [
        path for path in store.root.rglob("*") if path.is_file() and place in path.read_bytes()
    ]
    assert holding == []


def test_what_can_only_be_read_is_carried_all_the_same(
    store: Store, filling, tmp_path: Path, python
) -> None:
    filled = filling.fill(store)
    store.close()
    (tmp_path / "out").mkdir(mode=0o777)
    (tmp_path / "out").chmod(0o777)
    for path in [store.root, *store.root.rglob("*")]:
        path.chmod(0o555 if path.is_dir() else 0o444)
    for folder in [tmp_path, *tmp_path.parents]:
        if folder.stat().st_mode & 0o005 != 0o005:
            folder.chmod(0o755)
    user = "os.setuid(65534)" if os.geteuid() == 0 else ""
    code = f"""
from nbtrail.store.backup import back_up
from nbtrail.store.bundle import write_bundle
from nbtrail.store.export import export_tables
from nbtrail.store.merge import merge
from nbtrail.store.purge import purge
from nbtrail.store.collect import collect
from nbtrail.store.doctor import examine
import numpy, tempfile
warm = Store.open(Path(tempfile.mkdtemp()) / ".nbtrail", create=True)
warm.call(do.start_run(make("warm")))  # everything is imported before root becomes nobody
examine(warm.root), back_up(warm.root, warm.root.parent / "copy"), export_tables(warm.root, warm.root.parent / "out", "csv")
write_bundle(warm.root, warm.root.parent / "a.trail", warm.reader.runs().run_id)
merge(warm.root, warm.root.parent / "a.trail")
{user}
out = root.parent / "out"
print(back_up(root, out / "copy").runs)
print(write_bundle(root, out / "one.trail", [{filled.run_id!r}]).runs)
print(export_tables(root, out / "tables", "csv").rows["runs.csv"])
fresh = Store.open(out / ".nbtrail", create=True)
print(len(merge(fresh.root, root).added))
print([text for text in examine(root).findings])
for change in (lambda: purge(root), lambda: collect(root, 30), lambda: merge(root, out / "one.trail")):
    try:
        change()
    except Exception as error:
        print(type(error).__name__)
"""
    out, err = python(code).communicate(timeout=120)
    for path in [store.root, *store.root.rglob("*")]:
        path.chmod(0o755)
    lines = out.splitlines()
    assert err == ""
    assert lines[:4] == ["3", "2", "3", "3"]
    assert "only read" in lines[4]
    assert set(lines[5:]) <= {"StoreReadOnlyError", "StoreError"}
    assert len(lines) == 8


def test_sqlite_utils_opens_it_as_it_is(store: Store, filling) -> None:
    filled = filling.fill(store)
    with closing(connect_reader(store.root / "nbtrail.db")) as connection:
        db = sqlite_utils.Database(connection)
        assert {"run_list", "run_metrics", "registry"} <= set(db.view_names())
        row = next(db.query("SELECT * FROM run_list WHERE run_id = ?", [filled.run_id]))
        assert row["name"] == "brisk-otter"
        assert db["runs"].count == 3
        assert next(db["run_metrics"].rows_where("key = 'auc'"))["last"] == 0.9


def foreign(root: Path, *statements: str) -> None:
    with closing(sqlite3.connect(root / "nbtrail.db", isolation_level=None)) as db:
        for statement in statements:
            db.execute(statement)


def test_triggers_and_views_of_a_foreign_trail_reach_nothing_outside(
    store: Store, filling, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    filled = filling.fill(store)
    store.close()
    evil = tmp_path / "evil"
    foreign(
        store.root,
        f"CREATE TRIGGER t1 AFTER INSERT ON tags BEGIN SELECT load_extension('{evil}'); END",
        f"CREATE TRIGGER t2 AFTER UPDATE ON runs BEGIN SELECT writefile('{evil}', 'x'); END",
        "DROP VIEW run_list",
        f"CREATE VIEW run_list AS SELECT load_extension('{evil}') AS run_id",
    )
    said: list[str] = []
    opened = Store.open(store.root, warn=said.append)
    try:
        # what the trigger calls does not exist or is denied: the change waits in a rescue file
        opened.call(do.set_tags(filled.run_id, {"new": "tag"}))
        assert "can't be written" in said[0]
        with closing(connect_reader(store.root / "nbtrail.db")) as db, pytest.raises(sqlite3.Error):
            db.execute("SELECT * FROM run_list").fetchall()
        assert opened.reader.run(filled.run_id).name == "brisk-otter"
        assert "trigger t1, trigger t2" in " ".join(examine(store.root).findings)
    finally:
        opened.close()
    repair(store.root)
    mended = Store.open(store.root)
    try:
        assert mended.reader.run(filled.run_id).tags["new"] == "tag"
    finally:
        mended.close()
    assert not evil.exists()
    assert examine(store.root).findings == ()


def test_a_foreign_git_configuration_runs_nothing(store: Store, filling, tmp_path: Path) -> None:
    filled = filling.fill(store)
    ran = tmp_path / "ran"
    git = store.root / "git"
    (git / "config").chmod(0o600)
    (git / "config").write_text(
        f"[core]\n\tbare = true\n\tfsmonitor = touch {ran}\n\thooksPath = {git}/hooks\n"
        f"[alias]\n\tcat-file = !touch {ran}\n[diff]\n\texternal = touch {ran}\n"
    )
    (git / "hooks").mkdir()
    for name in ("post-checkout", "reference-transaction", "pre-auto-gc"):
        hook = git / "hooks" / name
        hook.write_text(f"#!/bin/sh\ntouch {ran}\n")
        hook.chmod(0o755)
    snapshots = Snapshots(git)
    snapshot = snapshots.read(filled.snapshot)
    assert [snapshots.blob(name) for _, name in snapshot.files.values()] == [filling.CODE]
    examine(store.root)
    back_up(store.root, tmp_path / "copy")
    assert not ran.exists()
    assert not (tmp_path / "copy" / "git" / "hooks").exists()


@pytest.mark.parametrize("what", ["folder", "database"])
def test_a_link_in_the_place_of_a_trail_is_not_followed(
    store: Store, filling, tmp_path: Path, what: str
) -> None:
    filling.fill(store)
    store.close()
    fake = tmp_path / "fake"
    if what == "folder":
        fake.symlink_to(store.root)
    else:
        fake.mkdir()
        (fake / "nbtrail.db").symlink_to(store.root / "nbtrail.db")
    with pytest.raises(StoreError, match="is not a plain"):
        back_up(fake, tmp_path / "copy")
    with pytest.raises(StoreError, match="is not a plain"):
        Store.open(fake)


@pytest.mark.slow
def test_datasette_serves_it_as_it_is(store: Store, filling) -> None:
    filling.fill(store)
    store.close()
    answer = subprocess.run(
        [sys.executable, "-m", "datasette", str(store.root / "nbtrail.db"), "--get",
         "/nbtrail/run_list.json?_shape=array&_sort=name"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert "brisk-otter.1" in answer.stdout
