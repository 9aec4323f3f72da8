"""The cross-process lock around every write transaction and every checkpoint.

It is a file of its own, never the database: closing any descriptor of a file drops
all POSIX locks that SQLite holds on it in this process. No commit can overlap a
checkpoint while all writers keep to it, which is what SQLite before 3.51.3 needs.
"""

from __future__ import annotations

import os
import random
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from nbtrail.exceptions import StoreError

__all__ = ["LockedTooLongError", "WriteLock"]


class LockedTooLongError(StoreError):
    """Another process held the write lock for longer than we may wait."""


class WriteLock:
    """An exclusive advisory lock on a file, held by one thread of one process.

    Parameters
    ----------
    path : Path
        ``.nbtrail/write.lock``; made on first use.

    Attributes
    ----------
    supported : bool
        False once the file system refused to lock; SQLite's own lock then stands alone.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.supported = True
        self._mutex = threading.Lock()

    def probe(self) -> bool:
        """Say whether this file system can lock, by trying."""
        with self.held(timeout_s=30.0):
            return self.supported

    @contextmanager
    def held(self, timeout_s: float) -> Iterator[None]:
        """Hold the lock.

        Raises
        ------
        LockedTooLongError
            When it was not free within `timeout_s` seconds.
        OSError
            When the file can't be made (folder gone, read-only, disk full).
        """
        deadline = time.monotonic() + timeout_s
        if not self._mutex.acquire(timeout=timeout_s):
            raise LockedTooLongError(self._text(timeout_s))
        try:
            descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | _NOFOLLOW, 0o644)
            try:
                self._acquire(descriptor, deadline, timeout_s)
                yield
            finally:
                # closing alone would leave the lock to a child forked meanwhile
                _unlock(descriptor)
                os.close(descriptor)
        finally:
            self._mutex.release()

    def after_fork(self) -> None:
        """Forget a lock that another thread of the parent held."""
        self._mutex = threading.Lock()

    def _acquire(self, descriptor: int, deadline: float, timeout_s: float) -> None:
        while self.supported:
            try:
                _try_lock(descriptor)
                return
            except (BlockingIOError, PermissionError):
                if time.monotonic() >= deadline:
                    raise LockedTooLongError(self._text(timeout_s)) from None
                # jitter: processes that wait must not step in time
                time.sleep(random.uniform(0.0005, 0.004))  # noqa: S311
            except OSError:
                self.supported = False

    def _text(self, timeout_s: float) -> str:
        return (
            f"The trail in {self.path.parent} is being written by another process for more than "
            f"{timeout_s:.0f} s. See which one with: nbtrail store doctor"
        )


_NOFOLLOW = getattr(os, "O_NOFOLLOW", 0)

if sys.platform == "win32":
    import msvcrt

    def _try_lock(descriptor: int) -> None:
        os.lseek(descriptor, 0, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)

    def _unlock(descriptor: int) -> None:
        os.lseek(descriptor, 0, os.SEEK_SET)
        try:
            msvcrt.locking(descriptor, msvcrt.LK_UNLCK, 1)
        except OSError:
            return  # it was never ours

else:
    import fcntl

    def _try_lock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def _unlock(descriptor: int) -> None:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_UN)
        except OSError:
            return  # this file system has no locks
