"""Digests of files by their bytes, read once as long as they do not change."""

from __future__ import annotations

import io
import os
import stat
import struct
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from xxhash import xxh3_128, xxh3_128_digest, xxh3_128_hexdigest

from nbtrail.entities.dataset import Column, Dataset
from nbtrail.exceptions import FingerprintError
from nbtrail.fingerprint.progress import Report, active, metering
from nbtrail.fingerprint.roots import FULL_LIMIT, Sampling, build

__all__ = ["digest_directory", "digest_file"]

# Path, size, mtime, ctime and inode; git's rule: an entry whose times are this near to the
# moment of hashing may hide a change within the same tick of the clock, so it is not kept.
_Key = tuple[str, int, int, int, int]
_RACY_NS = 2_000_000_000
_MOST = 4096

_CHUNK = 1 << 20  # stays in the processor's cache between reading and hashing
_KINDS = (
    (stat.S_ISDIR, "folder"),
    (stat.S_ISFIFO, "named pipe"),
    (stat.S_ISSOCK, "socket"),
    (stat.S_ISCHR, "device"),
    (stat.S_ISBLK, "device"),
)

_known: dict[tuple[_Key, int], str] = {}
_lock = threading.Lock()


def digest_file(
    path: Path | str, *, limit: int | None = FULL_LIMIT, progress: Report | None = None
) -> Dataset:
    """Digest the bytes of a file (kind ``file``, rows = bytes).

    Parameters
    ----------
    limit : int, optional
        Of a longer file only some pieces of 1 MiB are read, and the digest says so.
    progress : callable, optional
        As of :func:`nbtrail.fingerprint.digest`.

    Raises
    ------
    FingerprintError
        When there is no such file, it can't be read, or it is a pipe, a socket or a device:
        these are never opened.
    """
    path = Path(path)
    try:
        with metering(progress, lambda: path.stat().st_size):
            content, size, sampling = _content(path, limit)
    except (OSError, ValueError) as error:
        raise _refused("file", path, error) from error
    column = Column("", "bytes", content)
    return build("file", (size,), (column,), form="file", sampling=sampling)


def digest_directory(path: Path | str, *, progress: Report | None = None) -> Dataset:
    """Digest all files below a folder, by relative path and bytes (rows = number of entries).

    A link to a file counts by that file's bytes; a link to a folder, and one that leads
    nowhere, by its target's name. Pipes, sockets and devices count by their kind. Nothing is
    left out, hidden folders included.

    Raises
    ------
    FingerprintError
        When a file or folder can't be read.
    """
    path = Path(path)
    try:
        names = sorted(_names(path))
        with metering(progress, lambda: sum(_size(path / name) for name in names)):
            columns = [_entry(name, path / name) for name in names]
    except (OSError, ValueError) as error:
        raise _refused("folder", path, error) from error
    return build("directory", (len(columns),), columns, form="directory")


def _refused(what: str, path: Path, error: OSError | ValueError) -> FingerprintError:
    reason = getattr(error, "strerror", None) or error
    return FingerprintError(
        f"The {what} {str(path)!r} can't be digested: {reason}. "
        "Check that it exists and may be read."
    )


def _names(folder: Path, prefix: str = "") -> Iterator[str]:
    with os.scandir(folder) as entries:
        for entry in entries:
            name = f"{prefix}{entry.name}"
            if entry.is_dir(follow_symlinks=False):
                yield from _names(folder / entry.name, f"{name}/")
            else:
                yield name


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _entry(name: str, path: Path) -> Column:
    try:
        mode = path.stat().st_mode
    except OSError:
        if not path.is_symlink():
            raise
        mode = 0
    if stat.S_ISREG(mode):
        content, size, _ = _content(path, None)
        return Column(name, f"{size} bytes", content)
    kind = "link" if path.is_symlink() else _kind(mode)
    target = os.fsencode(path.readlink()) if kind == "link" else b""
    return Column(name, kind, xxh3_128_hexdigest(kind.encode() + b" " + target))


def _kind(mode: int) -> str:
    return next((name for test, name in _KINDS if test(mode)), "special file")


def _content(path: Path, limit: int | None) -> tuple[str, int, Sampling]:
    status = path.stat()
    if not stat.S_ISREG(status.st_mode):
        raise ValueError(f"it is a {_kind(status.st_mode)}, not a file")
    sampling = Sampling.within(status.st_size, limit)
    meter = active()
    with _lock:
        content = _known.get((_key(path, status), sampling.stride))
    if content is not None:
        if meter is not None:
            meter.add(status.st_size)
        return content, status.st_size, sampling
    now = time.time_ns()
    # Not blocking, should a pipe have taken the file's place just now.
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    with io.FileIO(os.open(path, flags)) as file:
        before = os.fstat(file.fileno())
        if sampling.stride == 1:
            content, size = _read(file)
        else:
            content, size = _sample(file, before.st_size, sampling.stride)
        after = os.fstat(file.fileno())
    settled = now - max(after.st_mtime_ns, after.st_ctime_ns) > _RACY_NS
    if settled and size == after.st_size and _key(path, before) == _key(path, after):
        with _lock:
            while len(_known) >= _MOST:
                del _known[next(iter(_known))]
            _known[_key(path, after), sampling.stride] = content
    return content, size, sampling


def _read(file: io.FileIO) -> tuple[str, int]:
    # Not through a memory map: when the file is cut short meanwhile, that kills the process.
    buffer = memoryview(bytearray(_CHUNK))
    state, size, meter = xxh3_128(), 0, active()
    while count := file.readinto(buffer):
        state.update(buffer[:count])
        size += count
        if meter is not None:
            meter.add(count)
    return state.hexdigest(), size


def _sample(file: io.FileIO, size: int, stride: int) -> tuple[str, int]:
    """Digest the first piece, every `stride`-th after it, and the last one."""
    leaves, meter = [], active()
    last = (size - 1) // _CHUNK
    for number in sorted({*range(0, last, stride), last}):
        file.seek(number * _CHUNK)
        leaves.append(xxh3_128_digest(file.read(_CHUNK)))
        if meter is not None:
            meter.add(size / (last // stride + 2))
    return xxh3_128_hexdigest(struct.pack("<qq", size, stride) + b"".join(leaves)), size


def _key(path: Path, status: os.stat_result) -> _Key:
    return (
        str(path.absolute()),
        status.st_size,
        status.st_mtime_ns,
        status.st_ctime_ns,
        status.st_ino,
    )
