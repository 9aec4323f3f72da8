"""The candidates of a hyperparameter search, read from its ``cv_results_`` when it is over.

Nothing is observed while the search runs, so it makes no difference whether the candidates
were fitted here, in threads or in other processes.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from nbtrail.capture.hyperparams import param_text
from nbtrail.capture.metric_names import number, score_key
from nbtrail.entities.run import Metric, MetricPoint, Param, RunStatus

__all__ = ["MOST_CANDIDATES", "Candidate", "Candidates", "best_params", "search_candidates"]

MOST_CANDIDATES = 100
_SEARCH_PARAMS = ("iter", "n_resources")  # of successive halving


@dataclass(frozen=True, slots=True)
class Candidate:
    """One setting that a search tried.

    Attributes
    ----------
    number : int
        Its place in the search, from 0.
    points : tuple of MetricPoint
        The scores of the single folds; the step is the fold.
    seconds : float
        What fitting and scoring it took, over all folds; 0 when unknown.
    """

    number: int
    params: tuple[Param, ...]
    metrics: tuple[Metric, ...]
    points: tuple[MetricPoint, ...] = ()
    seconds: float = 0.0
    status: RunStatus = RunStatus.FINISHED
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Candidates:
    """The best candidates of a search, best first, and how many there were."""

    best: tuple[Candidate, ...] = ()
    total: int = 0


def best_params(search: Any) -> tuple[Param, ...]:
    """Return the winning setting of a search as ``best.NAME``."""
    return tuple(
        Param(f"best.{key}", param_text(value), "search")
        for key, value in sorted(search.best_params_.items())
    )


def search_candidates(search: Any, at_ms: int) -> Candidates:
    """Return the candidates of a fitted search of scikit-learn, or of one that looks like it."""
    results = getattr(search, "cv_results_", None)
    if not isinstance(results, Mapping) or not isinstance(results.get("params"), Sequence):
        return Candidates()
    total = len(results["params"])
    scores = [key.removeprefix("mean_test_") for key in results if key.startswith("mean_test_")]
    order = sorted(range(total), key=lambda i: _rank(search, results, scores, i))
    single = score_key(search)
    origin = f"{type(search).__name__}.cv_results_"
    return Candidates(
        tuple(
            Candidate(
                number=place,
                params=tuple(_params(results, place)),
                metrics=tuple(_metrics(results, scores, single, place, origin, at_ms)),
                points=tuple(_points(results, scores, single, place, at_ms)),
                seconds=_seconds(results, place),
            )
            for place in order[:MOST_CANDIDATES]
        ),
        total,
    )


def _rank(search: Any, results: Mapping[str, Any], scores: Sequence[str], place: int) -> float:
    refit = getattr(search, "refit", None)
    key = refit if refit in scores else scores[0] if scores else ""
    ranks = results.get(f"rank_test_{key}")
    return float(ranks[place]) if ranks is not None else float(place)


def _params(results: Mapping[str, Any], place: int) -> Iterator[Param]:
    for key, value in sorted(results["params"][place].items()):
        yield Param(str(key), param_text(value), "search")
    for key in _SEARCH_PARAMS:
        if key in results:
            yield Param(f"halving.{key}", param_text(results[key][place]), "search")


def _metrics(
    results: Mapping[str, Any],
    scores: Sequence[str],
    single: str,
    place: int,
    origin: str,
    at_ms: int,
) -> Iterator[Metric]:
    for score in scores:
        name = single if score == "score" else score
        for statistic in ("mean", "std"):
            for part, group, role in (("test", "", "validation"), ("train", "train/", "training")):
                value = _value(results, f"{statistic}_{part}_{score}", place)
                if value is not None:
                    key = f"{group}cv_{name}_{statistic}"
                    yield Metric(key, value, value, value, last_ms=at_ms, origin=origin, role=role)
    for name in ("fit_time", "score_time"):
        value = _value(results, f"mean_{name}", place)
        if value is not None:
            yield Metric(f"{name}_s", value, value, value, last_ms=at_ms, origin=origin)


def _points(
    results: Mapping[str, Any], scores: Sequence[str], single: str, place: int, at_ms: int
) -> Iterator[MetricPoint]:
    for score in scores:
        name = single if score == "score" else score
        for fold in range(_folds(results, score)):
            value = _value(results, f"split{fold}_test_{score}", place)
            if value is not None:
                yield MetricPoint(f"cv_{name}", value, fold, at_ms)


def _folds(results: Mapping[str, Any], score: str) -> int:
    fold = 0
    while f"split{fold}_test_{score}" in results:
        fold += 1
    return fold


def _value(results: Mapping[str, Any], key: str, place: int) -> float | None:
    values = results.get(key)
    return None if values is None else number(values[place])


def _seconds(results: Mapping[str, Any], place: int) -> float:
    folds = len({key.partition("_")[0] for key in results if key.startswith("split")}) or 1
    parts = (_value(results, f"mean_{name}", place) for name in ("fit_time", "score_time"))
    total = folds * sum(part or 0.0 for part in parts)
    return total if math.isfinite(total) else 0.0  # a failed candidate has no time
