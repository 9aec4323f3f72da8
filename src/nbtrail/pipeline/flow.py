"""Stage functions: what goes in, what comes out, and the calls that connect them."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from nbtrail.lineage.graph import Graph
from nbtrail.lineage.names import root_name
from nbtrail.pipeline.layout import WIDTH, bracketed, wrapped
from nbtrail.pipeline.params import Parameter
from nbtrail.pipeline.shape import Parts
from nbtrail.pipeline.stages import Stage, arrange
from nbtrail.pipeline.step import Step
from nbtrail.pipeline.text import indent

__all__ = ["stage_functions"]


def stage_functions(
    parts: Parts,
    graph: Graph,
    parameters: Sequence[Parameter],
    measured: set[int],
    final: set[str],
    *,
    reserved: set[str],
    args: str,
) -> tuple[list[str], list[str]]:
    """Write one function per stage.

    Parameters
    ----------
    final : set of str
        Variables that the end of the script needs: metrics and models.
    reserved : set of str
        Names that a function must not have.
    args : str
        Variable of the parsed command line in the calling function.

    Returns
    -------
    list of str
        The functions.
    list of str
        The indented lines that call them.
    """
    groups = arrange(parts.body, graph, measured, parts.origins)
    named = {p.name: p for p in parameters}
    taken = reserved | set(named)
    taken |= {n for s in parts.body for n in (*s.names.loads, *s.names.stores)}
    taken |= {n for s in (*parts.definitions, *parts.constants) for n in s.names.stores}
    available: dict[str, None] = {}
    functions: list[str] = []
    calls: list[str] = []
    for number, (stage, steps) in enumerate(groups):
        later = {n for _, rest in groups[number + 1 :] for s in rest for n in s.names.loads}
        inputs, options, outputs = _interface(steps, available, set(named), later | final)
        name = _function_name(stage, taken)
        waits = any(_waits(statement) for step in steps for statement in step.body)
        functions.append(
            _function(
                name,
                stage,
                steps,
                inputs,
                [named[o] for o in options],
                outputs,
                keeps_names=bool(final & set(outputs)),
                waits=waits,
            )
        )
        items = [*inputs, *(f"{o}={args}.{o}" for o in options)]
        target = f"{', '.join(outputs)} = " if outputs else ""
        head = f"{target}{'await ' if waits else ''}{name}("
        calls.append(bracketed(head, items, ")", "    "))
        available.update(dict.fromkeys(outputs))
    return functions, calls


def _interface(
    steps: Sequence[Step], available: dict[str, None], parameters: set[str], wanted: set[str]
) -> tuple[list[str], list[str], list[str]]:
    inputs: dict[str, None] = {}
    options: dict[str, None] = {}
    made: dict[str, None] = {}
    changed: dict[str, None] = {}
    for step in steps:
        names = step.names
        needed = names.loads if names.certain else names.loads | names.stores
        for name in sorted(needed, key=lambda n: _position(step, n)):
            if name in made:
                continue
            if name in available:
                inputs[name] = None
            elif name in parameters:
                options[name] = None
        made.update(dict.fromkeys(sorted(names.stores, key=lambda n: _position(step, n))))
        changed.update(dict.fromkeys(n for n in _stored_into(step) if n in inputs))
    outputs = [n for n in {**changed, **made} if n in wanted]
    return list(inputs), list(options), outputs


def _waits(node: ast.AST) -> bool:
    """Say whether a statement awaits something itself, functions that it defines left out."""
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
        return False
    if isinstance(node, (ast.Await, ast.AsyncFor, ast.AsyncWith)):
        return True
    if isinstance(node, ast.comprehension) and node.is_async:
        return True
    return any(_waits(child) for child in ast.iter_child_nodes(node))


def _stored_into(step: Step) -> list[str]:
    """Return the names whose object the statement's own syntax changes, as ``x[...] = ...``."""
    return [
        root
        for statement in step.body
        for node in ast.walk(statement)
        if isinstance(node, (ast.Subscript, ast.Attribute)) and isinstance(node.ctx, ast.Store)
        for root in [root_name(node)]
        if root is not None
    ]


def _position(step: Step, name: str) -> tuple[int, int]:
    places = [
        (n.lineno, n.col_offset)
        for t in step.body
        for n in ast.walk(t)
        if isinstance(n, ast.Name) and n.id == name
    ]
    return min(places, default=(1 << 30, 0))


def _function_name(stage: Stage, taken: set[str]) -> str:
    name = stage.name.lower()
    if name in taken:
        name = f"{name}_stage"
    while name in taken:
        name += "_"
    taken.add(name)
    return name


def _function(
    name: str,
    stage: Stage,
    steps: Sequence[Step],
    inputs: Sequence[str],
    options: Sequence[Parameter],
    outputs: Sequence[str],
    *,
    keeps_names: bool,
    waits: bool,
) -> str:
    arguments = [*inputs]
    if options:
        arguments += ["*", *(f"{o.name}: {type(o.value).__name__}" for o in options)]
    head = f"{'async ' if waits else ''}def {name}("
    lines = [bracketed(head, arguments, "):"), f'    """{stage.summary}"""']
    previous = steps[0].node[0] if steps else -1
    value = None if keeps_names else _returned(steps[-1], outputs)
    for step in steps if value is None else steps[:-1]:
        if step.node[0] != previous and step.comments:
            lines.append("")
        previous = step.node[0]
        lines.append(indent("\n".join([*step.comments, wrapped(step.text)])))
    if value is not None:
        if len(steps) > 1 and steps[-1].comments:
            lines.append("")
        lines.append(indent("\n".join([*steps[-1].comments, f"return {value}"])))
    elif outputs:
        whole = f"    return {', '.join(outputs)}"
        lines.append(whole if len(whole) <= WIDTH else bracketed("return (", outputs, ")", "    "))
    return "\n".join(lines)


def _returned(step: Step, outputs: Sequence[str]) -> str | None:
    """Return what the last statement binds, when that is all that a function gives."""
    tree = step.tree
    if len(outputs) != 1 or len(step.body) != 1 or not isinstance(tree, ast.Assign):
        return None
    target = tree.targets[0]
    if len(tree.targets) > 1 or not isinstance(target, ast.Name) or target.id != outputs[0]:
        return None
    if step.text.encode()[_end_of(step.text, tree) :].strip():
        return None  # a comment at its end
    return step.text.encode()[_start_of(step.text, tree.value) :].decode()


def _start_of(text: str, node: ast.expr) -> int:
    return sum(len(line) for line in text.encode().splitlines(keepends=True)[: node.lineno - 1]) + (
        node.col_offset
    )


def _end_of(text: str, node: ast.stmt) -> int:
    lines = text.encode().splitlines(keepends=True)
    return sum(len(line) for line in lines[: (node.end_lineno or 1) - 1]) + (
        node.end_col_offset or 0
    )
