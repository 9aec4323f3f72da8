"""Plots as pictures inside a page."""

from __future__ import annotations

from collections.abc import Sequence

from nbtrail.entities.comparison import ColumnChange, ColumnDiff, Comparison
from nbtrail.entities.curve import Curve
from nbtrail.views.document import Picture
from nbtrail.views.drawing import page_width, png
from nbtrail.views.plot_curves import curves_plot
from nbtrail.views.plot_data import data_diff_plot, most_moved

__all__ = ["curve_pictures", "data_pictures"]

_CURVES = 2
_DATA = 2


def curve_pictures(names: Sequence[str], curves: Sequence[Curve]) -> tuple[Picture, ...]:
    """Return a picture of each of the first metrics."""
    keys = list(dict.fromkeys(curve.key for curve in curves))[:_CURVES]
    return tuple(
        _picture(_curve(names, [c for c in curves if c.key == key]), f"curves of {key}")
        for key in keys
    )


def data_pictures(comparison: Comparison) -> tuple[Picture, ...]:
    """Return, of two runs, a picture of the column that moved most of each changed dataset."""
    if len(comparison.runs) != 2:
        return ()
    names = (comparison.runs[0].name, comparison.runs[1].name)
    pictures: list[Picture] = []
    seen: set[tuple[str | None, ...]] = set()
    for row in comparison.datasets:
        diff = next((d for d in row.diffs if d is not None), None)
        changed = [c for c in diff.columns if c.change is ColumnChange.CHANGED] if diff else []
        column = most_moved(changed)
        if column is None or row.digests in seen or len(pictures) == _DATA:
            continue
        seen.add(row.digests)
        data = _moved(column, names, len(changed) - 1, row.name)
        pictures.append(_picture(data, f"distribution of {column.name} in {row.name}"))
    return tuple(pictures)


def _picture(data: bytes, alt: str) -> Picture:
    return Picture(data, alt, page_width(data))


def _moved(column: ColumnDiff, names: tuple[str, str], others: int, title: str) -> bytes:
    return png(lambda ax: data_diff_plot(ax, column, names, others=others, title=title), 4.6, 2.4)


def _curve(names: Sequence[str], curves: Sequence[Curve]) -> bytes:
    return png(lambda ax: curves_plot(ax, names, curves), 5.2, 2.7)
