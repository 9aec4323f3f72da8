"""What stands at the module's level, and whether the rest can become functions at all."""

from __future__ import annotations

import ast
from collections import Counter
from dataclasses import dataclass, field
from types import CodeType

from nbtrail.lineage.channels import is_library_variable
from nbtrail.lineage.names import code_globals
from nbtrail.pipeline.step import Step

__all__ = ["Parts", "bound_by", "divide"]

_DYNAMIC = frozenset({"exec", "eval", "globals", "locals", "vars"})
_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


@dataclass(slots=True)
class Parts:
    """The steps by where they go.

    Attributes
    ----------
    imports, constants, definitions, body : list of Step
    origins : mapping of str to str
        Imported name to the module it came from.
    flat : str
        Why the body can't be divided into functions; empty when it can.
    """

    imports: list[Step] = field(default_factory=list)
    constants: list[Step] = field(default_factory=list)
    definitions: list[Step] = field(default_factory=list)
    body: list[Step] = field(default_factory=list)
    origins: dict[str, str] = field(default_factory=dict)
    flat: str = ""


def bound_by(steps: list[Step]) -> Counter[str]:
    """Count how many steps bind each name."""
    counts: Counter[str] = Counter()
    for step in steps:
        names = step.names
        counts.update(
            names.stores | names.deletes | {m for m in step.facts.binds if "import *" in step.text}
        )
    return counts


def divide(steps: list[Step]) -> Parts:
    """Sort steps into imports, constants, definitions and the body."""
    parts = Parts()
    counts = bound_by(steps)
    wanted = _globals_of(steps)
    hoisting = True
    for step in steps:
        tree = step.tree
        single = all(counts[n] == 1 for n in step.names.stores)
        if isinstance(tree, (ast.Import, ast.ImportFrom)):
            _note_origins(tree, parts.origins)
            future = isinstance(tree, ast.ImportFrom) and tree.module == "__future__"
            if future or (hoisting and single and not step.facts.error):
                parts.imports.append(step)
            else:
                parts.flat = parts.flat or "an import depends on what runs before it"
                parts.body.append(step)
            continue
        if "cwd" in step.facts.channels_written:
            parts.flat = parts.flat or "it changes the working directory"
        hoisting = hoisting and not any(map(_felt_by_imports, step.facts.channels_written))
        if isinstance(tree, _DEFINITIONS):
            if not single:
                name = getattr(tree, "name", "")
                parts.flat = parts.flat or f"{name} is defined more than once"
            parts.definitions.append(step)
        elif single and _is_shouted(tree) and not _is_changed(step, steps):
            parts.constants.append(step)
            continue
        elif step.names.stores & wanted:
            if single and _is_constant(tree):
                parts.constants.append(step)
            else:
                parts.flat = parts.flat or "a function reads a variable of the notebook"
                parts.body.append(step)
            continue
        else:
            parts.body.append(step)
        parts.flat = parts.flat or _obstacle(step)
    _check_patches(parts)
    return parts


def _felt_by_imports(channel: str) -> bool:
    """Say whether a change outside of the namespace can change what an import does."""
    if channel.startswith("env:"):
        return is_library_variable(channel)
    return channel.startswith(("cwd", "sys.path", "attr:"))


def _check_patches(parts: Parts) -> None:
    fixed = {n for s in (*parts.definitions, *parts.imports) for n in s.names.stores}
    for step in parts.body:
        changed = {m.name for m in step.facts.mutations if m.certain}
        if changed & fixed and not parts.flat:
            parts.flat = f"{', '.join(sorted(changed & fixed))} is changed after its definition"


def _obstacle(step: Step) -> str:
    names = step.names
    if names.loads & _DYNAMIC:
        return "it makes or reads names dynamically"
    if names.deletes:
        return "it deletes names"
    return ""


def _is_constant(tree: ast.stmt) -> bool:
    if not isinstance(tree, ast.Assign) or not isinstance(tree.targets[0], ast.Name):
        return False
    try:
        ast.literal_eval(tree.value)
    except (ValueError, TypeError, SyntaxError, MemoryError):
        return False
    return True


def _is_shouted(tree: ast.stmt) -> bool:
    """Say whether a statement sets a constant by its name too: a list of columns, a table.

    A single value is none: it becomes an argument.
    """
    return (
        _is_constant(tree)
        and isinstance(tree, ast.Assign)
        and isinstance(tree.value, (ast.List, ast.Tuple, ast.Dict, ast.Set))
        and all(isinstance(t, ast.Name) and t.id.isupper() and len(t.id) > 1 for t in tree.targets)
    )


def _is_changed(step: Step, steps: list[Step]) -> bool:
    names = step.names.stores
    return any(m.name in names for other in steps for m in other.facts.mutations)


def _note_origins(tree: ast.Import | ast.ImportFrom, origins: dict[str, str]) -> None:
    for alias in tree.names:
        if isinstance(tree, ast.ImportFrom):
            origins[alias.asname or alias.name] = f"{tree.module or ''}.{alias.name}"
        else:
            origins[alias.asname or alias.name.partition(".")[0]] = alias.name


def _globals_of(steps: list[Step]) -> set[str]:
    """Return the global names that functions and classes read or bind.

    Those of defaults, bases and decorators are read as soon as they are defined.
    """
    found: set[str] = set()
    for step in steps:
        if not isinstance(step.tree, _DEFINITIONS):
            continue
        found |= step.names.loads
        flags = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
        code = compile(step.text, "<step>", "exec", flags=flags, dont_inherit=True)
        for item in code.co_consts:
            if isinstance(item, CodeType):
                loads, stores = code_globals(item)
                found |= loads | stores
    return found
