"""From the smallest script to the whole history: every rung is told, the first that holds is taken.

When the slice does not find what the run found, its statements are repeated one by one. The
first that makes something else is named, and whatever else touched its variables is added.
Only when that does not help come whole cells, and then the whole history.
"""

from __future__ import annotations

import ast
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

from nbtrail.entities.pipeline import Rung
from nbtrail.lineage.calls import looks_only
from nbtrail.lineage.graph import Node
from nbtrail.lineage.slice import backward_slice
from nbtrail.pipeline.attempt import Attempt, Culprit, Workshop
from nbtrail.pipeline.causes import draws_unseeded, final, unseeded
from nbtrail.pipeline.plan import Form, Plan, full_plan, with_nodes

__all__ = ["Climb", "climb"]

_WIDENINGS = 4
_REPETITIONS = 3


@dataclass(slots=True)
class Climb:
    """What was tried, and what holds.

    Attributes
    ----------
    attempts : list of Attempt
        In their order; the last is good, or none is.
    rungs : list of Rung
    culprit : Culprit or None
        The first statement that differs, when nothing holds.
    """

    attempts: list[Attempt] = field(default_factory=list)
    rungs: list[Rung] = field(default_factory=list)
    culprit: Culprit | None = None

    @property
    def best(self) -> Attempt | None:
        """The attempt that holds, or None."""
        return self.attempts[-1] if self.attempts and self.attempts[-1].good else None


def climb(shop: Workshop, plan: Plan, progress: Callable[[str], None]) -> Climb:
    """Try one rung after the other until a script finds what the run found."""
    found = Climb()
    restored = replace(plan, restored=True)
    if restored.states:
        plan = restored  # without the random state of then, an equal result would be luck
    steps = _Steps(shop, found, set(plan.nodes), progress)
    name = "with the random state of then restored" if plan.states else "the slice"
    if steps.tried(name, plan, Form.STAGES) or _is_final(found):
        return found
    found.culprit, ended = steps.looked("looking for the statement that differs", plan)
    drawn = found.culprit is not None and draws_unseeded(plan, found.culprit.node)
    alike = (found.culprit is None and ended) or (drawn and bool(plan.states))
    if alike and steps.tried("in the order of execution", plan, Form.FLAT):
        return found
    if drawn:
        return found  # more of the notebook can't seed it
    if found.culprit is not None and _widened(steps, plan, found.culprit):
        return found
    cells = with_nodes(plan, _cells(plan))
    if set(cells.nodes) != set(plan.nodes) and steps.tried("whole cells", cells, Form.FLAT):
        return found
    whole = full_plan(plan)
    if steps.tried("the full history", whole, Form.HISTORY):
        return found
    if found.culprit is None:
        found.culprit, _ = steps.looked("looking for the statement that differs", whole)
    return found


def _widened(steps: _Steps, plan: Plan, culprit: Culprit) -> bool:
    """Add what touched the variables of the first statement that differs, until none does."""
    wider = plan
    for _ in range(_WIDENINGS):
        extra = touched(wider, culprit)
        if not extra:
            return False
        wider = with_nodes(wider, {*wider.nodes, *backward_slice(plan.graph, extra)})
        names = ", ".join(culprit.names) or "what it needs"
        now, ended = steps.looked(f"with all that touched {names}", wider)
        if now is None:
            name = f"the slice, with all that touched {names}"
            return ended and steps.either(name, wider)
        if now.node > culprit.node:
            steps.found.culprit = culprit = now
    return False


class _Steps:
    """Makes attempts, and tells of each.

    Parameters
    ----------
    mine : set of Node
        The slice: the values of what is added to it may differ by nature, as addresses do.
    """

    def __init__(
        self, shop: Workshop, found: Climb, mine: set[Node], progress: Callable[[str], None]
    ) -> None:
        self.found = found
        self._shop = shop
        self._mine = mine
        self._progress = progress
        self._began = time.monotonic()

    def tried(self, name: str, plan: Plan, form: Form) -> bool:
        """Run the script of a plan; say whether it holds."""
        started = self._begin(f"{name}: {_count(plan)} in a fresh process ...")
        attempt = self._shop.attempt(plan, form)
        if attempt is None:
            return False
        if unseeded(plan) and not plan.states:
            attempt = self._again(attempt)
        self.found.attempts.append(attempt)
        text = "reproduced" if attempt.good else attempt.verdict.culprit.splitlines()[0]
        self._note(name, plan, text, started)
        return attempt.good

    def _again(self, attempt: Attempt) -> Attempt:
        """Repeat a script that draws without a seed: an equal result may be luck."""
        for _ in range(_REPETITIONS):
            if not attempt.good:
                break
            attempt = self._shop.repeat(attempt)
        return attempt

    def either(self, name: str, plan: Plan) -> bool:
        """Try a plan with stages, then in the order of execution."""
        return any(self.tried(name, plan, form) for form in (Form.STAGES, Form.FLAT))

    def looked(self, name: str, plan: Plan) -> tuple[Culprit | None, bool]:
        """Repeat the statements of a plan one by one; return the first that differs."""
        started = self._begin(f"{name}: {_count(plan)}, one by one ...")
        culprit, ended = self._shop.trace(plan, self._mine)
        text = culprit.text if culprit is not None else "each statement gives what it gave"
        self._note(name, plan, text, started)
        return culprit, ended

    def _begin(self, text: str) -> float:
        started = time.monotonic()
        self._progress(f"[{started - self._began:.0f} s] {text}")
        return started

    def _note(self, name: str, plan: Plan, text: str, started: float) -> None:
        seconds = round(time.monotonic() - started, 3)
        self.found.rungs.append(Rung(name, len(plan.nodes), text, seconds))
        self._progress(f"   {text}")


def touched(plan: Plan, culprit: Culprit) -> list[Node]:
    """Return the earlier statements that may have changed what a statement depends on.

    First those that are known to have written one of its variables or channels; when the
    plan has all of them, those that used one of the variables, or what was made of it, in
    any way that could change it.
    """
    graph = plan.graph
    facts = graph.facts[culprit.node]
    wanted = {*facts.reads, *culprit.names, *facts.channels_read}
    wanted |= _missing_name(culprit.error)
    derived = {name for name in wanted if not _is_module(plan, name)}
    have = set(plan.nodes)
    writers: list[Node] = []
    users: list[Node] = []
    for node in graph.order:
        if node >= culprit.node:
            break
        other = graph.facts[node]
        used = bool(derived & set(other.reads))
        if used:
            derived |= set(other.binds)
        if node in have or node not in plan.texts:
            continue
        written = {*other.binds, *other.channels_written, *(m.name for m in other.mutations)}
        if written & wanted:
            writers.append(node)
        elif used and not looks_only(ast.parse(plan.texts[node][1]).body[0]):
            users.append(node)
    return writers or users


def _is_module(plan: Plan, name: str) -> bool:
    """Say whether a name was bound by an import: whoever uses it changes nothing of it."""
    texts = [plan.texts[n][1] for n in plan.graph.writers(name) if n in plan.texts]
    return bool(texts) and all(text.startswith(("import ", "from ")) for text in texts)


def _missing_name(error: str) -> set[str]:
    return set(error.split("'")[1:2]) if error.startswith("NameError") else set()


def _cells(plan: Plan) -> Iterable[Node]:
    """Return all statements of the cells that are used, and of those that changed a channel."""
    graph = plan.graph
    cells = set(plan.used_cells)
    cells |= {n[0] for n in graph.order if graph.facts[n].channels_written}
    found = [n for n in full_plan(plan).nodes if n[0] in cells]
    return {*plan.nodes, *backward_slice(graph, found)}


def _is_final(found: Climb) -> bool:
    """Say whether the first attempt failed for a reason that no further statement can mend."""
    return bool(found.attempts) and final(found.attempts[0].verdict)


def _count(plan: Plan) -> str:
    number = len(plan.nodes)
    return f"{number} statement{'s' if number != 1 else ''}"
