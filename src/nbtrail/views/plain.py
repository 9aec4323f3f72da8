"""Documents as text for terminals and for ``text/plain``."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from nbtrail.views.document import (
    Block,
    Diff,
    Document,
    Fold,
    Line,
    Picture,
    Section,
    Span,
    Table,
)
from nbtrail.views.terminal import visible

__all__ = ["to_text"]


def to_text(document: Document, *, unfold: bool = False) -> str:
    """Render a document.

    Parameters
    ----------
    document : tuple of blocks
    unfold : bool
        Print folded sections too, instead of their titles alone.
    """
    lines: list[str] = []
    for block in document:
        lines += _block(block, unfold=unfold)
    return "\n".join(line.rstrip() for line in lines).strip("\n")


def _block(block: Block, *, unfold: bool) -> list[str]:
    if isinstance(block, Line):
        return [" · ".join(_spans(group) for group in block.groups if group)]
    if isinstance(block, Table):
        return _table(block)
    if isinstance(block, Diff):
        return [f"    {visible(line)}" for line in block.lines]
    if isinstance(block, Fold):
        more = [line for one in block.blocks for line in _block(one, unfold=unfold)]
        return [*_block(block.line, unfold=unfold), *(f"  {line}" for line in more if unfold)]
    if isinstance(block, Picture):
        return [visible(f"[{' '.join(block.alt.split())}]")]
    return _section(block, unfold=unfold)


def _section(section: Section, *, unfold: bool) -> list[str]:
    title = visible(section.title + (f" ({section.note})" if section.note else ""))
    if section.folded and not unfold:
        return ["", title]
    inside = [line for block in section.blocks for line in _block(block, unfold=unfold)]
    return ["", title, *(f"  {line}" for line in inside)]


def _spans(spans: Sequence[Span]) -> str:
    # One row of a table is one line of text.
    return visible(" ".join("".join(span.text for span in spans).split("\n")))


def _table(table: Table) -> list[str]:
    grid = [[_spans(cell) for cell in row.cells] for row in table.rows]
    if any(head.text for head in table.heads):
        grid.insert(0, [head.text for head in table.heads])
    widths = [max(map(_width, column)) for column in zip(*grid, strict=True)]
    lines = []
    for cells in grid:
        padded = []
        for cell, head, width in zip(cells, table.heads, widths, strict=True):
            space = " " * (width - _width(cell))
            padded.append(space + cell if head.numeric else cell + space)
        lines.append("  ".join(padded))
    return lines


def _width(text: str) -> int:
    """Return how many columns a terminal takes for the text."""
    return sum(
        0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1
        for c in text
    )
