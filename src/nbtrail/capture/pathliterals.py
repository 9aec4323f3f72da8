"""Files that a cell names: the net for readers that neither audit hook nor taps can see."""

from __future__ import annotations

import ast
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
    try:
        tree = ast.parse(code)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ()
    found: dict[str, None] = {}
    for text in dict.fromkeys(_texts(tree, namespace)):
        for path in _existing(text, folders):
            found[path] = None
    return tuple(found)


def _texts(tree: ast.Module, namespace: Mapping[str, Any]) -> Iterator[str]:
    prose = {
        id(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    parts = {
        id(part)
        for node in ast.walk(tree)
        if isinstance(node, ast.JoinedStr)
        for part in node.values
    }
    names: dict[str, None] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant):
            if type(node.value) is str and id(node) not in prose and id(node) not in parts:
                yield node.value
        elif isinstance(node, ast.Name) and len(names) < _MOST_NAMES:
            names[node.id] = None
    for name in names:
        value = namespace.get(name)
        if type(value) is str:
            yield value
        elif isinstance(value, PurePath) and type(value).__module__.startswith("pathlib"):
            yield os.fspath(value)


def _existing(text: str, folders: Sequence[str]) -> Iterator[str]:
    if not 2 < len(text) < _LONGEST or "\0" in text or ("." not in text and "/" not in text):
        return
    if "://" in text or not text.strip("./ "):
        return
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
