"""What was not committed when a run started, from its snapshot and a real repository."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from nbtrail.entities.provenance import CodeVersion
from nbtrail.entities.run import Experiment, Run, RunStatus
from nbtrail.entities.uncommitted import FileChange
from nbtrail.exceptions import StoreError
from nbtrail.store.snapshots import Snapshot
from nbtrail.store.store import Store
from nbtrail.tracking.uncommitted import uncommitted_changes

FILE = "100644"


def git(folder: Path, *arguments: str) -> str:
    command = ["git", "-C", str(folder), "-c", "user.name=t", "-c", "user.email=t@t", *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    git(tmp_path, "init", "-q")
    opened = Store.open(tmp_path / ".nbtrail", create=True)
    yield opened
    opened.close()


@pytest.fixture
def commit(store: Store) -> Callable[..., str]:
    def make(**files: bytes) -> str:
        for name, data in files.items():
            (store.project / name).write_bytes(data)
            git(store.project, "--literal-pathspecs", "add", "--", name)
        git(store.project, "commit", "-qm", "x")
        return git(store.project, "rev-parse", "HEAD")

    return make


def run_with(store: Store, base: str, *, deleted: tuple[bytes, ...] = (), **files: bytes) -> Run:
    entries = {
        name.encode(): (FILE, store.snapshots.put_blob(data)) for name, data in files.items()
    }
    return run_of(store, Snapshot(base, entries, deleted))


def run_of(store: Store, snapshot: Snapshot) -> Run:
    code = CodeVersion(snapshot.base, "main", dirty=True, changed=("x",))
    code = replace(code, snapshot=store.snapshots.put(snapshot), left_out=("big.bin: too large",))
    return Run("0" * 32, "one", Experiment("e"), RunStatus.FINISHED, 0, code=code)


def files_of(store: Store, run: Run) -> dict[str, FileChange]:
    return {file.path: file for file in uncommitted_changes(store, run).files}


def test_lines_that_were_changed_added_and_removed(
    store: Store, commit: Callable[..., str]
) -> None:
    base = commit(kept=b"1\n2\n3\n", gone=b"old\n", same=b"s\n")
    run = run_with(store, base, deleted=(b"gone",), kept=b"1\n2!\n3\n", new=b"n\n")
    found = uncommitted_changes(store, run)
    assert (found.base, found.base_missing, found.files_left_out) == (base, False, 0)
    assert found.not_kept == ("big.bin: too large",)
    assert [(f.path, f.change, f.diff[1:]) for f in found.files] == [
        ("gone", "removed", ("-old",)),
        ("kept", "changed", (" 1", "-2", "+2!", " 3")),
        ("new", "added", ("+n",)),
    ]


def test_a_commit_that_is_gone_is_said_and_files_are_whole(store: Store) -> None:
    found = uncommitted_changes(
        store, run_with(store, "a" * 40, deleted=(b"gone",), kept=b"1\n2\n")
    )
    assert found.base_missing
    assert [(f.path, f.change, f.diff[1:]) for f in found.files] == [
        ("gone", "removed", ()),
        ("kept", "changed", ("+1", "+2")),
    ]


def test_before_the_first_commit_everything_is_new(store: Store) -> None:
    found = uncommitted_changes(store, run_with(store, "", new=b"n\n"))
    assert (found.base, found.base_missing) == ("", False)
    assert found.files[0].change == "added"


def test_names_are_never_options_nor_patterns(store: Store, commit: Callable[..., str]) -> None:
    names = ["-l", "--name-only", ":(top)x", "*", "a b", "é", 'q"q']
    base = commit(**dict.fromkeys(names, b"before\n"))
    found = files_of(store, run_with(store, base, **dict.fromkeys(names, b"after\n")))
    assert set(found) == set(names)
    assert {file.diff[1:] for file in found.values()} == {("-before", "+after")}


def test_a_new_mode_is_told(store: Store, commit: Callable[..., str]) -> None:
    base = commit(tool=b"x\n")
    entry = ("100755", store.snapshots.put_blob(b"x\n"))
    file = files_of(store, run_of(store, Snapshot(base, {b"tool": entry})))["tool"]
    assert (file.diff, file.note) == ((), "mode 100644 → 100755")


def test_everything_is_bounded(store: Store, commit: Callable[..., str]) -> None:
    base = commit(x=b"x\n")
    many = {f"f{n:03}": b"line\n" * 90 for n in range(130)}
    found = uncommitted_changes(store, run_with(store, base, **many))
    assert (len(found.files), found.files_left_out) == (100, 30)
    assert sum(len(file.diff) for file in found.files) == 5000
    assert sum(len(file.diff) + file.lines_left_out for file in found.files) == 100 * 91


def test_a_damaged_file_is_named_and_the_others_are_shown(store: Store) -> None:
    run = run_with(store, "", bad=b"bad\n", good=b"good\n")
    path = store.snapshots.path(store.snapshots.put_blob(b"bad\n"))
    path.chmod(0o644)
    path.write_bytes(b"garbage")
    found = files_of(store, run)
    assert "backup" in found["bad"].note
    assert found["good"].diff[1:] == ("+good",)
    assert run.code is not None
    (store.snapshots.path(run.code.snapshot)).unlink()
    with pytest.raises(StoreError, match="snapshot"):
        uncommitted_changes(store, run)


def test_a_run_without_a_snapshot_has_no_lines(store: Store) -> None:
    code = CodeVersion("b" * 40, "main", dirty=True, left_out=("x: secret",))
    run = Run("0" * 32, "one", Experiment("e"), RunStatus.FINISHED, 0)
    assert uncommitted_changes(store, run).files == ()
    found = uncommitted_changes(store, replace(run, code=code))
    assert (found.files, found.not_kept, found.base) == ((), ("x: secret",), "b" * 40)
