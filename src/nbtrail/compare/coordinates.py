"""The axes of a plot in parallel coordinates: one for each param that differs and each metric."""

from __future__ import annotations

import math
from collections.abc import Sequence

from nbtrail.compare.paramvalues import bare, numbers_of
from nbtrail.entities.comparison import MetricRow, ParamRow
from nbtrail.entities.statistics import Axis

__all__ = ["parallel_axes"]

_DECADES = 2.0  # from here on a scale of powers reads better
_CATEGORIES = 20


def parallel_axes(
    params: Sequence[ParamRow], metrics: Sequence[MetricRow], most: int = 12
) -> tuple[Axis, ...]:
    """Return the axes: params first, then metrics, of those that differ.

    Params with more than 20 values that are no numbers are left out: their axis can't be read.

    Parameters
    ----------
    most : int
        At most so many, a third of them at most for metrics.
    """
    found = [axis for row in params if row.differs and (axis := _param(row)) is not None]
    measured = [axis for row in metrics if row.differs and (axis := _metric(row)) is not None]
    measured = measured[: max(1, most // 3)]
    return (*found[: most - len(measured)], *measured)


def _param(row: ParamRow) -> Axis | None:
    numbers = numbers_of(row.values)
    if numbers is not None:
        return _scaled(row.key, numbers)
    names = sorted({value for value in row.values if value is not None})
    if len(names) > _CATEGORIES:
        return None
    step = 1 / max(1, len(names) - 1)
    places = {name: i * step if len(names) > 1 else 0.5 for i, name in enumerate(names)}
    return Axis(
        row.key,
        metric=False,
        scale="category",
        labels=tuple(map(bare, names)),
        places=tuple(None if value is None else places[value] for value in row.values),
    )


def _metric(row: MetricRow) -> Axis | None:
    numbers = [None if v is None or not math.isfinite(v) else v for v in row.values]
    axis = _scaled(row.key, numbers)
    if axis is None:
        return None
    return Axis(axis.key, True, axis.scale, axis.labels, axis.places, row.direction)


def _scaled(key: str, numbers: Sequence[float | None]) -> Axis | None:
    present = [number for number in numbers if number is not None]
    if not present:
        return None
    low, high = min(present), max(present)
    log = low > 0 and math.log10(high / low) >= _DECADES
    start, stop = (math.log10(low), math.log10(high)) if log else (low, high)
    places = tuple(
        None
        if number is None
        else ((math.log10(number) if log else number) - start) / (stop - start)
        if stop > start
        else 0.5
        for number in numbers
    )
    return Axis(
        key,
        metric=False,
        scale="log" if log else "linear",
        labels=(f"{low:.6g}", f"{high:.6g}"),
        places=places,
    )
