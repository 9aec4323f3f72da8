"""From calls to training episodes: params, datasets, metrics, and which model each belongs to."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from typing import Any, NamedTuple

from nbtrail.capture.calls import Call, CallKind
from nbtrail.capture.hyperparams import class_name, estimator_params, param_text
from nbtrail.capture.links import Link, Links
from nbtrail.capture.location import Location
from nbtrail.capture.metric_names import (
    context_of,
    cross_validation_values,
    grouped,
    metric_key,
    number,
    score_key,
)
from nbtrail.capture.training import Training
from nbtrail.entities.dataset import Dataset, DatasetContext, DatasetUse, Seen
from nbtrail.entities.identity import new_id
from nbtrail.entities.run import Metric, Param
from nbtrail.exceptions import FingerprintError
from nbtrail.fingerprint import digest

__all__ = ["TrainingBook"]

_KEPT_ALIVE = 8  # fitted objects held until the cell ends
_REMEMBERED = 200  # trainings that later metric calls can still find
_DATA = ("X", "y", "sample_weight")
_FUNCTION = 0x02  # CO_NEWLOCALS: a function's own frame, not a module's or a cell's
_PREDICTIONS = ("y_pred", "y_score", "y_proba", "y_prob", "labels_pred", "labels")


class _Consumed(NamedTuple):
    """Data that a call was given: parameter, the user's variable or "", and what it was."""

    argument: str
    variable: str
    dataset: Dataset


class TrainingBook:
    """Turns tapped calls into trainings.

    Parameters
    ----------
    name_of : callable
        Object to the user's variable that holds it, or an empty text.
    locate : callable
        Where the kernel is now, as a `Location`.
    open_run : callable
        Id of the run that is open now, or an empty text.
    """

    def __init__(
        self,
        name_of: Callable[[Any], str],
        locate: Callable[[], Location],
        open_run: Callable[[], str],
    ) -> None:
        self._name_of = name_of
        self._locate = locate
        self._open_run = open_run
        self._lock = threading.RLock()
        self._links = Links()
        self._trainings: deque[Training] = deque(maxlen=_REMEMBERED)
        self._alive: deque[Training] = deque()
        self._changed: dict[str, Training] = {}
        self._pending: dict[int, list[_Consumed]] = {}
        self._loose: list[tuple[str, Metric]] = []

    def forget_pending(self) -> None:
        """Drop what calls were about to consume that raised."""
        self._pending.clear()

    def drain(self) -> tuple[Training, ...]:
        """Return the trainings that are new or gained something since the last call.

        The caller reads `Training.points` and clears them, and calls
        `Training.release` when it no longer needs the fitted object.
        """
        with self._lock:
            changed = tuple(self._changed.values())
            for training in changed:
                self._name(training)
            self._changed.clear()
            self._alive.clear()
            return changed

    def drain_loose(self) -> tuple[tuple[str, Metric], ...]:
        """Return metrics that no model could be found for, each with its open run's id."""
        with self._lock:
            loose = tuple(self._loose)
            self._loose.clear()
            return loose

    def known(self) -> tuple[Training, ...]:
        """Return the remembered trainings, oldest first."""
        return tuple(self._trainings)

    # ------------------------------------------------------------ the sink

    def entered(self, call: Call) -> None:
        """Digest what a fit is about to consume, before it can be changed."""
        if call.kind in (CallKind.FIT, CallKind.CROSS_VALIDATE):
            self._pending[id(call)] = self._consumed(call)

    def returned(self, call: Call) -> None:
        """Turn a finished call into a training or add it to one."""
        with self._lock:
            if call.kind is CallKind.FIT:
                self._fitted(call)
            elif call.kind is CallKind.PREDICT:
                self._predicted(call)
            elif call.kind is CallKind.SCORE:
                self._scored(call)
            elif call.kind is CallKind.METRIC:
                self._measured(call)
            elif call.kind is CallKind.CROSS_VALIDATE:
                self._cross_validated(call)

    # ------------------------------------------------------------ kinds of calls

    def _fitted(self, call: Call) -> None:
        estimator = call.arguments["self"]
        self._forget_inner(call)
        training = before = self._training_of(estimator)
        # what another run continues is its own training: a run keeps what it has measured
        if call.name != "partial_fit" or before is None or before.run_id != self._open_run():
            if before is not None:
                self._name(before)
                before.supersede()
            training = self._begin(call, estimator)
        assert training is not None
        training.ended_ms = _now_ms()
        self._add_consumed(training, call, DatasetContext.TRAINING)
        training.example = _head(call.arguments.get("X"))
        if hasattr(estimator, "best_params_") and hasattr(estimator, "best_score_"):
            self._searched(training, estimator)
        if call.name == "fit_predict":
            self._links.remember(call.result, training, DatasetContext.TRAINING)
        self._changed[training.episode_id] = training

    def _begin(self, call: Call, estimator: Any, *, fitted: bool = True) -> Training:
        ended = _now_ms()
        is_model = not fitted or hasattr(estimator, "predict") or hasattr(estimator, "fit_predict")
        training = Training(
            episode_id=new_id(),
            run_id=self._open_run(),
            class_name=class_name(estimator),
            model_name=self._variable(call, estimator),
            is_model=is_model,
            is_fitted=fitted,
            location=self._locate(),
            started_ms=ended - call.duration_ns // 1_000_000,
            ended_ms=ended,
            began=(threading.get_ident(), call.started_ns),
            estimator=estimator,
            params=estimator_params(estimator),
        )
        self._trainings.append(training)
        self._alive.append(training)
        while len(self._alive) > _KEPT_ALIVE:
            self._alive.popleft().release()
        return training

    def _searched(self, training: Training, search: Any) -> None:
        best = tuple(
            Param(f"best.{key}", param_text(value), "search")
            for key, value in sorted(search.best_params_.items())
        )
        training.params = tuple(p for p in training.params if p.origin != "search") + best
        value = number(search.best_score_)
        if value is not None:
            self._add(
                training,
                f"cv_{score_key(search)}_best",
                value,
                origin=f"{type(search).__name__}.best_score_",
                link="identity",
            )

    def _predicted(self, call: Call) -> None:
        training = self._training_of(call.arguments.get("self"))
        if training is None:
            return
        context = self._use(training, call, ("X",))
        self._links.remember(call.result, training, context)

    def _scored(self, call: Call) -> None:
        estimator = call.arguments.get("self")
        training, value = self._training_of(estimator), number(call.result)
        if training is None or value is None:
            return
        context = self._use(training, call, ("X", "y"))
        self._add(
            training,
            grouped(score_key(estimator), context),
            value,
            origin=f"{type(estimator).__name__}.score",
            role=context.value,
            link="identity",
        )

    def _measured(self, call: Call) -> None:
        value = number(call.result)
        if value is None:
            return
        link = self._link(call.arguments)
        key = metric_key(call.name, call.arguments)
        origin = f"sklearn.metrics.{call.name}"
        if link is None:
            metric = self._metric(key, value, origin=origin)
            self._loose.append((self._open_run(), metric))
            return
        guessed = link.quality == "guess"
        if guessed and link.training.is_known(key):
            key = f"other/{key}"  # a baseline's value never takes the place of the model's own
        role = "" if guessed else link.context.value
        context = None if guessed else link.context
        self._add(
            link.training,
            grouped(key, context),
            value,
            origin=origin,
            role=role,
            link=link.quality,
        )

    def _cross_validated(self, call: Call) -> None:
        estimator = call.arguments.get("estimator")
        if estimator is None or not hasattr(estimator, "get_params"):
            return
        training = self._begin(call, estimator, fitted=False)
        self._add_consumed(training, call, DatasetContext.TRAINING)
        for key, value in cross_validation_values(call.arguments, call.result):
            self._add(
                training,
                key,
                value,
                origin=f"sklearn.model_selection.{call.name}:{key.rpartition('_')[2]}",
                role=DatasetContext.VALIDATION.value,
                link="identity",
            )

    # ------------------------------------------------------------ parts

    def _name(self, training: Training) -> None:
        """Find the variable of a model: when its fit returns it is often not bound yet."""
        if training.model_name or not training.is_fitted:
            return
        model = training.alive()
        training.model_name = self._name_of(model) if model is not None else ""
        for key, metric in training.metrics.items():
            if training.model_name and metric.origin.endswith(".best_score_"):
                expression = f"{training.model_name}.best_score_"
                training.metrics[key] = replace(metric, expression=expression)

    def _forget_inner(self, call: Call) -> None:
        """Drop what was fitted inside this fit, by a class of the user that wraps others."""
        thread = threading.get_ident()
        for training in list(self._trainings):
            if training.began[0] == thread and training.began[1] > call.started_ns:
                self._trainings.remove(training)
                self._changed.pop(training.episode_id, None)

    def _training_of(self, estimator: Any) -> Training | None:
        return next(
            (t for t in reversed(self._trainings) if t.is_fitted and t.alive() is estimator), None
        )

    def _link(self, arguments: dict[str, Any]) -> Link | None:
        for name in _PREDICTIONS:
            if name in arguments:
                link = self._links.find(arguments[name])
                if link is not None:
                    return link
        run_id = self._open_run()
        if any(name in arguments for name in _PREDICTIONS):
            for training in reversed(self._trainings):
                if training.is_model and training.run_id == run_id:
                    return Link(training, DatasetContext.TEST, "guess")
        return None

    def _use(self, training: Training, call: Call, names: tuple[str, ...]) -> DatasetContext:
        """Note the data a fitted model was applied to, and return what it was used for."""
        context = DatasetContext.TEST
        for item in self._consumed(call, names):
            if item.argument == "X":
                trained = item.dataset.digest.content in training.consumed
                context = context_of(item.variable, trained_on=trained)
            self._note(training, item, context)
        return context

    def _add_consumed(self, training: Training, call: Call, context: DatasetContext) -> None:
        for item in self._pending.pop(id(call), ()):
            training.consumed.add(item.dataset.digest.content)
            self._note(training, item, context)

    def _note(self, training: Training, item: _Consumed, context: DatasetContext) -> None:
        name = item.variable or item.argument
        training.add_dataset(DatasetUse(item.dataset, name, context, Seen.CONSUMED))
        self._changed[training.episode_id] = training

    def _consumed(self, call: Call, names: tuple[str, ...] = _DATA) -> list[_Consumed]:
        found = []
        for name in names:
            value = call.arguments.get(name)
            if value is None:
                continue
            try:
                found.append(_Consumed(name, self._variable(call, value), digest(value)))
            except FingerprintError:
                continue
        return found

    def _variable(self, call: Call, value: Any) -> str:
        """Return the variable that holds a value: of the calling function, else of the session."""
        if call.caller is not None and call.caller.f_code.co_flags & _FUNCTION:
            for name, held in call.caller.f_locals.items():
                if held is value and not name.startswith("_"):
                    return name
        return self._name_of(value)

    def _add(
        self,
        training: Training,
        key: str,
        value: float,
        *,
        origin: str,
        role: str = "",
        link: str = "",
    ) -> None:
        metric = replace(self._metric(key, value, origin), role=role, link=link)
        open_run = self._open_run()
        if open_run and training.run_id != open_run:
            # an evaluation that is tracked itself belongs to the run that is open
            self._loose.append((open_run, metric))
            return
        training.add_metric(metric)
        self._changed[training.episode_id] = training

    def _metric(self, key: str, value: float, origin: str = "") -> Metric:
        where = self._locate()
        return Metric(
            key,
            value,
            value,
            value,
            last_ms=_now_ms(),
            origin=origin,
            cell_seq=where.cell_seq,
            statement=where.statement,
        )


def _head(data: Any) -> Any:
    """Return a copy of the first rows, or None when there is no cheap way to it."""
    try:
        head = data.head(5) if hasattr(data, "head") else data[:5]
        return head.copy() if hasattr(head, "copy") else head
    except Exception:
        return None


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
