"""What the user wrote for an argument of a call, read from the caller's own source.

Since Python 3.11 each instruction knows the piece of source that it stands for, so the text of
a call is found without a guess even when a line holds several.
"""

from __future__ import annotations

import ast
import functools
import linecache
from collections.abc import Iterator, Mapping
from itertools import islice
from types import CodeType, FrameType
from typing import Any

from nbtrail.capture.frames import local_values

__all__ = ["argument_expression", "called_methods", "names_in", "value_of"]

_LONGEST = 2000  # characters of a call worth parsing


def argument_expression(
    frame: FrameType | None, arguments: Mapping[str, Any], name: str
) -> ast.expr | None:
    """Return the expression that was passed as `name` by the call that `frame` is making."""
    if frame is None:
        return None
    call = _call_at(frame.f_code, frame.f_lasti)
    if call is None:
        return None
    for keyword in call.keywords:
        if keyword.arg == name:
            return keyword.value
    positions = [p for p in arguments if p not in ("self", "*")]
    position = positions.index(name) if name in positions else -1
    if not 0 <= position < len(call.args):
        return None
    if any(isinstance(a, ast.Starred) for a in call.args[: position + 1]):
        return None
    return call.args[position]


def names_in(expression: ast.expr | None) -> tuple[str, ...]:
    """Return the variables and attributes that an expression reads."""
    if expression is None:
        return ()
    found = [n.id for n in ast.walk(expression) if isinstance(n, ast.Name)]
    found += [n.attr for n in ast.walk(expression) if isinstance(n, ast.Attribute)]
    return tuple(found)


def called_methods(expression: ast.expr, frame: FrameType) -> Iterator[tuple[Any, str]]:
    """Yield object and method of each call like ``models["a"].predict(X)`` in an expression."""
    for node in ast.walk(expression):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            yield value_of(node.func.value, frame), node.func.attr


def value_of(node: ast.expr, frame: FrameType) -> Any:
    """Return what a name, ``self.model`` or ``models[key]`` holds, without running user code.

    None for everything else.
    """
    if isinstance(node, ast.Name):
        held = local_values(frame)
        return held[node.id] if node.id in held else frame.f_globals.get(node.id)
    if isinstance(node, ast.Attribute):
        attributes = getattr(value_of(node.value, frame), "__dict__", None)
        return attributes.get(node.attr) if type(attributes) is dict else None
    if isinstance(node, ast.Subscript):
        holder, key = value_of(node.value, frame), _key(node.slice, frame)
        if type(holder) is dict and type(key) in (str, int):
            return holder.get(key)
        if type(holder) in (list, tuple) and type(key) is int and -len(holder) <= key < len(holder):
            return holder[key]
    return None


def _key(node: ast.expr, frame: FrameType) -> Any:
    return node.value if isinstance(node, ast.Constant) else value_of(node, frame)


@functools.lru_cache(maxsize=1024)
def _call_at(code: CodeType, offset: int) -> ast.Call | None:
    place = next(islice(code.co_positions(), offset // 2, None), None)
    if place is None or None in place:
        return None
    first, last, start, end = place
    assert first is not None
    assert last is not None
    lines = [text.encode() for text in linecache.getlines(code.co_filename)[first - 1 : last]]
    if len(lines) != last - first + 1:
        return None
    lines[-1] = lines[-1][:end]
    lines[0] = lines[0][start:]
    text = b"".join(lines).decode(errors="replace")
    if len(text) > _LONGEST:
        return None
    try:
        tree = ast.parse(f"({text})", mode="eval").body
    except (SyntaxError, ValueError):
        return None
    return tree if isinstance(tree, ast.Call) else None
