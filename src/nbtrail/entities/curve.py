"""The history of a metric as it is drawn."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Curve"]


@dataclass(frozen=True, slots=True)
class Curve:
    """Points of one metric of one run, fewer than were logged when those were many.

    Attributes
    ----------
    run : int
        Position of the run among the compared ones.
    key : str
    x : tuple of float
        Steps, or seconds since the run's first point of this metric; in increasing order.
    y : tuple of float
        NaN and the infinities are kept as such.
    count : int
        Points that were logged.
    """

    run: int
    key: str
    x: tuple[float, ...]
    y: tuple[float, ...]
    count: int
