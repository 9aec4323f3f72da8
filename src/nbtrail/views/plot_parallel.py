"""Each run as one line across an upright axis for each param that differs and each metric."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from nbtrail.entities.statistics import Axis
from nbtrail.views.drawing import plain
from nbtrail.views.formats import count

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["parallel_plot"]

_MISSING = -0.14
_ARROWS = {"max": " ↑", "min": " ↓"}


def parallel_plot(ax: Axes, names: Sequence[str], axes: Sequence[Axis]) -> Axes:
    """Draw the runs, coloured by the last axis; a missing value lies below the axis."""
    from matplotlib import colormaps

    shade = colormaps["viridis"]
    last = axes[-1].places if axes else ()
    for run in range(len(names)):
        y = [_MISSING if (p := axis.places[run]) is None else p for axis in axes]
        place = last[run] if last else None
        colour = (0.6, 0.6, 0.6, 1.0) if place is None else shade(0.95 * place)
        ax.plot(range(len(axes)), y, color=colour, alpha=0.75, linewidth=1.4, marker="o", ms=2.5)
    lacking = sum(any(axis.places[run] is None for axis in axes) for run in range(len(names)))
    for x, axis in enumerate(axes):
        ax.plot([x, x], [0, 1], color="0.3", linewidth=1.0, zorder=0)
        _label(ax, x, axis)
    if not axes:
        ax.text(0.5, 0.5, "nothing differs", transform=ax.transAxes, ha="center", color="0.5")
    ax.set_xticks(
        range(len(axes)),
        [plain(axis.key, 26) + _ARROWS.get(axis.direction or "", "") for axis in axes],
        rotation=20 if len(axes) > 4 else 0,
        ha="right" if len(axes) > 4 else "center",
    )
    ax.set_yticks([])
    ax.spines[:].set_visible(False)
    ax.tick_params(length=0)
    ax.set_xlim(-0.4, max(len(axes) - 0.4, 0.6))
    ax.set_ylim(_MISSING - 0.08 if lacking else -0.06, 1.06)
    if lacking:
        ax.axhline(_MISSING, color="0.5", alpha=0.3, linewidth=0.8, linestyle=":")
        text = f"no value: {count(lacking, 'run')}"
        ax.text(-0.35, _MISSING, text, fontsize=8, color="0.45", va="bottom")
    ax.set_title(f"{count(len(names), 'run')}, coloured by the last axis", loc="left", fontsize=10)
    return ax


def _label(ax: Axes, x: int, axis: Axis) -> None:
    style: dict[str, Any] = {"fontsize": 8, "color": "0.25", "va": "center"}
    if axis.scale != "category":
        low, high = axis.labels
        spots = [(0.5, low)] if low == high else [(0.0, low), (1.0, high)]
    else:
        steps = max(1, len(axis.labels) - 1)
        every = max(1, math.ceil(len(axis.labels) / 10))
        one = len(axis.labels) == 1
        spots = [
            (0.5 if one else i / steps, label)
            for i, label in enumerate(axis.labels)
            if i % every == 0
        ]
    box = {"facecolor": "white", "alpha": 0.9, "edgecolor": "none", "pad": 0.8}
    for place, label in spots:
        ax.text(x + 0.03, place, plain(label, 18), bbox=box, **style)
