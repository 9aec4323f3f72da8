"""Whether what a run computed can come out the same again: randomness without a seed."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from nbtrail.entities.cell import CellExecution
from nbtrail.entities.run import Mark, MarkKind, Run
from nbtrail.lineage.graph import Graph, Node, build_graph
from nbtrail.lineage.slice import backward_slice, criteria

__all__ = ["makes_unseeded", "unseeded_marks"]

_NAMES = {"rng:numpy": "numpy's global generator", "rng:stdlib": "Python's random module"}
_GENERATORS = {"default_rng", "RandomState"}


def unseeded_marks(run: Run, cells: Sequence[CellExecution]) -> tuple[Mark, ...]:
    """Return the mark of a run that drew from a generator that nobody had seeded.

    That is seen, not guessed: the recorder compares the state of the global generators around
    each statement. Statements that the run's results do not depend on are left out.

    Parameters
    ----------
    cells : sequence of CellExecution
        The session's history.
    """
    last = max([run.last_cell, *(m.cell_seq for m in run.metrics)])
    history = [c for c in sorted(cells, key=lambda c: c.seq) if c.seq <= last]
    graph = build_graph(history)
    used = set(_used(run, graph))
    seeded: set[str] = set()
    texts = {cell.seq: cell for cell in history}
    for node in graph.order:
        facts = graph.facts[node]
        text = _text(texts[node[0]], facts.first_line, facts.last_line)
        where = f"In [{texts[node[0]].execution_count}], line {facts.first_line}"
        for channel, words in _NAMES.items():
            drew = channel in facts.channels_read
            if drew and channel not in seeded and node in used:
                reason = f"`{_first(text)}` ({where}) drew from {words}, which no statement seeded"
                return (Mark(MarkKind.UNSEEDED, reason),)
            if channel in facts.channels_written and not drew:
                seeded.add(channel)
        if node in used and makes_unseeded(text):
            reason = f"`{_first(text)}` ({where}) makes a random generator without a seed"
            return (Mark(MarkKind.UNSEEDED, reason),)
    return ()


def makes_unseeded(text: str) -> bool:
    """Say whether a statement makes a numpy generator without giving it a seed."""
    if not any(name in text for name in _GENERATORS):
        return False
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError):
        return False
    return any(
        isinstance(node, ast.Call)
        and not node.args
        and not node.keywords
        and getattr(node.func, "attr", getattr(node.func, "id", "")) in _GENERATORS
        for node in ast.walk(tree)
    )


def _used(run: Run, graph: Graph) -> tuple[Node, ...]:
    """Return the statements of the run's results; its own cells when it has none."""
    found = backward_slice(graph, *criteria(run, graph))
    if found:
        return tuple(found)
    return tuple(n for n in graph.order if run.first_cell <= n[0] <= run.last_cell)


def _text(cell: CellExecution, first: int, last: int) -> str:
    lines = cell.code.splitlines()[first - 1 : last]
    indent = len(lines[0]) - len(lines[0].lstrip()) if lines else 0
    return "\n".join(line[indent:] for line in lines)


def _first(text: str) -> str:
    return text.strip().split("\n", 1)[0][:80]
