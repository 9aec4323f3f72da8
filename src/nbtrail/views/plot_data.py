"""How the values of a column were distributed before and after."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from nbtrail.compare.distributions import overlay
from nbtrail.entities.comparison import ColumnDiff, Overlay
from nbtrail.views.drawing import decorate, plain
from nbtrail.views.formats import count

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["data_diff_plot", "most_moved"]

_BEFORE, _AFTER = "0.55", "C0"


def most_moved(columns: Sequence[ColumnDiff]) -> ColumnDiff | None:
    """Return the changed column whose distribution moved most; None when no profile tells."""
    moved = [(_distance(found), column) for column in columns if (found := _overlay(column))]
    return max(moved, key=lambda one: one[0])[1] if moved else None


def data_diff_plot(
    ax: Axes, column: ColumnDiff, names: tuple[str, str], *, others: int = 0, title: str = ""
) -> Axes:
    """Draw both distributions of a column over each other.

    Parameters
    ----------
    names : tuple of str
        What the two sides are called.
    others : int
        How many more columns changed: said below.
    """
    found = _overlay(column)
    ax.set_xlabel(plain(column.name or "values"))
    notes = []
    if found is None:
        ax.text(0.5, 0.5, "no profile of both", transform=ax.transAxes, ha="center", color="0.5")
    elif found.labels:
        _values(ax, found, names)
    else:
        _range(ax, found, names)
        notes.append("bins from seven quantiles of each side")
    ax.set_ylabel("share of rows")
    if column.before is not None and column.after is not None:
        nulls = column.before.nulls, column.after.nulls
        if any(nulls):
            notes.append(f"without a value: {nulls[0]:,} → {nulls[1]:,} rows")
    if others:
        notes.append(f"{count(others, 'more column')} changed")
    decorate(ax, title=title, below=notes)
    if found is not None:
        ax.legend(frameon=False, fontsize=8)
    return ax


def _overlay(column: ColumnDiff) -> Overlay | None:
    if column.before is None or column.after is None:
        return None
    return overlay(column.before, column.after)


def _distance(found: Overlay) -> float:
    """Return the total variation distance: the share of rows that would have to move."""
    return sum(abs(a - b) for a, b in zip(found.before, found.after, strict=True)) / 2


def _values(ax: Axes, found: Overlay, names: tuple[str, str]) -> None:
    places = range(len(found.labels))
    ax.bar([p - 0.2 for p in places], found.before, 0.4, color=_BEFORE, label=plain(names[0]))
    ax.bar([p + 0.2 for p in places], found.after, 0.4, color=_AFTER, label=plain(names[1]))
    ax.set_xticks(list(places), [plain(label, 16) for label in found.labels])
    if sum(len(label) for label in found.labels) > 50:
        ax.tick_params(axis="x", rotation=30)


def _range(ax: Axes, found: Overlay, names: tuple[str, str]) -> None:
    middles = [(a + b) / 2 for a, b in pairwise(found.edges)]
    width = found.edges[1] - found.edges[0]
    ax.bar(middles, found.before, width, color=_BEFORE, alpha=0.45, label=plain(names[0]))
    ax.bar(middles, found.after, width, color=_AFTER, alpha=0.45, label=plain(names[1]))
