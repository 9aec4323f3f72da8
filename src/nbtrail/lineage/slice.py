"""The statements that a result needs, and no others."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from pathlib import PurePosixPath

from nbtrail.entities.run import LATER, Run
from nbtrail.lineage.graph import Graph, Node
from nbtrail.lineage.names import names_of

__all__ = ["backward_slice", "criteria"]

_END = 1 << 30  # behind the last statement of a cell


def criteria(run: Run, graph: Graph) -> tuple[list[Node], list[tuple[str, Node]]]:
    """Return what a run's result consists of: statements, and names at a place.

    The statements computed its metrics; the names hold its models, stand in the expressions
    of metrics that the user gave, or are the channels of files that were logged as artifacts
    and written by a statement. What later cells measured again is no part of it.
    """
    nodes: list[Node] = []
    names: list[tuple[str, Node]] = []
    for metric in run.metrics:
        if metric.key.startswith(LATER):
            continue  # the run had its result by then
        place = (metric.cell_seq, metric.statement if metric.statement >= 0 else _END)
        if metric.expression:
            names += [(n, place) for n in sorted(_names_in(metric.expression))]
        elif place in graph.facts:
            nodes.append(place)
    end = (run.last_cell, _END)
    names += [(model.variable, end) for model in run.models if model.variable]
    kept = {PurePosixPath(artifact.path).name for artifact in run.artifacts}
    names += [(channel, end) for channel in graph.written_files() if _name_of(channel) in kept]
    return nodes, names


def backward_slice(
    graph: Graph, nodes: Iterable[Node] = (), names: Iterable[tuple[str, Node]] = ()
) -> tuple[Node, ...]:
    """Return what the criteria depend on, in the order of execution.

    Parameters
    ----------
    nodes : iterable of Node
        Statements that must be there: a metric was computed in them.
    names : iterable of (str, Node)
        Names, with the statement after which their value counts.
    """
    todo = [n for n in nodes if n in graph.facts]
    for name, until in names:
        todo += graph.writers(name, until)
    found: set[Node] = set()
    while todo:
        node = todo.pop()
        if node in found:
            continue
        found.add(node)
        todo += graph.needs[node]
    return tuple(n for n in graph.order if n in found)


def _name_of(channel: str) -> str:
    return PurePosixPath(channel.removeprefix("file:")).name


def _names_in(expression: str) -> set[str]:
    try:
        return names_of(tuple(ast.parse(expression).body)).loads
    except SyntaxError:
        return set()
