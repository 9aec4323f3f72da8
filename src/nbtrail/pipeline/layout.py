"""How generated lines look: signatures and calls that wrap, sorted imports."""

from __future__ import annotations

import ast
import functools
import shutil
import subprocess
import sys
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path

__all__ = ["WIDTH", "assemble_imports", "bracketed", "docstring", "formatted", "wrapped"]

WIDTH = 88
_UNUSED = "  # noqa: F401"  # imported for what the import does
_SECONDS = 20.0


def bracketed(head: str, items: Sequence[str], tail: str, prefix: str = "") -> str:
    """Return ``head(items)tail`` on one line, else with one item on each line."""
    line = f"{prefix}{head}{', '.join(items)}{tail}"
    if len(line) <= WIDTH or not items:
        return line
    inner = "".join(f"{prefix}    {item},\n" for item in items)
    return f"{prefix}{head}\n{inner}{prefix}{tail}"


def wrapped(text: str, margin: int = 4) -> str:
    """Break a statement whose only line became too long, inside of its outermost call."""
    if "\n" in text or len(text) + margin <= WIDTH:
        return text
    node = ast.parse(text).body[0]
    value = getattr(node, "value", None)
    if not isinstance(value, ast.Call) or not (value.args or value.keywords):
        return text
    if text.encode()[value.end_col_offset :].strip():
        return text  # a comment at the end, or more statements
    items: list[ast.expr | ast.keyword] = [*value.args, *value.keywords]
    items.sort(key=lambda item: item.col_offset)
    sources = [ast.get_source_segment(text, item) or "" for item in items]
    data = text.encode()
    head = data[: items[0].col_offset].decode()
    if not head.endswith("(") or len(head) + margin > WIDTH:
        return text
    line = f"    {', '.join(sources)}"
    if len(line) + margin <= WIDTH:
        return f"{head}\n{line}\n)"
    comma = "," if len(sources) > 1 else ""  # ruff keeps a line for each item after a comma
    return "\n".join([head, *(f"    {source}{comma}" for source in sources), ")"])


def docstring(text: str) -> str:
    """Return a text as a docstring that nothing in it can end."""
    safe = text.replace("\\", "\\\\").replace('"""', "'''")
    if safe.endswith('"'):
        safe += " "
    return f'"""{safe}"""'


@functools.cache
def _ruff() -> str | None:
    beside = Path(sys.executable).with_name("ruff")
    return str(beside) if beside.is_file() else shutil.which("ruff")


def formatted(text: str) -> str:
    """Return a script as ``ruff format`` writes it, where ruff is installed; else as it is."""
    ruff = _ruff()
    if ruff is None:
        return text
    command = [ruff, "format", "--isolated", "--quiet", "--stdin-filename", "pipeline.py", "-"]
    try:
        done = subprocess.run(
            command, input=text.encode(), capture_output=True, check=True, timeout=_SECONDS
        )
    except (OSError, subprocess.SubprocessError):
        return text
    return done.stdout.decode()


def assemble_imports(
    texts: Iterable[str], used: set[str], first_party: set[str], acting: Collection[str] = ()
) -> str:
    """Sort import statements into blocks, leaving out names that nothing uses.

    Parameters
    ----------
    used : set of str
        Names that the script loads.
    first_party : set of str
        Modules of the user's own project.
    acting : set of str
        Names whose import does something by itself: it stays, whether they are used or not.
    """
    kept = used.union(acting)
    plain: set[tuple[str, str | None]] = set()
    members: dict[str, set[tuple[str, str | None]]] = {}
    stars: list[str] = []
    for text in texts:
        for node in ast.parse(text).body:
            if isinstance(node, ast.Import):
                plain |= {
                    (a.name, a.asname)
                    for a in node.names
                    if (a.asname or a.name.partition(".")[0]) in kept
                }
            elif isinstance(node, ast.ImportFrom):
                module = "." * node.level + (node.module or "")
                for a in node.names:
                    if a.name == "*":
                        stars.append(module)
                    elif _is_kept(module, a, kept):
                        members.setdefault(module, set()).add((a.name, a.asname))
    blocks: dict[int, list[tuple[bool, str, str]]] = {}
    for name, alias in plain:
        line = f"import {name}" + (f" as {alias}" if alias else "")
        if (alias or name.partition(".")[0]) not in used:
            line += _UNUSED
        blocks.setdefault(_block(name, first_party), []).append((True, name, line))
    for module, names in members.items():
        items = [n + (f" as {a}" if a else "") for n, a in sorted(names, key=_member_key)]
        unused = module != "__future__" and any((a or n) not in used for n, a in names)
        line = _from_line(module, items, _UNUSED if unused else "")
        blocks.setdefault(_block(module, first_party), []).append((False, module, line))
    for module in stars:
        line = f"from {module} import *  # noqa: F403"
        blocks.setdefault(_block(module, first_party), []).append((False, module, line))
    parts = []
    for number in sorted(blocks):
        lines = sorted(blocks[number], key=lambda item: (not item[0], item[1].lower(), item[1]))
        parts.append("\n".join(line for _, _, line in lines))
    return "\n\n".join(parts)


def _member_key(item: tuple[str, str | None]) -> tuple[int, str]:
    name = item[0]
    rank = 0 if name.isupper() and len(name) > 1 else 1 if name[:1].isupper() else 2
    return rank, name


def _is_kept(module: str, alias: ast.alias, kept: set[str]) -> bool:
    """Say whether a member is imported: some are for what their import does."""
    acts = module == "__future__" or alias.name.startswith("enable_")
    return acts or (alias.asname or alias.name) in kept


def _from_line(module: str, items: list[str], comment: str) -> str:
    line = f"from {module} import {', '.join(items)}"
    if len(line) <= WIDTH:
        return line + comment
    inner = "".join(f"    {item},\n" for item in items)
    return f"from {module} import ({comment}\n{inner})"


def _block(module: str, first_party: set[str]) -> int:
    root = module.partition(".")[0]
    if root == "__future__":
        return 0
    if not root or root in first_party:
        return 3
    return 1 if root in sys.stdlib_module_names else 2
