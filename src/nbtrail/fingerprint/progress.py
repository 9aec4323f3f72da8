"""How far a long digest has come, told between two blocks; nothing is counted unasked."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

__all__ = ["Meter", "Report", "active", "metering", "set_hook", "size_of"]

Report = Callable[[int, int], None]
"""Called with bytes done and bytes in all. What it raises (an interrupt) ends the digest."""

_state = threading.local()
_hooks: list[Report] = []


class Meter:
    """Counts the bytes of one digest, parts included, and reports them."""

    def __init__(self, report: Report, total: int) -> None:
        self._report = report
        self._total = max(total, 1)
        self._done = 0.0

    def add(self, size: float) -> None:
        """Report `size` more bytes; the total was an estimate and is never passed."""
        self._done += size
        self._report(min(int(self._done), self._total), self._total)


def set_hook(report: Report | None) -> None:
    """Report every digest of this process that has no callback of its own; None ends that.

    The hook runs in the thread that digests.
    """
    _hooks[:] = [] if report is None else [report]


def active() -> Meter | None:
    """Return the meter of the digest that this thread is at, if anybody asked for it."""
    return getattr(_state, "meter", None)


@contextmanager
def metering(report: Report | None, size: Callable[[], int]) -> Iterator[None]:
    """Meter the digest within; a digest inside of a metered one counts as a part of it."""
    report = report or (_hooks[0] if _hooks else None)
    if report is None or active() is not None:
        yield
        return
    _state.meter = Meter(report, size())
    try:
        yield
    finally:
        _state.meter = None


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
