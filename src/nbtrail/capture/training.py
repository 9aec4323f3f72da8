"""A training episode while it is being observed: the live side of `entities.Episode`."""

from __future__ import annotations

import weakref
from dataclasses import dataclass, field, replace
from typing import Any

from nbtrail.capture.location import Location
from nbtrail.capture.roles import Fitted
from nbtrail.capture.searches import Candidates
from nbtrail.entities.dataset import DatasetUse
from nbtrail.entities.episode import Episode
from nbtrail.entities.run import Metric, MetricPoint, Param

__all__ = ["Training"]

_MOST_DATASETS = 100
_MOST_POINTS = 10_000


@dataclass(slots=True, eq=False)
class Training:
    """One user-level fit, search or cross-validation and what followed on its model.

    Attributes
    ----------
    run_id : str
        The run that was open when it began, or empty.
    is_model : bool
        False for a transformer, whose parameters matter but which starts no run.
    estimator : object or None
        The fitted object, held until it is drained; later only `alive` knows it.
    began : tuple of int
        Thread and `time.perf_counter_ns` at the beginning of the fit.
    points : list of MetricPoint
        Values that were not drained yet.
    history : list of MetricPoint
        The latest values, drained or not, for a run that is made of it later.
    candidates : Candidates
        Of a search.
    expressions : dict
        Where the model itself keeps a metric's value, by key; ``{}`` stands for the model.
    trial : int or None
        The trial of a study whose objective fitted it.
    state : dict
        What the fit left in the object, to notice later changes by hand.
    fitted : Fitted
        The data it was fitted on, as far as roles of other data depend on it.
    example : object or None
        The first rows of its input, for the model's signature.
    superseded : bool
        The same object was fitted again: what it was here is gone.
    missed : dict of str to str
        Data that it was given and that have no digest, with the reason.
    """

    episode_id: str
    run_id: str
    class_name: str
    model_name: str
    is_model: bool
    is_fitted: bool
    location: Location
    started_ms: int
    ended_ms: int
    began: tuple[int, int]
    estimator: Any
    params: tuple[Param, ...] = ()
    datasets: list[DatasetUse] = field(default_factory=list)
    metrics: dict[str, Metric] = field(default_factory=dict)
    points: list[MetricPoint] = field(default_factory=list)
    history: list[MetricPoint] = field(default_factory=list)
    candidates: Candidates = field(default_factory=Candidates)
    expressions: dict[str, str] = field(default_factory=dict)
    trial: int | None = None
    state: dict[str, Any] = field(default_factory=dict)
    fitted: Fitted = field(default_factory=Fitted)
    example: Any = None
    model_digest: str = ""
    superseded: bool = False
    missed: dict[str, str] = field(default_factory=dict)
    _reference: weakref.ref[Any] | None = None

    def alive(self) -> Any:
        """Return the fitted object, or None when the user dropped it."""
        if self.estimator is not None:
            return self.estimator
        return self._reference() if self._reference is not None else None

    def supersede(self) -> None:
        """Let go of the fitted object for good: another fit overwrites its state."""
        self.superseded = True
        self.estimator = self._reference = None

    def is_known(self, key: str) -> bool:
        """Say whether a metric was computed on predictions that are this model's for sure."""
        metric = self.metrics.get(key)
        return metric is not None and metric.link != "guess"

    def release(self) -> None:
        """Stop to keep the fitted object in memory."""
        if self.estimator is not None:
            try:
                self._reference = weakref.ref(self.estimator)
            except TypeError:
                self._reference = None
            self.estimator = None

    def add_metric(self, metric: Metric) -> None:
        """Add a value; the same key again becomes its next step, or the metric's own when higher."""
        before = self.metrics.get(metric.key)
        if before is not None:
            metric = metric.after(before, max(before.last_step + 1, metric.last_step))
        self.metrics[metric.key] = metric
        point = MetricPoint(metric.key, metric.last, metric.last_step, metric.last_ms)
        self.points.append(point)
        self.history.append(point)
        if len(self.history) > 2 * _MOST_POINTS:
            del self.history[:_MOST_POINTS]

    def metric_at(self, point: MetricPoint) -> Metric:
        """Return the metric as it stood with one of its values alone."""
        value = point.value
        return replace(
            self.metrics[point.key],
            last=value,
            minimum=value,
            maximum=value,
            count=1,
            last_step=point.step,
            last_ms=point.timestamp_ms,
        )

    def rename(self, key: str, name: str) -> None:
        """Give a metric that was not drained yet the name that the user has for it."""
        self.metrics[name] = replace(self.metrics.pop(key), key=name)
        if key in self.expressions:
            self.expressions[name] = self.expressions.pop(key)
        for points in (self.points, self.history):
            points[:] = [replace(p, key=name) if p.key == key else p for p in points]

    def add_dataset(self, use: DatasetUse) -> None:
        """Add a dataset unless the same content was seen in the same context.

        A model that predicts row by row would give one for each: only the first are kept.
        """
        if len(self.datasets) >= _MOST_DATASETS:
            return
        mark = (use.dataset.digest.content, use.context)
        if all((d.dataset.digest.content, d.context) != mark for d in self.datasets):
            self.datasets.append(use)

    def episode(self, session_id: str) -> Episode:
        """Return what the history keeps of it."""
        return Episode(
            episode_id=self.episode_id,
            session_id=session_id,
            cell_seq=self.location.cell_seq,
            started_ms=self.started_ms,
            ended_ms=self.ended_ms,
            model_name=self.model_name,
            class_name=self.class_name,
            model_digest=self.model_digest,
            params=self.params,
            metrics=tuple(self.metrics.values()),
            datasets=tuple(self.datasets),
            run_id=self.run_id,
        )
