"""Names of columns and levels as text, the same for every version of the libraries."""

from __future__ import annotations

import datetime as dt
from typing import Any

__all__ = ["label_text"]

_PLAIN = (bool, int, float, complex, bytes, type(None), dt.date, dt.time, dt.timedelta)


def label_text(label: Any) -> str:
    """Return the text of a label; an object of an unknown class is not asked for one."""
    if label is None:
        return ""
    kind = type(label)
    if kind is str:
        return str(label)
    if isinstance(label, str):
        return str.__str__(label)
    if isinstance(label, tuple):
        return "(" + ", ".join(_inner(part) for part in tuple.__iter__(label)) + ")"
    if kind in _PLAIN or kind.__module__.partition(".")[0] in {"datetime", "pandas", "numpy"}:
        return str(label)
    return f"<{kind.__module__}.{kind.__qualname__}>"


def _inner(part: Any) -> str:
    return repr(str.__str__(part)) if isinstance(part, str) else label_text(part)
