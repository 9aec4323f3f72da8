"""From trainings to runs: each run gets what its trainings gained."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import isnan
from typing import TYPE_CHECKING

from nbtrail.capture.guard import guarded
from nbtrail.capture.searches import Candidates
from nbtrail.capture.training import Training
from nbtrail.entities.directions import direction_of
from nbtrail.entities.run import Direction, Experiment, Metric
from nbtrail.store import operations
from nbtrail.tracking.activerun import ActiveRun
from nbtrail.tracking.children import add_candidates
from nbtrail.tracking.redaction import redacted_episode
from nbtrail.tracking.runparams import run_params

if TYPE_CHECKING:
    from nbtrail.tracking.tracker import Tracker

__all__ = ["Results"]

_MOST_CHILDREN = 100


class Results:
    """Brings the results of one session's trainings to their runs.

    Attributes
    ----------
    holding : bool
        Models of trainings without a run stay in memory until they are adopted or let go
        by `let_go`.
    """

    def __init__(self, tracker: Tracker) -> None:
        self._tracker = tracker
        self._trainings: dict[str, list[Training]] = {}
        self._held: list[Training] = []
        self.holding = False

    @guarded
    def absorb(self) -> None:
        """Give each run what its trainings gained since the last time."""
        collector = self._tracker.collector
        changed = collector.drain()
        for training in changed:
            if training.run_id and training not in self._trainings.get(training.run_id, ()):
                self._trainings.setdefault(training.run_id, []).append(training)
        for run_id in {t.run_id: None for t in changed if t.run_id}:
            self._split(run_id)
        for training in changed:
            self._apply(training)
        self._log(collector.drain_loose())

    def so_far(self) -> list[operations.Operation]:
        """Return what a process that dies in the middle of a cell would take with it.

        The runs get their results when the cell ends; until then the light history has them.
        """
        found: list[operations.Operation] = []

        def take(trainings: Iterable[Training], loose: Iterable[tuple[str, Metric]]) -> None:
            self._log(loose)
            found.extend(self._episode(training) for training in trainings if training.is_model)

        self._tracker.collector.so_far(take)
        return found

    def adopt(self, training: Training, handle: ActiveRun) -> None:
        """Make `handle` the run of a training that had none."""
        training.run_id = handle.run_id
        self._trainings.setdefault(handle.run_id, []).append(training)
        training.points.clear()
        for point in training.history:
            handle.add_metric(training.metric_at(point), point.step)
        self._apply(training)

    def let_go(self) -> None:
        """Stop to hold models of trainings that nobody adopted."""
        for training in self._held:
            training.release()
        self._held.clear()

    def put_episode(self, training: Training) -> None:
        """Write the state of a training into the light history."""
        self._tracker.store.submit(self._episode(training))

    def _episode(self, training: Training) -> operations.Operation:
        episode = training.episode(self._tracker.session.session_id)
        return operations.put_episode(redacted_episode(episode))

    def _log(self, loose: Iterable[tuple[str, Metric]]) -> None:
        """Give values that belong to no model to the runs that were open."""
        for run_id, metric in loose:
            handle = self._tracker.handle(run_id)
            if handle is not None:
                handle.add_metric(metric)

    def _apply(self, training: Training) -> None:
        handle = self._tracker.handle(training.run_id)
        if handle is not None:
            handle.add_params(run_params(self._trainings.get(training.run_id, ())))
            handle.add_datasets(training.datasets)
            if training.missed:
                texts = (f"{name}: {reason}" for name, reason in training.missed.items())
                handle.set_tag("nbtrail.not_digested", "; ".join(texts))
            for point in training.points:
                handle.add_late(training.metric_at(point))
            if training.candidates.best:
                add_candidates(self._tracker.store, handle, training.candidates)
                training.candidates = Candidates()
            if handle.ended:
                self._tracker.judge_later(handle)
            if training.is_model and training.is_fitted:
                self._tracker.models.take(training, handle)
        training.points.clear()
        if training.is_model:
            self.put_episode(training)
        if self.holding and not training.run_id:
            self._held.append(training)
        else:
            training.release()

    def _split(self, run_id: str) -> None:
        """Give each model of an automatic run with several of them a child run."""
        handle = self._tracker.handle(run_id)
        models = [t for t in self._trainings.get(run_id, ()) if t.is_model]
        if handle is None or not handle.splits or len(models) < 2:
            return
        above = handle.snapshot()
        kept = _chosen(models, above.experiment)
        for number, training in enumerate(models, start=1):
            if training not in kept:
                training.run_id = ""
                continue
            child = self._tracker.add_finished(
                [training],
                name=f"{above.name}.{number}",
                experiment=above.experiment.name,
                parent=above.run_id,
            )
            training.run_id = child.run_id
            self._trainings[child.run_id] = [training]
        self._trainings[run_id] = [t for t in self._trainings[run_id] if t.run_id == run_id]
        if len(kept) < len(models):
            text = f"{len(kept)} of {len(models)} fits; the light history has the others"
            handle.set_tag("nbtrail.children", text)


def _chosen(models: Sequence[Training], experiment: Experiment) -> Sequence[Training]:
    """Return the fits that become child runs: all, or the best of many, else the latest."""
    if len(models) <= _MOST_CHILDREN:
        return models
    key = experiment.main_metric or next((k for m in reversed(models) for k in m.metrics), "")
    direction = experiment.direction or direction_of(key)
    measured = [m for m in models if key in m.metrics and not isnan(m.metrics[key].last)]
    if direction is None or len(measured) < _MOST_CHILDREN:
        return models[-_MOST_CHILDREN:]
    measured.sort(key=lambda m: m.metrics[key].last, reverse=direction is Direction.MAX)
    return measured[:_MOST_CHILDREN]
