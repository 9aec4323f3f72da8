"""Reading a frame's variables without keeping them alive."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from types import FrameType
from typing import Any

__all__ = ["is_function", "local_values"]

_OPTIMIZED, _NEWLOCALS = 0x01, 0x02


def is_function(frame: FrameType) -> bool:
    """Say whether the frame is a function's own, not a module's, a class's or a cell's."""
    return frame.f_code.co_flags & (_OPTIMIZED | _NEWLOCALS) == _OPTIMIZED | _NEWLOCALS


def local_values(frame: FrameType) -> Mapping[str, Any]:
    """Return a frame's local variables.

    Before Python 3.13 a function's frame keeps the mapping that it was asked for, and with it
    every value, until it returns: so that mapping is emptied again.
    """
    values = frame.f_locals
    if sys.version_info >= (3, 13) or not is_function(frame):
        return values
    taken = dict(values)
    values.clear()
    return taken
