"""Which version of each of the project's modules a pipeline uses, and where that changes."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field

from nbtrail.lineage.graph import Node
from nbtrail.pipeline.plan import Plan
from nbtrail.store.reader import Reader

__all__ = ["Versions", "versions_of"]


@dataclass(slots=True)
class Versions:
    """What a notebook's imports amounted to, when modules were edited and loaded again.

    Attributes
    ----------
    first : mapping of str to str
        Dotted name to the sha256 of the source that the first use met.
    later : mapping of str to str
        Name that a later version has in the script (``helper_2``) to its sha256.
    imports : mapping of Node to list of str
        Import statements that stand before a statement, since it met a later version.
    dropped : set of Node
        Statements that only loaded a module again.
    """

    first: dict[str, str] = field(default_factory=dict)
    later: dict[str, str] = field(default_factory=dict)
    imports: dict[Node, list[str]] = field(default_factory=dict)
    dropped: set[Node] = field(default_factory=set)


def versions_of(reader: Reader, plan: Plan) -> Versions:
    """Follow the imports of a plan through the session's loads of its modules."""
    found = Versions()
    session = plan.run.session_id
    if not session:
        return found
    known: dict[int, dict[str, str]] = {}

    def at(seq: int) -> dict[str, str]:
        if seq not in known:
            known[seq] = {m.name: m.sha256 for m in reader.modules(session, seq)}
        return known[seq]

    bound: dict[str, tuple[str, str]] = {}  # name to its module and how it is imported again
    active: dict[str, str] = {}
    again: dict[tuple[str, str], str] = {}
    for node in plan.nodes:
        tree = ast.parse(plan.texts[node][1]).body[0]
        now = at(node[0])
        if isinstance(tree, (ast.Import, ast.ImportFrom)):
            bound |= {name: entry for name, entry in _bindings(tree) if entry[0] in now}
            continue
        reload = _reload_of(tree)
        if reload is not None and bound.get(reload, ("",))[0] in now:
            found.dropped.add(node)
            continue
        for name in plan.graph.facts[node].reads:
            if name not in bound:
                continue
            module, spelling = bound[name]
            sha = now.get(module, "")
            if module not in active:
                active[module] = found.first[module] = sha
            elif active[module] != sha and spelling:
                if (module, sha) not in again:
                    number = 2 + sum(1 for key, _ in again if key == module)
                    again[module, sha] = f"{module.replace('.', '_')}_{number}"
                    found.later[again[module, sha]] = sha
                active[module] = sha
                found.imports.setdefault(node, []).append(spelling.format(again[module, sha]))
    return found


def _bindings(tree: ast.Import | ast.ImportFrom) -> Iterator[tuple[str, tuple[str, str]]]:
    """Yield the names that an import binds: their module, and the import of another version."""
    if isinstance(tree, ast.Import):
        for alias in tree.names:
            plain = alias.asname or "." not in alias.name
            name = alias.asname or alias.name.partition(".")[0]
            yield name, (alias.name, f"import {{}} as {name}" if plain else "")
    elif tree.module and not tree.level:
        for alias in tree.names:
            name = alias.asname or alias.name
            tail = f" as {alias.asname}" if alias.asname else ""
            yield name, (tree.module, f"from {{}} import {alias.name}{tail}")


def _reload_of(tree: ast.stmt) -> str | None:
    """Return the name in a statement that is ``importlib.reload(name)`` and nothing else."""
    value = tree.value if isinstance(tree, (ast.Expr, ast.Assign)) else None
    if not isinstance(value, ast.Call) or len(value.args) != 1:
        return None
    func, argument = value.func, value.args[0]
    name = func.attr if isinstance(func, ast.Attribute) else getattr(func, "id", "")
    return argument.id if name == "reload" and isinstance(argument, ast.Name) else None
