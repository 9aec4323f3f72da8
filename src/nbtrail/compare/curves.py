"""Histories of metrics reduced to what a screen can show, their extremes kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbtrail.entities.curve import Curve
from nbtrail.entities.series import MetricSeries
from nbtrail.exceptions import UsageError

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

__all__ = ["AXES", "reduced_curve"]

AXES = ("step", "time")


def reduced_curve(series: MetricSeries, run: int, points: int = 500, axis: str = "step") -> Curve:
    """Return the curve of a metric with at most `points` points.

    The points are cut into buckets of equal number along the axis; of each the lowest and the
    highest value stay, and a value that is not finite where there is one. So no spike is lost,
    and nothing is drawn that was not logged. First and last point stay as well.

    Parameters
    ----------
    series : MetricSeries
    run : int
        Position of the run among the compared ones.
    points : int
        At least 8.
    axis : str
        ``step``, or ``time`` for seconds since the first point.

    Raises
    ------
    UsageError
        For another axis, or fewer points.
    """
    import numpy as np

    if axis not in AXES or points < 8:
        raise UsageError(
            f"A curve has the axis {' or '.join(AXES)} and 8 points or more, but got "
            f"{axis!r} and {points}."
        )
    x = series.steps if axis == "step" else series.timestamps_ms
    order = np.argsort(x, kind="stable")
    x, y = x[order].astype("f8"), series.values[order]
    if axis == "time" and len(x):
        x = (x - x[0]) / 1000
    if len(x) > points:
        kept = _kept(y, points)
        x, y = x[kept], y[kept]
    return Curve(run, series.key, tuple(x.tolist()), tuple(y.tolist()), len(series))


def _kept(values: npt.NDArray[np.float64], points: int) -> npt.NDArray[np.int64]:
    """Return the positions of the points that stay, in order."""
    import numpy as np

    last = len(values) - 1
    finite = np.isfinite(values)
    # each bucket gives three points at most, so that there is room for all of them
    edges = np.linspace(0, len(values), (points - 2) // 3 + 1).astype("i8")
    starts = edges[:-1]
    low = np.where(finite, values, np.inf)
    high = np.where(finite, values, -np.inf)
    kept = {0, last}
    for start, stop in zip(starts.tolist(), edges[1:].tolist(), strict=True):
        kept.add(start + int(low[start:stop].argmin()))
        kept.add(start + int(high[start:stop].argmax()))
        if not finite[start:stop].all():
            kept.add(start + int(finite[start:stop].argmin()))
    return np.array(sorted(kept), "i8")
