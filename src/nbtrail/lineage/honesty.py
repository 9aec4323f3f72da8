"""What a reader of the notebook would not see: order, outdated values, hidden state.

All three are judged on the statements that the run's result depends on, never on the
whole session: that somebody printed a table twice makes no run dishonest.
"""

from __future__ import annotations

import builtins
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from nbtrail.entities.cell import CellExecution
from nbtrail.entities.run import LATER, Mark, MarkKind, Run
from nbtrail.lineage.graph import Graph, Node, build_graph
from nbtrail.lineage.randomness import unseeded_mark
from nbtrail.lineage.slice import backward_slice, criteria

__all__ = ["Judgement", "judge"]

# what IPython itself puts into the namespace
_SHELL = frozenset(
    {"In", "Out", "get_ipython", "exit", "quit", "open", "display", "_", "__", "___"}
)


class Judgement(NamedTuple):
    """What the history says of a run.

    Attributes
    ----------
    marks : tuple of Mark
    cells : frozenset of int
        Positions of the cell executions that the result depends on.
    files : frozenset of str
        Files that their statements read, as the channels name them.
    """

    marks: tuple[Mark, ...]
    cells: frozenset[int]
    files: frozenset[str]


def judge(
    run: Run, cells: Sequence[CellExecution], positions: Mapping[str, int] | None = None
) -> Judgement:
    """Say on what a run depends, and which marks the recorded statements give it.

    ``out-of-order``
        A cell used what a cell further down in the notebook had made.
    ``stale``
        A value was made before the cell that gives its inputs ran again and gave others.
    ``hidden-state``
        A value was made by a text that its cell no longer holds, by a cell that the
        notebook no longer has, by running a cell twice where the second run built on the
        first, or by nothing that was recorded.
    ``unseeded``
        A generator was drawn from that nobody had seeded.

    Parameters
    ----------
    cells : sequence of CellExecution
        The session's history.
    positions : mapping of str to int, optional
        Cell id to its place in the notebook file. Without it a cell's place is that of
        its first execution, and deleted cells are not noticed.
    """
    own = (m.cell_seq for m in run.metrics if not m.key.startswith(LATER))
    last = max([run.last_cell, *own])
    history = [c for c in sorted(cells, key=lambda c: c.seq) if c.seq <= last]
    graph = build_graph(history)
    used = backward_slice(graph, *criteria(run, graph))
    notebook = _Notebook(history, positions or {})
    order = _Judge(graph, used, notebook)
    unseeded = unseeded_mark(run, graph, used, notebook.executions)
    found = (order.out_of_order(), order.stale(), order.hidden(), unseeded)
    return Judgement(
        tuple(mark for mark in found if mark is not None),
        frozenset(seq for seq, _ in used),
        frozenset(path for node in used for path, _ in graph.facts[node].digests),
    )


class _Notebook:
    """The cells behind the executions: which executions are one cell, and where it stands."""

    def __init__(self, history: Sequence[CellExecution], positions: Mapping[str, int]) -> None:
        self.executions = {cell.seq: cell for cell in history}
        self._positions = positions
        self._first: dict[str, int] = {}
        self._all: dict[str, list[int]] = {}
        for cell in history:
            key = self.key(cell.seq)
            self._first.setdefault(key, cell.seq)
            self._all.setdefault(key, []).append(cell.seq)

    def key(self, seq: int) -> str:
        """Return what names the cell: its id, or its text where the front end sent none."""
        cell = self.executions[seq]
        return cell.cell_id or f"text:{cell.source}"

    def later(self, seq: int) -> Iterator[int]:
        """Yield the later executions of the same cell."""
        yield from (s for s in self._all[self.key(seq)] if s > seq)

    def place(self, seq: int) -> int:
        """Return where the cell stands: by the file, else by when it first ran."""
        key = self.key(seq)
        return self._positions.get(key, -1) if self._positions else self._first[key]

    def is_gone(self, seq: int) -> bool:
        """Say whether the notebook file has no such cell; a cell without an id is never gone."""
        cell = self.executions[seq]
        return bool(self._positions and cell.cell_id) and cell.cell_id not in self._positions

    def is_same_cell(self, one: int, other: int) -> bool:
        """Say whether two executions are of one cell; unknown without ids, so no."""
        return bool(self.executions[one].cell_id) and self.key(one) == self.key(other)

    def label(self, seq: int) -> str:
        """Return ``[3]``, as the notebook shows it."""
        count = self.executions[seq].execution_count
        return f"[{count}]" if count else f"#{seq + 1}"

    def text(self, node: Node, graph: Graph) -> str:
        """Return the source of a statement."""
        facts = graph.facts[node]
        lines = self.executions[node[0]].code.splitlines()
        return "\n".join(lines[facts.first_line - 1 : facts.last_line])


class _Judge:
    def __init__(self, graph: Graph, used: Sequence[Node], notebook: _Notebook) -> None:
        self._graph = graph
        self._used = used
        self._notebook = notebook
        self._equal: dict[tuple[Node, Node], bool] = {}

    def out_of_order(self) -> Mark | None:
        for node, name, maker in self._edges():
            below, above = self._notebook.place(maker[0]), self._notebook.place(node[0])
            if below > above >= 0:
                reason = (
                    f"cell {self._notebook.label(node[0])} used {name!r}, which cell "
                    f"{self._notebook.label(maker[0])} further down had made"
                )
                return Mark(MarkKind.OUT_OF_ORDER, reason)
        return None

    def stale(self) -> Mark | None:
        for node, name, maker in self._edges():
            for seq in self._notebook.later(maker[0]):
                again = self._remade(name, seq)
                used_anew = again is not None and again < node
                if again is None or used_anew or self._same(maker, again):
                    continue
                reason = (
                    f"cell {self._notebook.label(node[0])} used {name!r} as it was before "
                    f"cell {self._notebook.label(seq)} made it anew"
                )
                return Mark(MarkKind.STALE, reason)
        return None

    def hidden(self) -> Mark | None:
        for node in self._used:
            seq = node[0]
            label = self._notebook.label(seq)
            made = next(iter(self._graph.facts[node].binds), "") or "a value"
            if self._notebook.is_gone(seq):
                reason = f"cell {label}, which made {made!r}, is no longer in the notebook"
                return Mark(MarkKind.HIDDEN_STATE, reason)
            texts = [self._notebook.executions[s].code for s in self._notebook.later(seq)]
            if texts and self._notebook.text(node, self._graph) not in texts[-1]:
                reason = f"{made!r} was made by an earlier text of its cell, run as {label}"
                return Mark(MarkKind.HIDDEN_STATE, reason)
        for node, name, maker in self._edges():
            if self._notebook.is_same_cell(node[0], maker[0]):
                label, before = self._notebook.label(node[0]), self._notebook.label(maker[0])
                reason = (
                    f"cell {label} built on the {name!r} that its own earlier run {before} left"
                )
                return Mark(MarkKind.HIDDEN_STATE, reason)
        for node in self._used:
            for name in self._graph.facts[node].reads:
                if not self._is_known(name, node):
                    label = self._notebook.label(node[0])
                    reason = f"cell {label} used {name!r}, which no recorded cell had made"
                    return Mark(MarkKind.HIDDEN_STATE, reason)
        return None

    # ------------------------------------------------------------ parts

    def _edges(self) -> Iterator[tuple[Node, str, Node]]:
        """Yield user, name and maker for each name that passes from one cell to another."""
        for node in self._used:
            before = self._before(node)
            for name in self._graph.facts[node].reads:
                for maker in self._graph.writers(name, before):
                    if maker[0] != node[0]:
                        yield node, name, maker

    def _before(self, node: Node) -> Node:
        return (node[0], node[1] - 1)

    def _remade(self, name: str, seq: int) -> Node | None:
        """Return the statement of an execution that binds a name."""
        for facts in self._notebook.executions[seq].statements:
            if name in facts.binds:
                return (seq, facts.index)
        return None

    def _same(self, one: Node, other: Node) -> bool:
        """Say whether two executions of a statement must have made the same."""
        known = self._equal.get((one, other))
        if known is None:
            self._equal[one, other] = False  # a circle is no proof
            known = self._equal[one, other] = self._is_same(one, other)
        return known

    def _is_same(self, one: Node, other: Node) -> bool:
        if one == other:
            return True
        graph, notebook = self._graph, self._notebook
        first, second = graph.facts[one], graph.facts[other]
        if notebook.text(one, graph) != notebook.text(other, graph):
            return False
        if first.digests != second.digests:
            return False
        makers, others = sorted(graph.needs[one]), sorted(graph.needs[other])
        return len(makers) == len(others) and all(
            self._same(a, b) for a, b in zip(makers, others, strict=True)
        )

    def _is_known(self, name: str, node: Node) -> bool:
        return (
            name in _SHELL
            or name.startswith("_")
            or hasattr(builtins, name)
            or bool(self._graph.writers(name, node))
        )
