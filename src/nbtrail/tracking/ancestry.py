"""The executed cells behind a stored run, or behind a variable of the running notebook."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from nbtrail.entities.ancestry import Ancestry
from nbtrail.entities.cell import CellExecution
from nbtrail.entities.provenance import ModuleSource
from nbtrail.entities.run import Run
from nbtrail.exceptions import UsageError
from nbtrail.lineage.ancestry import name_ancestry, run_ancestry
from nbtrail.lineage.graph import Graph, GraphBuilder
from nbtrail.lineage.slice import backward_slice, criteria
from nbtrail.store.reader import Reader
from nbtrail.tracking.honesty import notebook_cells
from nbtrail.tracking.origins import file_origins

__all__ = ["History", "ancestry_of_name", "ancestry_of_run", "run_code", "used_cells"]


class History:
    """The cells of the running session, connected as they come: a receipt can't wait for more."""

    def __init__(self) -> None:
        self._builder = GraphBuilder()
        self._counts: dict[int, int] = {}

    def add(self, cell: CellExecution) -> None:
        """Take a cell that has ended."""
        self._counts[cell.seq] = cell.execution_count
        self._builder.add(cell)

    def used(self, run: Run) -> tuple[tuple[int, ...], int]:
        """Return the numbers of the cells that a run's result used, and how many ran."""
        graph: Graph = self._builder.graph
        nodes = backward_slice(graph, *criteria(run, graph))
        numbers = (self._counts[seq] for seq in dict.fromkeys(seq for seq, _ in nodes))
        executed = max(len(self._counts), *self._counts.values())  # from before us, too
        return tuple(n for n in numbers if n), executed


def ancestry_of_run(reader: Reader, project: Path, run: Run) -> Ancestry:
    """Return the executed cells that a run came from, those that were edited since marked.

    Raises
    ------
    UsageError
        When the run has no recorded cells.
    """
    cells = reader.cells(run.session_id) if run.session_id else ()
    if not cells or run.last_cell < 0:
        raise UsageError(
            f"Run {run.name} has no recorded cells: it was made by a plain script, or its light "
            "history is gone."
        )
    found = run_ancestry(run, cells, _texts(project, run.source))
    return replace(found, origins=file_origins(reader, run))


def ancestry_of_name(
    reader: Reader, project: Path, session_id: str, notebook: str, name: str
) -> Ancestry:
    """Return the executed cells that a variable of the running notebook came from.

    Raises
    ------
    UsageError
        When no recorded cell made it.
    """
    cells = reader.cells(session_id)
    found = name_ancestry(name, cells, notebook, _texts(project, notebook))
    if not found.cells:
        raise UsageError(
            f"{name!r} is neither a run nor a variable that a recorded cell of this notebook made."
        )
    return found


def used_cells(
    reader: Reader, run: Run, cells: Sequence[CellExecution] | None = None
) -> tuple[CellExecution, ...]:
    """Return the cell executions that a run's result depends on; its own when that is unknown."""
    every = reader.cells(run.session_id, 0, run.last_cell) if cells is None else cells
    used = {cell.seq for cell in run_ancestry(run, every).cells}
    if not used:
        used = set(range(run.first_cell, run.last_cell + 1))
    return tuple(cell for cell in every if cell.seq in used)


def run_code(
    reader: Reader, run: Run
) -> tuple[Run, tuple[CellExecution, ...], tuple[ModuleSource, ...]]:
    """Return a run, the cell executions that its result used and the modules imported by then."""
    return run, used_cells(reader, run), reader.modules(run.session_id, run.last_cell)


def _texts(project: Path, notebook: str) -> dict[str, str]:
    path = project / notebook if notebook.endswith(".ipynb") else None
    return {
        cell["id"]: _joined(cell.get("source", "")) for cell in notebook_cells(path) if "id" in cell
    }


def _joined(source: str | list[str]) -> str:
    return source if isinstance(source, str) else "".join(source)
