"""The one thread per process that writes.

Callers put operations into a deque and go on; the thread commits them in batches.
Whatever fails here ends in one warning and a rescue file, never in the caller.
"""

from __future__ import annotations

import math
import sqlite3
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from nbtrail.exceptions import NbtrailError, NotFoundError, StoreError
from nbtrail.foreground import foreground
from nbtrail.store.liveness import HEARTBEAT_S
from nbtrail.store.lock import WriteLock
from nbtrail.store.operations import Operation
from nbtrail.store.rescue import Rescue

if TYPE_CHECKING:
    from nbtrail.store.link import Link

__all__ = ["Collect", "Later", "Ticket", "Writer"]

Collect = Callable[[], Sequence[Operation]]

_FLUSH_S: Final = 0.1  # with the commit itself, and on a busy machine, 200 ms at most
_BARRIER_S: Final = 1.0
_LOCK_S: Final = 30.0
_BATCH: Final = 5_000
_MEMORY: Final = 100_000
_BACK_OFF_S: Final = (0.5, 1.0, 2.0, 5.0, 10.0, 30.0)
_OWNING: Final = frozenset({"start_run", "resume_run", "start_session"})
_ENDING: Final = frozenset({"end_run", "end_session"})  # by then forked children have written


class Ticket:
    """An operation somebody waits for; without one, the wait alone."""

    __slots__ = ("done", "error", "operation", "result", "written")

    def __init__(self, operation: Operation | None) -> None:
        self.operation = operation
        self.done = threading.Event()
        self.result: Any = None
        self.error: BaseException | None = None
        self.written = False


class Later:
    """Operations that are only put together when the thread comes to them.

    Parameters
    ----------
    collect : callable
        Returns them; called from the writer's thread.
    """

    __slots__ = ("collect",)

    def __init__(self, collect: Collect) -> None:
        self.collect = collect


class Writer:
    """The queue and the thread behind it.

    Parameters
    ----------
    root : Path
        The folder ``.nbtrail``.
    lock : WriteLock
    warn : callable
        Takes one sentence for the user; called from the thread.
    """

    def __init__(self, root: Path, lock: WriteLock, warn: Callable[[str], None]) -> None:
        self._root = root
        self._lock = lock
        self._warn = warn
        self._rescue = Rescue(root)
        self._link: Link | None = None
        self._forked = False
        self._watchers: list[Collect] = []
        self._reset()

    def submit(self, item: Operation | Ticket | Later) -> None:
        """Queue one item; on the disk 200 ms later. Never raises, never waits."""
        self._queue.append(item)
        if not self._wake.is_set():
            self._wake.set()
        if self._thread is None or self._closing:
            self._start()

    def hurry(self) -> None:
        """Don't wait for more to come before the next commit."""
        self._hurry.set()

    def watch(self, collect: Collect) -> None:
        """Have `collect` asked with each sign of life for what would be lost with the process."""
        self._watchers.append(collect)

    def unwatch(self, collect: Collect) -> None:
        """Stop to ask `collect`, when it is asked at all."""
        if collect in self._watchers:
            self._watchers.remove(collect)

    def beat_now(self) -> None:
        """Have the next commit carry a sign of life."""
        self._owning = True
        self._beaten_at = -math.inf

    def close(self, timeout_s: float) -> None:
        """Write what is queued, put the rest into a rescue file, and end the thread."""
        self._closing = True
        self._hurry.set()
        self._wake.set()
        thread = self._thread
        if thread is not None and thread is not threading.current_thread():
            thread.join(timeout_s)
        self._keep_rest()

    def after_fork(self) -> None:
        """Begin anew in a forked child.

        With the parent's connection open, SQLite's locks in this process are not its
        own: such a child writes rescue files only, which its parent brings in. So does one
        whose parent's thread was about to open it.
        """
        if self._link is not None:
            self._forked = self._link.leak() or self._forked
        else:
            self._forked = self._forked or self._thread is not None
        self._lock.after_fork()
        self._reset()

    # ------------------------------------------------------------------ thread

    def _reset(self) -> None:
        self._queue: deque[Operation | Ticket | Later] = deque()
        self._wake = threading.Event()
        self._hurry = threading.Event()
        self._mutex = threading.Lock()
        self._claim = threading.Lock()
        self._thread: threading.Thread | None = None
        self._closing = False
        self._owning = False
        self._unsynced = False
        self._failures = 0
        self._failed_at = self._retry_at = 0.0
        self._synced_at = self._beaten_at = time.monotonic()

    def _start(self) -> None:
        with self._mutex:
            if self._closing:
                self._keep_rest()
                return
            if self._thread is not None:
                return
            thread = threading.Thread(
                target=self._begin, args=(self._claim,), name="nbtrail-writer", daemon=True
            )
            try:
                thread.start()
            except RuntimeError:  # the interpreter ends
                self._keep_rest()
                return
            self._thread = self._thread or thread
        _drain_in_child(self)

    def _begin(self, claim: threading.Lock) -> None:
        """Run in the thread: be the writer, unless there is one.

        A user's interrupt may come while the thread is started, and hide that it was.
        """
        if claim.acquire(blocking=False):
            self._thread = threading.current_thread()
            self._loop()

    def _keep_rest(self) -> None:
        """Put into a rescue file what no thread will write any more."""
        if rest := self._take(_MEMORY):
            self._spill(rest, StoreError("this process ends before it could be"))

    def _loop(self) -> None:
        taken_at = -math.inf
        while True:
            came_meanwhile = self._wake.is_set()
            self._wake.wait(self._pause())
            if 0 < len(self._queue) < _BATCH and not self._closing:
                # what came during a slow commit has waited for as long already
                now = time.monotonic()
                since = taken_at if came_meanwhile else now
                self._hurry.wait(max(0.0, since + _FLUSH_S - now))
            if not self._closing:
                foreground.give_way()
            taken_at = time.monotonic()
            self._wake.clear()
            self._hurry.clear()
            closing, before = self._closing, len(self._queue)
            try:
                self._turn()
            except BaseException as error:  # the thread must survive anything
                self._warn(f"nbtrail met an error of its own while writing: {error!r}")
            if self._queue and not (closing and len(self._queue) >= before):
                self._wake.set()
            elif closing:
                self._finish()
                return

    def _pause(self) -> float:
        now = time.monotonic()
        due = [now + 3600.0]
        if self._unsynced:
            due.append(self._synced_at + _BARRIER_S)
        if self._owning:
            due.append(self._beaten_at + HEARTBEAT_S)
        if self._failures:
            due.append(self._retry_at)
        return max(0.0, min(due) - now)

    def _turn(self) -> None:
        items = self._take(_BATCH)
        now = time.monotonic()
        beating = self._owning and (
            now - self._beaten_at >= HEARTBEAT_S or any(_kind(item) in _ENDING for item in items)
        )
        barrier = self._unsynced and now - self._synced_at >= _BARRIER_S
        retry = bool(self._failures) and now >= (
            # somebody who waits deserves a try
            self._failed_at + _BACK_OFF_S[0]
            if any(isinstance(item, Ticket) for item in items)
            else self._retry_at
        )
        if not (items or beating or barrier or retry):
            return
        if beating and not self._forked:
            items.extend(self._so_far())
        if self._forked or (self._failures and not retry):
            self._spill(items, StoreError("the trail can't be written now"))
            self._beaten_at = now
            return
        try:
            self._commit(items, beating=beating or retry)
        except (NbtrailError, sqlite3.Error, OSError) as error:
            if _is_fault(error):
                self._fail(items, error)
            else:
                self._one_by_one(items)
        except Exception:  # one operation holds what can't be stored
            self._one_by_one(items)

    def _so_far(self) -> list[Operation]:
        """Ask who watches for what would be lost with the process."""
        found: list[Operation] = []
        for collect in list(self._watchers):
            try:
                found.extend(collect())
            except Exception as error:  # what was queued must still be written
                self._warn(f"What a running cell has done so far can't be kept: {error!r}")
        return found

    def _take(self, limit: int) -> list[Operation | Ticket]:
        items: list[Operation | Ticket] = []
        while len(items) < limit:
            try:
                item = self._queue.popleft()
            except IndexError:
                break
            if isinstance(item, Later):
                items.extend(item.collect())
            else:
                items.append(item)
        return items

    def _commit(self, items: Sequence[Operation | Ticket], *, beating: bool = False) -> None:
        now = time.monotonic()
        operations = [item.operation if isinstance(item, Ticket) else item for item in items]
        full = any(isinstance(item, Ticket) or item.durable for item in items)
        full = full or now - self._synced_at >= _BARRIER_S
        link = self._connected()
        with self._lock.held(_LOCK_S):
            results = link.commit(operations, full=full, beating=beating)
        self._note(operations, full=full, beating=beating, now=now)
        for item, result in zip(items, results, strict=True):
            if isinstance(item, Ticket):
                item.result, item.written = result, True
                item.done.set()

    def _connected(self) -> Link:
        """Return the link, made here in the thread: loading what writes takes its time."""
        if self._link is None:
            from nbtrail.store.link import Link

            self._link = Link(self._root, self._lock, self._rescue, self._warn)
        return self._link

    def _note(
        self, operations: Sequence[Operation | None], *, full: bool, beating: bool, now: float
    ) -> None:
        self._failures = 0
        self._unsynced = not full
        self._owning = self._owning or any(op and op.kind in _OWNING for op in operations)
        if full:
            self._synced_at = now
        if beating:
            self._beaten_at = now

    def _one_by_one(self, items: Sequence[Operation | Ticket]) -> None:
        for position, item in enumerate(items):
            try:
                self._commit([item])
            except Exception as error:
                if _is_fault(error):
                    self._fail(items[position:], error)
                    return
                self._refuse(item, error)

    def _refuse(self, item: Operation | Ticket, error: Exception) -> None:
        if isinstance(item, Ticket):
            item.error = error
            item.done.set()
        elif isinstance(error, NotFoundError):
            self._spill([item], error)  # its run may wait in a rescue file of another process
        else:
            self._warn(f"One change ({item.kind}) can't be stored and was left out: {error!r}")

    def _fail(self, items: Sequence[Operation | Ticket], error: Exception) -> None:
        first = not self._failures
        self._failed_at = time.monotonic()
        self._retry_at = self._failed_at + _BACK_OFF_S[min(self._failures, len(_BACK_OFF_S) - 1)]
        self._failures += 1
        self._close_link()
        place = self._spill(items, error)
        if first:
            kept = f"What it logs is kept in {place}" if place else "What it logs is kept in memory"
            self._warn(
                f"The trail in {self._root} can't be written: {str(error).rstrip('.')}. {kept} and "
                "brought in later. Your code is not affected."
            )

    def _spill(self, items: Sequence[Operation | Ticket], error: Exception) -> Path | None:
        """Keep items for later in a rescue file, else in memory; release who waits."""
        waiting = [item for item in items if isinstance(item, Ticket)]
        operations = [item.operation if isinstance(item, Ticket) else item for item in items]
        kept = [op for op in operations if op is not None and op.replay]
        place: Path | None = self._rescue.folder
        if kept:
            try:
                place = self._rescue.spill(kept).parent
            except (OSError, TypeError):
                place = None
                room = max(0, _MEMORY - len(self._queue))
                self._queue.extendleft(reversed(kept[:room]))
        for ticket in waiting:
            if ticket.operation is not None and not ticket.operation.replay:
                ticket.error = StoreError(f"The trail in {self._root} can't be written: {error}")
            ticket.done.set()
        return place

    def _finish(self) -> None:
        """Close the connection at the end, so that no journal is left behind."""
        if self._link is not None and self._link.is_open:
            self._close_link()

    def _close_link(self) -> None:
        if self._link is None:
            return
        try:
            with self._lock.held(1.0):
                self._link.close()
        except (StoreError, OSError):
            self._link.close()


def _kind(item: Operation | Ticket) -> str:
    operation = item.operation if isinstance(item, Ticket) else item
    return operation.kind if operation is not None else ""


def _is_fault(error: BaseException) -> bool:
    """Say whether the store failed, and not one operation."""
    if isinstance(error, (sqlite3.IntegrityError, sqlite3.DataError, sqlite3.ProgrammingError)):
        return False
    return isinstance(error, (sqlite3.Error, OSError, StoreError))


def _drain_in_child(writer: Writer) -> None:
    """Have the queue written when a multiprocessing child ends, which skips atexit."""
    multiprocessing = sys.modules.get("multiprocessing.util")
    process = sys.modules.get("multiprocessing.process")
    if multiprocessing is None or process is None or process.parent_process() is None:
        return
    multiprocessing.Finalize(None, writer.close, args=(5.0,), exitpriority=10)
