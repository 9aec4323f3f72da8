"""Digests of the files of one cell, each taken once, and the reason where there is none."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from nbtrail.capture.audit import unwatched
from nbtrail.capture.readlog import FileState, file_state
from nbtrail.entities.dataset import Column, Dataset, Digest
from nbtrail.exceptions import FingerprintError
from nbtrail.fingerprint.files import digest_directory, digest_file
from nbtrail.fingerprint.roots import build

__all__ = ["FileDigests", "Found", "unknown"]

_LARGEST = 4 << 30  # bytes of one file; of a larger one only samples are read
_BUDGET = 8 << 30  # bytes of one cell, beyond which every file is sampled
_LEAST = 64 << 20
_MOST_FILES = 2000  # of one folder


class Found(NamedTuple):
    """What is known of a file or folder; `reason` says why `dataset` has no digest."""

    dataset: Dataset
    reason: str = ""

    @property
    def content(self) -> str:
        """The content digest, or empty."""
        return self.dataset.digest.content


class FileDigests:
    """Digests files and folders; nothing but regular files is ever opened."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, FileState], Found] = {}
        self._left = _BUDGET

    def of(self, path: str, expected: FileState | None = None) -> Found:
        """Return the digest of a file or folder as it is now.

        Parameters
        ----------
        path : str
            Absolute.
        expected : FileState, optional
            As it was when the cell read it: a file that is another by now has no digest.
        """
        now = file_state(path)
        if now is None:
            return Found(unknown("file"), "deleted before it could be digested")
        if expected is not None and now != expected and not stat.S_ISDIR(now[3]):
            return Found(unknown("file"), "changed after it was read")
        if (path, now) not in self._known:
            self._known[path, now] = self._digest(path, now)
        return self._known[path, now]

    def together(self, folder: str, paths: list[str]) -> Found:
        """Return one digest over some files of a folder."""
        columns = []
        for path in sorted(paths):
            found = self.of(path)
            if not found.content:
                return Found(unknown("directory"), f"{Path(path).name}: {found.reason}")
            part = found.dataset.columns[0]
            name = os.path.relpath(path, folder).replace(os.sep, "/")
            columns.append(Column(name, f"{found.dataset.rows} bytes", part.content))
        return Found(build("directory", (len(columns),), columns, form="directory"))

    def _digest(self, path: str, now: FileState) -> Found:
        size, mode = now[0], now[3]
        if stat.S_ISDIR(mode):
            return self._folder(path)
        if not stat.S_ISREG(mode):
            return Found(unknown("stream"), f"a {_kind(mode)}: it can't be read again")
        limit = max(_LEAST, min(_LARGEST, self._left))
        self._left -= min(size, limit)
        return _guarded(lambda: digest_file(path, limit=limit), "file", path, now)

    def _folder(self, path: str) -> Found:
        size = _folder_size(path)
        if size is None or size > min(_LARGEST, self._left):
            return Found(unknown("directory"), "too large to be digested")
        self._left -= size
        return _guarded(lambda: digest_directory(path), "directory", path, None)


def unknown(kind: str) -> Dataset:
    """Return the dataset of something that was read but can't be digested."""
    return Dataset(Digest("", ""), kind)


def _guarded(take: Callable[[], Dataset], kind: str, path: str, before: FileState | None) -> Found:
    try:
        with unwatched():
            dataset = take()
    except (FingerprintError, OSError, ValueError) as error:
        cause = error.__cause__ if isinstance(error.__cause__, OSError) else error
        text = getattr(cause, "strerror", None) or type(cause).__name__
        return Found(unknown(kind), f"could not be digested: {text}")
    if before is not None and file_state(path) != before:
        return Found(unknown(kind), "changed while it was digested")
    return Found(dataset)


def _folder_size(path: str) -> int | None:
    """Return the bytes below a folder; None when it holds too many or odd files."""
    total = count = 0
    for folder, _, names in os.walk(path):
        for name in names:
            state = file_state(os.path.join(folder, name))  # noqa: PTH118
            count += 1
            if count > _MOST_FILES:
                return None
            if state is not None and stat.S_ISREG(state[3]):
                total += state[0]
    return total


def _kind(mode: int) -> str:
    if stat.S_ISFIFO(mode):
        return "pipe"
    return "socket" if stat.S_ISSOCK(mode) else "device"
