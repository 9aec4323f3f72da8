"""Runs of a store, held against each other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from nbtrail.tracking.ancestry import used_cells

if TYPE_CHECKING:
    from nbtrail.entities.causes import Why
    from nbtrail.entities.comparison import Comparison
    from nbtrail.store.reader import Reader

__all__ = ["compare_refs", "why_refs"]


def compare_refs(reader: Reader, refs: Sequence[str]) -> Comparison:
    """Compare runs, typed as RUN, with the cells that each executed.

    Raises
    ------
    NotFoundError
        When one of them names no run.
    """
    from nbtrail.compare.runs import compare_runs

    runs = [reader.run(reader.resolve(ref)) for ref in refs]
    cells = [reader.cells(run.session_id, run.first_cell, run.last_cell) for run in runs]
    return compare_runs(runs, cells, [reader.module_sources(run) for run in runs])


def why_refs(reader: Reader, first: str, second: str) -> Why:
    """Return the causes of what differs between two runs, by the cells that their results used.

    Raises
    ------
    NotFoundError
        When one of them names no run.
    """
    from nbtrail.compare.runs import compare_runs
    from nbtrail.compare.why import why

    runs = [reader.run(reader.resolve(ref)) for ref in (first, second)]
    cells = [used_cells(reader, run) for run in runs]
    comparison = compare_runs(runs, cells, [reader.module_sources(run) for run in runs])
    return why(runs[0], runs[1], comparison)
