"""Which names of the notebook a statement or a function uses, from its code alone."""

from __future__ import annotations

import ast
import dis
from dataclasses import dataclass, field
from functools import lru_cache
from types import CodeType

__all__ = ["StatementNames", "code_globals", "has_annotations", "names_of", "root_name"]

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
_SIMPLE = (
    ast.Assign,
    ast.AnnAssign,
    ast.AugAssign,
    ast.Import,
    ast.ImportFrom,
    ast.FunctionDef,
    ast.AsyncFunctionDef,
    ast.ClassDef,
    ast.Expr,
)


@dataclass(slots=True)
class StatementNames:
    """Names of the notebook's namespace in one statement.

    Attributes
    ----------
    loads, stores, deletes : set of str
    certain : bool
        Every name in `stores` is bound whenever the statement ends well.
    calls : list of ast.Call
        Calls that it makes itself (not those in the body of a function it defines);
        decorators and the making of a class from its bases count.
    touched : set of str
        Names whose object the syntax could change: targets of item and attribute
        stores, augmented assignments, loops over them, context managers.
    owners : list of (ast.expr, str)
        Owner and attribute of each attribute store.
    attributes : set of str
        Attribute names, in whatever position.
    texts : list of str
        String constants.
    """

    loads: set[str] = field(default_factory=set)
    stores: set[str] = field(default_factory=set)
    deletes: set[str] = field(default_factory=set)
    certain: bool = True
    calls: list[ast.Call] = field(default_factory=list)
    touched: set[str] = field(default_factory=set)
    owners: list[tuple[ast.expr, str]] = field(default_factory=list)
    attributes: set[str] = field(default_factory=set)
    texts: list[str] = field(default_factory=list)


def root_name(node: ast.AST) -> str | None:
    """Return the name that an expression such as ``a.b[c].d()`` starts from."""
    while True:
        if isinstance(node, ast.Name):
            return node.id
        if isinstance(node, (ast.Attribute, ast.Subscript, ast.Starred, ast.Await)):
            node = node.value
        elif isinstance(node, ast.Call):
            node = node.func
        else:
            return None


def names_of(nodes: tuple[ast.stmt, ...]) -> StatementNames:
    """Analyse statements that run as one."""
    names = StatementNames()
    for node in nodes:
        if not isinstance(node, _SIMPLE):
            names.certain = False
        visitor = _Visitor(names)
        visitor.defines = isinstance(node, (*_FUNCTIONS, ast.ClassDef)) or (
            isinstance(node, ast.Assign) and isinstance(node.value, ast.Lambda)
        )
        visitor.visit(node)
        names.loads -= _loop_names(node)
    return names


def has_annotations(node: ast.AST) -> bool:
    """Say whether a statement holds annotations, which a future import changes."""
    return any(
        isinstance(part, ast.AnnAssign)
        or (isinstance(part, ast.arg) and part.annotation is not None)
        or (isinstance(part, _FUNCTIONS) and part.returns is not None)
        for part in ast.walk(node)
    )


def _loop_names(node: ast.stmt) -> set[str]:
    """Names that a loop or ``with`` binds first and reads only then."""
    if isinstance(node, (ast.For, ast.AsyncFor)):
        headers: list[ast.AST] = [node.iter, *node.orelse]
        targets: list[ast.AST] = [node.target]
    elif isinstance(node, (ast.With, ast.AsyncWith)):
        headers = [item.context_expr for item in node.items]
        targets = [item.optional_vars for item in node.items if item.optional_vars]
    else:
        return set()
    bound = {n.id for t in targets for n in ast.walk(t) if isinstance(n, ast.Name)}
    used = {n.id for h in headers for n in ast.walk(h) if isinstance(n, ast.Name)}
    return bound - used


class _Visitor(ast.NodeVisitor):
    """Walks one statement with the scopes of Python; class bodies count as executed."""

    def __init__(self, names: StatementNames) -> None:
        self.names = names
        self.scopes: list[set[str]] = []
        self.defines = False
        self.deferred = 0

    def visit_Name(self, node: ast.Name) -> None:
        if any(node.id in scope for scope in self.scopes):
            return
        if isinstance(node.ctx, ast.Load):
            if not (self.deferred and self.defines):
                self.names.loads.add(node.id)
        elif not self.deferred:
            target = self.names.stores if isinstance(node.ctx, ast.Store) else self.names.deletes
            target.add(node.id)

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        root = root_name(node.target)
        if root is not None and not any(root in scope for scope in self.scopes):
            self.names.loads.add(root)
            self.names.touched.add(root)
        self.generic_visit(node)

    def visit_Attribute(self, node: ast.Attribute) -> None:
        self.names.attributes.add(node.attr)
        if not isinstance(node.ctx, ast.Load):
            self._touch(node)
            self.names.owners.append((node.value, node.attr))
        self.generic_visit(node)

    def visit_Subscript(self, node: ast.Subscript) -> None:
        if not isinstance(node.ctx, ast.Load):
            self._touch(node)
        self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        if not (self.deferred and self.defines):
            self.names.calls.append(node)
        self.generic_visit(node)

    def visit_Constant(self, node: ast.Constant) -> None:
        if isinstance(node.value, str):
            self.names.texts.append(node.value)

    def visit_For(self, node: ast.For | ast.AsyncFor) -> None:
        self._touch(node.iter)
        self.generic_visit(node)

    visit_AsyncFor = visit_For  # noqa: N815

    def visit_With(self, node: ast.With | ast.AsyncWith) -> None:
        for item in node.items:
            self._touch(item.context_expr)
        self.generic_visit(node)

    visit_AsyncWith = visit_With  # noqa: N815

    def visit_ExceptHandler(self, node: ast.ExceptHandler) -> None:
        for child in (node.type, *node.body):
            if child is not None:
                self.visit(child)
        if node.name:
            self.names.loads.discard(node.name)

    def visit_Import(self, node: ast.Import) -> None:
        self._store(alias.asname or alias.name.partition(".")[0] for alias in node.names)

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        self._store(alias.asname or alias.name for alias in node.names if alias.name != "*")

    def visit_MatchAs(self, node: ast.MatchAs | ast.MatchStar) -> None:
        self._store([node.name] if node.name else [])
        self.generic_visit(node)

    visit_MatchStar = visit_MatchAs  # noqa: N815

    def visit_MatchMapping(self, node: ast.MatchMapping) -> None:
        self._store([node.rest] if node.rest else [])
        self.generic_visit(node)

    def visit_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        self._store([node.name])
        self._call(node.decorator_list)
        for child in (*node.decorator_list, node.returns, *_defaults(node.args)):
            if child is not None:
                self.visit(child)
        for argument in _arguments(node.args):
            if argument.annotation is not None:
                self.visit(argument.annotation)
        self._enter(_locals(node), node.body)

    visit_AsyncFunctionDef = visit_FunctionDef  # noqa: N815

    def visit_Lambda(self, node: ast.Lambda) -> None:
        for child in _defaults(node.args):
            self.visit(child)
        self._enter({a.arg for a in _arguments(node.args)}, [node.body])

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        self._store([node.name])
        self._call([*node.decorator_list, *node.bases, *(k.value for k in node.keywords)])
        for child in (*node.decorator_list, *node.bases, *node.keywords):
            self.visit(child)
        own = _bound_in(node.body)
        self.scopes.append(own)
        for child in node.body:
            if isinstance(child, _FUNCTIONS):
                self.scopes.remove(own)
                self.visit_FunctionDef(child)
                self.scopes.append(own)
            else:
                self.visit(child)
        self.scopes.remove(own)

    def _visit_comprehension(
        self, node: ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp
    ) -> None:
        first, *rest = node.generators
        self._touch(first.iter)
        self.visit(first.iter)
        bound = {
            n.id
            for generator in node.generators
            for n in ast.walk(generator.target)
            if isinstance(n, ast.Name)
        }
        self.scopes.append(bound)
        for generator in (first, *rest):
            if generator is not first:
                self.visit(generator.iter)
            for condition in generator.ifs:
                self.visit(condition)
        parts = (node.key, node.value) if isinstance(node, ast.DictComp) else (node.elt,)
        for part in parts:
            self.visit(part)
        self.scopes.pop()

    visit_ListComp = visit_SetComp = visit_DictComp = visit_GeneratorExp = _visit_comprehension  # noqa: N815

    def _enter(self, scope: set[str], body: list[ast.stmt] | list[ast.expr]) -> None:
        self.scopes.append(scope)
        self.deferred += 1
        for child in body:
            self.visit(child)
        self.deferred -= 1
        self.scopes.pop()

    def _store(self, found: object) -> None:
        if not self.deferred:
            for name in found:  # type: ignore[attr-defined]
                if not any(name in scope for scope in self.scopes):
                    self.names.stores.add(name)

    def _call(self, functions: list[ast.expr]) -> None:
        if not self.deferred:
            self.names.calls += [ast.Call(func=f, args=[], keywords=[]) for f in functions]

    def _touch(self, node: ast.AST) -> None:
        root = root_name(node)
        if root is not None and not any(root in scope for scope in self.scopes):
            self.names.touched.add(root)
            self.names.loads.add(root)


def _arguments(arguments: ast.arguments) -> list[ast.arg]:
    extra = [a for a in (arguments.vararg, arguments.kwarg) if a is not None]
    return [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, *extra]


def _defaults(arguments: ast.arguments) -> list[ast.expr]:
    return [*arguments.defaults, *(d for d in arguments.kw_defaults if d is not None)]


def _locals(node: ast.FunctionDef | ast.AsyncFunctionDef) -> set[str]:
    found = {a.arg for a in _arguments(node.args)} | _bound_in(node.body)
    for child in ast.walk(node):
        if isinstance(child, ast.Global):
            found -= set(child.names)
    return found


def _bound_in(body: list[ast.stmt]) -> set[str]:
    """Names bound in a body, nested functions and comprehensions left out."""
    found: set[str] = set()
    todo: list[ast.AST] = list(body)
    while todo:
        node = todo.pop()
        if isinstance(node, (*_FUNCTIONS, ast.ClassDef)):
            found.add(node.name)
            continue
        if isinstance(node, (ast.Lambda, *_COMPREHENSIONS)):
            continue
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            found.add(node.id)
        elif isinstance(node, ast.alias):
            found.add((node.asname or node.name).partition(".")[0])
        elif isinstance(node, ast.ExceptHandler) and node.name:
            found.add(node.name)
        todo += ast.iter_child_nodes(node)
    return found


@lru_cache(maxsize=4096)
def code_globals(code: CodeType) -> tuple[frozenset[str], frozenset[str]]:
    """Return the global names that a function's code reads, and those it binds.

    Functions defined inside of it count too.
    """
    loads: set[str] = set()
    stores: set[str] = set()
    todo = [code]
    while todo:
        current = todo.pop()
        for instruction in dis.get_instructions(current):
            if instruction.opname in {"LOAD_GLOBAL", "LOAD_NAME"}:
                loads.add(instruction.argval)
            elif instruction.opname in {"STORE_GLOBAL", "DELETE_GLOBAL", "STORE_NAME"}:
                stores.add(instruction.argval)
        todo += [c for c in current.co_consts if isinstance(c, CodeType)]
    return frozenset(loads), frozenset(stores)
