"""Which executed cells a result came from: as a page, in one line, and as a plot."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from nbtrail.entities.ancestry import Ancestry, UsedCell
from nbtrail.views.document import (
    Block,
    Diff,
    Document,
    Head,
    Line,
    Row,
    Section,
    Span,
    Table,
    Tone,
    faint,
    strong,
)
from nbtrail.views.formats import count, origin_text, shortened

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["ancestry_detail", "ancestry_plot", "ancestry_size", "used_text"]

_NAMED = 8  # cells in one line
_NAMES = 3  # variables on an arrow


def used_text(numbers: Sequence[int], executed: int) -> str:
    """Return ``used cells 2, 5, 7 of 31``; long lists are only counted.

    Parameters
    ----------
    numbers : sequence of int
        Of the cells, as in ``In [n]``.
    executed : int
        How many cells were executed in all.
    """
    if len(numbers) > _NAMED:
        return f"used {len(numbers)} of {count(executed, 'cell')}"
    noun = "cell" if len(numbers) == 1 else "cells"
    return f"used {noun} {', '.join(map(str, numbers))} of {executed}"


def ancestry_detail(ancestry: Ancestry) -> Document:
    """Show the needed statements of each used cell, what they took from where, and what is stale."""
    cells = ancestry.cells
    numbers = [cell.execution_count or cell.seq + 1 for cell in cells]
    groups = [(strong(ancestry.result),), (Span(used_text(numbers, ancestry.executed)),)]
    if ancestry.notebook:
        groups.append((faint(ancestry.notebook),))
    stale = [cell for cell in cells if cell.stale]
    if stale:
        groups.append((Span(f"{count(len(stale), 'cell')} stale", Tone.WARN),))
    blocks: list[Block] = [Line(tuple(groups))]
    labels = {cell.seq: cell.label for cell in cells}
    for cell in cells:
        given = [link for link in ancestry.links if link.user == cell.seq]
        inside: list[Block] = [Diff(tuple(_needed_lines(cell)))]
        if given:
            texts = (f"{', '.join(link.names)} from {labels[link.maker]}" for link in given)
            inside.append(Line(tuple((faint(text),) for text in texts)))
        blocks.append(Section(f"In {cell.label}", tuple(inside), note=cell.stale))
    if ancestry.origins:
        rows = tuple(
            Row(
                (
                    (Span(origin.path),),
                    (Span(origin_text(origin)),),
                    (Span("changed since", Tone.WARN),) if origin.changed else (),
                )
            )
            for origin in ancestry.origins
        )
        table = Table((Head("file"), Head("made by"), Head("")), rows)
        blocks.append(Section("Files from recorded cells", (table,)))
    return tuple(blocks)


def ancestry_plot(ancestry: Ancestry, ax: Axes | None = None) -> Axes:
    """Draw the used cells as boxes and what they gave each other as arrows.

    Parameters
    ----------
    ax : matplotlib Axes, optional
        Where to draw; new ones of a fitting size when absent.

    Returns
    -------
    Axes
        Boxes of stale cells are dashed.
    """
    if ax is None:
        from matplotlib.figure import Figure

        ax = Figure(figsize=ancestry_size(ancestry)).add_subplot()
    places = _places(ancestry)
    for link in ancestry.links:
        (x0, y0), (x1, y1) = places[link.maker], places[link.user]
        ax.annotate(
            "", (x1, y1), (x0, y0), arrowprops={"arrowstyle": "->", "shrinkA": 14, "shrinkB": 14}
        )
        names = ", ".join(link.names[:_NAMES]) + (" ..." if len(link.names) > _NAMES else "")
        ax.text((x0 + x1) / 2, (y0 + y1) / 2, names, fontsize=8, color="0.4", ha="center")
    for cell in ancestry.cells:
        box: dict[str, Any] = {"boxstyle": "round", "facecolor": "white", "edgecolor": "0.3"}
        if cell.stale:
            box["linestyle"] = "--"
        first = shortened(next(_needed_lines(cell), " ").strip(), 24)
        text = f"{cell.label} {first}" + (f"\n{cell.stale}" if cell.stale else "")
        x, y = places[cell.seq]
        ax.text(x, y, text, ha="center", va="center", fontsize=9, bbox=box)
    ax.set_xlim(-0.7, max((x for x, _ in places.values()), default=0) + 0.7)
    ax.set_ylim(-0.7, max((y for _, y in places.values()), default=0) + 0.7)
    ax.invert_yaxis()
    ax.set_axis_off()
    ax.set_title(ancestry.result)
    return ax


def ancestry_size(ancestry: Ancestry) -> tuple[float, float]:
    """Return a width and a height in inches that suit the plot."""
    return 2.4 * max(2, len(ancestry.cells)), 1.6 * max(2, _depth(ancestry))


def _needed_lines(cell: UsedCell) -> Iterator[str]:
    """Yield the source lines of the needed statements, with dots for what lies between."""
    lines = cell.source.splitlines()
    previous = 0
    for first, last in cell.lines:
        if first > previous + 1 and any(line.strip() for line in lines[previous : first - 1]):
            yield " ..."
        for line in lines[max(first - 1, previous) : last]:
            yield f" {line}"
        previous = max(previous, last)
    if any(line.strip() for line in lines[previous:]):
        yield " ..."


def _places(ancestry: Ancestry) -> dict[int, tuple[float, float]]:
    """Return a place for each cell: right by its order among those as deep, down by its depth."""
    depths = _depths(ancestry)
    taken: dict[int, int] = {}
    places: dict[int, tuple[float, float]] = {}
    for cell in ancestry.cells:
        depth = depths[cell.seq]
        places[cell.seq] = (float(taken.get(depth, 0)) * 1.4, float(depth))
        taken[depth] = taken.get(depth, 0) + 1
    return places


def _depths(ancestry: Ancestry) -> dict[int, int]:
    found = {cell.seq: 0 for cell in ancestry.cells}
    for link in sorted(ancestry.links, key=lambda link: link.user):
        found[link.user] = max(found[link.user], found[link.maker] + 1)
    return found


def _depth(ancestry: Ancestry) -> int:
    return max(_depths(ancestry).values(), default=0) + 1
