"""Documents as HTML that survives in a saved, untrusted notebook without a kernel.

Jupyter's sanitizer drops scripts, style elements, SVG, ``data-`` attributes and every inline
style whose value it does not know: ``var(...)``, ``currentColor`` and ``inherit`` among them.
So there are only inline styles with literal values: text keeps the theme's own colour and steps
back by opacity, and the few colours are middle tones that read on white and on black.
"""

from __future__ import annotations

import base64
import html
from collections.abc import Sequence

from nbtrail.views.document import (
    Block,
    Diff,
    Document,
    Fold,
    Head,
    Line,
    Picture,
    Row,
    Section,
    Span,
    Table,
    Tone,
)

__all__ = ["to_html"]

_GREEN, _RED, _AMBER, _BLUE = "#2f9e63", "#dc5353", "#cf8a1d", "#3f8fd6"
_MONO = "font-family:Menlo, Consolas, monospace;font-size:0.92em"
_RULE = "1px solid rgba(128,128,128,0.22)"

_STYLES = {
    Tone.STRONG: "font-weight:600",
    Tone.FAINT: "opacity:0.6",
    Tone.CODE: _MONO,
    Tone.GOOD: f"color:{_GREEN};font-weight:600",
    Tone.BAD: f"color:{_RED}",
    Tone.WARN: f"color:{_AMBER}",
    Tone.BUSY: f"color:{_BLUE}",
}
# Figures of equal width where the page may say so; the sanitizer drops it without harm.
_FRAME = "font-size:13px;line-height:1.5;font-variant-numeric:tabular-nums;margin:2px 0"
# A name such as "a$b$c" is no formula: front ends typeset what stands between dollar signs.
_NO_FORMULAS = "mathjax_ignore tex2jax_ignore"
_TABLE = "border-collapse:collapse;border:none;margin:2px 0 6px 0;font-size:13px;width:auto"
_WIDE = "min-width:140px"
_CELL = "padding:2px 14px 2px 4px;border:none;vertical-align:top;max-width:480px"
_TITLE = "font-weight:600;margin:10px 0 2px 0"
_DIFF = f"{_MONO};line-height:1.45;margin:2px 0 8px 0;padding:4px 0;background:transparent"
_DIFF_LINES = {
    "+": "background:rgba(47,158,99,0.16)",
    "-": "background:rgba(220,83,83,0.16)",
    "@": "opacity:0.55",
}


def to_html(document: Document) -> str:
    """Render a document; every text in it is escaped."""
    inside = "".join(map(_block, document))
    return f'<div class="{_NO_FORMULAS}" style="{_FRAME}">{inside}</div>'


def _block(block: Block) -> str:
    if isinstance(block, Line):
        return f'<div style="padding:1px 0">{_line(block)}</div>'
    if isinstance(block, Table):
        return _table(block)
    if isinstance(block, Diff):
        return _diff(block)
    if isinstance(block, Fold):
        return _fold(block)
    if isinstance(block, Picture):
        return _picture(block)
    return _section(block)


def _line(line: Line) -> str:
    dot = '<span style="opacity:0.4"> · </span>'
    return dot.join(_spans(group) for group in line.groups if group)


def _spans(spans: Sequence[Span]) -> str:
    return "".join(map(_span, spans))


def _span(span: Span) -> str:
    text = html.escape(span.text)
    style = _STYLES.get(span.tone)
    if span.run:  # JupyterLab opens it in the panel; elsewhere it leads nowhere
        text = f'<a href="#nbtrail-run={html.escape(span.run)}">{text}</a>'
    return f'<span style="{style}">{text}</span>' if style else text


def _table(table: Table) -> str:
    named = any(head.text for head in table.heads)
    heads = "".join(map(_head, table.heads)) if named else ""
    top = f'<thead><tr style="background:transparent">{heads}</tr></thead>' if heads else ""
    rows = "".join(_row(row, table.heads) for row in table.rows)
    return (
        f'<div style="overflow-x:auto"><table style="{_TABLE}">{top}<tbody>{rows}</tbody></table>'
        "</div>"
    )


def _head(head: Head) -> str:
    side = "right" if head.numeric else "left"
    style = f"{_CELL};text-align:{side};font-weight:normal;border-bottom:{_RULE}"
    style += f";{_WIDE}" if head.wide else ""
    return f'<th style="{style}"><span style="opacity:0.6">{html.escape(head.text)}</span></th>'


def _row(row: Row, heads: Sequence[Head]) -> str:
    background = "rgba(207,138,29,0.13)" if row.marked else "transparent"
    cells = "".join(map(_cell, row.cells, heads))
    return f'<tr style="background:{background}">{cells}</tr>'


def _cell(spans: Sequence[Span], head: Head) -> str:
    style = f"{_CELL};text-align:{'right' if head.numeric else 'left'}"
    style += ";white-space:nowrap" if head.numeric or head.whole else ""
    return f'<td style="{style}">{_spans(spans)}</td>'


def _diff(diff: Diff) -> str:
    lines = []
    for line in diff.lines:
        style = _DIFF_LINES.get(line[:1], "")
        text = html.escape(line) or " "
        lines.append(f'<div style="white-space:pre-wrap;padding:0 6px;{style}">{text}</div>')
    return f'<div style="{_DIFF}">{"".join(lines)}</div>'


def _fold(fold: Fold) -> str:
    inside = "".join(map(_block, fold.blocks))
    return (
        f'<details style="margin:0"><summary style="cursor:pointer;padding:1px 0">'
        f'{_line(fold.line)}</summary><div style="margin:2px 0 6px 16px">{inside}</div></details>'
    )


def _picture(picture: Picture) -> str:
    data = base64.b64encode(picture.data).decode()
    width = f"width:{picture.width}px;" if picture.width else ""
    return (
        f'<div style="margin:4px 0"><img src="data:{html.escape(picture.media_type)};base64,{data}" '
        f'alt="{html.escape(picture.alt)}" style="{width}max-width:100%"></div>'
    )


def _section(section: Section) -> str:
    note = f' <span style="opacity:0.6">{html.escape(section.note)}</span>' if section.note else ""
    inside = "".join(map(_block, section.blocks))
    title = html.escape(section.title)
    if not section.folded:
        named = f'<span style="font-weight:600">{title}</span>'
        return f'<div style="{_TITLE};font-weight:normal">{named}{note}</div>{inside}'
    return (
        '<details style="margin:4px 0"><summary style="cursor:pointer">'
        f'<span style="opacity:0.75">{title}</span>{note}</summary>{inside}</details>'
    )
