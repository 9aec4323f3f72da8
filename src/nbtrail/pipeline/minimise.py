"""Leaves out again what was included for safety only, each time proven by a fresh process.

A statement with a proven edge of data flow always stays: a ``dropna`` that drops nothing today
belongs to the pipeline, whatever the metrics say. Only statements that are there because a
change could not be excluded (a method of an object that can't be looked into) may go, and of
those only such that do not say themselves that they change something.
"""

from __future__ import annotations

import ast
import re
import time
from collections.abc import Callable, Collection
from dataclasses import replace

from nbtrail.entities.pipeline import Rung
from nbtrail.lineage.graph import Node
from nbtrail.pipeline.attempt import Attempt, Workshop
from nbtrail.pipeline.plan import Form, Plan, make_plan, with_nodes

__all__ = ["minimised", "removable"]

_NAMED = 3  # statements in a line of the report
_LONGEST = 60.0  # seconds of one execution beyond which nothing is tried
_BOX = 60.0  # seconds in all
_CHANGES = re.compile(
    r"^(add|append|clear|commit|connect|cursor|create\w*|del\w*|drop\w*|executemany|executescript|"
    r"extend|fill\w*|fit\w*|insert\w*|load\w*|open|partial_fit|pop\w*|put|register\w*|remove\w*|"
    r"rename\w*|replace|reset\w*|reverse|save\w*|seed|set\w*|shuffle|sort\w*|to_\w+|train\w*|"
    r"update\w*|write\w*)$"
)
_SQL = re.compile(
    r"\b(insert|update|delete|create|alter|drop|replace|attach|pragma)\b", re.IGNORECASE
)


def removable(plan: Plan) -> list[Node]:
    """Return the statements that may be tried without, newest first."""
    strict = _without_doubts(plan)
    needed = {*strict.nodes}
    found = [n for n in plan.nodes if n not in needed and not _says_change(plan.texts[n][1])]
    gone = set(found)
    bound = {name for n in plan.nodes if n not in gone for name in plan.graph.facts[n].reads}
    return [n for n in reversed(found) if not set(plan.graph.facts[n].binds) & bound]


def minimised(
    shop: Workshop, best: Attempt, progress: Callable[[str], None]
) -> tuple[Attempt, list[Rung]]:
    """Return the smallest script that was found in time, verified, and what was tried."""
    candidates = [n for n in removable(best.plan) if shop.changes(best, _without(best.plan, [n]))]
    rungs: list[Rung] = []
    if not candidates or best.verdict.seconds > _LONGEST:
        return best, rungs
    began = time.monotonic()
    form = Form(best.manifest.form)
    todo = [candidates]
    while todo:
        gone = todo.pop(0)
        if time.monotonic() - began + best.verdict.seconds > _BOX:
            break
        started = time.monotonic()
        progress(f"Trying without {len(gone)} that may not matter ...")
        smaller = _proven(shop, best, gone, form)
        shown = ", ".join(f"`{_first_line(best.plan, node)}`" for node in gone[:_NAMED])
        text = "not needed, left out" if smaller is not None else "needed after all"
        text = f"{text}: {shown}{' ...' if len(gone) > _NAMED else ''}"
        seconds = round(time.monotonic() - started, 3)
        rungs.append(
            Rung("without what may not matter", len(best.plan.nodes) - len(gone), text, seconds)
        )
        if smaller is not None:
            best = smaller
        elif len(gone) > 1:
            middle = len(gone) // 2
            todo += [gone[:middle], gone[middle:]]
    return best, rungs


def _proven(shop: Workshop, best: Attempt, gone: Collection[Node], form: Form) -> Attempt | None:
    """Return the attempt without some statements when everything else stays as it was."""
    plan = _without(best.plan, gone)
    culprit, ended = shop.trace(plan)
    if culprit is not None or not ended:
        return None
    attempt = shop.attempt(plan, form)
    if attempt is None or attempt.verdict.outcome is not best.verdict.outcome:
        return None
    same = {(c.kind, c.name) for c in attempt.verdict.checks} >= {
        (c.kind, c.name) for c in best.verdict.checks
    }
    return attempt if same else None


def _without(plan: Plan, gone: Collection[Node]) -> Plan:
    return with_nodes(plan, set(plan.nodes) - set(gone))


def _without_doubts(plan: Plan) -> Plan:
    """Return the plan that follows only changes that were seen."""
    cells = [
        replace(
            cell,
            statements=tuple(
                replace(facts, mutations=tuple(m for m in facts.mutations if m.certain))
                for facts in cell.statements
            ),
        )
        for cell in plan.cells
    ]
    return make_plan(
        plan.run, cells, plan.notebook, plan.cwd, project=plan.project, loop_pass=plan.loop_pass
    )


def _says_change(text: str) -> bool:
    """Say whether a statement changes something by its own words."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, (ast.AugAssign, ast.Delete, ast.Global, ast.Import, ast.ImportFrom)):
            return True
        if isinstance(node, (ast.Attribute, ast.Subscript)) and isinstance(node.ctx, ast.Store):
            return True
        if isinstance(node, ast.Call):
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            if _CHANGES.match(name) or any(k.arg == "inplace" for k in node.keywords):
                return True
        if (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and _SQL.search(node.value)
        ):
            return True
    return False


def _first_line(plan: Plan, node: Node) -> str:
    return plan.texts[node][1].split("\n", 1)[0][:60]
