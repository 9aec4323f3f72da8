"""Everything that a comparison needs, read from a trail.

It knows nothing of lineage, since the Jupyter server reads by it too: who has a slicer hands in
the cells that the results used, else the cells during which a run was open are compared.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import starmap
from typing import TypeVar

from nbtrail.compare.curves import reduced_curve
from nbtrail.compare.folds import fold_keys
from nbtrail.compare.runs import compare_runs
from nbtrail.compare.statistics import run_statistics
from nbtrail.compare.why import why
from nbtrail.entities.causes import Why
from nbtrail.entities.cell import CellExecution
from nbtrail.entities.comparison import Comparison
from nbtrail.entities.curve import Curve
from nbtrail.entities.run import FOLDS, Run
from nbtrail.entities.statistics import Statistics
from nbtrail.exceptions import UsageError
from nbtrail.store.reader import Reader

__all__ = ["MOST_RUNS", "CancelledError", "Gathering"]

MOST_RUNS = 100
"""More runs side by side are read by nobody."""

T = TypeVar("T")

Cells = Callable[[Reader, Run], tuple[CellExecution, ...]]


class CancelledError(Exception):
    """Whoever asked has gone."""


def _own_cells(reader: Reader, run: Run) -> tuple[CellExecution, ...]:
    return reader.cells(run.session_id, run.first_cell, run.last_cell)


def _never() -> bool:
    return False


def _check_number(runs: Sequence[str]) -> None:
    if len(runs) < 2:
        raise UsageError(
            f"A comparison needs two runs or more, but got {len(runs)}. For instance: best last"
        )
    if len(runs) > MOST_RUNS:
        raise UsageError(
            f"A comparison takes {MOST_RUNS} runs at most, but got {len(runs)}. Choose the best "
            "of them with a query."
        )


class Gathering:
    """The runs of one comparison.

    Parameters
    ----------
    reader : Reader
    run_ids : sequence of str
        Whole ids of 2 to 100 runs; the first is what the others are held against.
    cells : callable, optional
        From reader and run to the cells whose code is compared.
    cancelled : callable, optional
        Asked between runs; when it says True, CancelledError is raised.

    Raises
    ------
    UsageError
        For too few or too many runs, or one that is named twice.
    NotFoundError
        When there is no such run.
    """

    def __init__(
        self,
        reader: Reader,
        run_ids: Sequence[str],
        *,
        cells: Cells = _own_cells,
        cancelled: Callable[[], bool] = _never,
    ) -> None:
        self._reader = reader
        self._cells = cells
        self._cancelled = cancelled
        _check_number(run_ids)
        if len(set(run_ids)) < len(run_ids):
            raise UsageError("A run is named twice. Name each run of a comparison once.")
        self.runs: tuple[Run, ...] = tuple(self._each(map(reader.run, run_ids)))

    @classmethod
    def named(cls, reader: Reader, refs: Sequence[str], *, cells: Cells = _own_cells) -> Gathering:
        """Gather runs that are typed as RUN: id prefix, name, ``last``, ``best:auc``."""
        _check_number(refs)
        return cls(reader, [reader.resolve(ref) for ref in refs], cells=cells)

    def comparison(self, *, code: bool = True) -> Comparison:
        """Return the differences; without `code` they say nothing of it, and come sooner."""
        if not code:
            return compare_runs(self.runs)
        cells = list(self._each(self._cells(self._reader, run) for run in self.runs))
        modules = list(self._each(map(self._reader.module_sources, self.runs)))
        return compare_runs(self.runs, cells, modules)

    def statistics(self, comparison: Comparison) -> Statistics:
        """Return what the runs say together."""
        folds = list(self._each(map(self._folds, self.runs)))
        return run_statistics(self.runs, comparison, folds)

    def why(self, comparison: Comparison) -> Why | None:
        """Return the causes of what differs between two runs; None for more of them."""
        return why(*self.runs, comparison) if len(self.runs) == 2 else None

    def curves(
        self, keys: Sequence[str], points: int = 500, axis: str = "step"
    ) -> tuple[Curve, ...]:
        """Return the histories of these metrics, of each run that has one.

        Parameters
        ----------
        points : int
            At most so many of each.
        axis : str
            ``step`` or ``time``.
        """
        pairs = (
            (number, key)
            for key in keys
            for number, run in enumerate(self.runs)
            if run.metric(key) is not None
        )
        read = starmap(
            lambda number, key: reduced_curve(
                self._reader.series(self.runs[number].run_id, key), number, points, axis
            ),
            pairs,
        )
        return tuple(curve for curve in self._each(read) if curve.x)

    def _folds(self, run: Run) -> Mapping[str, tuple[float, ...]]:
        found = {}
        for key in fold_keys(run):
            series = self._reader.series(run.run_id, key)
            if series.steps.tolist() == list(range(len(series))):  # no fold twice
                found[key.removeprefix(FOLDS)] = tuple(series.values.tolist())
        return found

    def _each(self, items: Iterator[T]) -> Iterator[T]:
        for item in items:
            if self._cancelled():
                raise CancelledError
            yield item
