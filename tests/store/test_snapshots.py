"""Snapshots are a git repository that git itself reads, checks and repacks."""

from __future__ import annotations

import subprocess
import threading

import pytest

from nbtrail.exceptions import StoreError
from nbtrail.store.snapshots import Snapshot, Snapshots


@pytest.fixture
def snapshots(tmp_path):
    return Snapshots(tmp_path / "git")


def put(snapshots, files, base="", deleted=()):
    entries = {path: (mode, snapshots.put_blob(data)) for path, (mode, data) in files.items()}
    return snapshots.put(Snapshot(base, entries, deleted))


FILES = {
    b"a.py": ("100644", b"a = 1\n"),
    b"a/b.py": ("100755", b""),
    b"a-b": ("100644", b"sorted between a and a/"),
    b"a/b/c\n\xff.py": ("100644", b"\0" * 1000),
    b"link": ("120000", b"a.py"),
}


def test_what_is_put_is_read_again(snapshots):
    commit = put(snapshots, FILES, "ab" * 20, (b"gone \n%.py", b"\xff"))
    found = snapshots.read(commit)
    assert {p: (m, snapshots.blob(n)) for p, (m, n) in found.files.items()} == FILES
    assert found.base == "ab" * 20
    assert set(found.deleted) == {b"gone \n%.py", b"\xff"}


def test_git_finds_it_sound_and_keeps_it(snapshots):
    commit = put(snapshots, FILES | {b"deep/er/x.py": ("100644", b"x")}, "ab" * 20)

    def git(*arguments):
        command = ["git", f"--git-dir={snapshots.root}", *arguments]
        return subprocess.run(command, check=True, capture_output=True).stdout

    git("fsck", "--strict", "--full")
    assert git("show", f"{commit}:deep/er/x.py") == b"x"
    assert set(git("ls-tree", "-r", "-z", "--name-only", commit).split(b"\0")) == {
        *FILES, b"deep/er/x.py", b"",
    }  # fmt: skip
    git("-c", "gc.auto=1", "prune", "--expire=now")
    assert snapshots.read(commit).files


def test_the_same_state_has_the_same_name(snapshots):
    first = put(snapshots, FILES, "ab" * 20)
    assert put(snapshots, dict(reversed(FILES.items())), "ab" * 20) == first
    assert put(snapshots, FILES, "cd" * 20) != first
    assert put(snapshots, FILES, "ab" * 20, (b"x",)) != first


def test_several_write_the_same_at_once(snapshots):
    found = []
    threads = [
        threading.Thread(target=lambda: found.append(put(snapshots, FILES))) for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert len(set(found)) == 1
    assert not list(snapshots.root.glob(".*.tmp"))


def test_damage_is_noticed(snapshots):
    commit = put(snapshots, FILES)
    name = snapshots.put_blob(b"a = 1\n")
    path = snapshots.root / "objects" / name[:2] / name[2:]
    path.chmod(0o644)
    path.write_bytes(path.read_bytes()[:-1] + b"?")
    with pytest.raises(StoreError, match="backup"):
        snapshots.blob(name)
    (snapshots.root / "objects" / commit[:2] / commit[2:]).unlink()
    with pytest.raises(StoreError, match="backup"):
        snapshots.read(commit)
    with pytest.raises(StoreError, match="40 hex digits"):
        snapshots.blob("../../etc/passwd")
