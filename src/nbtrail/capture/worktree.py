"""What the working tree holds beside its last commit.

Git says which files differ; we read them ourselves, byte for byte, so that no filter runs and
nothing is written to the repository. Kept are changed tracked files, and the untracked scripts,
modules and notebooks that the session executed. Everything else is named with the reason
why not, data by its digest.
"""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from nbtrail.capture.gitcommand import GitFailed, ask_git
from nbtrail.capture.secrets import find_secrets
from nbtrail.entities.provenance import CodeVersion

__all__ = ["HOLDS_SECRET", "Worktree", "read_worktree", "with_executed"]

HOLDS_SECRET = "it holds a secret"  # noqa: S105 - the reason, which others look for

_SECONDS = 2.0  # for reading files, after git has answered
_MOST_PATHS = 200
_MOST_BYTES = 5_000_000  # of one file
_MOST_IN_ALL = 50_000_000
_MOST_DIGESTED = 20  # untracked files, of this size together
_DIGESTED_BYTES = 200_000_000
_CACHES = ("/.ipynb_checkpoints/", "/__pycache__/")  # copies that nobody commits
_CODE = (".py", ".ipynb")
_GONE, _SUBMODULE = "000000", "160000"

Keep = Callable[[bytes], str]
"""Takes the bytes of a file and returns the name by which they can be found again."""


@dataclass(frozen=True, slots=True)
class Worktree:
    """The state of a working tree.

    Attributes
    ----------
    code : CodeVersion
        `snapshot` is not set yet.
    files : mapping of str to (str, str)
        Path (as `os.fsdecode` gives it) to git's mode and what `Keep` returned.
    deleted : tuple of str
        Tracked files that are gone.
    untracked : tuple of str
        Files that git does not know and does not ignore.
    """

    code: CodeVersion
    files: dict[str, tuple[str, str]] = field(default_factory=dict)
    deleted: tuple[str, ...] = ()
    untracked: tuple[str, ...] = ()


def read_worktree(
    project: Path, head: CodeVersion, executed: Collection[str] = (), keep: Keep | None = None
) -> Worktree:
    """Read the state of the working tree below `project`.

    Takes five seconds for git and two for the files at most; what was not reached by then is
    left out. `dirty` stays unknown when git is missing, refuses or fails.

    Parameters
    ----------
    head : CodeVersion
        As `read_head` gives it.
    executed : collection of str
        Absolute paths of the code that the session ran or imported.
    keep : callable, optional
        Stores the bytes of a file; without it only the paths are told.
    """
    try:
        answer = ask_git(
            project, "status", "--porcelain=v2", "-z", "--branch", "--no-renames",
            "--ignore-submodules=dirty", "--untracked-files=normal",
        )  # fmt: skip
    except GitFailed:
        return Worktree(head)
    records = [os.fsdecode(record) for record in answer.split(b"\0") if record]
    tracked = dict(_tracked(records))
    loose = [r[2:] for r in records if r[:2] == "? " and not _is_cache(r[2:])]
    changed = (*tracked, *loose)
    code = replace(
        _completed(head, records),
        dirty=bool(changed),
        changed=tuple(map(_shown, changed[:_MOST_PATHS])),
    )
    if keep is None or not changed:
        return Worktree(code)
    reading = _Reading(project, keep)
    for path, mode in tracked.items():
        reading.take(path, mode)
    untracked, folders = _untracked(project, loose)
    mine = _inside(project, executed)
    for path in untracked:
        if path in mine:
            reading.take(path, "")
    reading.leave(untracked, folders)
    left_out = tuple(f"{_shown(p)}: {why}" for p, why in reading.left_out.items())
    return Worktree(
        replace(code, left_out=left_out[:_MOST_PATHS]),
        reading.files,
        tuple(reading.deleted),
        tuple(p for p in untracked if p not in reading.files),
    )


def with_executed(tree: Worktree, project: Path, executed: Collection[str], keep: Keep) -> Worktree:
    """Add the untracked code that was executed since `tree` was read; itself when there is none."""
    mine = [p for p in tree.untracked if p in _inside(project, executed)]
    if not mine:
        return tree
    reading = _Reading(project, keep)
    for path in mine:
        reading.take(path, "")
    named = tuple(f"{_shown(path)}: " for path in mine)
    rest = [text for text in tree.code.left_out if not text.startswith(named)]
    rest += [f"{_shown(path)}: {why}" for path, why in reading.left_out.items()]
    return Worktree(
        replace(tree.code, left_out=tuple(rest)),
        tree.files | reading.files,
        tree.deleted,
        tuple(p for p in tree.untracked if p not in mine),
    )


class _Reading:
    """Reads files one after the other, within the limits of size and time."""

    def __init__(self, project: Path, keep: Keep) -> None:
        self._project = project
        self._keep = keep
        self._until = time.monotonic() + _SECONDS
        self._room = _MOST_IN_ALL
        self.files: dict[str, tuple[str, str]] = {}
        self.deleted: list[str] = []
        self.left_out: dict[str, str] = {}

    def take(self, path: str, mode: str) -> None:
        """Keep a file; `mode` as git sees it in the working tree, "" when git does not."""
        if mode == _GONE:
            self.deleted.append(path)
        elif mode == _SUBMODULE:
            self._submodule(path)
        elif time.monotonic() > self._until:
            self.left_out[path] = f"no time (more than {_SECONDS:.0f} s for all files)"
        else:
            try:
                self._file(path)
            except OSError as error:
                self.left_out[path] = f"can't be read ({error.strerror or error})"

    def leave(self, paths: Collection[str], folders: dict[str, int]) -> None:
        """Name untracked files that are not kept, with their digests as far as that is quick."""
        room, count = _DIGESTED_BYTES, 0
        for path in paths:
            if path in self.files or path in self.left_out:
                continue
            size = _size(self._project / path)
            count += 1
            if size < 0 or size > room or count > _MOST_DIGESTED or time.monotonic() > self._until:
                self.left_out[path] = "untracked" if size < 0 else f"untracked, {size:,} bytes"
                continue
            room -= size
            self.left_out[path] = f"untracked, {_digest(self._project / path)}"
        for folder, amount in folders.items():
            self.left_out[folder] = f"untracked, {amount:,} files" if amount else "untracked folder"

    def _file(self, path: str) -> None:
        place = self._project / path
        kind = place.lstat().st_mode
        if stat.S_ISLNK(kind):
            self.files[path] = ("120000", self._keep(os.fsencode(place.readlink())))
            return
        if not stat.S_ISREG(kind):
            self.left_out[path] = "not a regular file"
            return
        data, kind = _read(place)
        if len(data) > min(_MOST_BYTES, self._room):
            most = min(_MOST_BYTES, self._room) // 1_000_000
            size = max(_size(place), 0)
            self.left_out[path] = f"larger than {most} MB ({size:,} bytes, {_digest(place)})"
        elif find_secrets(data.decode("utf-8", "replace")):
            self.left_out[path] = HOLDS_SECRET
        else:
            self._room -= len(data)
            mode = "100755" if kind & stat.S_IXUSR else "100644"
            self.files[path] = (mode, self._keep(data))

    def _submodule(self, path: str) -> None:
        from nbtrail.capture.git import read_head

        head = read_head(self._project / path)
        commit = head.commit if head is not None else ""
        self.left_out[path] = f"submodule at commit {commit or 'unknown'}"


def _read(place: Path) -> tuple[bytes, int]:
    """Return the first bytes of a regular file, one more than may be kept, and its mode."""
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    descriptor = os.open(place, flags | getattr(os, "O_BINARY", 0))
    with os.fdopen(descriptor, "rb") as file:
        kind = os.fstat(file.fileno()).st_mode
        if not stat.S_ISREG(kind):
            raise OSError(0, "not a regular file")
        return file.read(_MOST_BYTES + 1), kind


def _tracked(records: list[str]) -> Iterator[tuple[str, str]]:
    """Yield changed tracked paths and their modes in the working tree (format: git-status(1))."""
    for record in records:
        if record[:2] == "1 ":
            parts = record.split(" ", 8)
            yield parts[8], parts[5]
        elif record[:2] == "u ":
            parts = record.split(" ", 10)
            yield parts[10], parts[6]


def _completed(head: CodeVersion, records: list[str]) -> CodeVersion:
    """Add the commit where only git could find it (references kept in a table)."""
    if head.commit:
        return head
    said = dict(r[2:].split(" ", 1) for r in records if r.startswith("# branch."))
    commit = said.get("branch.oid", "(initial)")
    if commit == "(initial)":
        return head
    branch = said.get("branch.head", "")
    return replace(head, commit=commit, branch="" if branch == "(detached)" else branch)


def _untracked(project: Path, loose: list[str]) -> tuple[list[str], dict[str, int]]:
    """Look into untracked folders: return files, and large folders with their number of files.

    Code is always named by its path, so that what was executed can be found among it.
    """
    files = [path for path in loose if not path.endswith("/")]
    folders = [path for path in loose if path.endswith("/")]
    if not folders:
        return files, {}
    try:
        answer = ask_git(
            project, "ls-files", "-z", "--others", "--exclude-standard", "--", *folders,
            seconds=_SECONDS,
        )  # fmt: skip
    except GitFailed:
        return files, dict.fromkeys(folders, 0)
    found = (os.fsdecode(path) for path in answer.split(b"\0") if path)
    inside = [path for path in found if not _is_cache(path)]
    large: dict[str, int] = {}
    for folder in folders:
        members = [path for path in inside if path.startswith(folder)]
        if len(members) <= _MOST_DIGESTED:
            files += members
        else:
            large[folder] = len(members)
            files += [path for path in members if path.endswith(_CODE)][:_MOST_PATHS]
    return files, large


def _is_cache(path: str) -> bool:
    return any(cache in f"/{path}" for cache in _CACHES)


def _inside(project: Path, executed: Collection[str]) -> set[str]:
    root = os.path.realpath(project) + os.sep
    real = (os.path.realpath(path) for path in executed)
    return {p[len(root) :].replace(os.sep, "/") for p in real if p.startswith(root)}


def _size(place: Path) -> int:
    try:
        found = place.lstat()
    except OSError:
        return -1
    return found.st_size if stat.S_ISREG(found.st_mode) else -1


def _digest(place: Path) -> str:
    from nbtrail.exceptions import FingerprintError
    from nbtrail.fingerprint.files import digest_file

    try:
        return digest_file(place).digest.content
    except (OSError, FingerprintError):
        return "no digest"


def _shown(path: str) -> str:
    """Return a path as text that can be stored: bytes that are no UTF-8 are spelled out."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")
