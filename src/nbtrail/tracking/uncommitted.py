"""What the working tree held beside the commit when a run started, as a diff."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final, Literal

from nbtrail.capture.commits import commit_files, read_blobs
from nbtrail.compare.files import compare_files
from nbtrail.entities.run import Run
from nbtrail.entities.uncommitted import FileChange, UncommittedChanges
from nbtrail.exceptions import StoreError
from nbtrail.store.snapshots import Snapshot
from nbtrail.store.store import Store

__all__ = ["uncommitted_changes"]

_MOST_FILES: Final = 100
_MOST_BYTES: Final = 20_000_000  # of all files, both versions
_MOST_LINES: Final = 5_000  # of all diffs

_Base = tuple[str, bytes | None, int]
"""Mode, bytes (None when too many) and size of a file of the commit."""


def uncommitted_changes(store: Store, run: Run) -> UncommittedChanges:
    """Return what differed from the run's commit; the first 100 files, 5,000 lines at most.

    Raises
    ------
    StoreError
        When the snapshot is missing or damaged.
    """
    code = run.code
    if code is None or not code.snapshot:
        commit, left_out = ("", ()) if code is None else (code.commit, code.left_out)
        return UncommittedChanges(commit, False, (), not_kept=left_out)
    snapshot = store.snapshots.read(code.snapshot)
    paths = sorted({*snapshot.files, *snapshot.deleted})
    shown = paths[:_MOST_FILES]
    base = _base(store, snapshot.base, shown)
    files: list[FileChange] = []
    bytes_left, lines_left = _MOST_BYTES, _MOST_LINES
    for path in shown:
        found, taken = _change(store, snapshot, base, path, bytes_left)
        bytes_left -= taken
        beyond = max(len(found.diff) - lines_left, 0)
        if beyond:
            hidden = found.lines_left_out + beyond
            found = replace(found, diff=found.diff[:lines_left], lines_left_out=hidden)
        lines_left -= len(found.diff)
        files.append(found)
    return UncommittedChanges(
        snapshot.base, base is None, tuple(files), len(paths) - len(shown), code.left_out
    )


def _base(store: Store, commit: str, paths: list[bytes]) -> dict[bytes, _Base] | None:
    """Return what the commit has at these paths; None when the repository lacks the commit."""
    if not commit:
        return {}
    found = commit_files(store.project, commit, paths)
    if found is None:
        return None
    room, small = _MOST_BYTES, {}
    for path, file in found.items():
        if path in paths and file.size <= room:  # a folder then may be a file now
            small[path] = file
            room -= file.size
    texts = dict(read_blobs(store.project, small))
    return {path: (file.mode, texts.get(path), file.size) for path, file in found.items()}


def _change(
    store: Store, snapshot: Snapshot, base: Mapping[bytes, _Base] | None, path: bytes, room: int
) -> tuple[FileChange, int]:
    """Return what happened to one file, and how many bytes were read for it."""
    name = path.decode("utf-8", "backslashreplace")
    old_mode, before, size = (base or {}).get(path, ("", None, 0))
    mode, identity = snapshot.files.get(path, ("", ""))
    # without the commit nobody knows which files it had
    change: Literal["changed", "added", "removed"] = "changed"
    if not identity:
        change = "removed"
    elif base is not None and not old_mode:
        change = "added"
    if room <= 0 or (old_mode and before is None):
        note = "too much to show" if room <= 0 else "the commit's version can't be read"
        return FileChange(name, change, note=note), 0
    try:
        after = store.snapshots.blob(identity) if identity else None
    except StoreError as error:
        return FileChange(name, change, note=str(error)), 0
    found = replace(compare_files(name, before, after), change=change)
    if mode and old_mode and old_mode != mode:
        found = replace(found, note=", ".join(filter(None, (found.note, _mode(old_mode, mode)))))
    return found, size + len(after or b"")


def _mode(old: str, new: str) -> str:
    return f"mode {old} → {new}"
