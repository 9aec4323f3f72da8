"""The one write connection of a process: opened late, watched, replaced after a fault.

Only the writer thread uses it, always under the cross-process write lock.
"""

from __future__ import annotations

import contextlib
import ctypes
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from nbtrail.exceptions import NotFoundError, SchemaTooNewError, StoreError
from nbtrail.store.apply import FUNCTIONS, apply, apply_all
from nbtrail.store.connection import DATABASE, check_place, connect_writer, identity
from nbtrail.store.liveness import now_ms, this_owner
from nbtrail.store.lock import WriteLock
from nbtrail.store.migrations import ensure_schema
from nbtrail.store.operations import Operation
from nbtrail.store.owners import beat, lost_owners, sweep
from nbtrail.store.recovery import recover_fits
from nbtrail.store.rescue import Rescue

__all__ = ["Link", "StoreGoneError", "transaction"]

_CHECKPOINT_BYTES = 4 << 20
_BIG_CHECK_BYTES = 256 << 20


class StoreGoneError(StoreError):
    """The database was deleted or replaced while it was in use."""


class Link:
    """The write connection to one database.

    Parameters
    ----------
    root : Path
        The folder ``.nbtrail``.
    lock : WriteLock
    rescue : Rescue
        Its files are applied whenever the connection is opened.
    warn : callable
        Takes one sentence for the user.
    """

    def __init__(
        self, root: Path, lock: WriteLock, rescue: Rescue, warn: Callable[[str], None]
    ) -> None:
        self.path = root / DATABASE
        self._lock = lock
        self._rescue = rescue
        self._warn = warn
        self._db: sqlite3.Connection | None = None
        self._identity = (0, 0)
        self._mode = ""
        self._checkpoint_at = _CHECKPOINT_BYTES

    @property
    def is_open(self) -> bool:
        """Whether there is a connection now."""
        return self._db is not None

    def commit(
        self, operations: Sequence[Operation | None], *, full: bool, beating: bool
    ) -> list[Any]:
        """Do operations in one transaction and return their results; the lock is held.

        Parameters
        ----------
        full : bool
            As `use` takes it.
        beating : bool
            Add a sign of life, and bring in what forked children left.

        Raises
        ------
        Exception
            As `use` raises, and what an operation that can't be applied raises.
        """
        db = self.use(full=full)
        # a heartbeat alone changes nothing that readers show
        with transaction(db, counts=bool(operations) or not beating):
            results = apply_all(db, operations)
            if beating:
                beat(db, this_owner(), now_ms())
        if beating:
            self.replay(db)
        self.settle()
        return results

    def use(self, *, full: bool) -> sqlite3.Connection:
        """Return the connection, opened and still the right one; the lock is held.

        Parameters
        ----------
        full : bool
            Whether the next commit must be on the disk when it returns.

        Raises
        ------
        StoreGoneError, SchemaTooNewError, StoreError, sqlite3.Error, OSError
            When there is none to be had.
        """
        try:
            found = identity(self.path)
        except OSError as error:
            self.close()
            raise StoreGoneError(f"{self.path} is gone.") from error
        if self._db is not None and found != self._identity:
            self.close()
            raise StoreGoneError(f"{self.path} was replaced by another file.")
        db = self._db or self._open(found)
        if self._mode == "wal":
            db.execute(f"PRAGMA synchronous={'FULL' if full else 'NORMAL'}")
        return db

    def settle(self) -> None:
        """Checkpoint when the journal has grown; the lock is held."""
        if self._db is None or self._mode != "wal":
            return
        journal = self.path.with_name(self.path.name + "-wal")
        with contextlib.suppress(OSError):
            if journal.stat().st_size < self._checkpoint_at:
                self._checkpoint_at = _CHECKPOINT_BYTES
                return
            self._db.execute("PRAGMA busy_timeout=50")  # a parked reader must not stop us
            try:
                busy = self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
            finally:
                self._db.execute("PRAGMA busy_timeout=30000")
            grown = journal.stat().st_size if busy else 0
            self._checkpoint_at = grown + _CHECKPOINT_BYTES

    def close(self) -> None:
        """Close the connection; the lock is held, since closing may checkpoint."""
        db, self._db = self._db, None
        if db is not None:
            with contextlib.suppress(sqlite3.Error):
                db.close()

    def leak(self) -> bool:
        """Forget the connection in a forked child without ever closing it.

        Returns
        -------
        bool
            Whether there was one. Then SQLite's own state in this child is the parent's.
        """
        db, self._db = self._db, None
        if db is None:
            return False
        ctypes.pythonapi.Py_IncRef(ctypes.py_object(db))
        return True

    def _open(self, found: tuple[int, int]) -> sqlite3.Connection:
        if not check_place(self.path.parent):
            raise StoreError(f"{self.path} belongs to another user, so it is only read.")
        db, mode = connect_writer(self.path, locking=self._lock.supported)
        try:
            ensure_schema(db, self.path)
            self._recover(db)
        except BaseException:
            db.close()
            raise
        if mode not in {"wal", self._mode}:
            self._warn(
                f"The file system of {self.path.parent} has no shared memory or no file locks, "
                f"so nbtrail writes there with SQLite's {mode.upper()} journal: safe, but slower."
            )
        self._db, self._mode, self._identity = db, mode, found
        return db

    def _recover(self, db: sqlite3.Connection) -> None:
        """Bring in rescue files, then close the runs of dead processes."""
        self.replay(db)
        lost = lost_owners(db)
        if not lost:
            return
        small = self.path.stat().st_size <= _BIG_CHECK_BYTES
        if small and any(owner.rebooted for owner in lost):
            answer = str(db.execute("PRAGMA quick_check(1)").fetchone()[0])
            if answer != "ok":
                self._warn(
                    f"{self.path} was damaged when the machine went down: {answer}. "
                    "Look at it with: nbtrail store doctor"
                )
        with transaction(db):
            closed = sweep(db, lost)
            db.execute("SAVEPOINT fits")
            try:
                recover_fits(db, closed)
            except (sqlite3.Error, StoreError, ValueError, TypeError, KeyError) as error:
                db.execute("ROLLBACK TO fits")  # a trail must open whatever a dead process left
                self._warn(f"The fits of a run whose process died stay in the history: {error!r}")
            db.execute("RELEASE fits")

    def replay(self, db: sqlite3.Connection) -> None:
        """Apply the waiting rescue files; the lock is held."""
        for path in self._rescue.pending():
            try:
                operations = self._rescue.load(path, FUNCTIONS)
                with transaction(db):
                    for operation in operations:
                        apply(db, operation)
                path.unlink()
            except NotFoundError:
                # another process may still hold the start of that run in a file of its own
                if self._rescue.expired(path):
                    self._rescue.reject(path)
            except FileNotFoundError:
                continue
            except (StoreError, sqlite3.IntegrityError, sqlite3.ProgrammingError) as error:
                if isinstance(error, SchemaTooNewError):
                    raise
                aside = self._rescue.reject(path)
                self._warn(f"A rescue file can't be applied and was put aside: {aside} ({error}).")


@contextlib.contextmanager
def transaction(db: sqlite3.Connection, *, counts: bool = True) -> Iterator[None]:
    """Run a block as one write transaction; what it changes counts, unless told otherwise."""
    db.execute("BEGIN IMMEDIATE")
    before = db.total_changes
    try:
        yield
        if counts and db.total_changes != before:
            db.execute("UPDATE meta SET value = value + 1 WHERE key = 'data_version'")
        db.execute("COMMIT")
    except BaseException:
        if db.in_transaction:
            db.execute("ROLLBACK")
        raise
