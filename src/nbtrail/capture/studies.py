"""Studies of optuna: one run for each call of ``optimize``, its trials as candidates.

The study itself keeps everything about its trials, also those of other threads, so only the
call of ``optimize`` is tapped. Fits inside the objective belong to the trial that ran them.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from types import FrameType
from typing import TYPE_CHECKING, Any, NamedTuple

from nbtrail.capture.calls import CallKind
from nbtrail.capture.hyperparams import param_text
from nbtrail.capture.searches import MOST_CANDIDATES, Candidate, Candidates
from nbtrail.capture.targets import Target
from nbtrail.entities.run import Metric, MetricPoint, Param, RunStatus

if TYPE_CHECKING:
    from nbtrail.capture.training import Training

__all__ = ["OpenStudy", "TrialKey", "study_params", "study_targets", "trial_of"]

_STATES = {"COMPLETE": RunStatus.FINISHED, "FAIL": RunStatus.FAILED, "PRUNED": RunStatus.KILLED}
_ORIGIN = "optuna.Trial.value"


class TrialKey(NamedTuple):
    """A trial: which study object ran it, and its number there."""

    study: int
    number: int


@dataclass(slots=True, eq=False)
class OpenStudy:
    """A call of ``optimize`` that runs, or was interrupted.

    Attributes
    ----------
    training : Training
        What it becomes.
    first : int
        Number of its first trial.
    fits : dict
        What the objective fitted, by the trial's number.
    """

    study: Any
    training: Training
    first: int
    fits: dict[int, list[Training]] = field(default_factory=dict)

    @property
    def is_running(self) -> bool:
        """Whether trials are still being run."""
        if threading.get_ident() != self.training.began[0]:
            return True  # asked by one of its workers
        local = getattr(self.study, "_thread_local", None)
        return bool(getattr(local, "in_optimize_loop", False))

    def close(self, now_ms: int) -> None:
        """Give the training what the study knows of its trials."""
        trials = [t for t in self.study.get_trials(deepcopy=False) if t.number >= self.first]
        ended = [t for t in trials if t.state.name in _STATES]
        names = _value_names(self.study)
        winner = _winner(self.study)
        ended.sort(key=lambda t: (t.number != winner, *_goodness(self.study, t)))
        best = tuple(self._candidate(t, names, now_ms) for t in ended[:MOST_CANDIDATES])
        self.training.candidates = Candidates(best, len(ended))
        self.training.ended_ms = now_ms
        if not best or best[0].status is not RunStatus.FINISHED:
            return
        self.training.params += tuple(
            replace(p, key=f"best.{p.key}") for p in best[0].params if p.origin == "search"
        )
        if len(names) == 1:
            for metric in best[0].metrics[:1]:
                origin = "optuna.Study.best_value"
                self.training.add_metric(replace(metric, key=f"best_{metric.key}", origin=origin))

    def _candidate(self, trial: Any, names: Sequence[str], now_ms: int) -> Candidate:
        fits = self.fits.get(trial.number, [])
        params = {
            key: Param(key, param_text(value), "search")
            for key, value in sorted(trial.params.items())
        }
        for fit in fits:
            for param in fit.params:
                if not param.is_default:
                    params.setdefault(param.key, param)
        metrics = {
            name: Metric(name, value, value, value, last_ms=now_ms, origin=_ORIGIN)
            for name, value in zip(names, trial.values or (), strict=False)
        }
        for fit in fits:
            for metric in fit.metrics.values():
                metrics.setdefault(metric.key, metric)
        points = tuple(
            MetricPoint("intermediate", float(value), int(step), now_ms)
            for step, value in sorted(trial.intermediate_values.items())
        )
        took = trial.duration
        return Candidate(
            number=trial.number,
            params=tuple(params.values()),
            metrics=tuple(metrics.values()),
            points=points,
            seconds=took.total_seconds() if took is not None else 0.0,
            status=_STATES[trial.state.name],
            reason="pruned" if trial.state.name == "PRUNED" else "",
        )


def study_targets(seen: set[str]) -> Iterator[Target]:
    """Yield the target of optuna when it was loaded since, and note it in `seen`."""
    study = getattr(sys.modules.get("optuna"), "Study", None)
    if study is not None and "optuna" not in seen:
        seen.add("optuna")
        yield Target(CallKind.STUDY, study, "optimize")


def study_params(study: Any, arguments: dict[str, Any]) -> tuple[Param, ...]:
    """Return how a study searches."""
    parts = {"sampler": study.sampler, "pruner": study.pruner}
    options = {name: arguments.get(name) for name in ("n_trials", "timeout", "n_jobs")}
    directions = [d.name.lower() for d in study.directions]
    return (
        Param("model", repr("optuna.Study"), "estimator"),
        Param("direction", param_text(directions[0] if len(directions) == 1 else directions)),
        *(Param(name, repr(type(part).__name__)) for name, part in parts.items()),
        *(Param(name, param_text(v)) for name, v in options.items() if v is not None),
    )


def trial_of(frame: FrameType | None) -> TrialKey | None:
    """Return the trial whose objective is above `frame` on its stack."""
    if "optuna" not in sys.modules:
        return None
    while frame is not None:
        if frame.f_code.co_name == "_run_trial":
            trial, study = frame.f_locals.get("trial"), frame.f_locals.get("study")
            if trial is not None and study is not None:
                return TrialKey(id(study), trial.number)
        frame = frame.f_back
    return None


def _value_names(study: Any) -> list[str]:
    names = getattr(study, "metric_names", None)
    if names:
        return list(names)
    count = len(study.directions)
    return ["value"] if count == 1 else [f"value_{i}" for i in range(count)]


def _winner(study: Any) -> int:
    """Return the number of the study's best trial; -1 when it has none, or several."""
    try:
        return int(study.best_trial.number)
    except (RuntimeError, ValueError):
        return -1


def _goodness(study: Any, trial: Any) -> tuple[int, float]:
    """Order complete trials first, the best of one objective in front."""
    rank = list(_STATES).index(trial.state.name)
    if rank or not trial.values or len(study.directions) > 1:
        return rank, float(trial.number)
    return rank, -trial.values[0] if study.directions[0].name == "MAXIMIZE" else trial.values[0]
