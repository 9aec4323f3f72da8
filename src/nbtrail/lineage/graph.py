"""Which statement execution depends on which earlier ones, from the records alone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from nbtrail.entities.cell import CellExecution, StatementFacts
from nbtrail.lineage.channels import is_library_variable

__all__ = ["Graph", "GraphBuilder", "Node", "build_graph"]

Node = tuple[int, int]
"""Position of a cell execution in the session's history, and of the statement in it."""


@dataclass(slots=True)
class Graph:
    """Dependencies between statement executions.

    Attributes
    ----------
    order : list of Node
        In the order of execution.
    facts : mapping of Node to StatementFacts
    needs : mapping of Node to set of Node
        What each statement needs to have run before it.
    before : mapping of Node to set of Node
        Earlier statements whose order relative to it matters, even if it needs none of
        what they made: they read what it overwrites.
    """

    order: list[Node] = field(default_factory=list)
    facts: dict[Node, StatementFacts] = field(default_factory=dict)
    needs: dict[Node, set[Node]] = field(default_factory=dict)
    before: dict[Node, set[Node]] = field(default_factory=dict)
    _writers: dict[str, list[tuple[Node, bool]]] = field(default_factory=dict)

    def written_files(self) -> list[str]:
        """Return the channels of the files that statements wrote, sorted."""
        return sorted(name for name in self._writers if name.startswith("file:"))

    def writers(self, name: str, until: Node | None = None) -> set[Node]:
        """Return the statements that made the value which `name` has after `until`."""
        found: set[Node] = set()
        for node, fresh in self._writers.get(name, ()):
            if until is not None and node > until:
                break
            if fresh:
                found = set()
            found.add(node)
        return found


def build_graph(cells: Iterable[CellExecution]) -> Graph:
    """Connect the statements of one session's cells."""
    builder = GraphBuilder()
    for cell in sorted(cells, key=lambda c: c.seq):
        builder.add(cell)
    return builder.graph


class GraphBuilder:
    """Connects the statements of cells that are given in their order.

    Attributes
    ----------
    graph : Graph
        Of the cells so far.
    """

    def __init__(self) -> None:
        self.graph = Graph()
        self._makers: dict[str, set[Node]] = {}
        self._readers: dict[str, set[Node]] = {}
        self._always: set[Node] = set()

    def add(self, cell: CellExecution) -> None:
        """Add the statements of the next cell."""
        for facts in cell.statements:
            self._add((cell.seq, facts.index), facts)

    def _add(self, node: Node, facts: StatementFacts) -> None:
        graph = self.graph
        graph.order.append(node)
        graph.facts[node] = facts
        changed = [m.name for m in facts.mutations]
        reads = [*facts.reads, *facts.channels_read]
        needs = set(self._always)
        for name in reads:
            needs |= self._makers.get(name, set())
            needs |= self._folders(name)
        order: set[Node] = set()
        fresh = {*facts.binds, *facts.deletes} | (
            set(facts.channels_written) - set(facts.channels_read)
        )
        for name in (*fresh, *changed, *facts.channels_written):
            order |= self._readers.get(name, set()) | self._makers.get(name, set())
        graph.needs[node] = needs - {node}
        graph.before[node] = order - needs - {node}
        for name in reads:
            self._readers.setdefault(name, set()).add(node)
        self._write(node, facts, fresh, changed)

    def _write(
        self, node: Node, facts: StatementFacts, fresh: set[str], changed: Sequence[str]
    ) -> None:
        for name in (*changed, *facts.channels_written):
            if name not in fresh or name.startswith(("config:", "attr:")):
                self._makers.setdefault(name, set()).add(node)
                self._note(name, node, fresh=False)
        for name in fresh:
            if name.startswith(("config:", "attr:")):
                continue
            self._makers[name] = set() if name in facts.deletes else {node}
            self._readers[name] = {node} if name in facts.reads else set()
            self._note(name, node, fresh=True)
        if any(
            c.startswith(("attr:", "added:")) or (c.startswith("env:") and is_library_variable(c))
            for c in facts.channels_written
        ):
            # a patched or extended library or a variable that libraries read: whoever comes later may feel it
            self._always.add(node)

    def _note(self, name: str, node: Node, *, fresh: bool) -> None:
        self.graph._writers.setdefault(name, []).append((node, fresh))  # noqa: SLF001

    def _folders(self, channel: str) -> set[Node]:
        """Writers of the folders that a file lies in."""
        found: set[Node] = set()
        while channel.startswith("file:") and "/" in channel:
            channel = channel.rpartition("/")[0]
            found |= self._makers.get(channel, set())
        return found
