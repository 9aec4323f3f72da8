"""Operations that could not be written, kept as files until they can.

A rescue file is whole or absent (it is renamed into place), holds one operation per
line, and is applied in one transaction. Its place is ``.nbtrail/rescue``; when nothing
can be written there, a private folder among the temporary files.
"""

from __future__ import annotations

import contextlib
import hashlib
import itertools
import json
import os
import stat
import tempfile
import time
import typing
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from nbtrail.entities.codec import from_plain, to_plain
from nbtrail.exceptions import StoreError
from nbtrail.store.folders import sync_folder
from nbtrail.store.operations import Operation

__all__ = ["Rescue"]

_KEEP_TRYING_S = 24 * 3600


class Rescue:
    """The rescue files of one store.

    Parameters
    ----------
    root : Path
        The folder ``.nbtrail``.
    """

    def __init__(self, root: Path) -> None:
        self.folder = root / "rescue"
        name = hashlib.sha256(str(root).encode("utf-8", "surrogateescape")).hexdigest()[:16]
        user = os.getuid() if hasattr(os, "getuid") else "user"
        self.fallback = Path(tempfile.gettempdir()) / f"nbtrail-rescue-{user}" / name
        self._number = itertools.count()

    def spill(self, operations: Sequence[Operation]) -> Path:
        """Write operations into a new rescue file and return its path.

        Raises
        ------
        OSError
            When neither place can be written.
        """
        lines = [
            json.dumps({"kind": operation.kind, "args": to_plain(operation.args)})
            for operation in operations
            if operation.replay
        ]
        text = "\n".join(lines) + "\n"
        name = f"{time.time_ns():020d}-{os.getpid()}-{next(self._number)}.jsonl"
        try:
            return _write(self.folder / name, text)
        except OSError:
            self.fallback.mkdir(parents=True, exist_ok=True, mode=0o700)
            if not _private(self.fallback.parent):
                raise
            return _write(self.fallback / name, text)

    def pending(self) -> tuple[Path, ...]:
        """Return the rescue files that wait, oldest first."""
        folders = [self.folder]
        if _private(self.fallback.parent):
            folders.append(self.fallback)
        found = (path for folder in folders for path in _files(folder))
        return tuple(sorted(found, key=lambda path: path.name))

    @staticmethod
    def load(
        path: Path, functions: typing.Mapping[str, Callable[..., Any]]
    ) -> tuple[Operation, ...]:
        """Read a rescue file.

        Raises
        ------
        StoreError
            When a newer nbtrail wrote it, or it was edited.
        """
        operations = []
        try:
            for line in path.read_text(encoding="utf-8").splitlines():
                data = json.loads(line)
                hints = typing.get_type_hints(functions[data["kind"]])
                hints.pop("return", None)
                kinds = list(hints.values())[1:]  # after the connection
                args = [from_plain(k, a) for k, a in zip(kinds, data["args"], strict=True)]
                operations.append(Operation(data["kind"], tuple(args)))
        except (KeyError, TypeError, ValueError) as error:
            raise StoreError(f"{path} can't be read back ({error!r}).") from error
        return tuple(operations)

    @staticmethod
    def reject(path: Path) -> Path:
        """Put a file aside that can never be applied; return its new path."""
        return path.rename(path.with_suffix(".rejected"))

    @staticmethod
    def expired(path: Path) -> bool:
        """Say whether a file that refers to an unknown run has waited long enough for it."""
        return time.time_ns() - int(path.name.partition("-")[0]) > _KEEP_TRYING_S * 10**9


def _write(path: Path, text: str) -> Path:
    temporary = path.with_suffix(".tmp")
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0)
    try:
        descriptor = os.open(temporary, flags, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        temporary.rename(path)
        sync_folder(path.parent)
    except OSError:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise
    return path


def _files(folder: Path) -> list[Path]:
    try:
        return [path for path in folder.iterdir() if path.suffix == ".jsonl"]
    except OSError:
        return []


def _private(folder: Path) -> bool:
    """Say whether nobody else can have put files there."""
    try:
        status = folder.lstat()
    except OSError:
        return False
    own = not hasattr(os, "getuid") or status.st_uid == os.getuid()
    return stat.S_ISDIR(status.st_mode) and own and (os.name == "nt" or not status.st_mode & 0o022)
