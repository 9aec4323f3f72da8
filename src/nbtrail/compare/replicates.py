"""Runs that differ in nothing but their seed: one row each, with mean and confidence interval."""

from __future__ import annotations

import math
from collections.abc import Sequence

from nbtrail.compare.seeds import SEEDS, is_named
from nbtrail.entities.replicates import Estimate, RunGroup
from nbtrail.entities.table import RunTable

__all__ = ["replicate_groups"]

_CONFIDENCE = 0.95


def replicate_groups(table: RunTable, over: Sequence[str] = SEEDS) -> tuple[RunGroup, ...]:
    """Group runs by their parameters except some.

    Parameters
    ----------
    table : RunTable
    over : sequence of str
        Names of the parameters that tell the runs of a group apart; ``seed`` also stands for
        ``model__seed`` and ``split.seed``. Runs that are not FINISHED are left out.

    Returns
    -------
    tuple of RunGroup
        In the order of their first run.
    """
    kept = [key for key in table.params if not is_named(key, over)]
    members: dict[tuple[str, ...], list[int]] = {}
    for i in range(len(table)):
        if table.status[i] == "FINISHED":
            mark = (table.experiment[i], *(table.params[key][i] or "" for key in kept))
            members.setdefault(mark, []).append(i)
    return tuple(_group(table, kept, rows) for rows in members.values())


def _group(table: RunTable, kept: Sequence[str], rows: Sequence[int]) -> RunGroup:
    first = rows[0]
    params = {key: value for key in kept if (value := table.params[key][first]) is not None}
    metrics = {}
    for key, column in table.metrics.items():
        values = [v for i in rows if (v := column[i]) is not None and math.isfinite(v)]
        if values:
            metrics[key] = _estimate(values)
    names = tuple(table.name[i] for i in rows)
    return RunGroup(table.experiment[first], names, params, metrics)


def _estimate(values: Sequence[float]) -> Estimate:
    count = len(values)
    mean = math.fsum(values) / count
    if count < 2:
        return Estimate(mean, None, count)
    try:
        from scipy.stats import t  # comes with scikit-learn, and takes its time to load
    except ImportError:
        return Estimate(mean, None, count)

    variance = math.fsum((v - mean) ** 2 for v in values) / (count - 1)
    quantile = float(t.ppf((1 + _CONFIDENCE) / 2, count - 1))
    return Estimate(mean, quantile * math.sqrt(variance / count), count)
