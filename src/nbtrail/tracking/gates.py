"""What must hold before an alias moves to another model.

A gate that lacks what it needs lets pass, and says so. Nothing is executed here: the
verdict is the one that the export or a later verification has stored.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from nbtrail.config import Settings, check_setting
from nbtrail.entities.dataset import DatasetContext, DatasetUse
from nbtrail.entities.directions import direction_in
from nbtrail.entities.gate import Gate, GateName, GateStatus
from nbtrail.entities.model import ModelVersion
from nbtrail.entities.pipeline import Manifest, Outcome
from nbtrail.entities.run import Direction, Metric, Run
from nbtrail.store.ranking import infer_main_metric

__all__ = ["GateRules", "Score", "ask_gates", "gate_rules", "main_score"]

_HELD_OUT = (DatasetContext.TEST, DatasetContext.VALIDATION)


@dataclass(frozen=True, slots=True)
class Score:
    """The main metric of a run, its last value and good end."""

    metric: Metric
    direction: Direction

    @property
    def key(self) -> str:
        """Name of the metric."""
        return self.metric.key

    @property
    def value(self) -> float:
        """Its last value."""
        return self.metric.last

    def reaches(self, bar: float, slack: float = 0.0) -> bool:
        """Say whether the value is as good as `bar`, or worse by `slack` at most; NaN never is."""
        if math.isnan(self.value):
            return False
        if math.isnan(bar):
            return True
        if self.direction is Direction.MAX:
            return self.value >= bar - slack
        return self.value <= bar + slack


@dataclass(frozen=True, slots=True)
class GateRules:
    """What the gates ask for.

    Attributes
    ----------
    min_metric : float, optional
        The main metric must be at least as good; None asks for nothing.
    max_drop, max_drop_share : float
        How much worse than the present version's it may be: an amount, or a share of that.
    verdict : str
        ``required``, ``known`` or ``off``.
    max_overlap : float
        Which share of the rows that the model was judged by it may have been fitted on.
    """

    min_metric: float | None = None
    max_drop: float = 0.0
    max_drop_share: float = 0.0
    verdict: str = "known"
    max_overlap: float = 0.0


def gate_rules(settings: Settings, **asked: Any) -> GateRules:
    """Return the rules of a project, with what was asked for this time in their place.

    Parameters
    ----------
    settings : Settings
    **asked
        ``min_metric``, ``max_drop``, ``verdict``, ``max_overlap``, as the settings
        ``gate_...`` take them; None leaves the project's.

    Raises
    ------
    UsageError
        For a value that the setting can't have.
    """

    def text(name: str) -> str:
        value = asked.get(name)
        if value is None:
            return str(getattr(settings, f"gate_{name}"))
        return str(check_setting(f"gate_{name}", value, "asked for here"))

    bar, drop = text("min_metric"), text("max_drop")
    return GateRules(
        None if bar == "none" else float(bar),
        0.0 if drop.endswith("%") else float(drop),
        float(drop[:-1]) / 100 if drop.endswith("%") else 0.0,
        text("verdict"),
        float(text("max_overlap").removesuffix("%")) / 100,
    )


def main_score(run: Run) -> Score | None:
    """Return the main metric of a run, None when it has none."""
    key = run.experiment.main_metric or infer_main_metric(metric.key for metric in run.metrics)
    metric = run.metric(key)
    direction = direction_in(run.experiment, key)
    if metric is None or direction is None:
        return None
    return Score(metric, direction)


def ask_gates(
    run: Run,
    rules: GateRules,
    *,
    holder: ModelVersion | None = None,
    holder_run: Run | None = None,
    exports: Sequence[Manifest] = (),
) -> tuple[Gate, ...]:
    """Return what each gate says about the promotion of a run's model.

    Parameters
    ----------
    run : Run
    rules : GateRules
    holder : ModelVersion, optional
        The version of another model that holds the alias now.
    holder_run : Run, optional
        The run of it, when it is still there.
    exports : sequence of Manifest
        The pipelines exported from the run, oldest first.
    """
    score = main_score(run)
    return (
        _threshold(run, score, rules.min_metric),
        _regression(score, rules, holder, holder_run),
        _verdict(run, rules.verdict, exports),
        _overlap(run, score, rules.max_overlap),
    )


def _threshold(run: Run, score: Score | None, bar: float | None) -> Gate:
    if bar is None:
        found = "no threshold is set: gate_min_metric, or --min-metric X"
        return Gate(GateName.THRESHOLD, GateStatus.NOT_CHECKED, found)
    if score is None:
        return Gate(
            GateName.THRESHOLD,
            GateStatus.REFUSED,
            f"run {run.name!r} has no main metric, so nothing can reach {bar!r}",
            "set one with %%track -m METRIC:max",
        )
    word = "at least" if score.direction is Direction.MAX else "at most"
    if score.reaches(bar):
        found = f"{score.key} is {score.value!r}, {word} {bar!r}"
        return Gate(GateName.THRESHOLD, GateStatus.PASSED, found)
    return Gate(
        GateName.THRESHOLD,
        GateStatus.REFUSED,
        f"{score.key} is {score.value!r}, but must be {word} {bar!r}",
        "promote a better run",
    )


def _regression(
    score: Score | None, rules: GateRules, holder: ModelVersion | None, holder_run: Run | None
) -> Gate:
    name = GateName.NO_REGRESSION
    if holder is None:
        return Gate(name, GateStatus.NOT_CHECKED, "no other version holds the alias")
    if score is None:
        found = "the run has no main metric, so it can't be compared"
        remedy = "set one with %%track -m METRIC:max"
        return Gate(name, GateStatus.NOT_CHECKED, found, remedy)
    metric = None if holder_run is None else holder_run.metric(score.key)
    if metric is not None:
        present = metric.last
    elif holder.metric == score.key and holder.metric_value is not None:
        present = holder.metric_value
    else:
        found = f"version {holder.version}, which holds the alias, has no {score.key}"
        remedy = f"compare them by hand: %track compare {holder.run_id[:12]} RUN"
        return Gate(name, GateStatus.NOT_CHECKED, found, remedy)
    slack = max(rules.max_drop, rules.max_drop_share * abs(present))
    passed = score.reaches(present, slack if math.isfinite(slack) else 0.0)
    found = (
        f"{score.key} is {score.value!r}, {'and' if passed else 'but'} version {holder.version}, "
        f"which holds the alias, has {present!r}"
    )
    if passed:
        return Gate(name, GateStatus.PASSED, found)
    better = "higher" if score.direction is Direction.MAX else "lower"
    allowed = f"; {slack:g} worse is allowed" if slack else ""
    remedy = "promote a better run"
    return Gate(name, GateStatus.REFUSED, f"{found} ({better} is better{allowed})", remedy)


def _verdict(run: Run, rule: str, exports: Sequence[Manifest]) -> Gate:
    name = GateName.REPRODUCIBILITY
    remedy = f"export and verify it: %track export {run.run_id[:12]} -o DIR"
    if rule == "off":
        return Gate(name, GateStatus.NOT_CHECKED, "switched off by gate_verdict")
    verdicts = [manifest.verdict for manifest in exports if manifest.verdict is not None]
    if not verdicts:
        status = GateStatus.REFUSED if rule == "required" else GateStatus.NOT_CHECKED
        return Gate(name, status, "the run was never exported and verified", remedy)
    latest = max(verdicts, key=lambda verdict: verdict.verified_ms)
    found = f"{latest.outcome.value} ({latest.scope.value})"
    if latest.outcome is not Outcome.NOT_REPRODUCIBLE:
        return Gate(name, GateStatus.PASSED, found)
    why = f": {latest.culprit}" if latest.culprit else ""
    return Gate(name, GateStatus.REFUSED, f"{found}{why}", remedy)


def _overlap(run: Run, score: Score | None, limit: float) -> Gate:
    name = GateName.DATA_OVERLAP
    remedy = "judge the model by rows that it was not fitted on"
    if score is not None and score.metric.role == DatasetContext.TRAINING.value:
        found = f"{score.key} was measured on the rows that the model was fitted on"
        return Gate(name, GateStatus.REFUSED, found, remedy)
    known = [use for use in run.datasets if use.shared >= 0 and use.dataset.rows > 0]
    # a model may well predict all rows, as long as others are there to judge it by
    judged = [use for use in known if use.context in _HELD_OUT] or known
    if not judged:
        found = "no held-out rows were seen that could be compared with the training rows"
        return Gate(name, GateStatus.NOT_CHECKED, found, remedy)
    worst = max(judged, key=_share)
    found = f"{worst.shared:,} of {_rows(worst):,} rows of {worst.name} are among the training rows"
    if _share(worst) <= limit:
        return Gate(name, GateStatus.PASSED, found)
    allowed = f", but at most {100 * limit:g} % may be" if limit else ""
    return Gate(name, GateStatus.REFUSED, found + allowed, remedy)


def _rows(use: DatasetUse) -> int:
    return max(use.dataset.rows, use.shared)


def _share(use: DatasetUse) -> float:
    return use.shared / _rows(use)
