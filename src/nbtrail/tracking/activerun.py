"""A run that is open: everything that can be logged to it."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterable, Mapping
from dataclasses import replace
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from nbtrail.capture.guard import describe
from nbtrail.capture.hyperparams import param_text, text_of
from nbtrail.capture.location import Location
from nbtrail.entities.dataset import Coverage, DatasetContext, DatasetUse, Seen
from nbtrail.entities.run import (
    LATER,
    Mark,
    MarkKind,
    Metric,
    Param,
    Run,
    RunStatus,
)
from nbtrail.exceptions import UsageError
from nbtrail.store import operations
from nbtrail.tracking.meter import Meter
from nbtrail.tracking.redaction import (
    redacted_datasets,
    redacted_file,
    redacted_params,
    redacted_tags,
    redacted_text,
)
from nbtrail.tracking.runfiles import RunFiles
from nbtrail.tracking.runmetrics import RunMetrics

if TYPE_CHECKING:
    from nbtrail.tracking.tracker import Tracker

__all__ = ["ActiveRun"]

_FLUSH_S = 5.0


class ActiveRun(RunFiles):
    """Handle on an open run; a context manager that ends it.

    Leaving the ``with`` block by an exception makes it FAILED, by an interrupt KILLED.
    A forked child, and a worker process that was handed the run, can log to it; only the
    process that opened it ends it.

    Parameters
    ----------
    tracker : Tracker
    run : Run
    joined : bool
        Another process has opened it.
    """

    def __init__(self, tracker: Tracker, run: Run, *, joined: bool = False) -> None:
        super().__init__(tracker.store, run.run_id)
        self._tracker = tracker
        self._lock = threading.Lock()
        self._run = run
        self._params = {p.key: p for p in run.params}
        self._metrics = RunMetrics(tracker.store, run)
        self._logged: set[str] = set()
        self._datasets = list(run.datasets)
        self._figures = sum(a.path.startswith("figures/figure-") for a in run.artifacts)
        # the numbers of cells are those of the session in which it began
        self._here = run.session_id == tracker.session.session_id
        self.meter = Meter()
        self._failures: list[str] = []
        self._process = -1 if joined else os.getpid()
        self.ended = False
        self.splits = False  # several models of an automatic run become its children

    @property
    def name(self) -> str:
        """The readable name."""
        return self._run.name

    @property
    def parent_run_id(self) -> str | None:
        """The run that this one is a child of."""
        return self._run.parent_run_id

    @property
    def is_resumed_elsewhere(self) -> bool:
        """Say whether it began in another session, where cells have numbers of their own."""
        return not self._here

    def settle(self) -> None:
        """Note that the run is over: what changes from now on is a correction."""
        self._metrics.end()

    def snapshot(self) -> Run:
        """Return the run as it stands now, without asking the store."""
        metrics = tuple(self._metrics.summaries().values())
        with self._lock:
            return replace(
                self._run,
                params=tuple(self._params.values()),
                metrics=metrics,
                datasets=tuple(self._datasets),
            )

    def amend(self, **facts: Any) -> None:
        """Change facts of the run's record (status, code, marks...) in memory."""
        with self._lock:
            self._run = replace(self._run, **facts)

    def __repr__(self) -> str:
        return f"<nbtrail run {self.name} ({self.run_id[:8]})>"

    def __reduce__(self) -> tuple[Any, ...]:
        """Travel to a worker process as a handle on the same run."""
        from nbtrail.tracking.joining import join_run  # which stands above this module

        self._store.flush(1.0)  # who gets it looks it up
        return join_run, (str(self._store.root), self.run_id, self.name)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.end_by(error)

    def end_by(self, error: BaseException | None) -> None:
        """End the run as what ended its work says; None is a good end."""
        if error is None:
            self.end()
        elif isinstance(error, GeneratorExit):
            self.end(reason="the generator was closed before its end")
        elif isinstance(error, KeyboardInterrupt) or type(error).__name__ == "CancelledError":
            self.end(RunStatus.KILLED, "interrupted")
        else:
            self.end(RunStatus.FAILED, describe(error))

    def note_failure(self, cell: int, error: str) -> None:
        """Remember that a cell failed while the run was open; its end will say so."""
        self._failures.append(f"cell [{cell}] failed: {error}")

    def end(self, status: RunStatus = RunStatus.FINISHED, reason: str = "") -> None:
        """End the run; a second call does nothing.

        In another process than the one that opened it, what was logged there is written.
        """
        if self._process != os.getpid():
            self._metrics.settle()
            self._store.flush(_FLUSH_S)
        elif not self.ended:
            # a run that was opened by hand goes on after a failing cell, but tells it
            self._tracker.end(self, status, reason or "; ".join(self._failures)[:500])

    # ------------------------------------------------------------ params and metrics

    def log_param(self, key: str, value: Any) -> None:
        """Log one parameter; a later value of the same key replaces it."""
        self.log_params({key: value})

    def log_params(self, params: Mapping[str, Any]) -> None:
        """Log parameters by name."""
        logged = [Param(_key("param", k), param_text(v)) for k, v in params.items()]
        self.add_params(logged, amended=True)

    def add_params(self, params: Iterable[Param], *, amended: bool = False) -> None:
        """Log parameters whose origin is known.

        Parameters
        ----------
        amended : bool
            Another value for a known key is the user's correction. After the run's end, and
            when it was resumed, every change is one.
        """
        params, marks = redacted_params(params)
        self.add_marks(marks)
        with self._lock:
            changed = [p for p in params if self._params.get(p.key) != p]
            self._params.update((p.key, p) for p in changed)
        if changed:
            amended = amended or self.ended or len(self._run.spans) > 1
            user = self._run.user
            self._submit(operations.log_params(self.run_id, changed, amended=amended, user=user))

    def log_metric(self, key: str, value: Any, step: int | None = None) -> None:
        """Log one value of a metric.

        Parameters
        ----------
        key : str
        value : float
            Any real number; NaN and the infinities are kept.
        step : int, optional
            Counts up by one for each key when absent.
        """
        if type(value) is not float:
            value = _number(key, value)
        if key not in self._logged:
            self._logged.add(_key("metric", key))
        self._metrics.log(key, value, step, self._tracker.locate() if self._here else Location())

    def log_metrics(self, metrics: Mapping[str, Any], step: int | None = None) -> None:
        """Log several metrics of one step."""
        for key, value in metrics.items():
            self.log_metric(key, value, step)

    def log_results(self, metrics: Mapping[str, float]) -> None:
        """Log the numbers that some work ended with.

        What a captured call returned gets its name here, so that nothing counts twice.
        """
        for key, value in metrics.items():
            if not self._tracker.collector.claim(key, value, self._tracker.locate().cell_seq):
                self.log_metric(key, value)

    def metric(self, key: str, value: Any, expression: str = "") -> Metric:
        """Build the record of a value that is logged here and now."""
        number = _number(key, value)
        where = self._tracker.locate() if self._here else Location()
        return Metric(
            _key("metric", key),
            number,
            number,
            number,
            last_ms=time.time_ns() // 1_000_000,
            cell_seq=where.cell_seq,
            statement=where.statement,
            expression=redacted_text(expression),
        )

    def add_metric(self, metric: Metric, step: int | None = None) -> None:
        """Log a value whose origin is known."""
        self._metrics.add(metric, step)

    def add_late(self, metric: Metric) -> None:
        """Log a value that was seen; a run that ended keeps the numbers it ended with.

        What a later cell measures on its model is added under a new key, or as ``later/KEY``
        when the run has another value for it already.
        """
        before = self._metrics.summaries().get(metric.key)
        if not self.ended or before is None or before.cell_seq == metric.cell_seq:
            later = before is None or metric.last_step > before.last_step
            self.add_metric(metric, metric.last_step if later else None)
        elif before.last != metric.last:
            self.add_metric(replace(metric, key=LATER + metric.key))

    # ------------------------------------------------------------ texts

    def set_tag(self, key: str, value: Any) -> None:
        """Set a tag; its value is kept as text."""
        self.set_tags({key: value})

    def set_tags(self, tags: Mapping[str, Any]) -> None:
        """Set several tags."""
        texts, marks = redacted_tags({_key("tag", k): v for k, v in tags.items()})
        self.add_marks(marks)
        self._submit(operations.set_tags(self.run_id, texts))

    def set_note(self, text: str) -> None:
        """Set the run's note."""
        self._submit(operations.set_note(self.run_id, redacted_text(text_of(text))))

    def add_marks(self, marks: tuple[Mark, ...]) -> None:
        """Add honesty marks; one of a kind that is there takes its place.

        What was left out because of secrets is found in several places, so those add up.
        """
        if not marks:
            return
        with self._lock:
            before = {mark.kind: mark for mark in self._run.marks}
            old = before.get(MarkKind.REDACTED)
            for mark in marks:
                if mark.kind is MarkKind.REDACTED and old is not None:
                    reasons = dict.fromkeys([*old.reason.split("; "), *mark.reason.split("; ")])
                    mark = Mark(mark.kind, "; ".join(reasons))  # noqa: PLW2901
                before.pop(mark.kind, None)
                before[mark.kind] = mark
            every = tuple(before.values())
            self._run = replace(self._run, marks=every)
            # inside of the lock: the list that is stored last must be the longest
            self._submit(operations.set_marks(self.run_id, every))

    # ------------------------------------------------------------ data, files, models

    def log_input(self, data: Any, name: str = "", context: str = "training") -> None:
        """Log a dataset: a frame, an array, a series, or the path of a file.

        Raises
        ------
        UsageError
            For an unknown context.
        FingerprintError
            For a value that has no digest.
        """
        try:
            use = DatasetContext(context)
        except ValueError:
            known = ", ".join(c.value for c in DatasetContext)
            raise UsageError(f"Unknown dataset context {context!r}. Known ones: {known}.") from None
        self.add_datasets([self._tracker.dataset(data, name, use, Seen.LOGGED)])

    def add_datasets(self, uses: Iterable[DatasetUse]) -> None:
        """Log datasets that were seen by capture, each content once per context and source."""
        fresh = []
        with self._lock:
            seen = {_identity(use) for use in self._datasets}
            for use in redacted_datasets(uses):
                mark = _identity(use)
                if mark not in seen:
                    seen.add(mark)
                    fresh.append(use)
            self._datasets.extend(fresh)
        if fresh:
            self._submit(operations.log_datasets(self.run_id, fresh))
        sampled = [u.name for u in fresh if u.dataset.digest.coverage is Coverage.SAMPLED]
        if sampled:
            reason = f"too large to be read whole, so digested by samples: {', '.join(sampled)}"
            self.add_marks((Mark(MarkKind.SAMPLED, reason),))

    def log_text(self, text: str, artifact_path: str) -> None:
        """Keep a text as a file of the run (UTF-8), without the secrets in it."""
        kept, marks = redacted_file(text, artifact_path)
        self.add_marks(marks)
        super().log_text(kept, artifact_path)

    def log_model(
        self,
        model: Any,
        name: str = "model",
        input_example: Any = None,
        *,
        allow_pickle: bool = False,
    ) -> str:
        """Keep a fitted model; returns its id. The file is written in the background."""
        self.set_tag("nbtrail.kept", "model")  # who asks for it wants the file to stay
        return self._tracker.save_model(
            self.run_id, model, name, example=input_example, allow_pickle=allow_pickle
        )

    def _submit(self, operation: operations.Operation) -> None:
        self._store.submit(operation)


def _identity(use: DatasetUse) -> tuple[str, ...]:
    return (use.dataset.digest.content, use.context.value, use.source, use.query)


def _key(kind: str, key: Any) -> str:
    if not isinstance(key, str) or not key.strip():
        raise UsageError(f"A {kind} needs a name (a text that is not empty), but got {key!r}.")
    return key


def _number(key: str, value: Any) -> float:
    try:
        return float(value)
    except (TypeError, ValueError):
        raise UsageError(
            f"Metric {key!r} must be a number, but is {type(value).__name__} "
            f"({param_text(value)}). Log a text with set_tag or log_param."
        ) from None
