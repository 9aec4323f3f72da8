"""The statements of a plan in plain Python, before they are arranged or get parameters."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass

from nbtrail.entities.cell import StatementFacts
from nbtrail.lineage.calls import displays_only, looks_only
from nbtrail.pipeline.metrics import Placed, place_metrics
from nbtrail.pipeline.passes import take_pass
from nbtrail.pipeline.plan import Form, Plan
from nbtrail.pipeline.step import Step
from nbtrail.pipeline.text import indent
from nbtrail.pipeline.tracked import tracked_functions
from nbtrail.pipeline.translate import Translator, our_names
from nbtrail.pipeline.versions import Versions

__all__ = ["RESERVED", "Prepared", "is_definition", "prepare", "suppressed"]

RESERVED = ("output", "track", "help")


@dataclass(slots=True)
class Prepared:
    """Translated statements, and what they are known to give.

    Attributes
    ----------
    steps : list of Step
    placed : Placed
        Where the metrics are.
    translator : Translator
        With the imports that the translated text needs.
    used : set of str
        Names that mean something in the script.
    """

    steps: list[Step]
    placed: Placed
    translator: Translator
    used: set[str]


def prepare(plan: Plan, form: Form, versions: Versions) -> Prepared:
    """Translate the statements of a plan; those that only show something are left out."""
    steps = plan.fresh_steps()
    shown = {n for s in steps for n in s.facts.reads if re.fullmatch(r"_\d+", n)}
    every = [text for _, text in plan.texts.values()]
    ours = our_names(every)
    translator = Translator(ours, shown, tracked_functions(every, ours))
    if plan.loop_pass >= 0:
        for step in steps:
            if step.node[0] == plan.run.first_cell:
                take_pass(step, plan.loop_pass, ours, alone=form is not Form.HISTORY)
    used = {n for s in steps for n in (*s.names.loads, *s.names.stores)} | set(RESERVED)
    placed = place_metrics(steps, list(plan.metrics), translator, used)
    steps = _with_versions(steps, versions)
    steps = [part for step in steps for part in translator.translate(step)]
    steps = [part for step in steps for part in step.parts() if not _only_shows(part)]
    return Prepared(steps, placed, translator, used)


def suppressed(step: Step, translator: Translator) -> str:
    """Return the text of a statement that fails where it failed in the notebook.

    What it did before stays done, and what follows runs.
    """
    if not step.facts.error or isinstance(step.tree, (ast.Import, ast.ImportFrom)):
        return step.text
    translator.imports.add("contextlib")
    comment = "  # raised in the notebook too"
    return f"with contextlib.suppress(Exception):{comment}\n{indent(step.text)}"


def is_definition(tree: ast.stmt) -> bool:
    """Say whether a statement is a function or a class."""
    return isinstance(tree, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef))


def _with_versions(steps: list[Step], versions: Versions) -> list[Step]:
    """Put the imports of later versions of a module where the notebook met them."""
    found: list[Step] = []
    for step in steps:
        if step.node in versions.dropped:
            continue
        for text in versions.imports.get(step.node, ()):
            facts = StatementFacts(step.facts.index, step.facts.first_line, step.facts.first_line)
            found.append(Step(step.node, [], text, facts, partial=True))
        found.append(step)
    return found


def _only_shows(step: Step) -> bool:
    tree = step.tree
    if step.partial:  # the facts are those of the whole
        calls = any(isinstance(n, ast.Call) for n in ast.walk(tree))
        return _is_print(tree) or (displays_only(tree) and not calls)
    facts = step.facts
    changes = facts.mutations or facts.channels_written or facts.deletes
    return (_is_print(tree) or looks_only(tree)) and not changes


def _is_print(tree: ast.stmt) -> bool:
    value = getattr(tree, "value", None)
    return (
        isinstance(value, ast.Call)
        and isinstance(value.func, ast.Name)
        and value.func.id in {"print", "display"}
    )
