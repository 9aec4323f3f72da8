"""Which parameters a run shows when it trained several things."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import replace

from nbtrail.capture.training import Training
from nbtrail.entities.run import Param

__all__ = ["literal_params", "run_params"]


def run_params(trainings: Sequence[Training]) -> tuple[Param, ...]:
    """Merge the parameters of a run's trainings.

    Those of the last model keep their names (``C``, ``clf__max_depth``). Of everything
    else that was fitted only what differs from its defaults is kept, under the class's
    name (``StandardScaler.with_mean``, ``Ridge#2.alpha``).
    """
    main = next((t for t in reversed(trainings) if t.is_model), None)
    params = {p.key: p for p in (main.params if main else ())}
    seen: dict[str, int] = {}
    for training in trainings:
        if training is main:
            continue
        name = training.class_name.rpartition(".")[2]
        seen[name] = seen.get(name, 0) + 1
        prefix = name if seen[name] == 1 else f"{name}#{seen[name]}"
        for param in training.params:
            if not param.is_default and param.key != "model":
                key = f"{prefix}.{param.key}"
                params[key] = replace(param, key=key)
    return tuple(params.values())


def literal_params(code: str) -> Iterator[Param]:
    """Yield the constants that a cell binds to names at its top level: ``lr = 0.1``."""
    try:
        tree = ast.parse(code)
    except (SyntaxError, ValueError):
        return
    for node in tree.body:
        if isinstance(node, ast.Assign) and len(node.targets) == 1:
            target, value = node.targets[0], node.value
        elif isinstance(node, ast.AnnAssign) and node.value is not None:
            target, value = node.target, node.value
        else:
            continue
        if isinstance(target, ast.Name) and not target.id.startswith("_"):
            constant = _constant(value)
            if constant is not None:
                yield Param(target.id, constant, "literal")


def _constant(node: ast.expr) -> str | None:
    try:
        value = ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return None
    if isinstance(value, (bool, int, float)) or (isinstance(value, str) and len(value) <= 200):
        return repr(value)
    return None
