"""The statements that a result needs, and no others."""

from __future__ import annotations

from collections.abc import Iterable

from nbtrail.lineage.graph import Graph, Node

__all__ = ["backward_slice"]


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
