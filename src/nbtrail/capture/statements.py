"""Probes between the top-level statements of a cell, put there by an AST transformer.

IPython compiles and runs every top-level statement on its own; a call in front of each one
says which begins. A statement ends when the next one begins or the cell ends, so that the
last statement stays the last one and its value is displayed as ever. The call is found under
a dunder name among the builtins, where IPython keeps ``get_ipython`` while it runs a cell:
the user's namespace stays as it is, and nothing is left there after the cell.

The bodies of ``%%time`` and ``%%capture`` pass through the same transformer when the magic
runs them, and get probes too; every other magic is one statement.
"""

from __future__ import annotations

import ast
from typing import Any, Protocol

from nbtrail.capture.guard import guarded

__all__ = ["StatementListener", "StatementProbes", "magic_of"]

_NAME = "__nbtrail_statement__"
_TRANSPARENT = frozenset({"time", "capture"})


class StatementListener(Protocol):
    """What the probes report to."""

    @property
    def running(self) -> ast.stmt | None:
        """The statement that runs now; None between cells."""

    def begin_block(self, nodes: tuple[ast.stmt, ...], code: str | None, *, line: bool) -> bool:
        """Take the statements that are about to run, and say whether to probe them.

        Parameters
        ----------
        nodes : tuple of ast.stmt
        code : str or None
            None for the cell itself; the Python text of the body for a cell magic.
        line : bool
            They stand in a line magic (``%time``): part of the statement that runs now.
        """

    def before(self, node: ast.stmt, index: int) -> None:
        """Take the statement that begins now."""


def magic_of(node: ast.AST) -> tuple[str, str, str | None] | None:
    """Return name, line and body of the magic that a statement calls, or None.

    The body is None for a line magic; ``!cmd`` reads as the magics ``system`` and
    ``getoutput``.
    """
    value = getattr(node, "value", None)
    if not isinstance(value, ast.Call) or not isinstance(value.func, ast.Attribute):
        return None
    owner = value.func.value
    if not (
        isinstance(owner, ast.Call)
        and isinstance(owner.func, ast.Name)
        and owner.func.id == "get_ipython"
    ):
        return None
    texts: list[str] = []
    for argument in value.args:
        if not isinstance(argument, ast.Constant) or not isinstance(argument.value, str):
            return None
        texts.append(argument.value)
    kind = value.func.attr
    if kind == "run_cell_magic" and len(texts) == 3:
        return texts[0], texts[1], texts[2]
    if kind == "run_line_magic" and len(texts) == 2:
        return texts[0], texts[1], None
    if kind in {"system", "getoutput"} and len(texts) == 1:
        return kind, texts[0], None
    return None


class StatementProbes:
    """Sets the probes in a shell and passes on what they say.

    Parameters
    ----------
    shell : IPython.core.interactiveshell.InteractiveShell
    listener : StatementListener
        Its failures are swallowed with one warning.
    """

    def __init__(self, shell: Any, listener: StatementListener) -> None:
        self._shell = shell
        self._listener: StatementListener | None = listener
        self._blocks: dict[int, tuple[ast.stmt, ...]] = {}
        self._count = 0

    def install(self) -> None:
        """Begin to probe the cells that are run from now on."""
        self._shell.ast_transformers.append(self)
        trap = self._shell.builtin_trap
        trap.auto_builtins[_NAME] = self._probe
        if trap._nested_level:  # noqa: SLF001 - a cell is running: ours (%load_ext)
            trap.add_builtin(_NAME, self._probe)

    def uninstall(self) -> None:
        """Stop; probes already in the running cell do nothing and vanish with its end."""
        self._listener = None
        self._shell.builtin_trap.auto_builtins.pop(_NAME, None)
        if self in self._shell.ast_transformers:
            self._shell.ast_transformers.remove(self)

    def visit(self, tree: ast.AST) -> ast.AST:
        """Put the probes into `tree`; IPython calls this for each piece it compiles."""
        return self._instrument(tree) or tree

    @guarded
    def _instrument(self, tree: ast.AST) -> ast.AST | None:
        listener = self._listener
        if listener is None or not isinstance(tree, ast.Module) or not tree.body:
            return None
        nodes = tuple(tree.body)
        code: str | None = None
        running = listener.running
        if running is None:
            self._blocks.clear()
        else:
            magic = magic_of(running)
            if magic is None or magic[0] not in _TRANSPARENT:
                return None
            if magic[2] is None:
                listener.begin_block(nodes, None, line=True)
                return None
            code = self._shell.transform_cell(magic[2])
            if any(isinstance(n, ast.ImportFrom) and n.module == "__future__" for n in nodes):
                return None  # must stay first where the whole body is compiled at once
        if not listener.begin_block(nodes, code, line=False):
            return None
        self._count += 1
        self._blocks[self._count] = nodes
        body: list[ast.stmt] = []
        for index, node in enumerate(nodes):
            body += (_call(self._count, index, node), node)
        tree.body = body
        return tree

    def _probe(self, block: int, index: int) -> None:
        self._report(block, index)

    @guarded
    def _report(self, block: int, index: int) -> None:
        listener = self._listener
        if listener is None or block not in self._blocks:
            return
        listener.before(self._blocks[block][index], index)


def _call(block: int, index: int, node: ast.stmt) -> ast.Expr:
    # the statement's own place, so that debuggers and tracebacks see no other line
    place: dict[str, Any] = {
        "lineno": node.lineno,
        "col_offset": node.col_offset,
        "end_lineno": node.end_lineno,
        "end_col_offset": node.end_col_offset,
    }
    call = ast.Call(
        func=ast.Name(id=_NAME, ctx=ast.Load(), **place),
        args=[ast.Constant(block, **place), ast.Constant(index, **place)],
        keywords=[],
        **place,
    )
    return ast.Expr(value=call, **place)
