"""What many runs say together, from their records."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from nbtrail.compare.coordinates import parallel_axes
from nbtrail.compare.folds import fold_tests
from nbtrail.compare.importance import FEWEST, param_importance
from nbtrail.compare.replicates import replicate_groups
from nbtrail.compare.seeds import is_named
from nbtrail.entities.comparison import Comparison, MetricRow
from nbtrail.entities.replicates import RunGroup
from nbtrail.entities.run import Run
from nbtrail.entities.statistics import Importance, Statistics
from nbtrail.entities.table import RunTable

__all__ = ["run_statistics"]


def run_statistics(
    runs: Sequence[Run], comparison: Comparison, folds: Sequence[Mapping[str, tuple[float, ...]]]
) -> Statistics:
    """Return repeats over seeds, tests over folds, importance of params and parallel axes.

    Parameters
    ----------
    runs : sequence of Run
    comparison : Comparison
        Of these runs, in this order.
    folds : sequence of mapping
        Of each run, metric key to the score of each fold.
    """
    notes: list[str] = []
    tests, said = fold_tests(runs, folds)
    notes += said
    groups = tuple(g for g in replicate_groups(_table(runs, comparison)) if _repeats(g, runs))
    if any(e.count > 1 and e.half is None for g in groups for e in g.metrics.values()):
        notes.append("scipy is not installed: means over seeds have no interval.")
    measured = _judged(runs, comparison)
    importance: tuple[Importance, ...] = ()
    if measured is not None and len(runs) >= FEWEST:
        importance = param_importance(comparison.params, measured.key, measured.values)
    elif len(runs) < FEWEST:
        notes.append(f"The importance of params needs {FEWEST} runs or more.")
    return Statistics(
        groups=groups,
        tests=tests,
        importance=importance,
        axes=parallel_axes(comparison.params, comparison.metrics),
        notes=tuple(notes),
    )


def _repeats(group: RunGroup, runs: Sequence[Run]) -> bool:
    """Say whether a seed is known to differ: runs without one may differ in anything."""
    members = [run for run in runs if run.name in group.runs]
    seeds = {tuple((p.key, p.value) for p in run.params if is_named(p.key)) for run in members}
    return len(group.runs) > 1 and len(seeds) > 1


def _judged(runs: Sequence[Run], comparison: Comparison) -> MetricRow | None:
    """Return the main metric, else the first whose good end is known; None when none differs."""
    main = {run.experiment.main_metric for run in runs}
    rows = [row for row in comparison.metrics if row.differs]
    known = [row for row in rows if row.direction is not None]
    tested = [row for row in known if not row.key.startswith("train/")]
    return next((row for row in rows if row.key in main), None) or next(
        iter([*tested, *known]), None
    )


def _table(runs: Sequence[Run], comparison: Comparison) -> RunTable:
    return RunTable(
        total=len(runs),
        run_id=tuple(run.run_id for run in runs),
        name=tuple(run.name for run in runs),
        experiment=tuple(run.experiment.name for run in runs),
        status=tuple(run.status.value for run in runs),
        params={row.key: row.values for row in comparison.params},
        metrics={row.key: row.values for row in comparison.metrics},
    )
