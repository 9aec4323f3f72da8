"""Params are stored as texts: the numbers among them."""

from __future__ import annotations

import math
from collections.abc import Sequence

__all__ = ["bare", "numbers_of"]


def numbers_of(values: Sequence[str | None]) -> list[float | None] | None:
    """Return the values as numbers, or None when one of them is something else.

    Examples
    --------
    >>> numbers_of(["1.0", None, "3"])
    [1.0, None, 3.0]
    >>> numbers_of(["1.0", "'auto'"]) is None
    True
    """
    found: list[float | None] = []
    for value in values:
        if value is None:
            found.append(None)
            continue
        try:
            number = float(value)
        except ValueError:
            return None
        if not math.isfinite(number):
            return None
        found.append(number)
    return found


def bare(value: str) -> str:
    """Return a text without the quotes of its ``repr``."""
    quoted = len(value) > 1 and value[0] == value[-1] and value[0] in "\"'"
    return value[1:-1] if quoted else value
