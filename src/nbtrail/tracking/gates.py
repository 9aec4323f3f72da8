"""What must hold before an alias moves to another model."""

from __future__ import annotations

import math
from dataclasses import dataclass

from nbtrail.entities.directions import direction_of
from nbtrail.entities.model import ModelVersion
from nbtrail.entities.run import Direction, Run
from nbtrail.store.ranking import infer_main_metric

__all__ = ["Score", "main_score", "refusals"]


@dataclass(frozen=True, slots=True)
class Score:
    """The main metric of a run: its key, last value and good end."""

    key: str
    value: float
    direction: Direction

    def reaches(self, bar: float) -> bool:
        """Say whether the value is as good as `bar`, or better; NaN never is."""
        if math.isnan(self.value):
            return False
        if math.isnan(bar):
            return True
        return self.value >= bar if self.direction is Direction.MAX else self.value <= bar


def main_score(run: Run) -> Score | None:
    """Return the main metric of a run, None when it has none."""
    key = run.experiment.main_metric or infer_main_metric(metric.key for metric in run.metrics)
    metric = run.metric(key)
    same = key == run.experiment.main_metric
    direction = (run.experiment.direction if same else None) or direction_of(key)
    if metric is None or direction is None:
        return None
    return Score(key, metric.last, direction)


def refusals(
    run: Run,
    score: Score | None,
    *,
    min_metric: float | None,
    holder: ModelVersion | None,
    holder_run: Run | None,
) -> tuple[str, ...]:
    """Return one sentence, with the numbers, for each gate that refuses.

    Parameters
    ----------
    run : Run
        The run whose model is to be promoted.
    score : Score or None
        Its main metric.
    min_metric : float, optional
        The main metric must be at least as good.
    holder : ModelVersion, optional
        The version that holds the alias now.
    holder_run : Run, optional
        The run of it, when it is still there.
    """
    reasons = []
    if min_metric is not None:
        reasons += _threshold(run, score, min_metric)
    if holder is not None and score is not None:
        reasons += _regression(score, holder, holder_run)
    return tuple(reasons)


def _threshold(run: Run, score: Score | None, bar: float) -> list[str]:
    if score is None:
        text = (
            f"threshold: run {run.name!r} has no main metric, so nothing can reach {bar!r}. Set "
            "one with: %%track -m METRIC:max"
        )
        return [text]
    if score.reaches(bar):
        return []
    word = "at least" if score.direction is Direction.MAX else "at most"
    return [f"threshold: {score.key} is {score.value!r}, but must be {word} {bar!r}"]


def _regression(score: Score, holder: ModelVersion, holder_run: Run | None) -> list[str]:
    metric = None if holder_run is None else holder_run.metric(score.key)
    if metric is not None:
        present = metric.last
    elif holder.metric == score.key and holder.metric_value is not None:
        present = holder.metric_value
    else:
        return []  # different metrics can't be compared
    if score.reaches(present):
        return []
    better = "higher" if score.direction is Direction.MAX else "lower"
    text = (
        f"no regression: {score.key} is {score.value!r}, but version {holder.version}, which holds "
        f"the alias, has {present!r} ({better} is better)"
    )
    return [text]
