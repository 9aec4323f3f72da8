"""From the records of a session: the executed cells that a run or a variable came from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from nbtrail.entities.ancestry import Ancestry, CellLink, UsedCell
from nbtrail.entities.cell import CellExecution, StatementFacts
from nbtrail.entities.run import LATER, Run
from nbtrail.lineage.graph import Graph, Node, build_graph
from nbtrail.lineage.slice import backward_slice, criteria

__all__ = ["name_ancestry", "run_ancestry", "used_nodes"]

_END = 1 << 30


def run_ancestry(
    run: Run, cells: Sequence[CellExecution], texts: Mapping[str, str] | None = None
) -> Ancestry:
    """Return the executed cells that a run's metrics and models came from.

    Parameters
    ----------
    cells : sequence of CellExecution
        The session's history.
    texts : mapping of str to str, optional
        Cell id to its text in the notebook file now; without it only cells that were run
        again can be told to be stale.
    """
    own = [m.cell_seq for m in run.metrics if not m.key.startswith(LATER)]
    last = max([run.last_cell, *own])
    history = [c for c in sorted(cells, key=lambda c: c.seq) if c.seq <= last]
    graph = build_graph(history)
    return _ancestry(
        run.name, run.source, cells, len(history), graph, used_nodes(run, graph), texts
    )


def name_ancestry(
    name: str,
    cells: Sequence[CellExecution],
    notebook: str = "",
    texts: Mapping[str, str] | None = None,
) -> Ancestry:
    """Return the executed cells that the present value of a variable came from."""
    graph = build_graph(cells)
    nodes = backward_slice(graph, names=[(name, (_END, _END))])
    return _ancestry(name, notebook, cells, _executed(cells), graph, nodes, texts)


def used_nodes(run: Run, graph: Graph) -> tuple[Node, ...]:
    """Return the statements that a run's result depends on.

    A run without a metric or a model has its own cells for a result.
    """
    nodes, names = criteria(run, graph)
    if not nodes and not names:
        cells = range(run.first_cell, run.last_cell + 1)
        nodes = [n for n in graph.order if n[0] in cells and graph.facts[n].effects]
    return backward_slice(graph, nodes, names)


def _ancestry(
    result: str,
    notebook: str,
    cells: Sequence[CellExecution],
    executed: int,
    graph: Graph,
    nodes: Sequence[Node],
    texts: Mapping[str, str] | None,
) -> Ancestry:
    by_seq = {cell.seq: cell for cell in cells}
    lines: dict[int, list[tuple[int, int]]] = {}
    for node in nodes:
        facts = graph.facts[node]
        lines.setdefault(node[0], []).append((facts.first_line, facts.last_line))
    used = tuple(
        UsedCell(
            seq,
            by_seq[seq].execution_count,
            by_seq[seq].source,
            tuple(spans),
            _stale(by_seq[seq], cells, texts),
        )
        for seq, spans in lines.items()
    )
    return Ancestry(result, notebook, executed, used, tuple(_links(graph, nodes)))


def _executed(history: Sequence[CellExecution]) -> int:
    """Count executions; those from before the first record have numbers too."""
    return max([len(history), *(cell.execution_count for cell in history)])


def _stale(
    cell: CellExecution, cells: Iterable[CellExecution], texts: Mapping[str, str] | None
) -> str:
    if not cell.cell_id:
        return ""
    if texts and cell.cell_id not in texts:
        return "no longer in the notebook"
    if texts and texts[cell.cell_id].strip() != cell.source.strip():
        return "edited since"
    again = [
        c.execution_count
        for c in cells
        if c.cell_id == cell.cell_id
        and c.seq > cell.seq
        and c.source.strip() != cell.source.strip()
    ]
    return f"run again with another text as [{again[-1]}]" if again else ""


def _links(graph: Graph, nodes: Sequence[Node]) -> Iterator[CellLink]:
    chosen = set(nodes)
    found: dict[tuple[int, int], dict[str, None]] = {}
    for node in nodes:
        wanted = {*graph.facts[node].reads, *graph.facts[node].channels_read}
        for maker in sorted(graph.needs[node]):
            if maker in chosen and maker[0] != node[0]:
                given = sorted(_given(graph.facts[maker]) & wanted)
                found.setdefault((maker[0], node[0]), {}).update(dict.fromkeys(given))
    for (maker_seq, user_seq), names in sorted(found.items()):
        yield CellLink(maker_seq, user_seq, tuple(names))


def _given(facts: StatementFacts) -> set[str]:
    return {*facts.binds, *(m.name for m in facts.mutations), *facts.channels_written}
