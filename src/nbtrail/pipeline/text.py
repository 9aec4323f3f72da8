"""User's source text: cut into statements, edited by spans, indented without touching strings."""

from __future__ import annotations

import ast
import io
import tokenize
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

__all__ = [
    "Edit",
    "apply_edits",
    "cut",
    "indent",
    "moved_out",
    "quoted",
    "replace_node",
    "segment",
    "string_lines",
    "unparse",
]


@dataclass(frozen=True, slots=True)
class Edit:
    """Replace the text from (line, column) to (line, column) by another.

    Lines are 1-based, columns count UTF-8 bytes, as in the nodes of `ast`.
    """

    start: tuple[int, int]
    end: tuple[int, int]
    text: str

    def applied_to(self, text: str) -> str:
        """Return `text` with this one edit."""
        return apply_edits(text, [self])


def replace_node(node: ast.expr | ast.stmt, text: str) -> Edit:
    """Return the edit that puts `text` in the place of a node."""
    assert node.end_lineno is not None
    assert node.end_col_offset is not None
    return Edit((node.lineno, node.col_offset), (node.end_lineno, node.end_col_offset), text)


def apply_edits(text: str, edits: Iterable[Edit]) -> str:
    """Apply edits that don't overlap; of nested ones the outermost wins.

    What is put in front of a place keeps its order, and stands before what replaces it.
    """
    lines = [line.encode() for line in text.splitlines(keepends=True)]
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line))
    data = b"".join(lines)

    def offset(place: tuple[int, int]) -> int:
        return starts[place[0] - 1] + place[1]

    def order(edit: Edit) -> tuple[int, bool, int]:
        start, end = offset(edit.start), offset(edit.end)
        return start, end > start, -end

    parts: list[bytes] = []
    at = 0
    for edit in sorted(dict.fromkeys(edits), key=order):
        start = offset(edit.start)
        if start < at:
            continue
        parts += (data[at:start], edit.text.encode())
        at = offset(edit.end)
    parts.append(data[at:])
    return b"".join(parts).decode()


def segment(text: str, node: ast.AST) -> str:
    """Return the source text of a node."""
    return ast.get_source_segment(text, node) or ""


def cut(code: str) -> list[tuple[list[str], str]]:
    """Cut a cell into its top-level statements.

    Returns
    -------
    list of (list of str, str)
        The comment lines above each statement, and its text with a comment at its end.
    """
    body = ast.parse(code).body
    lines = code.splitlines()
    parts: list[tuple[list[str], str]] = []
    previous_end = 0
    for node in body:
        first = min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", []))])
        last = node.end_lineno or first
        column = node.col_offset if first == node.lineno else 0
        chunk = [line.encode() for line in lines[first - 1 : last]]
        rest = chunk[-1][node.end_col_offset :].decode()
        chunk[-1] = chunk[-1][: node.end_col_offset]
        chunk[0] = chunk[0][column:]
        text = b"\n".join(chunk).decode()
        if rest.strip().startswith("#"):
            text += "  " + rest.strip()
        above = _comments(lines[previous_end : first - 1])
        parts.append((above, text))
        previous_end = last
    return parts


def _comments(lines: Sequence[str]) -> list[str]:
    """Comment lines directly above a statement, without cell marks and empty ones."""
    found: list[str] = []
    for line in reversed(lines):
        stripped = line.strip()
        if not stripped and not found:
            continue
        if not stripped.startswith("#"):
            break
        if stripped.strip("# ") and not stripped.startswith(("# %%", "#%%")):
            found.append(stripped)
    return found[::-1]


def indent(text: str, prefix: str = "    ") -> str:
    """Indent code, leaving the insides of strings that span lines as they are."""
    fixed = string_lines(text)
    return "\n".join(
        line if number in fixed or not line.strip() else prefix + line
        for number, line in enumerate(text.split("\n"), 1)
    )


def moved_out(text: str, node: ast.With | ast.For) -> str:
    """Return the body of a compound statement, moved to the left margin."""
    lines = text.split("\n")
    first = node.body[0].lineno - 1
    if first == node.lineno - 1:  # all on one line
        return "; ".join(segment(text, statement) for statement in node.body)
    while first > node.lineno and lines[first - 1].lstrip().startswith("#"):
        first -= 1
    margin = node.body[0].col_offset
    fixed = string_lines(text)
    return "\n".join(
        line if number in fixed or line[:margin].strip() else line[margin:]
        for number, line in enumerate(lines[first : node.body[-1].end_lineno], first + 1)
    )


def string_lines(text: str) -> set[int]:
    """Return the numbers of the lines that begin inside of a string."""
    found: set[int] = set()
    opened: list[int] = []
    try:
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            name = tokenize.tok_name[token.type]
            if name == "STRING":
                found |= set(range(token.start[0] + 1, token.end[0] + 1))
            elif name == "FSTRING_START":
                opened.append(token.start[0])
            elif name == "FSTRING_END" and opened:
                found |= set(range(opened.pop() + 1, token.end[0] + 1))
    except (tokenize.TokenError, SyntaxError):
        return found
    return found


def quoted(text: str) -> str:
    """Return a string literal in double quotes where that is as plain as with single ones."""
    plain = repr(text)
    if plain.startswith("'") and '"' not in text and "\\'" not in plain:
        return f'"{plain[1:-1]}"'
    return plain


def unparse(node: ast.AST) -> str:
    """Return the source of a node, its strings in double quotes."""
    text = ast.unparse(node)
    edits = [
        Edit(token.start, token.end, quoted(ast.literal_eval(token.string)))
        for token in tokenize.generate_tokens(io.StringIO(text).readline)
        if token.type == tokenize.STRING and token.string.startswith("'") and text.isascii()
    ]
    return apply_edits(text, edits)
