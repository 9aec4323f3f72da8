"""What a view says, free of how it is shown: lines, tables, sections.

Each thing (a run, a comparison...) becomes one such document in its own module; `markup` and
`plain` render any document, so that HTML and text always say the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

__all__ = [
    "Block",
    "Diff",
    "Document",
    "Fold",
    "Head",
    "Line",
    "Picture",
    "Row",
    "Section",
    "Span",
    "Table",
    "Tone",
    "code",
    "faint",
    "strong",
]


class Tone(StrEnum):
    """How a piece of text stands out."""

    PLAIN = "plain"
    STRONG = "strong"
    FAINT = "faint"
    CODE = "code"
    GOOD = "good"
    BAD = "bad"
    WARN = "warn"
    BUSY = "busy"


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of text in one tone; of a run's name `run` is the id, which can be followed."""

    text: str
    tone: Tone = Tone.PLAIN
    run: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """Groups of spans; the groups are set apart by a middle dot."""

    groups: tuple[tuple[Span, ...], ...]


@dataclass(frozen=True, slots=True)
class Head:
    """Heading of a table's column; a wide one lines up with its like in other tables."""

    text: str
    numeric: bool = False
    wide: bool = False
    whole: bool = False  # its cells are never broken into lines


@dataclass(frozen=True, slots=True)
class Row:
    """A table's row; a marked one stands out."""

    cells: tuple[tuple[Span, ...], ...]
    marked: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under headings."""

    heads: tuple[Head, ...]
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Diff:
    """Lines of a unified diff."""

    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """A titled part; a folded one is opened by a click (and left out in text)."""

    title: str
    blocks: tuple[Block, ...]
    note: str = ""
    folded: bool = False


@dataclass(frozen=True, slots=True)
class Fold:
    """A line that is opened by a click, and then shows more (in text the line alone)."""

    line: Line
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Picture:
    """An image that a browser shows without running anything.

    Attributes
    ----------
    data : bytes
    alt : str
        What it shows, where pictures are not shown.
    width : int
        Of the page that it takes, in pixels of the page: screens may have finer ones.
    """

    data: bytes
    alt: str
    width: int = 0
    media_type: str = "image/png"


Block = Line | Table | Diff | Section | Fold | Picture
Document = tuple[Block, ...]


def strong(text: str) -> Span:
    """Return text that matters most."""
    return Span(text, Tone.STRONG)


def faint(text: str) -> Span:
    """Return text that stands back."""
    return Span(text, Tone.FAINT)


def code(text: str) -> Span:
    """Return text in the code font."""
    return Span(text, Tone.CODE)
