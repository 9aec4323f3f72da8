"""What a run is made of: status, params, metrics, tags, marks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from nbtrail.entities.dataset import DatasetUse
from nbtrail.entities.model import Artifact, ModelRecord
from nbtrail.entities.provenance import CodeVersion, Environment, Resources, StartState

__all__ = [
    "CANDIDATES_TAG",
    "CANDIDATE_TAG",
    "FOLDS",
    "LATER",
    "RETRAINED_TAG",
    "STARRED_TAG",
    "Amendment",
    "Direction",
    "Experiment",
    "Lifecycle",
    "Mark",
    "MarkKind",
    "Metric",
    "MetricPoint",
    "Param",
    "Run",
    "RunSpan",
    "RunStatus",
]


CANDIDATE_TAG = "nbtrail.candidate"
"""Tag of the run of one candidate of a search or trial of a study: its number, from 0."""
CANDIDATES_TAG = "nbtrail.candidates"
"""Tag of the run of a search: how many candidates it has, and how many of them are kept."""


RETRAINED_TAG = "nbtrail.retrained"
"""Tag of the runs of an exported pipeline: id of the run that it was exported from."""


STARRED_TAG = "nbtrail.starred"
"""Tag of the runs that somebody wants to find again; its value does not matter."""


FOLDS = "folds/"
"""Group of metrics with one point for each fold of a cross-validation; mean and spread of the
same scores, which stand beside them, are what a run is judged and checked by."""


LATER = "later/"
"""Group of metrics that a later cell measured under a key that the run had already."""


class RunStatus(StrEnum):
    """Where a run stands; the last three are final."""

    RUNNING = "RUNNING"
    FINISHED = "FINISHED"
    FAILED = "FAILED"
    KILLED = "KILLED"


class Lifecycle(StrEnum):
    """Whether a run is in use or in the trash."""

    ACTIVE = "active"
    DELETED = "deleted"


class Direction(StrEnum):
    """Which end of a metric is the good one."""

    MAX = "max"
    MIN = "min"


class MarkKind(StrEnum):
    """The honesty marks. A run without any is clean."""

    DIRTY_TREE = "dirty-tree"
    OUT_OF_ORDER = "out-of-order"
    STALE = "stale"
    HIDDEN_STATE = "hidden-state"
    SAMPLED = "sampled"
    UNSEEDED = "unseeded"
    REDACTED = "redacted"


@dataclass(frozen=True, slots=True)
class Mark:
    """An honesty mark with its reason in one sentence."""

    kind: MarkKind
    reason: str


@dataclass(frozen=True, slots=True)
class Param:
    """A hyperparameter.

    Attributes
    ----------
    key, value : str
        `value` is the ``repr`` of a number, string, bool or None, else a short text.
    origin : str
        ``estimator``, ``literal``, ``argument`` or ``logged``.
    is_default : bool
        True when the estimator's own default was used.
    """

    key: str
    value: str
    origin: str = "logged"
    is_default: bool = False


@dataclass(frozen=True, slots=True)
class MetricPoint:
    """One value of a metric.

    Attributes
    ----------
    key : str
    value : float
        NaN and the infinities are kept as such.
    step : int
    timestamp_ms : int
    """

    key: str
    value: float
    step: int
    timestamp_ms: int


@dataclass(frozen=True, slots=True)
class Metric:
    """Summary of one metric of a run, and how it came about.

    Attributes
    ----------
    key : str
    last, minimum, maximum : float
    count : int
        Number of points logged.
    last_step : int
    last_ms : int
        Time of the last point.
    origin : str
        ``logged``, or the function that computed it (``sklearn.metrics.f1_score``).
    role : str
        ``training``, ``validation``, ``test`` or empty when unknown.
    link : str
        How the metric was tied to its model: ``identity`` (the predictions themselves),
        ``content`` (equal values), ``inferred`` (computed from them), ``guess`` or empty.
    cell_seq, statement : int
        The cell execution and the statement in it that computed the last value; -1 when
        there was none.
    expression : str
        Python expression of the value when the user gave one
        (``%track metric auc=max(scores)``), else empty.
    """

    key: str
    last: float
    minimum: float
    maximum: float
    count: int = 1
    last_step: int = 0
    last_ms: int = 0
    origin: str = "logged"
    role: str = ""
    link: str = ""
    cell_seq: int = -1
    statement: int = -1
    expression: str = ""

    def after(self, before: Metric, step: int) -> Metric:
        """Return this value as the next of the series that `before` sums up."""
        return replace(
            self,
            minimum=min(before.minimum, self.last),
            maximum=max(before.maximum, self.last),
            count=before.count + 1,
            last_step=step,
        )


@dataclass(frozen=True, slots=True)
class Experiment:
    """A named group of runs with the metric by which they are ranked."""

    name: str
    main_metric: str = ""
    direction: Direction | None = None


@dataclass(frozen=True, slots=True)
class Amendment:
    """A value that was changed after it had been logged.

    Attributes
    ----------
    kind : str
        ``param`` or ``metric``.
    key, before, after : str
    at_ms : int
    user : str
    """

    kind: str
    key: str
    before: str
    after: str
    at_ms: int
    user: str = ""


@dataclass(frozen=True, slots=True)
class RunSpan:
    """Cells of one session during which a run was open; a resumed run has several."""

    session_id: str
    first_cell: int
    last_cell: int


@dataclass(frozen=True, slots=True)
class Run:
    """One run with everything but metric history, cell sources and artifact bytes.

    Attributes
    ----------
    status : RunStatus
        The *effective* status: a RUNNING run whose process died reads as KILLED.
    reason : str
        Why it failed or was killed: ``interrupted``, ``process died``, ``host lost``
        or the exception's name and text.
    source : str
        Path of the notebook or script, relative to the project, or empty.
    session_id : str
        The kernel session (or process) that made it.
    first_cell, last_cell : int
        Positions in the session's cell history between which the run was open;
        both -1 when it has no cells.
    spans : tuple of RunSpan
        The same for every session in which it was open, in their order.
    start : StartState, optional
    resources : Resources, optional
        Known once it has ended.
    amendments : tuple of Amendment
        Oldest first.
    """

    run_id: str
    name: str
    experiment: Experiment
    status: RunStatus
    started_ms: int
    reason: str = ""
    ended_ms: int | None = None
    lifecycle: Lifecycle = Lifecycle.ACTIVE
    parent_run_id: str | None = None
    source: str = ""
    session_id: str = ""
    first_cell: int = -1
    last_cell: int = -1
    user: str = ""
    note: str = ""
    code: CodeVersion | None = None
    environment: Environment | None = None
    params: tuple[Param, ...] = ()
    metrics: tuple[Metric, ...] = ()
    tags: Mapping[str, str] = field(default_factory=dict)
    datasets: tuple[DatasetUse, ...] = ()
    models: tuple[ModelRecord, ...] = ()
    artifacts: tuple[Artifact, ...] = ()
    marks: tuple[Mark, ...] = ()
    spans: tuple[RunSpan, ...] = ()
    start: StartState | None = None
    resources: Resources | None = None
    amendments: tuple[Amendment, ...] = ()

    def metric(self, key: str) -> Metric | None:
        """Return the metric of that key, or None."""
        return next((m for m in self.metrics if m.key == key), None)

    def param(self, key: str) -> Param | None:
        """Return the param of that key, or None."""
        return next((p for p in self.params if p.key == key), None)
