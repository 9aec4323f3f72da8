"""Numbers, times and sizes as people read them."""

from __future__ import annotations

import math
from datetime import UTC, datetime

__all__ = ["duration_text", "number_text", "size_text", "time_text"]


def number_text(value: float | None) -> str:
    """Return four decimals for values of usual size, four significant digits otherwise."""
    if value is None:
        return ""
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "∞" if value > 0 else "-∞"
    if value == int(value) and abs(value) < 1e9:
        return str(int(value)) if abs(value) >= 2 else f"{value:.4f}"
    return f"{value:.4f}" if 1e-3 <= abs(value) < 1e5 else f"{value:.4g}"


def duration_text(milliseconds: int | None) -> str:
    """Return ``180 ms``, ``2.4 s``, ``12 s``, ``3 min 5 s``, ``2 h 4 min``, ``4 d 3 h``; empty for None."""
    if milliseconds is None:
        return ""
    seconds = max(milliseconds, 0) / 1000
    if seconds < 1:
        return f"{max(milliseconds, 0)} ms"
    if seconds < 10:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    for unit, size, below, smaller in (("min", 60, 3600, "s"), ("h", 3600, 86400, "min")):
        if whole < below:
            rest = whole % size // (1 if smaller == "s" else 60)
            return f"{whole // size} {unit} {rest} {smaller}"
    return f"{whole // 86400} d {whole % 86400 // 3600} h"


def time_text(milliseconds: int | None) -> str:
    """Return date and time in UTC to the minute: saved output is read elsewhere and later."""
    if milliseconds is None:
        return ""
    return f"{datetime.fromtimestamp(milliseconds / 1000, UTC):%Y-%m-%d %H:%M} UTC"


def size_text(size: int) -> str:
    """Return a number of bytes as ``512 B``, ``1.4 kB``, ``3.2 MB``."""
    amount = float(size)
    for unit in ("B", "kB", "MB", "GB"):
        if amount < 1000 or unit == "GB":
            return f"{amount:.0f} {unit}" if unit == "B" else f"{amount:.1f} {unit}"
        amount /= 1000
    raise AssertionError
