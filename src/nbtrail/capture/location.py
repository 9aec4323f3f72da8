"""Where the kernel is."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Location"]


@dataclass(frozen=True, slots=True)
class Location:
    """A place in the session's history: cell execution and statement, -1 when unknown."""

    cell_seq: int = -1
    statement: int = -1
