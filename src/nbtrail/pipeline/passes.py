"""A run that is one pass of a loop: the script makes that pass, not all of them."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from nbtrail.entities.cell import CellExecution
from nbtrail.entities.run import Run
from nbtrail.pipeline.step import Step
from nbtrail.pipeline.text import moved_out, replace_node, segment
from nbtrail.pipeline.translate import called, our_names
from nbtrail.store.reader import Reader

__all__ = ["pass_of", "take_pass"]


def pass_of(reader: Reader, run: Run, cells: Sequence[CellExecution]) -> int:
    """Return which pass of a loop in its cell a run is (0-based); -1 when it is none.

    Runs that were opened one after the other by the same cell are its passes, provided
    that the cell has one loop that opens runs.
    """
    cell = next((c for c in cells if c.seq == run.first_cell), None)
    if cell is None or "start_run" not in cell.code:
        return -1
    try:
        body = ast.parse(cell.code).body
    except SyntaxError:
        return -1
    ours = our_names([c.code for c in cells if "nbtrail" in c.code and _parses(c.code)])
    if sum(_opens_runs(node, ours) for node in body) != 1:
        return -1
    table = reader.runs(experiment=run.experiment.name, order="started", descending=False)
    near = [
        run_id
        for run_id, started in zip(table.run_id, table.started_ms, strict=True)
        if cell.started_ms <= started <= cell.ended_ms
    ]
    passes = [
        other.run_id
        for other in (reader.run(run_id) for run_id in near)
        if (other.session_id, other.first_cell) == (run.session_id, run.first_cell)
        and other.parent_run_id == run.parent_run_id
    ]
    return passes.index(run.run_id) if run.run_id in passes else -1


def take_pass(step: Step, number: int, ours: dict[str, str], *, alone: bool) -> None:
    """Reduce a loop that opens runs to one pass.

    Parameters
    ----------
    number : int
        Which pass, 0-based.
    alone : bool
        Make only that pass; otherwise those before it too, for what they leave behind.
    """
    node = step.tree
    if not isinstance(node, ast.For) or not _opens_runs(node, ours):
        return
    target, items = segment(step.text, node.target), segment(step.text, node.iter)
    if not alone or node.orelse or _leaves_early(node.body):
        edit = replace_node(node.iter, f"list({items})[: {number + 1}]")
        step.text = edit.applied_to(step.text)
        return
    value = f"list({items})[{number}]"
    if isinstance(node.iter, (ast.Tuple, ast.List)) and number < len(node.iter.elts):
        value = segment(step.text, node.iter.elts[number])
    step.partial = True
    step.text = f"{target} = {value}\n{moved_out(step.text, node)}"


def _opens_runs(node: ast.stmt, ours: dict[str, str]) -> bool:
    return isinstance(node, ast.For) and any(
        called(part, ours) == "start_run" for part in ast.walk(node)
    )


def _leaves_early(body: list[ast.stmt]) -> bool:
    todo: list[ast.AST] = list(body)
    while todo:
        node = todo.pop()
        if isinstance(node, (ast.Break, ast.Continue)):
            return True
        if not isinstance(node, (ast.For, ast.While, ast.FunctionDef, ast.ClassDef)):
            todo += ast.iter_child_nodes(node)
    return False


def _parses(code: str) -> bool:
    try:
        ast.parse(code)
    except SyntaxError:
        return False
    return True
