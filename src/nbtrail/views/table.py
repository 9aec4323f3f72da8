"""One small table, rendered as HTML and as text."""

from __future__ import annotations

import html
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

__all__ = ["Cell", "Table", "html_table", "text_table"]

_LINE = "1px solid rgba(128,128,128,.25)"


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a table.

    Attributes
    ----------
    number : bool
        Aligned to the right, with figures of equal width.
    strong, faint : bool
        Stands out, or steps back.
    colour : str
        CSS colour, or empty.
    title : str
        Shown on hover; HTML only.
    """

    text: str
    number: bool = False
    strong: bool = False
    faint: bool = False
    colour: str = ""
    title: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """Headers and rows; a plain text counts as a `Cell`."""

    headers: Sequence[str]
    rows: Sequence[Sequence[Cell | str]]

    def cells(self) -> list[list[Cell]]:
        """Return the rows with every entry as a `Cell`."""
        return [[c if isinstance(c, Cell) else Cell(c) for c in row] for row in self.rows]


def html_table(table: Table) -> str:
    """Render as an HTML table with inline styles only."""
    rows = table.cells()
    right = [any(row[i].number for row in rows) for i in range(len(table.headers))]
    head = "".join(
        f'<th style="text-align:{"right" if right[i] else "left"};padding:2px 12px 2px 0;'
        f'font-weight:500;opacity:.65;border-bottom:{_LINE}">{html.escape(text)}</th>'
        for i, text in enumerate(table.headers)
    )
    body = "".join(
        '<tr style="background:transparent">' + "".join(map(_html_cell, row)) + "</tr>"
        for row in rows
    )
    top = f"<thead><tr>{head}</tr></thead>" if any(table.headers) else ""
    return (
        '<table style="border-collapse:collapse;margin:2px 0 6px;font-size:12px;line-height:1.5">'
        f"{top}<tbody>{body}</tbody></table>"
    )


def _html_cell(cell: Cell) -> str:
    style = f"padding:2px 12px 2px 0;border:0;vertical-align:top;text-align:{'right' if cell.number else 'left'}"
    if cell.number:
        style += ";font-variant-numeric:tabular-nums;white-space:nowrap"
    if cell.strong:
        style += ";font-weight:600"
    if cell.faint:
        style += ";opacity:.6"
    if cell.colour:
        style += f";color:{cell.colour}"
    title = f' title="{html.escape(cell.title, quote=True)}"' if cell.title else ""
    return f'<td style="{style}"{title}>{html.escape(cell.text)}</td>'


def text_table(table: Table, indent: str = "") -> str:
    """Render for a terminal, columns aligned."""
    rows = table.cells()
    widths = [
        max([_width(header), *(_width(row[i].text) for row in rows)])
        for i, header in enumerate(table.headers)
    ]
    right = [any(row[i].number for row in rows) for i in range(len(table.headers))]
    lines = []
    if any(table.headers):
        lines.append([_padded(h, widths[i], right=right[i]) for i, h in enumerate(table.headers)])
    lines += [
        [_padded(cell.text, widths[i], right=cell.number) for i, cell in enumerate(row)]
        for row in rows
    ]
    return "\n".join((indent + "  ".join(line)).rstrip() for line in lines)


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def _padded(text: str, width: int, *, right: bool) -> str:
    space = " " * (width - _width(text))
    return space + text if right else text + space
