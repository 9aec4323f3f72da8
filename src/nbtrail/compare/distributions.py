"""Two profiles of a column laid over each other."""

from __future__ import annotations

import bisect
import itertools
import math
from collections.abc import Sequence

from nbtrail.entities.comparison import Overlay
from nbtrail.entities.profile import ColumnProfile

__all__ = ["overlay"]

_LEVELS = (0.0, 0.05, 0.25, 0.5, 0.75, 0.95, 1.0)  # of `ColumnProfile.quantiles`
_BINS = 20
_VALUES = 12


def overlay(before: ColumnProfile, after: ColumnProfile) -> Overlay | None:
    """Return both distributions over the same bins or values, None where profiles don't tell.

    Frequent values are counted as they are. Of numbers the profile knows seven quantiles: each
    bin gets the share that lies in it when the values between two quantiles are spread evenly.
    """
    if before.top and after.top:
        return _values(before, after)
    if len(before.quantiles) == len(after.quantiles) == len(_LEVELS):
        return _range(before.quantiles, after.quantiles)
    return None


def _values(before: ColumnProfile, after: ColumnProfile) -> Overlay:
    old, new = dict(before.top), dict(after.top)
    whole = sum(old.values()), sum(new.values())
    names = sorted({*old, *new}, key=lambda name: -(old.get(name, 0) + new.get(name, 0)))[:_VALUES]
    return Overlay(
        labels=tuple(names),
        before=tuple(old.get(name, 0) / whole[0] for name in names),
        after=tuple(new.get(name, 0) / whole[1] for name in names),
    )


def _range(old: Sequence[float], new: Sequence[float]) -> Overlay | None:
    low, high = min(old[0], new[0]), max(old[-1], new[-1])
    if not math.isfinite(high - low) or low >= high:
        return None
    edges = tuple(low + (high - low) * i / _BINS for i in range(_BINS + 1))
    return Overlay(edges=edges, before=_shares(old, edges), after=_shares(new, edges))


def _shares(quantiles: Sequence[float], edges: Sequence[float]) -> tuple[float, ...]:
    below = [_below(quantiles, edge) for edge in edges[:-1]] + [1.0]
    below[0] = 0.0  # what equals the lowest edge belongs to the first bin
    return tuple(b - a for a, b in itertools.pairwise(below))


def _below(quantiles: Sequence[float], value: float) -> float:
    """Return the share of values below `value`, by lines between the quantiles."""
    after = bisect.bisect_left(quantiles, value)
    if after == 0:
        return 0.0
    if after == len(quantiles):
        return 1.0
    start, stop = quantiles[after - 1], quantiles[after]
    inside = (value - start) / (stop - start)
    return _LEVELS[after - 1] + inside * (_LEVELS[after] - _LEVELS[after - 1])
