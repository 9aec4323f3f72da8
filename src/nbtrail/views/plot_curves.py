"""Histories of a metric as lines."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from nbtrail.entities.curve import Curve
from nbtrail.views.drawing import colours, decorate, legend, plain, without
from nbtrail.views.formats import count

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["curves_plot", "smoothed"]

_FEW = 30  # points that are drawn as such


def curves_plot(
    ax: Axes,
    names: Sequence[str],
    curves: Sequence[Curve],
    *,
    axis: str = "step",
    smooth: float = 0.0,
    log: bool = False,
) -> Axes:
    """Draw the curves of one metric.

    Parameters
    ----------
    names : sequence of str
        Of all runs; those without a curve are named below the plot.
    smooth : float
        From 0 to below 1; the values as logged stand behind in a light shade.
    log : bool
        Values on a scale of powers; those that are not positive are left out and counted.
    """
    key = curves[0].key if curves else ""
    shades = colours(len(names))
    handles: list[Any] = []
    shown: list[str] = []
    gaps = hidden = 0
    for curve in curves:
        y = [v if math.isfinite(v) and not (log and v <= 0) else math.nan for v in curve.y]
        gaps += sum(not math.isfinite(v) for v in curve.y)
        hidden += sum(log and v <= 0 for v in curve.y)
        dots = "o" if len(y) <= _FEW else ""
        behind: dict[str, Any] = {"alpha": 0.25, "linewidth": 1.0} if smooth else {"linewidth": 1.6}
        shade = shades[curve.run]
        (line,) = ax.plot(curve.x, y, marker=dots, markersize=3, color=shade, **behind)
        if smooth:
            (line,) = ax.plot(curve.x, smoothed(y, smooth), color=shade, linewidth=1.6)
        handles.append(line)
        shown.append(names[curve.run])
    if log:
        ax.set_yscale("log")
    ax.set_xlabel("step" if axis == "step" else "seconds since the first value")
    ax.set_ylabel(plain(key))
    drawn = {curve.run for curve in curves}
    missing = [name for i, name in enumerate(names) if i not in drawn]
    notes = [without(missing, key or "a history")]
    if gaps:
        notes.append(f"{count(gaps, 'point')} not finite: a gap in the line")
    if hidden:
        notes.append(f"{count(hidden, 'point')} not above 0, so not on this scale")
    if not curves:
        ax.text(0.5, 0.5, "no history", transform=ax.transAxes, ha="center", color="0.5")
    decorate(ax, below=notes)
    if len(shown) > 1:
        legend(ax, handles, shown)
    elif shown:
        ax.set_title(plain(shown[0]), loc="left", fontsize=10)
    return ax


def smoothed(values: Sequence[float], weight: float) -> list[float]:
    """Return the moving average that forgets exponentially, without the pull of its start.

    ``m = weight * m + (1 - weight) * v``, divided by ``1 - weight ** n`` as in Adam (Kingma and
    Ba, 2015). A value that is not finite stays a gap and moves nothing.
    """
    mean, seen = 0.0, 0
    found: list[float] = []
    for value in values:
        if not math.isfinite(value):
            found.append(math.nan)
            continue
        seen += 1
        mean = weight * mean + (1 - weight) * value
        found.append(mean / (1 - weight**seen))
    return found
