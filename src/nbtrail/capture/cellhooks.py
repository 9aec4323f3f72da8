"""The shell's own hooks around each cell, and the ``%%track`` line above it.

Only ``pre_run_cell`` and ``post_run_cell`` are used. Cells can run inside cells (other
extensions do it) and beside each other in subshells, so open cells are kept on a stack
for each thread; only the outermost cell of a thread counts.
"""

from __future__ import annotations

import functools
import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from nbtrail.capture.guard import describe, guarded, warn_once
from nbtrail.foreground import foreground

if TYPE_CHECKING:
    from nbtrail.entities.cell import CellStatus

__all__ = ["CellEnd", "CellHooks", "CellStart"]

T = TypeVar("T")


class CellStart(NamedTuple):
    """A cell is about to run.

    Attributes
    ----------
    source : str
        As the user wrote it, the ``%%track`` line included.
    transformed : str
        After IPython's input transformers; empty when it could not be transformed.
    silent : bool
        The front end asked for no trace of it.
    """

    source: str
    transformed: str
    cell_id: str
    started_ms: int
    silent: bool


class CellEnd(NamedTuple):
    """A cell has run.

    Attributes
    ----------
    execution_count : int
        The number in ``In [n]``; 0 when there was none.
    exception : BaseException or None
        What ended it early.
    """

    start: CellStart
    execution_count: int
    ended_ms: int
    status: CellStatus
    exception: BaseException | None

    @property
    def error(self) -> str:
        """Name and text of the exception, or empty."""
        return describe(self.exception) if self.exception is not None else ""


class CellHooks:
    """Calls `begin` and `end` around each outermost cell of a thread."""

    def __init__(
        self, shell: Any, begin: Callable[[CellStart], None], end: Callable[[CellEnd], None]
    ) -> None:
        self._shell = shell
        self._begin = _calm(guarded(_in_front(begin)))
        self._end = _calm(guarded(_in_front(end)))
        self._open = threading.local()

    def install(self) -> None:
        """Register with the shell."""
        self._shell.events.register("pre_run_cell", self._before)
        self._shell.events.register("post_run_cell", self._after)

    def remove(self) -> None:
        """Unregister from the shell."""
        for event, callback in (("pre_run_cell", self._before), ("post_run_cell", self._after)):
            if callback in self._shell.events.callbacks[event]:
                self._shell.events.unregister(event, callback)

    def _stack(self) -> list[tuple[Any, CellStart]]:
        if not hasattr(self._open, "stack"):
            self._open.stack = []
        stack: list[tuple[Any, CellStart]] = self._open.stack
        return stack

    @guarded
    def _before(self, info: Any) -> None:
        start = CellStart(
            source=info.raw_cell or "",
            transformed=getattr(info, "transformed_cell", None) or "",
            cell_id=info.cell_id or "",
            started_ms=time.time_ns() // 1_000_000,
            silent=bool(info.silent),
        )
        stack = self._stack()
        stack.append((info, start))
        if len(stack) == 1:
            self._begin(start)

    @guarded
    def _after(self, result: Any) -> None:
        stack = self._stack()
        info = getattr(result, "info", None)
        # an empty cell fires only this hook; an async one may come without a result
        if not stack or (info is not None and all(known is not info for known, _ in stack)):
            return
        while stack:
            known, start = stack.pop()
            if info is None or known is info:
                break
        if not stack:
            self._end(_ended(start, result))


def _calm(step: Callable[[Any], None]) -> Callable[[Any], None]:
    """Make an interrupt of our own work one warning: the shell would show our traceback."""

    def call(fact: Any) -> None:
        try:
            step(fact)
        except KeyboardInterrupt:
            warn_once("Interrupted while a cell was recorded; some of it may be missing.")

    return call


def _in_front(hook: Callable[[T], None]) -> Callable[[T], None]:
    @functools.wraps(hook)
    def held(event: T) -> None:
        with foreground:
            hook(event)

    return held


def _ended(start: CellStart, result: Any) -> CellEnd:
    from nbtrail.entities.cell import CellStatus  # not needed by %load_ext

    exception = None
    if result is not None:
        exception = result.error_before_exec or result.error_in_exec
    if exception is None:
        status = CellStatus.OK
    elif type(exception).__name__ in ("KeyboardInterrupt", "CancelledError"):
        status = CellStatus.INTERRUPTED
    else:
        status = CellStatus.ERROR
    # only the result knows the number: before the cell it may or may not be counted up
    count = getattr(result, "execution_count", None) or 0
    return CellEnd(start, count, time.time_ns() // 1_000_000, status, exception)
