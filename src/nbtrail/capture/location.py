"""Where the kernel is."""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["Location"]


class Location(NamedTuple):
    """A place in the session's history: cell execution and statement, -1 when unknown."""

    cell_seq: int = -1
    statement: int = -1
