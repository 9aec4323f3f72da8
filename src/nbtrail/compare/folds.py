"""Is another run really better, or is it chance? A paired test over cross-validation folds.

The folds of one cross-validation share most of their training rows, so a plain paired t-test
finds differences far too often. The variance is corrected after Nadeau and Bengio, "Inference
for the Generalization Error" (Machine Learning 52, 2003): the factor ``1/k`` becomes
``1/k + 1/(k - 1)`` for k folds. Several runs against one are corrected after Holm (1979).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

from nbtrail.entities.run import Run
from nbtrail.entities.statistics import FoldTest

__all__ = ["MAX_FOLDS", "fold_keys", "fold_tests"]

MAX_FOLDS = 100
_LEVEL = 0.05

FoldScores = Mapping[str, tuple[float, ...]]


def fold_keys(run: Run) -> tuple[str, ...]:
    """Return the metrics of a run whose points are the scores of single folds.

    Those are called ``cv_...`` in the candidates of a search and ``folds/cv_...`` elsewhere,
    with one point for each fold.
    """
    return tuple(
        metric.key
        for metric in run.metrics
        if metric.key.rpartition("/")[2].startswith("cv_")
        and 2 <= metric.count <= MAX_FOLDS
        and metric.last_step == metric.count - 1
    )


def fold_tests(
    runs: Sequence[Run], scores: Sequence[FoldScores]
) -> tuple[tuple[FoldTest, ...], tuple[str, ...]]:
    """Test each run against the first one, for each metric that both have by folds.

    Parameters
    ----------
    scores : sequence of mapping
        Of each run, metric key to the score of each fold.

    Returns
    -------
    tuple
        The tests, and notes on what could not be tested and what the tests suppose.
    """
    tests: list[FoldTest] = []
    unequal = 0
    for key in scores[0] if scores else ():
        found = []
        for position in range(1, len(runs)):
            pair = scores[0][key], scores[position].get(key, ())
            if len(pair[0]) == len(pair[1]) and all(map(math.isfinite, (*pair[0], *pair[1]))):
                same = _same_data(runs[0], runs[position])
                found.append(_test(key, position, pair[0], pair[1], same_data=same))
            elif pair[1]:
                unequal += 1
        tests += _holm(found)
    notes = []
    if tests:
        notes.append("The tests suppose that fold n has the same rows in both runs.")
    if any(test.p is None for test in tests):
        notes.append("scipy is not installed: differences over folds have no interval and no p.")
    if any(test.same_data is False for test in tests):
        notes.append("Some runs with folds were fitted on other data than the first one.")
    if unequal:
        notes.append(
            f"{unequal} not tested: another number of folds, or a score that is no number."
        )
    return tuple(tests), tuple(notes)


def _test(
    key: str,
    run: int,
    first: Sequence[float],
    other: Sequence[float],
    *,
    same_data: bool | None,
) -> FoldTest:
    count = len(first)
    gaps = [b - a for a, b in zip(first, other, strict=True)]
    mean = math.fsum(gaps) / count
    variance = math.fsum((gap - mean) ** 2 for gap in gaps) / (count - 1)
    error = math.sqrt((1 / count + 1 / (count - 1)) * variance)
    try:
        from scipy.stats import t
    except ImportError:
        return FoldTest(key, run, count, mean, None, None, None, same_data)
    half = float(t.ppf(1 - _LEVEL / 2, count - 1)) * error
    # without an error every fold differs by the same amount
    ratio = abs(mean) / error if error else math.inf if mean else 0.0
    p = 2 * float(t.sf(ratio, count - 1))
    return FoldTest(key, run, count, mean, half, p, p >= _LEVEL, same_data)


def _holm(tests: list[FoldTest]) -> list[FoldTest]:
    """Correct the p values of one metric for the number of runs tested."""
    corrected = list(tests)
    highest = 0.0
    ordered = sorted(range(len(tests)), key=lambda i: tests[i].p or 0.0)
    for rank, i in enumerate(ordered):
        p = tests[i].p
        if p is None:
            return tests
        highest = max(highest, min(1.0, p * (len(tests) - rank)))
        corrected[i] = replace(tests[i], p=highest, tie=highest >= _LEVEL)
    return corrected


def _same_data(first: Run, other: Run) -> bool | None:
    """Say whether both fitted data of the same content; None when that is not known."""
    contents = [
        {u.dataset.digest.content for u in run.datasets if u.context.value == "training"}
        for run in (first, other)
    ]
    if not all(contents) or any("" in found for found in contents):
        return None
    return contents[0] == contents[1]
