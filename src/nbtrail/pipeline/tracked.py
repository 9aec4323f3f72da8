"""Metrics that ``@track`` took from what a function returned."""

from __future__ import annotations

import ast
from collections.abc import Collection, Mapping

from nbtrail.pipeline.text import quoted
from nbtrail.pipeline.translate import called

__all__ = ["returned_value", "tracked_functions"]


def tracked_functions(
    texts: Collection[str], ours: Mapping[str, str]
) -> dict[str, ast.FunctionDef | ast.AsyncFunctionDef]:
    """Return the functions that carry ``@track``, by name."""
    found: dict[str, ast.FunctionDef | ast.AsyncFunctionDef] = {}
    for text in texts:
        if "@" not in text:
            continue
        for node in ast.walk(ast.parse(text)):
            if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                continue
            for decorator in node.decorator_list:
                name = decorator.func if isinstance(decorator, ast.Call) else decorator
                if called(ast.Call(func=name, args=[], keywords=[]), ours) == "track":
                    found[node.name] = node
    return found


def returned_value(
    call: ast.Call, key: str, tracked: Mapping[str, ast.FunctionDef | ast.AsyncFunctionDef]
) -> str | None:
    """Return the subscript that picks a metric from a tracked call's result.

    Returns
    -------
    str or None
        Empty for the result itself; None when the call is no tracked one, or what it
        returns does not tell where the metric lies.
    """
    if not isinstance(call.func, ast.Name) or call.func.id not in tracked:
        return None
    function = tracked[call.func.id]
    returns = [n.value for n in ast.walk(function) if isinstance(n, ast.Return) and n.value]
    if any(isinstance(value, ast.Tuple) for value in returns):
        return None
    return "" if key == function.name else f"[{quoted(key)}]"
