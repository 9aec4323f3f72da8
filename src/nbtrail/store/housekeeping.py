"""Clean-up that nobody asks for: in small pieces, and only while nobody else writes.

`collect` holds the write lock for as long as it takes. Here the lock is held for some rows at
a time, with a pause behind, and is not held at all while files are removed. What takes long
(snapshots, giving free pages back) is left to ``nbtrail store gc``.
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Final

from nbtrail.exceptions import StoreError
from nbtrail.store.alone import alone
from nbtrail.store.collect import GRACE_S, drop_old_history, named_in
from nbtrail.store.connection import DATABASE, connect_reader
from nbtrail.store.growth import is_used
from nbtrail.store.liveness import now_ms, this_owner
from nbtrail.store.objects import Objects
from nbtrail.store.owners import living_tokens
from nbtrail.store.remains import age_s
from nbtrail.store.rescue import Rescue

__all__ = ["DONE", "housekeep"]

DONE: Final = "housekept_ms"
"""Key of `meta`: when it was done last."""

_DAY_MS: Final = 24 * 3600 * 1000
_EVERY_MS: Final = 7 * _DAY_MS
_SESSIONS: Final = 5  # whose rows go in one transaction
_PAUSE_S: Final = 0.5
_WAIT_S: Final = 1.0


def housekeep(root: Path, history_days: int, pause: Callable[[float], bool]) -> bool:
    """Remove old light history and files without a reference, when it is time and quiet.

    Parameters
    ----------
    root : Path
        The folder ``.nbtrail``.
    history_days : int
        How old light history gets.
    pause : callable
        Waits for some seconds, and says whether to stop; called between two pieces.

    Returns
    -------
    bool
        Whether something was looked at: False when it was done within a week, or when
        another process may write. What was interrupted goes on the next time.
    """
    try:
        if not _is_time(root):
            return False
        more = True
        while more:
            with alone(root, wait_s=_WAIT_S) as db:
                more = _drop_some(db, history_days)
            if pause(_PAUSE_S) or not _is_quiet(root):
                return True
        if _remove_loose(root, pause):
            with alone(root, wait_s=_WAIT_S) as db:
                db.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (DONE, now_ms()))
    except (StoreError, OSError, sqlite3.Error):
        return False  # somebody writes, or nothing can be written: another time
    return True


def _is_time(root: Path) -> bool:
    with contextlib.closing(connect_reader(root / DATABASE)) as db:
        row = db.execute("SELECT value FROM meta WHERE key = ?", (DONE,)).fetchone()
    last = 0 if row is None or not isinstance(row[0], int) else row[0]
    return abs(now_ms() - last) >= _EVERY_MS and _is_quiet(root)


def _is_quiet(root: Path) -> bool:
    """Say whether no other process has the trail open for writing."""
    with contextlib.closing(connect_reader(root / DATABASE)) as db:
        return living_tokens(db) <= {this_owner().token}


def _drop_some(db: sqlite3.Connection, history_days: int) -> bool:
    """Drop the history of some sessions; say whether there may be more."""
    db.execute("BEGIN IMMEDIATE")
    try:
        before = now_ms() - history_days * _DAY_MS
        gone = drop_old_history(db, before, most=_SESSIONS)
        db.execute("COMMIT")
    except BaseException:
        db.execute("ROLLBACK")
        raise
    return gone["sessions"] >= _SESSIONS


def _remove_loose(root: Path, pause: Callable[[float], bool]) -> bool:
    """Remove files that nothing refers to; say whether all of them were looked at."""
    objects, rescue = Objects(root / "objects"), Rescue(root)
    loose = [name for name in objects.names() if age_s(objects.path(name)) >= GRACE_S]
    with contextlib.closing(connect_reader(root / DATABASE)) as db:
        loose = [name for name in loose if not is_used(db, name)]
    for name in loose:

        def wanted(name: str = name) -> bool:
            """Ask again, while nobody can find the file."""
            if name in named_in(rescue.pending()):
                return True
            with contextlib.closing(connect_reader(root / DATABASE)) as db:
                return is_used(db, name)

        if not wanted():
            objects.remove(name, wanted)
        if pause(0.0):
            return False
    return True
