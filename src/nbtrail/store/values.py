"""Python values to SQLite and back, without loss and without raising."""

from __future__ import annotations

import math
import sqlite3
from collections.abc import Sequence
from typing import Any, Final

__all__ = [
    "TEXT_LIMIT",
    "capped",
    "decode_float",
    "encode_float",
    "execute",
    "float_of",
    "whole_numbers",
]

TEXT_LIMIT: Final = 1_000_000
_INT64_MAX: Final = (1 << 63) - 1

_FINITE, _NAN, _INFINITY, _MINUS_INFINITY, _MINUS_ZERO = range(5)


def encode_float(value: float) -> tuple[float | None, int]:
    """Return a float as column value and code.

    SQLite turns NaN into NULL, so the code says which it was; infinities keep their
    place in comparisons and sorting. It also stores a negative zero as the integer 0.
    """
    value = float_of(value)
    if value == 0.0 and math.copysign(1.0, value) < 0:
        return 0.0, _MINUS_ZERO
    if math.isfinite(value):
        return value, _FINITE
    if math.isnan(value):
        return None, _NAN
    return value, _INFINITY if value > 0 else _MINUS_INFINITY


def float_of(value: float) -> float:
    """Return a number as a float; an int beyond every float becomes infinite."""
    try:
        return float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf


def decode_float(value: float | None, code: int) -> float:
    """Undo :func:`encode_float`."""
    if code == _FINITE and value is not None:
        return value
    special = {_INFINITY: math.inf, _MINUS_INFINITY: -math.inf, _MINUS_ZERO: -0.0}
    return special.get(code, math.nan)


def whole_numbers(values: Sequence[int]) -> list[int]:
    """Bring ints into the 64 bits of a column: the nearest ones that fit."""
    found = [int(value) for value in values]
    if found and min(found) >= -_INT64_MAX - 1 and max(found) <= _INT64_MAX:
        return found
    return [max(-_INT64_MAX - 1, min(_INT64_MAX, value)) for value in found]


def capped(text: str) -> str:
    """Cut a text that nobody can have meant to log, and say so at its end."""
    if len(text) <= TEXT_LIMIT:
        return text
    return f"{text[:TEXT_LIMIT]} ... ({len(text) - TEXT_LIMIT} characters cut by nbtrail)"


def execute(db: sqlite3.Connection, sql: str, values: Sequence[Any] = ()) -> sqlite3.Cursor:
    """Execute one statement; values that SQLite refuses are brought into a form it takes.

    Lone surrogates become their escape (which JSON text reads back), ints beyond
    64 bit the nearest one that fits. The common case pays nothing for this.
    """
    try:
        return db.execute(sql, values)
    except (UnicodeEncodeError, OverflowError):
        return db.execute(sql, [_acceptable(value) for value in values])


def _acceptable(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace").decode("utf-8")
    if isinstance(value, int):
        return whole_numbers([value])[0]
    return value
