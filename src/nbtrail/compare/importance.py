"""Which params go with a metric: one at a time, as a share of its spread.

A param of numbers gets the squared rank correlation of Spearman; any other, and one of few
numbers, the correlation ratio: the share of the variance that lies between its values. Both
are adjusted for the number of values as the coefficient of determination is (Ezekiel 1930), so
that a param that is different in each run explains nothing. It is an association: params that
moved together share it, and it proves no cause.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from nbtrail.compare.paramvalues import numbers_of
from nbtrail.entities.comparison import ParamRow
from nbtrail.entities.statistics import Importance

__all__ = ["FEWEST", "param_importance"]

FEWEST = 5  # runs; fewer say nothing


def param_importance(
    params: Sequence[ParamRow], metric: str, values: Sequence[float | None]
) -> tuple[Importance, ...]:
    """Return the params that differ between the runs, the most important first.

    Parameters
    ----------
    params : sequence of ParamRow
    metric : str
    values : sequence of float or None
        Of the metric, one for each run.
    """
    found = [_importance(row, metric, values) for row in params if row.differs]
    kept = [one for one in found if one is not None]
    return tuple(sorted(kept, key=lambda one: -one.share))


def _importance(row: ParamRow, metric: str, values: Sequence[float | None]) -> Importance | None:
    pairs = [
        (param, value)
        for param, value in zip(row.values, values, strict=True)
        if param is not None and value is not None and math.isfinite(value)
    ]
    names = [param for param, _ in pairs]
    scores = [value for _, value in pairs]
    groups = len(set(names))
    if len(pairs) < FEWEST or groups < 2 or len(set(scores)) < 2:
        return None
    by_value = _between(names, scores, groups)
    numbers = numbers_of(names)
    by_order = None
    if numbers is not None and groups > 2:
        ranks = _ranks([n for n in numbers if n is not None])
        by_order = _adjusted(_correlation(ranks, _ranks(scores)) ** 2, len(pairs), 1)
    numeric = by_order is not None and (by_value is None or by_order >= by_value)
    share = by_order if numeric else by_value
    return None if share is None else Importance(row.key, metric, share, len(pairs), numeric)


def _between(names: Sequence[str], scores: Sequence[float], groups: int) -> float | None:
    """Return the adjusted share of the variance that lies between the groups."""
    if groups >= len(names):
        return None  # each run is a group of its own
    mean = math.fsum(scores) / len(scores)
    whole = math.fsum((score - mean) ** 2 for score in scores)
    between = 0.0
    for name in set(names):
        inside = [score for other, score in zip(names, scores, strict=True) if other == name]
        between += len(inside) * (math.fsum(inside) / len(inside) - mean) ** 2
    return _adjusted(between / whole, len(names), groups - 1) if whole else None


def _adjusted(share: float, count: int, freedom: int) -> float:
    return min(1.0, max(0.0, 1 - (1 - share) * (count - 1) / (count - 1 - freedom)))


def _ranks(values: Sequence[float]) -> list[float]:
    """Return the rank of each value, equal ones sharing the mean of theirs."""
    ordered = sorted(values)
    first = {value: place for place, value in reversed(list(enumerate(ordered)))}
    last = {value: place for place, value in enumerate(ordered)}
    return [(first[value] + last[value]) / 2 for value in values]


def _correlation(a: Sequence[float], b: Sequence[float]) -> float:
    middle = (math.fsum(a) / len(a), math.fsum(b) / len(b))
    x, y = [v - middle[0] for v in a], [v - middle[1] for v in b]
    size = math.sqrt(math.fsum(v * v for v in x) * math.fsum(v * v for v in y))
    return math.fsum(p * q for p, q in zip(x, y, strict=True)) / size if size else 0.0
