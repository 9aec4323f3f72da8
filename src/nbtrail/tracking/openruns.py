"""Which of the open runs the code that asks belongs to: by thread and by asyncio task."""

from __future__ import annotations

import sys
import threading
import weakref
from collections.abc import Iterator
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from nbtrail.tracking.activerun import ActiveRun

__all__ = ["OpenRuns"]

# ids of the open runs that were started in this context or above it: a task, and a thread
# that asyncio starts, get a copy of the context of who made them
_above: ContextVar[tuple[str, ...]] = ContextVar("nbtrail_runs", default=())


class _Entry(NamedTuple):
    thread: int
    task: weakref.ref[Any] | None
    run: ActiveRun


class OpenRuns:
    """The open runs of a process, in the order of their start."""

    def __init__(self) -> None:
        self._entries: list[_Entry] = []

    def __iter__(self) -> Iterator[ActiveRun]:
        return iter([entry.run for entry in self._entries])

    def add(self, run: ActiveRun) -> None:
        """Take a run that was just started by this thread and task."""
        task = _current_task()
        reference = weakref.ref(task) if task is not None else None
        self._entries.append(_Entry(threading.get_ident(), reference, run))
        still = {entry.run.run_id for entry in self._entries}
        _above.set((*(known for known in _above.get() if known in still), run.run_id))

    def drop(self, run: ActiveRun) -> None:
        """Forget a run that has ended."""
        self._entries = [entry for entry in self._entries if entry.run is not run]

    def current(self) -> ActiveRun | None:
        """Return the newest run of this thread, else of the main one.

        A run that another task started, which still goes on, is that task's own and
        that of the tasks which it makes.
        """
        entries = self._entries
        if not entries:
            return None
        thread = threading.get_ident()
        newest = entries[-1]
        if newest.thread == thread and newest.task is None:
            return newest.run  # asked for by each value that is logged
        for owner in (thread, threading.main_thread().ident):
            for entry in reversed(entries):
                if entry.thread == owner and _is_ours(entry):
                    run: ActiveRun = entry.run
                    return run
        return None


def _is_ours(entry: _Entry) -> bool:
    task = entry.task() if entry.task is not None else None
    if task is None or task is _current_task() or task.done():
        return True
    return entry.run.run_id in _above.get()


def _current_task() -> Any:
    """Return the asyncio task that runs in this thread, if there is one."""
    asyncio = sys.modules.get("asyncio")
    try:
        return asyncio.current_task() if asyncio is not None else None
    except RuntimeError:  # no loop runs here
        return None
