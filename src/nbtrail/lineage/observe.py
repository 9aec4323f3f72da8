"""One statement seen from both sides: the names and objects before it, and after."""

from __future__ import annotations

import ast
import re
import weakref
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from types import CodeType, FunctionType, ModuleType
from typing import Any

from nbtrail.capture.statements import magic_of
from nbtrail.entities.cell import Mutation, StatementFacts
from nbtrail.lineage.background import Background
from nbtrail.lineage.calls import configured_packages, displays_only, package_of, suspects
from nbtrail.lineage.channels import Ambient, Channels, Traffic
from nbtrail.lineage.generators import FirstDraws
from nbtrail.lineage.hidden import (
    classes_behind,
    current_figure,
    draws,
    names_in_text,
    open_files,
    with_shown,
)
from nbtrail.lineage.names import StatementNames, code_globals, has_annotations, names_of
from nbtrail.lineage.shape import LEAVES
from nbtrail.lineage.values import value_digests
from nbtrail.lineage.walk import Reach, changed, reach_of

__all__ = ["Observation", "Observer", "Outcome"]

_LEAVES = frozenset(LEAVES)
_SHELL = re.compile(r"^(_i+|_i\d+|_ih|_oh|_dh|_{1,3}|__\w+__|In|Out|exit|quit|open|get_ipython)$")
_OURS = frozenset({"track", "load_ext", "unload_ext", "reload_ext"})
_SETTERS = frozenset({"setattr", "delattr", "__setattr__", "__dict__", "vars"})


@dataclass(slots=True)
class Observation:
    """A statement before it runs."""

    node: ast.stmt
    index: int
    names: StatementNames
    ids: dict[str, int] = field(default_factory=dict)
    reads: set[str] = field(default_factory=set)
    mentions: set[str] = field(default_factory=set)
    texts: set[str] = field(default_factory=set)
    suspects: set[str] = field(default_factory=set)
    watched: set[str] = field(default_factory=set)
    weak: set[int] = field(default_factory=set)
    reaches: dict[str, Reach] = field(default_factory=dict)
    packages: set[str] = field(default_factory=set)
    specs: dict[str, Any] = field(default_factory=dict)
    open_files: set[str] = field(default_factory=set)
    beside: set[str] = field(default_factory=set)
    figure: list[Any] = field(default_factory=list)
    ambient: Ambient | None = None
    started_ns: int = 0


@dataclass(frozen=True, slots=True)
class Outcome:
    """Facts of a statement that has ended, but for how it ended."""

    facts: StatementFacts

    def closed(self, error: str, duration_ns: int) -> StatementFacts:
        """Add how it ended."""
        effects = self.facts.effects or (bool(error) and bool(self.facts.mutations))
        return replace(self.facts, error=error, duration_ns=duration_ns, effects=effects)


class Observer:
    """Looks at the namespace around statements; keeps what it learnt about names between them."""

    def __init__(self, namespace: Callable[[], dict[str, Any]], channels: Channels) -> None:
        self._namespace = namespace
        self._channels = channels
        self._draws = FirstDraws()
        self._cache: dict[str, tuple[int, Reach]] = {}
        self._configured: set[str] = set()
        self._future = False
        self._background = Background(self._reach, lambda name: not _SHELL.match(name))
        self._left: dict[str, int] | None = None  # the namespace as the statement before left it

    def begin(self, node: ast.stmt, index: int, until: float) -> Observation:
        """Look at what a statement can read and change, just before it runs."""
        seen = Observation(node, index, names_of((node,)))
        self._look(seen, until)
        return seen

    def forget(self) -> None:
        """Begin a cell: what happened since the last statement is not its doing."""
        self._left = None

    def extend(self, seen: Observation, nodes: tuple[ast.stmt, ...]) -> None:
        """Add the statements of a line magic to the statement that calls it."""
        seen.names = names_of(nodes)
        if nodes:
            seen.node = nodes[-1]
        self._look(seen, float("inf"))

    def _look(self, seen: Observation, until: float) -> None:
        namespace = self._namespace()
        loads = with_shown(seen.node, seen.names, namespace)
        used, seen.beside = self._background.beside(seen.node, loads, namespace, until)
        loads |= used
        seen.texts |= set(seen.names.texts)
        self._resolve(seen, loads, namespace, until)
        for text in tuple(seen.texts):
            words = names_in_text(text, seen.names.loads) & namespace.keys()
            self._resolve(seen, words - seen.reads, namespace, until)
        if not _is_ours(seen.node):  # ours change nothing of the user's
            # the shell reaches everything, and magics change none of it
            seen.suspects = suspects(seen.names, namespace) - {"get_ipython"}
            seen.watched = self._watched(seen, namespace, until)
            seen.suspects |= self._reached(seen, namespace)
            seen.suspects |= {n for n in seen.beside if type(namespace[n]) not in _LEAVES}
            self._snapshot(seen, namespace, until)
        seen.open_files = open_files(seen.reaches.values())
        if draws(seen.reads, seen.names.attributes, namespace):
            seen.figure = [current_figure()]
        if self._left is not None:
            seen.ids, seen.ambient = self._left, self._channels.ambient
            self._left = None
        else:
            seen.ids, seen.ambient = _ids(namespace), Ambient.now()

    def _resolve(
        self, seen: Observation, loads: set[str], namespace: dict[str, Any], until: float
    ) -> None:
        """Follow names into the notebook's functions that they reach, and the names in those."""
        todo = list(loads)
        done: set[CodeType] = set()
        seen.mentions |= loads
        while todo:
            name = todo.pop()
            if name in seen.reads or name not in namespace or _SHELL.match(name):
                continue
            seen.reads.add(name)
            value = namespace[name]
            if issubclass(type(value), str):
                seen.texts.add(str.__str__(value))
            elif type(value).__module__.partition(".")[0] == "pathlib":
                # what stands beside it may be a part of the path: FOLDER / "data.parquet"
                parts = [t for t in seen.names.texts if "\n" not in t]
                seen.texts |= {str(value), *(f"{value}/{part}" for part in parts)}
            seen.packages.add(package_of(value))
            if issubclass(type(value), ModuleType):
                seen.specs[name] = _spec_of(value, None)
            for code in self._reach(name, value, until).codes:
                if code in done:
                    continue
                done.add(code)
                inner, _ = code_globals(code)
                todo += inner
                seen.mentions |= inner | set(code.co_names)
                seen.texts |= {c for c in code.co_consts if isinstance(c, str)}

    def _reach(self, name: str, value: Any, until: float) -> Reach:
        if type(value) in _LEAVES:
            return Reach()
        known = self._cache.get(name)
        if known is not None and known[0] == id(value):
            return known[1]
        reach = reach_of(value, self._namespace(), states=False, until=until)
        self._cache[name] = (id(value), reach)
        return reach

    def _reached(self, seen: Observation, namespace: dict[str, Any]) -> set[str]:
        """Names that only functions called here can touch, and iterators that may advance."""
        if not seen.names.calls and not seen.names.touched and not seen.watched:
            return set()
        direct = seen.names.loads
        found = {n for n in seen.reads if n not in direct and type(namespace[n]) not in _LEAVES}
        found = {n for n in found if not issubclass(type(namespace[n]), (ModuleType, type))}
        return found | {
            n for n in seen.reads if n in direct and hasattr(type(namespace[n]), "__next__")
        }

    def _watched(self, seen: Observation, namespace: dict[str, Any], until: float) -> set[str]:
        """Names whose use may run code without a call in sight, or whose end others notice.

        An attribute, an operator or an index runs methods of the notebook's classes; a
        dictionary may make an entry when it is asked for one.
        """
        found = {n for n in seen.reads if self._reach(n, namespace[n], until).codes}
        found |= {n for n in seen.reads if hasattr(type(namespace[n]), "__missing__")}
        for name in (seen.names.stores | seen.names.deletes) & namespace.keys():
            if not issubclass(type(namespace[name]), (type, ModuleType, FunctionType)):
                seen.weak.update(map(id, weakref.getweakrefs(namespace[name])))
        if seen.weak:
            found |= {
                n
                for n, value in namespace.items()
                if not _SHELL.match(n) and self._reach(n, value, until).keys & seen.weak
            }
        return found

    def _snapshot(self, seen: Observation, namespace: dict[str, Any], until: float) -> None:
        if displays_only(seen.node) and not (seen.suspects | seen.watched or seen.names.owners):
            return
        roots = seen.suspects | seen.watched
        if roots or seen.names.owners:
            # what a suspect call does through an alias shows on the objects read beside it
            roots |= {n for n in seen.reads if type(namespace[n]) not in _LEAVES}
        for name in roots:
            if name in namespace and name not in seen.reaches:
                seen.reaches[name] = reach_of(namespace[name], namespace, states=True, until=until)

    def finish(
        self,
        seen: Observation,
        traffic: Traffic,
        until: float,
        offset: int,
        *,
        failed: bool = False,
    ) -> Outcome:
        """Look again, after the statement has ended; one that failed bound no name for sure."""
        if failed:
            seen.names.certain = False
            if isinstance(seen.node, ast.Assign) and len(seen.names.stores) == 1:
                seen.names.stores.clear()  # its value was never there
        namespace = self._namespace()
        self._left = ids = _ids(namespace)
        self._background.look(namespace)
        before = seen.ids.get
        binds = {n for n, i in ids.items() if before(n) != i and not _SHELL.match(n)}
        if seen.names.certain:
            binds |= {n for n in seen.names.stores if n in ids}
        deletes = {n for n in seen.ids.keys() - ids.keys() if not _SHELL.match(n)}
        for name in binds | deletes:
            self._cache.pop(name, None)
        for code in traffic.codes:
            inner, _ = code_globals(code)
            seen.reads |= {n for n in inner if n in seen.ids and not _SHELL.match(n)}
        bound = {n for n in binds if type(namespace.get(n)) not in _LEAVES}
        seen.reads |= classes_behind(
            bound, seen.reads, seen.ids, namespace, lambda n: self._reach(n, namespace[n], until)
        )
        mutations = self._mutations(seen, namespace, binds, until)
        read, written = self._outside(seen, traffic)
        if _is_ours(seen.node):
            mutations, read, written = {}, set(), set()
        self._patches(seen, namespace, mutations, written)
        kept = {n for n in binds if not re.match(r"^_\d+$", n)}
        facts = StatementFacts(
            index=seen.index,
            first_line=_first_line(seen.node) + offset,
            last_line=(seen.node.end_lineno or seen.node.lineno) + offset,
            reads=tuple(sorted(seen.reads)),
            binds=tuple(sorted(binds)),
            deletes=tuple(sorted(deletes)),
            mutations=tuple(Mutation(n, c) for n, c in sorted(mutations.items())),
            channels_read=tuple(sorted(read)),
            channels_written=tuple(sorted(written)),
            states=self._draws.note(seen.ambient, read, written) if seen.ambient else (),
            effects=bool(kept or deletes or mutations or written),
        )
        return Outcome(facts)

    def valued(self, facts: StatementFacts, until: float) -> StatementFacts:
        """Add short digests of what the statement made, as far as there is time for it."""
        names = {*facts.binds, *(m.name for m in facts.mutations)}
        return replace(facts, values=value_digests(self._namespace(), names, until))

    def _mutations(
        self, seen: Observation, namespace: dict[str, Any], binds: set[str], until: float
    ) -> dict[str, bool]:
        keys = changed(seen.reaches.values(), _attributes_of(seen))
        doubtful = {
            n
            for n in seen.suspects
            if n in seen.reaches and (seen.reaches[n].cut or seen.reaches[n].opaque)
        }
        doubtful |= seen.beside & seen.reaches.keys()
        soft = {id(seen.figure[0])} if seen.figure else set()
        for name in doubtful:
            soft |= _mutable_part(seen.reaches[name])
        found: dict[str, bool] = {}
        if keys or soft:
            for name, value in namespace.items():
                if _SHELL.match(name) or type(value) in _LEAVES or name in binds:
                    continue
                mine = seen.reaches.get(name) or self._reach(name, value, until)
                if mine.keys & keys:
                    found[name] = True
                elif name in doubtful or (
                    mine.keys & soft and not issubclass(type(value), ModuleType)
                ):
                    found[name] = False
        if not seen.names.certain:
            for name in seen.names.stores - binds:
                if name in namespace:
                    found.setdefault(name, False)  # bound on a path that may not have been taken
        for name, spec in seen.specs.items():
            if _spec_of(namespace.get(name), spec) is not spec:
                found[name] = True  # reloaded
        for name in found:
            self._cache.pop(name, None)
        return found

    def _outside(self, seen: Observation, traffic: Traffic) -> tuple[set[str], set[str]]:
        magic = magic_of(seen.node)
        commands = [f"{magic[1]}\n{magic[2] or ''}"] if magic else []
        assert seen.ambient is not None
        imports = isinstance(seen.node, (ast.Import, ast.ImportFrom))
        if imports:
            traffic.variables.clear()
        read, written = self._channels.resolve(
            seen.ambient,
            traffic,
            seen.texts,
            seen.mentions | seen.names.attributes,
            commands,
            imports=imports,
        )
        if imports:
            # what libraries do to the process when they are first imported, they do again
            read, written = (
                {c for c in found if not c.startswith("rng:")} for found in (read, written)
            )
        read |= {f"config:{p}" for p in seen.packages & self._configured}
        if isinstance(seen.node, ast.ImportFrom) and seen.node.module == "__future__":
            self._future = True  # it holds for the cells that follow, as in the shell
            written.add("future")
        elif self._future and has_annotations(seen.node):
            read.add("future")
        handles = {self._channels.name_of(path) for path in seen.open_files}
        read |= handles
        written |= handles
        if seen.figure and (current := current_figure()) is not None:
            written.add("pyplot")
            if current is seen.figure[0]:
                read.add("pyplot")
        return read, written

    def _patches(
        self,
        seen: Observation,
        namespace: dict[str, Any],
        mutations: dict[str, bool],
        written: set[str],
    ) -> None:
        for package in configured_packages(seen.node, seen.names, namespace):
            self._configured.add(package)
            written.add(f"config:{package}")
        for owner, attribute in seen.names.owners:
            name = _plain_path(owner)
            value = namespace.get(name.partition(".")[0]) if name else None
            if issubclass(type(value), ModuleType) or (
                issubclass(type(value), type) and value.__module__ != "__main__"
            ):
                written.add(f"attr:{name}.{attribute}")
                mutations[name.partition(".")[0]] = True


def _ids(namespace: dict[str, Any]) -> dict[str, int]:
    return dict(zip(namespace, map(id, namespace.values()), strict=True))


def _is_ours(node: ast.stmt) -> bool:
    magic = magic_of(node)
    return magic is not None and magic[0] in _OURS


def _attributes_of(seen: Observation) -> set[str] | None:
    """Return the attributes that a statement can set on a class; None for any."""
    names = seen.mentions | seen.names.attributes
    return None if names & _SETTERS else names


def _spec_of(value: Any, default: Any) -> Any:
    """Return how a module was found; asking a lazy one for it would load it."""
    if not issubclass(type(value), ModuleType):
        return default
    return ModuleType.__getattribute__(value, "__dict__").get("__spec__", default)


def _mutable_part(reach: Reach) -> set[int]:
    return {
        id(value)
        for value, shape in reach.states
        if (shape.state is not None or shape.opaque)
        and not issubclass(type(value), (type, ModuleType))
    }


def _plain_path(node: ast.expr) -> str:
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        owner = _plain_path(node.value)
        return f"{owner}.{node.attr}" if owner else ""
    return ""


def _first_line(node: ast.stmt) -> int:
    decorators = getattr(node, "decorator_list", [])
    return min([node.lineno, *(int(d.lineno) for d in decorators)])
