"""A backup is a trail of its own, taken while others write."""

from __future__ import annotations

import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import pytest

from nbtrail.entities.codec import dumps
from nbtrail.exceptions import StoreError
from nbtrail.store.backup import back_up
from nbtrail.store.store import Store
from nbtrail.store.tables import TABLES

HARNESS = """
run = make("busy")
store = Store.open(root, create=True)
store.call(do.start_run(run))
print("ready", flush=True)
for step in range(10_000_000):
    store.submit(do.log_metrics(run.run_id, [MetricPoint("loss", float(step), step, 1)]))
    if step % 50 == 0:
        sha, size = store.objects.put_bytes(str(step).encode())
        from nbtrail.entities.model import Artifact
        store.call(do.log_artifact(run.run_id, Artifact(f"a/{step}", sha, size)))
"""


def rows(path: Path) -> dict[str, int]:
    with closing(sqlite3.connect(path)) as db:
        return {t.name: db.execute(f"SELECT count(*) FROM {t.name}").fetchone()[0] for t in TABLES}


def test_a_backup_opens_as_a_trail_and_reads_the_same(
    store: Store, filling, tmp_path: Path
) -> None:
    filled = filling.fill(store)
    done = back_up(store.root, tmp_path / "copy" / ".nbtrail")
    assert (done.runs, done.files, done.snapshots, done.missing) == (3, 2, 1, ())
    assert rows(tmp_path / "copy" / ".nbtrail" / "nbtrail.db") == rows(store.root / "nbtrail.db")
    copy = Store.open(tmp_path / "copy" / ".nbtrail")
    try:
        run = copy.reader.run(filled.run_id)
        assert dumps(run) == dumps(store.reader.run(filled.run_id))
        assert copy.objects.read(run.artifacts[0].sha256) == filling.MODEL_BYTES
        assert copy.reader.history(filled.run_id, "loss") == store.reader.history(
            filled.run_id, "loss"
        )
        (name,) = (name for _, name in copy.snapshots.read(filled.snapshot).files.values())
        assert copy.snapshots.blob(name) == filling.CODE
    finally:
        copy.close()


@pytest.mark.slow
def test_a_backup_of_a_busy_trail_is_whole_each_time(python, tmp_path: Path) -> None:
    writing = python(HARNESS)
    try:
        assert writing.stdout is not None
        assert writing.stdout.readline() == "ready\n"
        counts = []
        for number in range(5):
            target = tmp_path / f"copy-{number}"
            assert back_up(tmp_path / ".nbtrail", target).missing == ()
            counts.append(rows(target / "nbtrail.db")["artifacts"])
        assert writing.poll() is None
    finally:
        writing.kill()
        writing.communicate()
    assert counts == sorted(counts)
    assert counts[-1] > 0


def test_nothing_half_done_is_left(store: Store, filling, tmp_path: Path) -> None:
    filling.fill(store)
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken" / "file").touch()
    with pytest.raises(StoreError, match="exists already"):
        back_up(store.root, tmp_path / "taken")
    path = store.root / "nbtrail.db"
    store.close()
    data = bytearray(path.read_bytes())
    data[4096:12288] = b"\xff" * 8192
    path.write_bytes(data)
    with pytest.raises(StoreError, match=r"damaged|malformed|can't be"):
        back_up(store.root, tmp_path / "copy")
    assert sorted(p.name for p in tmp_path.iterdir()) == [".nbtrail", "taken"]


def test_what_the_trail_has_lost_is_said(store: Store, filling, tmp_path: Path) -> None:
    filled = filling.fill(store)
    artifact = store.reader.run(filled.run_id).artifacts[0]
    store.objects.path(artifact.sha256).unlink()
    done = back_up(store.root, tmp_path / "copy")
    assert done.missing == (f"object {artifact.sha256}",)
    assert done.files == 1


def test_a_foreign_git_configuration_stays_behind(store: Store, filling, tmp_path: Path) -> None:
    filled = filling.fill(store)
    evil = store.root / "git" / "config"
    evil.chmod(stat.S_IRUSR | stat.S_IWUSR)
    evil.write_text(f"[core]\n\tbare = true\n\tfsmonitor = touch {tmp_path / 'ran'}\n")
    back_up(store.root, tmp_path / "copy")
    assert "fsmonitor" not in (tmp_path / "copy" / "git" / "config").read_text()
    assert (tmp_path / "copy" / "git" / "refs" / "snapshots" / filled.snapshot).exists()
    assert not (tmp_path / "ran").exists()
