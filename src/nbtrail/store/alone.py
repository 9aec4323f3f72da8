"""A write connection for work on the whole trail: merging, purging, scrubbing.

It stands beside the writer's, under the same cross-process lock, and lives for one piece of
work. Other processes wait for it, and put into rescue files what they can't wait with.
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from nbtrail.exceptions import StoreError, StoreReadOnlyError
from nbtrail.store.connection import DATABASE, check_place, connect_writer
from nbtrail.store.lock import WriteLock
from nbtrail.store.migrations import ensure_schema

__all__ = ["alone"]

_WAIT_S = 60.0


@contextlib.contextmanager
def alone(root: Path, wait_s: float = _WAIT_S) -> Iterator[sqlite3.Connection]:
    """Connect to the trail in folder `root` for writing, with the write lock held.

    Parameters
    ----------
    wait_s : float
        How long to wait for the lock.

    Raises
    ------
    StoreReadOnlyError
        When it can't be written.
    StoreError
        When another process holds the lock for so long, or something is wrong with it.
    """
    path = root / DATABASE
    if not check_place(root):
        raise StoreReadOnlyError(f"The trail in {root} belongs to another user: it is only read.")
    lock = WriteLock(root / "write.lock")
    try:
        with lock.held(wait_s):
            db, _ = connect_writer(path, locking=lock.supported)
            try:
                ensure_schema(db, path)
                yield db
            finally:
                db.close()
    except sqlite3.Error as error:
        raise StoreError(
            f"The trail in {root} can't be written: {error}. Nothing was changed. "
            "Look at it with: nbtrail store doctor"
        ) from error
    except OSError as error:
        raise StoreReadOnlyError(f"The trail in {root} can't be written: {error}.") from error
