"""What of a session a run needs: criteria, slice, and where its data lies."""

from __future__ import annotations

import ast
import posixpath
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from pathlib import Path

from nbtrail.capture.secrets import PLACEHOLDER
from nbtrail.entities.cell import CellExecution, CellStatus
from nbtrail.entities.run import FOLDS, LATER, Metric, Run
from nbtrail.exceptions import ExportError
from nbtrail.lineage.calls import looks_only
from nbtrail.lineage.graph import Graph, Node, build_graph
from nbtrail.lineage.names import names_of
from nbtrail.lineage.slice import backward_slice, criteria
from nbtrail.pipeline.magics import files_in_shell_line
from nbtrail.pipeline.step import Step
from nbtrail.pipeline.text import cut

__all__ = ["Form", "Plan", "full_plan", "make_plan", "with_nodes"]

_LIBRARIES = (sys.prefix, sys.base_prefix)
_WRITING = re.compile(r"(?i)write|save|dump|sink|store|export|copy|extract|download|\bto_|system")
_COARSE_MS = 20  # file systems stamp files by a coarse clock


class Form(Enum):
    """How much goes into the script, and in which shape."""

    STAGES = "stages"
    FLAT = "flat"
    HISTORY = "history"


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that a script is written from.

    Attributes
    ----------
    steps : tuple of Step
        Fresh copies are handed out by :meth:`fresh_steps`.
    inputs : mapping of str to str
        Path as the code spells it to the path relative to the project.
    modules : tuple of str
        Source files of the project's own modules that were imported.
    loop_pass : int
        Which pass of a loop the run is (0-based); -1 when it is none.
    restored : bool
        The script begins with the recorded states of generators that nobody seeded.
    """

    run: Run
    notebook: str
    cwd: str
    graph: Graph
    cells: tuple[CellExecution, ...]
    nodes: tuple[Node, ...]
    texts: dict[Node, tuple[tuple[str, ...], str]]
    inputs: dict[str, str]
    files: tuple[str, ...]
    modules: tuple[str, ...]
    metrics: tuple[Metric, ...]
    loop_pass: int = -1
    project: Path | None = None
    restored: bool = False

    @property
    def states(self) -> dict[str, str]:
        """States of generators that nobody seeded, when the script is to restore them."""
        found: dict[str, str] = {}
        for node in self.nodes if self.restored else ():
            found |= dict(self.graph.facts[node].states)
        return found

    def fresh_steps(self) -> list[Step]:
        """Return the statements of the slice, ready to be edited."""
        return [
            Step(node, list(self.texts[node][0]), self.texts[node][1], self.graph.facts[node])
            for node in self.nodes
            if node in self.texts
        ]

    @property
    def used_cells(self) -> tuple[int, ...]:
        """Positions of the cell executions of which something is used."""
        return tuple(sorted({seq for seq, _ in self.nodes}))

    @property
    def left_out(self) -> int:
        """How many executed cells are not needed at all."""
        return len({c.seq for c in self.cells}) - len(self.used_cells)


def make_plan(
    run: Run,
    cells: Sequence[CellExecution],
    notebook: str,
    cwd: str,
    *,
    project: Path | None = None,
    loop_pass: int = -1,
) -> Plan:
    """Find what a run needs of its session's history.

    Parameters
    ----------
    cells : sequence of CellExecution
        The session's history.
    cwd : str
        The kernel's working directory, relative to the project.
    project : Path, optional
        Where the files lie that shell lines name.
    loop_pass : int
        Which pass of a loop the run is; -1 when it is none.

    Raises
    ------
    ExportError
        When the run has no recorded cells, nothing that a script could compute, or a
        statement that it needs held a secret, which was not stored.
    """
    own = (m for m in run.metrics if not m.key.startswith((FOLDS, LATER)))
    run = replace(run, metrics=tuple(own))
    last = max([run.last_cell, *(m.cell_seq for m in run.metrics)])
    history = tuple(c for c in sorted(cells, key=lambda c: c.seq) if c.seq <= last)
    if not history:
        raise ExportError(
            f"Run {run.name or run.run_id[:8]} can't be exported: it has no recorded cells (it was "
            "made by a plain script or its light history is gone). Export works for runs of a "
            "notebook in which %load_ext nbtrail ran before the cells that made them."
        )
    texts = _texts(history)
    graph = build_graph(_with_errors(history))
    nodes = _slice(run, graph, texts)
    if not nodes:
        raise ExportError(
            f"Run {run.name or run.run_id[:8]} can't be exported: it has no metric and no model "
            "whose statement was recorded. Log one with %track metric NAME=EXPRESSION and export "
            "the new run."
        )
    _refuse_secrets(run, nodes, texts, history)
    inside = not posixpath.isabs(cwd) and not posixpath.normpath(cwd).startswith("..")
    cwd = posixpath.normpath(cwd) if inside else "."
    plan = Plan(
        run, notebook, cwd, graph, history, (), texts, {}, (), (), run.metrics, loop_pass, project
    )
    return with_nodes(plan, _with_makers(plan, nodes))


def with_nodes(plan: Plan, nodes: Iterable[Node]) -> Plan:
    """Return the plan of a script that consists of other statements."""
    wanted = set(nodes)
    kept = tuple(n for n in plan.graph.order if n in wanted and n in plan.texts)
    files, modules = _files(plan, kept)
    spelled = _spellings(plan.texts, kept, plan.cwd, files)
    return replace(plan, nodes=kept, inputs=spelled, files=files, modules=modules)


def full_plan(plan: Plan) -> Plan:
    """Return the plan that leaves out only what did nothing but show something."""
    return with_nodes(plan, _full(plan.graph, plan.texts))


def _refuse_secrets(
    run: Run,
    nodes: Sequence[Node],
    texts: dict[Node, tuple[tuple[str, ...], str]],
    cells: Sequence[CellExecution],
) -> None:
    held = {seq for seq, index in nodes if PLACEHOLDER in texts[seq, index][1]}
    if not held:
        return
    named = [f"In [{c.execution_count}]" for c in cells if c.seq in held]
    raise ExportError(
        f"Run {run.name or run.run_id[:8]} can't be exported: {', '.join(named)} held a secret, "
        "which was not stored, so its script could not run. Read the secret from an environment "
        'variable (os.environ["NAME"]), run the cell again and export the new run.'
    )


def _with_errors(cells: Sequence[CellExecution]) -> list[CellExecution]:
    """Write the error of a cell to its last statement, where it was raised."""
    found: list[CellExecution] = []
    for cell in cells:
        last = cell.statements[-1] if cell.statements else None
        if cell.status is CellStatus.OK or last is None or last.error:
            found.append(cell)
            continue
        failed = replace(last, error=cell.error or cell.status.value)
        found.append(replace(cell, statements=(*cell.statements[:-1], failed)))
    return found


def _texts(cells: Sequence[CellExecution]) -> dict[Node, tuple[tuple[str, ...], str]]:
    found: dict[Node, tuple[tuple[str, ...], str]] = {}
    for cell in cells:
        if not cell.statements:
            continue
        try:
            parts = cut(cell.code)
        except (SyntaxError, ValueError):
            continue
        for facts in cell.statements:
            if facts.index < len(parts):
                above, text = parts[facts.index]
                found[cell.seq, facts.index] = (tuple(above), text)
    return found


def _slice(
    run: Run, graph: Graph, texts: dict[Node, tuple[tuple[str, ...], str]]
) -> tuple[Node, ...]:
    nodes, names = criteria(run, graph)
    found = backward_slice(graph, nodes, names)
    until = min([*nodes, *(place for _, place in names)], default=(run.last_cell, 1 << 30))
    checks = [n for n in graph.order if n < until and n not in found and _is_check(graph, texts, n)]
    needed = set(found)
    kept = [n for n in checks if graph.needs[n] and graph.needs[n] <= needed]
    return tuple(n for n in backward_slice(graph, [*found, *kept]) if n in texts)


def _is_check(graph: Graph, texts: dict[Node, tuple[tuple[str, ...], str]], node: Node) -> bool:
    """Say whether a statement is a check that held: the script keeps those on its data."""
    text = texts.get(node, ((), ""))[1]
    if graph.facts[node].error or not text.startswith(("assert", "if")):
        return False
    tree = ast.parse(text).body[0]
    refuses = (
        isinstance(tree, ast.If)
        and not tree.orelse
        and all(isinstance(part, ast.Raise) for part in tree.body)
    )
    return refuses or isinstance(tree, ast.Assert)


def _with_makers(plan: Plan, nodes: tuple[Node, ...]) -> tuple[Node, ...]:
    """Add the statements that made a file which the slice reads, when nobody saw them write it."""
    makers = [(node, maker) for node in nodes for _, maker in _unseen_makers(plan, node)]
    for node, maker in makers:
        plan.graph.needs[node] |= {maker} - {node}
    if {maker for _, maker in makers} <= set(nodes):
        return nodes
    return tuple(n for n in backward_slice(plan.graph, nodes) if n in plan.texts)


def _unseen_makers(plan: Plan, node: Node) -> Iterator[tuple[str, Node]]:
    """Yield files that a statement reads, and the statement that made each.

    Libraries that write without Python noticing leave a file that was changed while a cell
    ran which names it and speaks of writing.
    """
    if plan.project is None:
        return
    for channel in plan.graph.facts[node].channels_read:
        path = channel.removeprefix("file:")
        if not channel.startswith("file:") or path.endswith(".py"):
            continue
        try:
            changed_ms = (plan.project / path).stat().st_mtime_ns // 1_000_000
        except OSError:
            continue
        name = posixpath.basename(path)
        during = {
            c.seq for c in plan.cells if c.started_ms - _COARSE_MS <= changed_ms <= c.ended_ms
        }
        for other in plan.graph.order if during else ():
            if other > node:
                break
            text = plan.texts.get(other, ((), ""))[1]
            if other[0] in during and name in text and _WRITING.search(text):
                yield channel, other


def _full(graph: Graph, texts: dict[Node, tuple[tuple[str, ...], str]]) -> tuple[Node, ...]:
    """Return every statement that could matter: all but those that only show something."""
    return tuple(
        n
        for n in graph.order
        if n in texts
        and (graph.facts[n].effects or not looks_only(ast.parse(texts[n][1]).body[0]))
        and not (graph.facts[n].error and not graph.facts[n].effects)
    )


def _files(plan: Plan, nodes: Sequence[Node]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return input files, and source files of the project's modules, that the slice reads."""
    written: set[str] = set()
    inputs: dict[str, None] = {}
    modules: dict[str, None] = {}
    for node in nodes:
        facts = plan.graph.facts[node]
        read = [c for c in facts.channels_read if c.startswith("file:")]
        if plan.project is not None:
            named = files_in_shell_line(plan.texts[node][1], plan.project, plan.cwd)
            read += [c for c in map("file:{}".format, named) if c not in facts.channels_written]
        makers = dict(_unseen_makers(plan, node))
        written |= {channel for channel, maker in makers.items() if maker in nodes}
        for channel in read:
            path = channel.removeprefix("file:")
            if channel in written or path.startswith(_LIBRARIES):
                continue  # data that a library brings with it
            (modules if path.endswith(".py") else inputs)[path] = None
        written |= {c for c in facts.channels_written if c.startswith("file:")}
    for use in plan.run.datasets:
        # seen by a reader's tap: libraries that open files without Python noticing
        known = use.source and use.dataset.kind == "file" and f"file:{use.source}" not in written
        if known and not use.source.startswith(_LIBRARIES):
            inputs[use.source] = None
    return tuple(inputs), tuple(modules)


def _spellings(
    texts: dict[Node, tuple[tuple[str, ...], str]],
    nodes: Sequence[Node],
    cwd: str,
    files: Sequence[str],
) -> dict[str, str]:
    found: dict[str, str] = {}
    for node in nodes:
        for text in names_of(tuple(ast.parse(texts[node][1]).body)).texts:
            if len(text) > 400 or "\n" in text:
                continue
            path = posixpath.normpath(posixpath.join(cwd, text.replace("\\", "/")))
            if path in files:
                found[text] = path
    return found
