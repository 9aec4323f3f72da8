"""Content-addressed files: ``objects/ab/cdef...``, named by their sha-256.

An object is complete and on the disk before anything refers to it; a name that
exists never changes its bytes.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import re
import stat
import time
from collections.abc import Callable, Iterator
from io import BufferedReader
from pathlib import Path

from nbtrail.exceptions import StoreError
from nbtrail.store.folders import make_folder, sync_folder

__all__ = ["Objects", "names_in", "place", "refreshed", "take_away", "write_synced"]

_SHA256 = re.compile(r"[0-9a-f]{64}")
_CHUNK = 1 << 20
_YOUNG_S = 60.0


class Objects:
    """The objects of one store.

    Parameters
    ----------
    root : Path
        The folder ``objects``; shards in it are made when needed.
    """

    def __init__(self, root: Path) -> None:
        self.root = root

    def put_file(self, path: Path) -> tuple[str, int]:
        """Store a copy of a file; return its sha-256 and size in bytes.

        Raises
        ------
        StoreError
            When the file can't be read, or nothing can be written.
        """
        try:
            with Path(path).open("rb") as source:
                return self._put(iter(lambda: source.read(_CHUNK), b""))
        except OSError as error:
            raise StoreError(f"{path} can't be kept: {error}. Free space or check it.") from error

    def put_bytes(self, data: bytes) -> tuple[str, int]:
        """Store bytes; return their sha-256 and size.

        Raises
        ------
        StoreError
            When nothing can be written.
        """
        try:
            return self._put(iter((data,)))
        except OSError as error:
            raise StoreError(f"{len(data)} bytes can't be kept: {error}.") from error

    def path(self, sha256: str) -> Path:
        """Return where an object lies, whether or not it exists.

        Raises
        ------
        StoreError
            When `sha256` is not 64 lowercase hex digits.
        """
        if not _SHA256.fullmatch(sha256):
            raise StoreError(f"{sha256!r} is not the name of an object (64 hex digits).")
        return self.root / sha256[:2] / sha256[2:]

    def remove(self, sha256: str, is_used: Callable[[], bool]) -> bool:
        """Remove an object that nothing refers to; say whether it is gone.

        A writer that finds the object there refreshes its time of change, so one that is
        younger than a minute stays: a reference to it may be on its way.

        Parameters
        ----------
        is_used : callable
            Says whether something refers to it, asked while nobody can find the object.
        """
        return take_away(self.path(sha256), self.root / f".{sha256}.removed", _YOUNG_S, is_used)

    def is_sound(self, sha256: str) -> bool:
        """Say whether an object is there and has the bytes that its name says."""
        try:
            with _open(self.path(sha256)) as file:
                return hashlib.file_digest(file, "sha256").hexdigest() == sha256
        except OSError:
            return False

    def names(self) -> Iterator[str]:
        """Return the name of every object that is there."""
        return names_in(self.root, _SHA256)

    def read(self, sha256: str) -> bytes:
        """Return an object's bytes, verified.

        Raises
        ------
        StoreError
            When it is missing, or its bytes are no longer those that were stored.
        """
        path = self.path(sha256)
        try:
            with _open(path) as file:
                data = file.read()
        except OSError as error:
            raise StoreError(
                f"Object {sha256[:12]} is missing from {self.root} ({error.strerror}). "
                "Restore it from a backup of the trail, or run the cell again."
            ) from error
        if hashlib.sha256(data).hexdigest() != sha256:
            raise StoreError(
                f"Object {sha256[:12]} in {self.root} was changed on the disk: its bytes no "
                "longer match its name. Restore it from a backup of the trail."
            )
        return data

    def _put(self, chunks: Iterator[bytes]) -> tuple[str, int]:
        make_folder(self.root)
        temporary = self.root / f".{os.urandom(8).hex()}.tmp"
        try:
            digest, size = write_synced(temporary, chunks)
            place(temporary, self.path(digest))
        finally:
            # what went wrong before is what the caller has to know
            with contextlib.suppress(OSError):
                temporary.unlink()
        return digest, size


def _open(path: Path) -> BufferedReader:
    """Open a plain file for reading: no link to another one, no pipe that would be waited for."""
    flags = os.O_RDONLY | getattr(os, "O_BINARY", 0)
    flags |= getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    number = os.open(path, flags)
    if not stat.S_ISREG(os.fstat(number).st_mode):
        os.close(number)
        raise OSError(errno.EINVAL, "it is no plain file", str(path))
    return BufferedReader(os.fdopen(number, "rb", buffering=0))


def names_in(root: Path, name: re.Pattern[str]) -> Iterator[str]:
    """Yield the names of the files that lie in folders named by their first two digits."""
    for shard in sorted(root.glob("[0-9a-f][0-9a-f]")):
        for path in sorted(shard.iterdir()):
            if name.fullmatch(shard.name + path.name):
                yield shard.name + path.name


def write_synced(path: Path, chunks: Iterator[bytes]) -> tuple[str, int]:
    """Write a new file to the disk; return its sha-256 and size in bytes."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0)
    descriptor = os.open(path, flags | getattr(os, "O_BINARY", 0), 0o444)
    digest = hashlib.sha256()
    size = 0
    with os.fdopen(descriptor, "wb") as target:
        for chunk in chunks:
            digest.update(chunk)
            target.write(chunk)
            size += len(chunk)
        target.flush()
        os.fsync(target.fileno())
    return digest.hexdigest(), size


def take_away(path: Path, aside: Path, young_s: float, is_used: Callable[[], bool]) -> bool:
    """Remove a file that is older than `young_s` seconds and not used; say whether it is gone.

    While that is decided it lies `aside`, so that who needs it writes it anew.
    """
    try:
        path.rename(aside)
    except OSError:
        return False
    try:
        if time.time() - aside.stat().st_mtime >= young_s and not is_used():
            aside.unlink()
            return True
        aside.replace(path)  # what somebody wrote there meanwhile has the same bytes
    except FileNotFoundError:
        return False  # a clean-up took us for a dead one, and has put it back
    return False


def refreshed(path: Path) -> bool:
    """Say whether a file is there, and make it young: somebody is about to refer to it."""
    try:
        os.utime(path)
    except FileNotFoundError:
        return False
    except PermissionError:
        return True  # it is there, and another user's
    return True


def place(temporary: Path, final: Path) -> None:
    """Give a written file its final name, for good; an existing one stays as it is."""
    if refreshed(final):
        return
    make_folder(final.parent)
    temporary.replace(final)
    sync_folder(final.parent)
