"""Whether what a run computed can come out the same again: randomness without a seed."""

from __future__ import annotations

import ast
from collections.abc import Collection, Mapping

from nbtrail.entities.cell import CellExecution
from nbtrail.entities.run import Mark, MarkKind, Run
from nbtrail.lineage.graph import Graph, Node

__all__ = ["makes_unseeded", "unseeded_mark"]

_NAMES = {"rng:numpy": "numpy's global generator", "rng:stdlib": "Python's random module"}
_GENERATORS = frozenset({"default_rng", "RandomState"})


def unseeded_mark(
    run: Run, graph: Graph, used: Collection[Node], cells: Mapping[int, CellExecution]
) -> Mark | None:
    """Return the mark of a run that drew from a generator that nobody had seeded.

    That is seen, not guessed: the recorder compares the state of the global generators around
    each statement. Statements that the run's results do not depend on are left out.

    Parameters
    ----------
    graph : Graph
        Of the session's history.
    used : collection of Node
        What the results depend on; the run's own cells count when that is nothing.
    cells : mapping of int to CellExecution
        The history by position.
    """
    mine = set(used) or {n for n in graph.order if run.first_cell <= n[0] <= run.last_cell}
    seeded: set[str] = set()
    for node in graph.order:
        facts, cell = graph.facts[node], cells[node[0]]
        text = _text(cell, facts.first_line, facts.last_line)
        where = f"In [{cell.execution_count}], line {facts.first_line}"
        for channel, words in _NAMES.items():
            drew = channel in facts.channels_read
            if drew and channel not in seeded and node in mine:
                reason = f"`{_first(text)}` ({where}) drew from {words}, which no statement seeded"
                return Mark(MarkKind.UNSEEDED, reason)
            if channel in facts.channels_written and not drew:
                seeded.add(channel)
        if node in mine and makes_unseeded(text):
            reason = f"`{_first(text)}` ({where}) makes a random generator without a seed"
            return Mark(MarkKind.UNSEEDED, reason)
    return None


def makes_unseeded(text: str, names: Collection[str] = _GENERATORS) -> bool:
    """Say whether a statement calls one of `names`, numpy's generators, without a seed."""
    if not any(name in text for name in names):
        return False
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError):
        return False
    return any(
        isinstance(node, ast.Call)
        and not node.args
        and not node.keywords
        and getattr(node.func, "attr", getattr(node.func, "id", "")) in names
        for node in ast.walk(tree)
    )


def _text(cell: CellExecution, first: int, last: int) -> str:
    lines = cell.code.splitlines()[first - 1 : last]
    indent = len(lines[0]) - len(lines[0].lstrip()) if lines else 0
    return "\n".join(line[indent:] for line in lines)


def _first(text: str) -> str:
    return text.strip().split("\n", 1)[0][:80]
