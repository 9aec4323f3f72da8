"""A page of titled sections, rendered as HTML and as text."""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass

from nbtrail.entities.run import RunStatus
from nbtrail.views.table import Cell, Table, html_table, text_table

__all__ = ["DOT", "Section", "html_page", "status_cell", "status_colour", "text_page"]

DOT = "●"
_COLOURS = {
    RunStatus.RUNNING: "#2f7fd1",
    RunStatus.FINISHED: "#2e9e5b",
    RunStatus.FAILED: "#d0443e",
    RunStatus.KILLED: "#c98a1b",
}
GOOD, BAD, HALF = "#2e9e5b", "#d0443e", "#c98a1b"


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a page: a title and a table or lines of text; `folded` hides it in HTML."""

    title: str
    content: Table | Sequence[str]
    folded: bool = False


def status_colour(status: str) -> str:
    """Return the colour of a run's status."""
    return _COLOURS.get(RunStatus(status), "inherit")


def status_cell(status: str) -> Cell:
    """Return a status as a coloured dot and its name."""
    return Cell(f"{DOT} {status}", colour=status_colour(status))


def html_page(title: str, colour: str, facts: Sequence[str], sections: Sequence[Section]) -> str:
    """Render a headline with a coloured dot, a line of facts and the sections."""
    headline = (
        '<div style="font-size:13px;line-height:1.5;margin:4px 0">'
        f'<div style="font-weight:600;font-size:14px"><span style="color:{colour}">{DOT}</span> '
        f"{html.escape(title)}</div>"
    )
    parts = [headline]
    line = " · ".join(html.escape(fact) for fact in facts if fact)
    if line:
        parts.append(f'<div style="opacity:.7;font-size:12px;margin-bottom:6px">{line}</div>')
    parts += [_html_section(section) for section in sections if _has_content(section)]
    return "".join(parts) + "</div>"


def text_page(title: str, facts: Sequence[str], sections: Sequence[Section]) -> str:
    """Render the same for a terminal."""
    parts = [f"{DOT} {title}"]
    line = " · ".join(fact for fact in facts if fact)
    if line:
        parts.append(f"  {line}")
    for section in sections:
        if _has_content(section):
            parts.append("")
            if section.title:
                parts.append(section.title)
            if not section.folded:
                parts.append(_text_content(section.content))
    return "\n".join(parts)


def _has_content(section: Section) -> bool:
    content = section.content
    return bool(content.rows if isinstance(content, Table) else content)


def _html_section(section: Section) -> str:
    content = section.content
    if isinstance(content, Table):
        body = html_table(content)
    else:
        lines = "".join(f"<div>{html.escape(line)}</div>" for line in content)
        body = f'<div style="font-size:12px;margin-bottom:6px;white-space:pre-wrap">{lines}</div>'
    title = html.escape(section.title)
    if section.folded:
        return (
            '<details style="margin:2px 0"><summary style="cursor:pointer;opacity:.7;font-size:12px">'
            f"{title}</summary>{body}</details>"
        )
    if not title:
        return body
    return f'<div style="font-weight:600;font-size:12px;margin-top:6px">{title}</div>{body}'


def _text_content(content: Table | Sequence[str]) -> str:
    if isinstance(content, Table):
        return text_table(content, indent="  ")
    return "\n".join(f"  {line}" for line in content)
