"""How far a long digest has come, told between two blocks; nothing is counted unasked."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

__all__ = ["Meter", "Report", "active", "metering", "set_hook", "size_of"]

Report = Callable[[int, int], None]
"""Called with bytes done and bytes in all. What it raises (an interrupt) ends the digest."""

_state = threading.local()
_hooks: list[tuple[Report, float]] = []


class Meter:
    """Counts the bytes of one digest, parts included, and reports them."""

    def __init__(self, report: Report, size: Callable[[], int], after_s: float) -> None:
        self._report = report
        self._size = size
        self._from = time.monotonic() + after_s
        self._total = 0
        self._done = 0.0

    def add(self, size: float) -> None:
        """Report `size` more bytes; the total was an estimate and is never passed."""
        self._done += size
        if not self._total:
            if time.monotonic() < self._from:
                return  # most digests end before anybody wants to know their size
            self._total = max(self._size(), 1)
        self._report(min(int(self._done), self._total), self._total)

    def end(self) -> None:
        """Report that all is done, when anything was reported."""
        if self._total and self._done < self._total:
            self._report(self._total, self._total)


def set_hook(report: Report | None, after_s: float = 0.0) -> None:
    """Report every digest of this process that has no callback of its own; None ends that.

    The hook runs in the thread that digests.

    Parameters
    ----------
    after_s : float
        Seconds that a digest takes before it is reported for the first time.
    """
    _hooks[:] = [] if report is None else [(report, after_s)]


def active() -> Meter | None:
    """Return the meter of the digest that this thread is at, if anybody asked for it."""
    return getattr(_state, "meter", None)


@contextmanager
def metering(report: Report | None, size: Callable[[], int]) -> Iterator[None]:
    """Meter the digest within; a digest inside of a metered one counts as a part of it."""
    after_s = 0.0
    if report is None and _hooks:
        report, after_s = _hooks[0]
    if report is None or active() is not None:
        yield
        return
    _state.meter = meter = Meter(report, size, after_s)
    try:
        yield
    finally:
        _state.meter = None
    meter.end()


def size_of(value: Any, depth: int = 3) -> int:
    """Estimate the bytes of a value, without a look at its elements."""
    if type(value) in (list, tuple) and depth:
        return sum(size_of(item, depth - 1) for item in value)
    if type(value) is dict and depth:
        return sum(size_of(item, depth - 1) for item in value.values())
    if isinstance(value, (str, bytes, bytearray)):
        return len(value)
    if isinstance(value, (int, float, complex, type(None))):
        return 8
    library = type(value).__module__.partition(".")[0]
    if library == "pandas" and hasattr(value, "memory_usage"):
        used = value.memory_usage()
        return int(used.sum() if value.ndim == 2 else used)
    if library == "polars" and hasattr(value, "estimated_size"):
        return int(value.estimated_size())
    return int(value.nbytes) if library in {"numpy", "pyarrow", "torch"} else 8
