"""The code of a run as files again: its commit, with what the working tree had beside it."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path

from nbtrail.capture.commits import CommitFile, commit_files, read_blobs
from nbtrail.entities.run import Run
from nbtrail.exceptions import NotFoundError, StoreError, UsageError
from nbtrail.store.snapshots import Snapshot
from nbtrail.store.store import Store

__all__ = ["RestoredCode", "restore_code"]

_LINK, _SUBMODULE = "120000", "160000"
# what git itself refuses: names that lead out of the folder or into a repository's own files
_FORBIDDEN = re.compile(rb"(?i)^(|\.|\.\.|\.git|git~1|[a-z]:.*)$")


@dataclass(frozen=True, slots=True)
class RestoredCode:
    """What was written.

    Attributes
    ----------
    folder : Path
    written : int
        Number of files.
    missing : tuple of str
        Paths that could not be written, each with the reason behind a colon.
    """

    folder: Path
    written: int
    missing: tuple[str, ...] = ()

    def __str__(self) -> str:
        files = f"{self.written} file{'s' if self.written != 1 else ''} written to {self.folder}"
        return "\n".join([files, *(f"  not there: {text}" for text in self.missing)])


def restore_code(store: Store, run: Run, folder: Path) -> RestoredCode:
    """Write the files of a run's commit and of its snapshot into a new folder.

    The modules that the run imported come from what was recorded of them when no snapshot
    and no commit has them.

    Parameters
    ----------
    folder : Path
        New or empty. The working tree itself is never touched.

    Raises
    ------
    UsageError
        When `folder` is not empty.
    NotFoundError
        When nothing of the run's code was kept.
    """
    folder = folder.absolute()
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageError(f"{folder} is not an empty folder. Name a new one; nothing was written.")
    code = run.code
    snapshot = Snapshot("", {})
    if code is not None and code.snapshot:
        snapshot = store.snapshots.read(code.snapshot)
    target = _Target(folder)
    if code is not None:
        target.missing += list(code.left_out)
        _write_base(store, snapshot.base or code.commit, snapshot, target, code.left_out)
    _write_snapshot(store, snapshot, target)
    _write_modules(store, run, target)
    if not target.written:
        raise NotFoundError(
            f"No code of run {run.name} was kept: it has no commit, no snapshot and no modules. "
            f"Its cells are shown by: %track show {run.run_id[:8]} --code"
        )
    target.finish()
    return RestoredCode(folder, len(target.written), tuple(target.missing))


class _Target:
    """A new folder that is filled; no name leads out of it, and no link is ever followed."""

    def __init__(self, folder: Path) -> None:
        self._root = os.fsencode(folder)
        self._links: list[tuple[bytes, bytes]] = []
        self.written: set[bytes] = set()
        self.missing: list[str] = []

    def put(self, path: bytes, mode: str, data: bytes) -> None:
        """Write one file, unless its name is one that no project may have."""
        if any(_FORBIDDEN.match(part) for part in path.split(b"/")) or b"\\" in path:
            self.lack(path, "its name is not allowed")
            return
        place = os.path.join(self._root, path)  # noqa: PTH118 - bytes
        self.written.add(path)
        if mode == _LINK:
            self._links.append((place, data))
            return
        os.makedirs(os.path.dirname(place), exist_ok=True)  # noqa: PTH103, PTH120
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
        with os.fdopen(os.open(place, flags, 0o755 if mode == "100755" else 0o644), "wb") as file:
            file.write(data)

    def lack(self, path: bytes, why: str) -> None:
        """Note a file that is not written."""
        self.missing.append(f"{path.decode('utf-8', 'backslashreplace')}: {why}")

    def finish(self) -> None:
        """Make the links, when nothing can be written through them any more."""
        for place, to in self._links:
            os.makedirs(os.path.dirname(place), exist_ok=True)  # noqa: PTH103, PTH120
            os.symlink(to, place)  # noqa: PTH211


def _write_base(
    store: Store, commit: str, snapshot: Snapshot, target: _Target, left_out: tuple[str, ...]
) -> None:
    if not commit:
        return
    files = commit_files(store.project, commit)
    if files is None:
        target.missing.append(
            f"unchanged files: commit {commit[:12]} is no longer in the repository of "
            f"{store.project}"
        )
        return
    outdated = {text.partition(": ")[0].encode() for text in left_out}
    wanted: dict[bytes, CommitFile] = {}
    for path, file in files.items():
        if file.mode == _SUBMODULE:
            target.lack(path, f"submodule at commit {file.name}")
        elif path not in snapshot.files and path not in snapshot.deleted and path not in outdated:
            wanted[path] = file
    for path, data in read_blobs(store.project, wanted):
        if data is None:
            target.lack(path, "the repository lacks it")
        else:
            target.put(path, wanted[path].mode, data)


def _write_snapshot(store: Store, snapshot: Snapshot, target: _Target) -> None:
    for path, (mode, name) in snapshot.files.items():
        try:
            data = store.snapshots.blob(name)
        except StoreError as error:
            target.lack(path, str(error))
            continue
        target.put(path, mode, data)


def _write_modules(store: Store, run: Run, target: _Target) -> None:
    if not run.session_id:
        return
    for module in store.reader.modules(run.session_id, run.last_cell):
        path = module.path.encode()
        if path not in target.written:
            target.put(path, "100644", store.reader.source(module.sha256).encode())
