"""One thing that an examination of a trail found."""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["Finding"]


class Finding(NamedTuple):
    """What was found.

    Attributes
    ----------
    text : str
        What it is and what to do, one sentence or two.
    harmless : bool
        Worth knowing, but nothing needs to be done.
    mendable : bool
        `nbtrail store doctor --repair` does what is to be done.
    """

    text: str
    harmless: bool = False
    mendable: bool = False
