"""Files that a cell names: the net for readers that neither audit hook nor taps can see."""

from __future__ import annotations

import ast
import functools
import glob
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePath
from typing import Any

__all__ = ["named_paths"]

_LONGEST = 1000
_MOST_MATCHES = 1000  # of one pattern
_MOST_NAMES = 300


def named_paths(code: str, namespace: Mapping[str, Any], folders: Sequence[str]) -> tuple[str, ...]:
    """Return the existing files and folders that the code spells out, as absolute paths.

    String constants count, and variables that the code reads and that hold a text or a
    path. Patterns (``part-*.csv``) are expanded. A bare word without dot or slash is a
    column's name more often than a file's, so it doesn't count.

    Parameters
    ----------
    code : str
        The Python of a cell; nothing is found in what can't be parsed.
    namespace : mapping
        The notebook's.
    folders : sequence of str
        Relative paths are looked up below each of these.
    """
    texts, names = _spelled(code)
    found: dict[str, None] = {}
    for text in dict.fromkeys([*texts, *_held(names, namespace)]):
        for path in _existing(text, folders):
            found[path] = None
    return tuple(found)


@functools.lru_cache(maxsize=16)
def _spelled(code: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the texts and the names in some code: a script's are asked for by each of its runs."""
    texts: dict[str, None] = {}
    names: dict[str, None] = {}
    try:
        tree = ast.parse(code)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return (), ()
    todo: list[ast.AST] = [tree]
    while todo:
        node = todo.pop()
        if isinstance(node, ast.Constant):
            if type(node.value) is str and _may_be_path(node.value):
                texts[node.value] = None
        elif isinstance(node, ast.Name):
            if len(names) < _MOST_NAMES:
                names[node.id] = None
        elif isinstance(node, ast.JoinedStr):
            todo.extend(part for part in node.values if not isinstance(part, ast.Constant))
        elif not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)):
            todo.extend(ast.iter_child_nodes(node))
    return tuple(texts), tuple(names)


def _held(names: Sequence[str], namespace: Mapping[str, Any]) -> Iterator[str]:
    for name in names:
        value = namespace.get(name)
        if isinstance(value, PurePath) and type(value).__module__.startswith("pathlib"):
            value = os.fspath(value)
        if type(value) is str and _may_be_path(value):
            yield value


def _may_be_path(text: str) -> bool:
    if not 2 < len(text) < _LONGEST or "\0" in text or ("." not in text and "/" not in text):
        return False
    return "://" not in text and bool(text.strip("./ "))


def _existing(text: str, folders: Sequence[str]) -> Iterator[str]:
    text = os.path.expanduser(text) if text[0] == "~" else text  # noqa: PTH111
    for folder in folders:
        path = os.path.abspath(os.path.join(folder, text))  # noqa: PTH100, PTH118
        try:
            if os.path.exists(path):  # noqa: PTH110
                yield path
                return
            if glob.has_magic(text) and text.count("**") <= 1 and text[0] not in "*?[/":
                matches = glob.iglob(path, recursive=True)  # noqa: PTH207
                found = [match for _, match in zip(range(_MOST_MATCHES), matches, strict=False)]
                if found:
                    yield from found
                    return
        except (OSError, ValueError, RecursionError):
            continue
