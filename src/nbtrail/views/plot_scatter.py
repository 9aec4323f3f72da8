"""One point for each run: any two of its params and metrics."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nbtrail.views.drawing import decorate, legend, plain, without
from nbtrail.views.formats import shortened

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["Variable", "scatter_plot"]

_DECADES = 100.0  # largest by smallest value, from which on powers read better
_NAMED = 12
_TICKS = 20


@dataclass(frozen=True, slots=True)
class Variable:
    """A param or a metric over all runs.

    Attributes
    ----------
    name : str
    values : tuple
        Numbers; texts, when one of them is no number; None without a value.
    """

    name: str
    values: tuple[float | str | None, ...]

    @property
    def numeric(self) -> bool:
        """Whether all values are numbers."""
        return not any(isinstance(value, str) for value in self.values)


def scatter_plot(
    ax: Axes, names: Sequence[str], x: Variable, y: Variable, colour: Variable | None = None
) -> Axes:
    """Draw one point for each run that has both values; the others are named below."""
    variables = [x, y] if colour is None else [x, y, colour]
    kept = [i for i in range(len(names)) if all(_present(v.values[i]) for v in variables[:2])]
    places = [
        _place(ax, variable, kept, which) for which, variable in zip("xy", (x, y), strict=True)
    ]
    shades: Any = "C0"
    if colour is not None:
        shades = _shades(ax, colour, kept)
    drawn = ax.scatter(
        places[0], places[1], c=shades, s=42, alpha=0.85, edgecolor="white", linewidth=0.6
    )
    if colour is not None and colour.numeric and kept:
        drawn.set_cmap("viridis")
        bar = ax.figure.colorbar(drawn, ax=ax)
        bar.set_label(plain(colour.name))
    if len(kept) <= _NAMED:
        for i, a, b in zip(kept, *places, strict=True):
            ax.annotate(
                plain(names[i], 24), (a, b), (5, 4), textcoords="offset points", fontsize=8,
                color="0.4",
            )  # fmt: skip
    ax.set_xlabel(plain(x.name))
    ax.set_ylabel(plain(y.name))
    notes = []
    for variable in dict.fromkeys(variables[:2]):
        lacking = [
            n for n, value in zip(names, variable.values, strict=True) if not _present(value)
        ]
        notes.append(without(lacking, variable.name))
    decorate(ax, below=notes)
    return ax


def _present(value: float | str | None) -> bool:
    return isinstance(value, str) or (value is not None and math.isfinite(value))


def _place(ax: Axes, variable: Variable, kept: Sequence[int], which: str) -> list[float]:
    """Return the coordinates; a text gets a place of its own on the axis."""
    values = [variable.values[i] for i in kept]
    axis = ax.xaxis if which == "x" else ax.yaxis
    if variable.numeric:
        numbers = [float(v) for v in values if v is not None]
        if numbers and min(numbers) > 0 and max(numbers) >= _DECADES * min(numbers):
            (ax.set_xscale if which == "x" else ax.set_yscale)("log")
        return numbers
    labels = sorted({str(value) for value in values})
    shown = range(0, len(labels), max(1, math.ceil(len(labels) / _TICKS)))
    axis.set_ticks(list(shown), [plain(labels[i], 20) for i in shown])
    if which == "x" and sum(len(shortened(label, 20)) for label in labels) > 50:
        ax.tick_params(axis="x", rotation=30)
    spots = {label: float(i) for i, label in enumerate(labels)}
    return [spots[str(value)] for value in values]


def _shades(ax: Axes, variable: Variable, kept: Sequence[int]) -> list[Any]:
    from matplotlib import colormaps
    from matplotlib.lines import Line2D

    values = [variable.values[i] for i in kept]
    if variable.numeric:
        return [math.nan if value is None else float(value) for value in values]
    labels = sorted({str(value) for value in values if value is not None})
    palette = {label: colormaps["tab10"](i % 10) for i, label in enumerate(labels)}
    handles = [Line2D([], [], marker="o", linestyle="", color=palette[label]) for label in labels]
    legend(ax, handles, labels)
    return [(0.6, 0.6, 0.6, 1.0) if value is None else palette[str(value)] for value in values]
