"""Digests of files by their bytes, read once as long as they do not change."""

from __future__ import annotations

import mmap
import os
import threading
import time
from pathlib import Path

from xxhash import xxh3_128_hexdigest

from nbtrail.entities.dataset import Column, Dataset
from nbtrail.exceptions import FingerprintError
from nbtrail.fingerprint.roots import build

__all__ = ["digest_directory", "digest_file"]

# Path, size, mtime, ctime and inode; git's rule: an entry whose times are this near to the
# moment of hashing may hide a change within the same tick of the clock, so it is not kept.
_Key = tuple[str, int, int, int, int]
_RACY_NS = 2_000_000_000
_MOST = 4096

_known: dict[_Key, str] = {}
_lock = threading.Lock()


def digest_file(path: Path | str) -> Dataset:
    """Digest the bytes of a file (kind ``file``, rows = bytes).

    Raises
    ------
    FingerprintError
        When there is no such file, or it can't be read.
    """
    path = Path(path)
    try:
        content, size = _content(path)
    except OSError as error:
        raise FingerprintError(
            f"The file {path} can't be digested: {error.strerror or error}. "
            "Check that it exists and may be read."
        ) from error
    return _file(content, size)


def digest_directory(path: Path | str) -> Dataset:
    """Digest all files below a folder, by relative path and bytes (rows = number of files).

    Raises
    ------
    FingerprintError
        When a file or folder can't be read.
    """
    path = Path(path)
    try:
        # Hidden bookkeeping folders are files like all others: nothing is left out in silence.
        names = sorted(p.relative_to(path).as_posix() for p in path.rglob("*") if p.is_file())
        found = [(name, _content(path / name)) for name in names]
        if not path.is_dir():
            raise NotADirectoryError(20, "it is no folder", str(path))
    except OSError as error:
        raise FingerprintError(
            f"The folder {path} can't be digested: {error.strerror or error}. "
            "Check that it exists and may be read."
        ) from error
    columns = [Column(name, f"{size} bytes", content) for name, (content, size) in found]
    return build("directory", (len(columns),), columns, form="directory")


def _file(content: str, size: int) -> Dataset:
    column = Column("", "bytes", content)
    return build("file", (size,), (column,), form="file")


def _content(path: Path) -> tuple[str, int]:
    before = path.stat()
    key = _key(path, before)
    with _lock:
        content = _known.get(key)
    if content is not None:
        return content, before.st_size
    now = time.time_ns()
    with path.open("rb") as file:
        before = os.fstat(file.fileno())
        if before.st_size:
            with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as memory:
                content = xxh3_128_hexdigest(memory)
        else:
            content = xxh3_128_hexdigest(file.read())
        after = os.fstat(file.fileno())
    settled = now - max(after.st_mtime_ns, after.st_ctime_ns) > _RACY_NS
    if settled and _key(path, before) == _key(path, after):
        with _lock:
            while len(_known) >= _MOST:
                del _known[next(iter(_known))]
            _known[_key(path, after)] = content
    return content, after.st_size


def _key(path: Path, status: os.stat_result) -> _Key:
    return (
        str(path.absolute()),
        status.st_size,
        status.st_mtime_ns,
        status.st_ctime_ns,
        status.st_ino,
    )
