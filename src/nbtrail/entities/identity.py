"""Run ids: 32 lowercase hex digits that sort by time (UUID version 7, RFC 9562)."""

from __future__ import annotations

import os
import time

__all__ = ["is_run_id", "new_id"]

_HEX = frozenset("0123456789abcdef")


def new_id(now_ms: int | None = None) -> str:
    """Return a new time-ordered id.

    Parameters
    ----------
    now_ms : int, optional
        Milliseconds since the epoch; the present when absent.

    Returns
    -------
    str
        32 lowercase hexadecimal digits, laid out as RFC 9562 section 5.7 says.
    """
    stamp = time.time_ns() // 1_000_000 if now_ms is None else now_ms
    value = (stamp & (1 << 48) - 1) << 80 | int.from_bytes(os.urandom(10))
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    return f"{value:032x}"


def is_run_id(text: str) -> bool:
    """Say whether `text` has the form of a whole run id."""
    return len(text) == 32 and _HEX.issuperset(text)
