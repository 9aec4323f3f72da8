"""What only a notebook understands, in plain Python: magics, shell lines, ``_`` and our own calls."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Mapping

from nbtrail.capture.statements import magic_of
from nbtrail.pipeline.magics import Magics
from nbtrail.pipeline.step import Step
from nbtrail.pipeline.text import (
    Edit,
    apply_edits,
    indent,
    moved_out,
    replace_node,
    segment,
)

__all__ = ["Translator", "called", "our_names"]

_RECORDED = frozenset(
    [
        "log_metric",
        "log_metrics",
        "log_param",
        "log_params",
        "log_artifact",
        "log_figure",
        "log_model",
        "log_input",
        "set_tag",
        "set_tags",
        "end_run",
        "set_note",
        "show",
        "compare",
        "keep",
    ]
)


def our_names(texts: Collection[str]) -> dict[str, str]:
    """Return what nbtrail's names are called in the notebook: name to ``nbtrail[.function]``."""
    found: dict[str, str] = {}
    for text in texts:
        if "nbtrail" not in text:
            continue
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Import):
                for alias in node.names:
                    if alias.name.partition(".")[0] == "nbtrail":
                        found[alias.asname or "nbtrail"] = "nbtrail"
            elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("nbtrail"):
                for alias in node.names:
                    found[alias.asname or alias.name] = f"nbtrail.{alias.name}"
    for text in texts:
        if "start_run" in text:
            found |= dict.fromkeys(_run_variables(text, found), "run")
    return found


def called(call: ast.AST, ours: Mapping[str, str]) -> str:
    """Return which function of nbtrail a call is, or an empty text."""
    if not isinstance(call, ast.Call):
        return ""
    func = call.func
    if isinstance(func, ast.Name):
        return ours.get(func.id, "").removeprefix("nbtrail.")
    if (
        isinstance(func, ast.Attribute)
        and isinstance(func.value, ast.Name)
        and ours.get(func.value.id) in {"nbtrail", "run"}
    ):
        return func.attr
    return ""


def _run_variables(text: str, ours: Mapping[str, str]) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.withitem) and called(node.context_expr, ours) == "start_run":
            targets: list[ast.expr] = [node.optional_vars] if node.optional_vars else []
        elif isinstance(node, ast.Assign) and called(node.value, ours) == "start_run":
            targets = node.targets
        else:
            continue
        found |= {t.id for t in targets if isinstance(t, ast.Name)}
    return found


class Translator:
    """Rewrites steps one by one.

    Attributes
    ----------
    imports : set of str
        Modules that the new text needs.
    notes : list of str
        What could not be translated, for the reader.
    tracked : dict of str to node
        Functions that carry ``@track``.
    """

    def __init__(
        self,
        ours: dict[str, str],
        shown: set[str],
        tracked: dict[str, ast.FunctionDef | ast.AsyncFunctionDef],
    ) -> None:
        self._ours = ours
        self.tracked = tracked
        self._shown = shown
        self._plain = Magics()
        self.imports = self._plain.imports
        self.notes = self._plain.notes

    def translate(self, step: Step) -> list[Step]:
        """Return what becomes of a step: nothing, itself, or several."""
        self._unwrap(step)
        kept: list[Step] = []
        for part in step.parts():
            self._magics(part)
            if not part.text.strip():
                continue
            self._underscores(part)
            self._decorators(part)
            self._nested_calls(part)
            if part.text.strip() and not self._is_ours(part.tree):
                kept.append(part)
        return kept

    def called(self, call: ast.AST) -> str:
        """Return which function of nbtrail a call is, or an empty text."""
        return called(call, self._ours)

    def _is_ours(self, tree: ast.stmt) -> bool:
        if isinstance(tree, (ast.Import, ast.ImportFrom)):
            return bool(our_names([ast.unparse(tree)]))
        value = tree.value if isinstance(tree, (ast.Expr, ast.Assign)) else None
        if isinstance(value, ast.Call) and isinstance(tree, ast.Expr):
            return self.called(value) in _RECORDED
        return isinstance(value, ast.Call) and self.called(value) in {"start_run", "end_run"}

    def _unwrap(self, step: Step) -> None:
        """Take the bodies out of ``with nbtrail.start_run():``, wherever it stands."""
        while True:
            found = self._first_run(step)
            if found is None:
                return
            node, ours = found
            kept = [segment(step.text, i.context_expr) for i in node.items if i not in ours]
            step.partial = True
            step.text = _without_header(step.text, node, ", ".join(kept))

    def _first_run(self, step: Step) -> tuple[ast.With, list[ast.withitem]] | None:
        for statement in step.body:
            for node in ast.walk(statement):
                if isinstance(node, ast.With):
                    ours = [i for i in node.items if self.called(i.context_expr) == "start_run"]
                    if ours:
                        return node, ours
        return None

    def _magics(self, step: Step) -> None:
        edits: list[Edit] = []
        for statement in step.body:
            for node in ast.walk(statement):
                carrier = node if isinstance(node, (ast.Expr, ast.Assign)) else None
                magic = magic_of(carrier) if carrier is not None else None
                if magic is None or carrier is None:
                    continue
                text = self._plain.translate(
                    *magic,
                    known=step.facts.reads,
                    binds=step.facts.binds,
                    value=isinstance(carrier, ast.Assign),
                    needed=bool(step.facts.channels_written),
                )
                if isinstance(carrier, ast.Assign):
                    edits.append(replace_node(carrier.value, text or "None"))
                else:
                    top = carrier is statement
                    edits.append(replace_node(carrier, text if text or top else "pass"))
        if edits:
            step.text = apply_edits(step.text, edits)

    def _underscores(self, step: Step) -> None:
        """Give names to what the notebook displayed and used later."""
        numbers = sorted(
            (int(n[1:]) for n in step.facts.reads if re.fullmatch(r"_\d+", n)), reverse=True
        )
        edits: list[Edit] = []
        for node in ast.walk(ast.Module(step.body, [])):
            if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name):
                if node.value.id in {"Out", "_oh"} and isinstance(node.slice, ast.Constant):
                    edits.append(replace_node(node, f"out_{node.slice.value!r}"))
            elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
                if re.fullmatch(r"_\d+", node.id):
                    edits.append(replace_node(node, f"out{node.id}"))
                elif re.fullmatch(r"_{1,3}", node.id) and len(numbers) >= len(node.id):
                    edits.append(replace_node(node, f"out_{numbers[len(node.id) - 1]}"))
        step.text = apply_edits(step.text, edits)
        shown = [n for n in step.facts.binds if n in self._shown]
        last = step.body[-1]
        if shown and isinstance(last, ast.Expr):
            value = segment(step.text, last.value)
            step.text = apply_edits(step.text, [replace_node(last, f"out{shown[0]} = {value}")])

    def _decorators(self, step: Step) -> None:
        tree = step.tree
        if not isinstance(tree, (ast.FunctionDef, ast.AsyncFunctionDef)):
            return
        lines = step.text.split("\n")
        for decorator in tree.decorator_list:
            name = decorator.func if isinstance(decorator, ast.Call) else decorator
            probe = ast.Call(func=name, args=[], keywords=[])
            if self.called(probe) == "track":
                for number in range(decorator.lineno, (decorator.end_lineno or 0) + 1):
                    lines[number - 1] = "\0"
        step.text = "\n".join(line for line in lines if line != "\0")

    def _nested_calls(self, step: Step) -> None:
        """Take our logging calls out of the bodies of loops and branches."""
        edits = [
            replace_node(node, "pass")
            for statement in step.body
            for node in ast.walk(statement)
            if isinstance(node, ast.Expr)
            and node is not statement
            and self.called(node.value) in _RECORDED
        ]
        if edits:
            step.text = apply_edits(step.text, edits)


def _without_header(text: str, node: ast.With, kept: str) -> str:
    """Remove the header of a ``with`` and move its body out, or leave `kept` in the header."""
    lines = text.split("\n")
    first = node.body[0].lineno - 1
    while first > node.lineno and lines[first - 1].lstrip().startswith("#"):
        first -= 1
    margin = " " * node.col_offset
    if kept:
        return "\n".join([*lines[: node.lineno - 1], f"{margin}with {kept}:", *lines[first:]])
    body = indent(moved_out(text, node), margin)
    return "\n".join([*lines[: node.lineno - 1], body, *lines[node.end_lineno :]])
