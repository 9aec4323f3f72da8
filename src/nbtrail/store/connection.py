"""Opening the database, and the checks before it.

A database may come from anybody: views and triggers in it get no trust, nothing can
be attached, and the file must be what it claims to be.
"""

from __future__ import annotations

import os
import re
import sqlite3
import stat
import sys
from pathlib import Path
from typing import Final

from nbtrail.exceptions import StoreError

__all__ = [
    "APPLICATION_ID",
    "DATABASE",
    "check_place",
    "connect_reader",
    "connect_writer",
    "identity",
    "reset_bug",
    "vacuum",
]

APPLICATION_ID: Final = 0x6E625472  # "nbTr"
DATABASE: Final = "nbtrail.db"

_BUSY_MS = 30_000
_CHANGES = (sqlite3.SQLITE_INSERT, sqlite3.SQLITE_UPDATE, sqlite3.SQLITE_DELETE)
_READ_ONLY_FOLDER = re.compile("unable to open|readonly", re.IGNORECASE)


def reset_bug(version: tuple[int, ...] = sqlite3.sqlite_version_info) -> bool:
    """Say whether an SQLite, the linked one unless told, can lose a commit during checkpoints.

    Versions before 3.51.3 can, except 3.44.6 and later of that line, 3.50.7 and later of that line.
    """
    return version < (3, 51, 3) and not any(
        version[:2] == fixed[:2] and version >= fixed for fixed in ((3, 44, 6), (3, 50, 7))
    )


def identity(path: Path) -> tuple[int, int]:
    """Return device and inode of a file, which change when it is replaced.

    Raises
    ------
    OSError
        When it is gone.
    """
    status = path.stat()
    return status.st_dev, status.st_ino


def check_place(root: Path) -> bool:
    """Check that folder and database are plain; return whether they are our own.

    Raises
    ------
    StoreError
        For a symbolic link, or anything but a folder and a file.
    """
    own = True
    for path, kind, test in (
        (root, "folder", stat.S_ISDIR),
        (root / DATABASE, "file", stat.S_ISREG),
    ):
        try:
            status = path.lstat()
        except OSError:
            continue
        if not test(status.st_mode):
            raise StoreError(
                f"{path} is not a plain {kind}, so nbtrail doesn't touch it. Move it away, or "
                "set the folder's real place as `dir` in [tool.nbtrail] of pyproject.toml."
            )
        if hasattr(os, "geteuid"):
            own = own and os.geteuid() in {0, status.st_uid}
    return own


def connect_writer(path: Path, *, locking: bool) -> tuple[sqlite3.Connection, str]:
    """Open the database for writing; return the connection and its journal mode.

    Parameters
    ----------
    path : Path
    locking : bool
        Whether the write lock works here; without it an affected SQLite must not use WAL.
    """
    db = sqlite3.connect(path, timeout=_BUSY_MS / 1000, isolation_level=None)
    try:
        _harden(db)
        wanted = "wal" if locking or not reset_bug() else "delete"
        mode = str(db.execute(f"PRAGMA journal_mode={wanted}").fetchone()[0]).lower()
        # a file system without shared memory answers "delete" and keeps quiet
        db.execute(f"PRAGMA synchronous={'FULL' if mode == 'wal' else 'EXTRA'}")
        db.execute("PRAGMA wal_autocheckpoint=0")
        db.execute(f"PRAGMA journal_size_limit={64 << 20}")
        db.execute("PRAGMA secure_delete=ON")
        db.set_authorizer(_deny)
    except sqlite3.Error:
        db.close()
        raise
    return db, mode


def connect_reader(path: Path) -> sqlite3.Connection:
    """Open the database for one short read.

    Raises
    ------
    sqlite3.Error
        When it can't be read.
    StoreError
        When it is a link: SQLite would put its files beside what that leads to.
    """
    if path.is_symlink():
        raise StoreError(f"{path} is a link, so nbtrail doesn't touch it. Move it away.")
    uri = f"{path.absolute().as_uri()}?mode=ro"
    try:
        return _reader(uri)
    except sqlite3.OperationalError as error:
        journal = path.with_name(path.name + "-wal")
        if not _READ_ONLY_FOLDER.search(str(error)) or _size(journal) or not path.exists():
            raise
        # WAL needs a file beside the database; where none can be made, nobody writes either
        return _reader(f"{uri}&immutable=1")


def vacuum(db: sqlite3.Connection) -> None:
    """Write the database anew, without free pages and what once stood in them.

    SQLite attaches a file of its own for that, which `connect_writer` denies to all others.
    """
    db.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 1)
    try:
        db.execute("VACUUM")
    finally:
        db.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)


def _reader(uri: str) -> sqlite3.Connection:
    db = sqlite3.connect(uri, uri=True, timeout=_BUSY_MS / 1000, isolation_level=None)
    try:
        _harden(db)
        db.execute("PRAGMA query_only=ON")
        db.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except sqlite3.Error:
        db.close()
        raise
    return db


def _harden(db: sqlite3.Connection) -> None:
    # readers have no authorizer: an interrupt in such a function of Python's gets lost in SQLite
    db.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
    if sys.version_info >= (3, 12):
        db.setconfig(sqlite3.SQLITE_DBCONFIG_DEFENSIVE, True)
    db.execute("PRAGMA trusted_schema=OFF")
    db.execute("PRAGMA cell_size_check=ON")
    db.execute("PRAGMA mmap_size=0")
    db.execute("PRAGMA foreign_keys=ON")


def _deny(
    action: int,
    first: str | None,
    _second: str | None,
    _database: str | None,
    inner: str | None,
) -> int:
    """Let no trigger change anything, as ours don't, and nobody edit the schema's own table."""
    denied = inner is not None and action in _CHANGES
    if action == sqlite3.SQLITE_PRAGMA:
        denied = (first or "").lower() == "writable_schema"
    return sqlite3.SQLITE_DENY if denied else sqlite3.SQLITE_OK


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0
