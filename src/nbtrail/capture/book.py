"""From calls to training episodes: params, datasets, metrics, and which model each belongs to."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from typing import Any, NamedTuple

from nbtrail.capture.attribution import Attribution
from nbtrail.capture.calls import Call, CallKind
from nbtrail.capture.expressions import argument_expression, names_in
from nbtrail.capture.hyperparams import class_name, estimator_params
from nbtrail.capture.links import Link, Links
from nbtrail.capture.location import Location
from nbtrail.capture.metric_names import (
    Value,
    cross_validation_values,
    metric_origin,
    metric_values,
    number,
    score_key,
    scorer_key,
)
from nbtrail.capture.roles import HELD_OUT_FOLDS, Role, Roles
from nbtrail.capture.searches import best_params, search_candidates
from nbtrail.capture.training import Training
from nbtrail.entities.dataset import Dataset, DatasetContext, DatasetUse, Seen
from nbtrail.entities.identity import new_id
from nbtrail.entities.run import Metric
from nbtrail.exceptions import FingerprintError
from nbtrail.fingerprint import digest

__all__ = ["TrainingBook"]

_KEPT_ALIVE = 8  # fitted objects held until the cell ends
_REMEMBERED = 200  # trainings that later metric calls can still find
_DATA = ("X", "y", "sample_weight")
_FUNCTION = 0x02  # CO_NEWLOCALS: a function's own frame, not a module's or a cell's
_TRAINED = Role(DatasetContext.TRAINING, "train/")
_CURVES = frozenset({"roc_curve", "precision_recall_curve", "det_curve", "calibration_curve"})


class _Consumed(NamedTuple):
    """Data that a call was given: parameter, the user's variable or "", and what it was."""

    argument: str
    variable: str
    dataset: Dataset
    value: Any


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
        self._roles = Roles()
        self._attribution = Attribution(self._links, self._training_of)
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
            self._links.let_go()
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
            elif call.kind is CallKind.SPLIT:
                given = call.arguments.get("arrays") or call.arguments.get("*", ())
                self._roles.split(given, call.result)

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
        if "cv_results_" in getattr(estimator, "__dict__", ()):
            self._searched(training, estimator)
        if call.name == "fit_predict":
            self._links.remember(call.result, training, _TRAINED)
        elif "labels_" in getattr(estimator, "__dict__", ()):  # of clusters
            self._links.remember(estimator.labels_, training, _TRAINED)
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
        training.candidates = search_candidates(search, training.ended_ms)
        if not hasattr(search, "best_params_"):
            return  # of several scores none chooses
        before = tuple(p for p in training.params if p.origin != "search")
        training.params = before + best_params(search)
        value = number(getattr(search, "best_score_", None))
        if value is not None:
            self._add(
                training,
                Value(f"cv_{score_key(search)}_best", value),
                f"{type(search).__name__}.best_score_",
                Link(training, Role(None), "identity"),
            )

    def _predicted(self, call: Call) -> None:
        training = self._training_of(call.arguments.get("self"))
        if training is not None:
            self._links.remember(call.result, training, self._use(training, call, ("X",)))

    def _scored(self, call: Call) -> None:
        if call.name == "__call__":
            estimator = call.arguments.get("estimator")
            key = scorer_key(call.arguments["self"])
            origin = f"scorer:{key}"
        else:
            estimator = call.arguments.get("self")
            key, origin = score_key(estimator), f"{type(estimator).__name__}.score"
        training, value = self._training_of(estimator), number(call.result)
        if training is not None and value is not None:
            role = self._use(training, call, ("X", "y"))
            self._add(training, Value(key, value), origin, Link(training, role, "identity"))

    def _measured(self, call: Call) -> None:
        if call.name in _CURVES:
            link = self._attribution.of(call)
            if link is not None:
                for part in call.result:
                    self._links.same(part, link)
            return
        values = tuple(metric_values(call.name, call.arguments, call.result))
        if not values:
            return
        link, group = self._attribution.of(call), ""
        if link is None:
            link, group = self._guessed(call)
        for value in values:
            origin = metric_origin(call.name, call.arguments, value.pick)
            if link is not None:
                self._add(link.training, value, origin, link)
                continue
            metric = self._metric(f"{group}{value.key}", value.value, origin)
            self._loose.append((self._open_run(), replace(metric, link="guess" if group else "")))

    def _guessed(self, call: Call) -> tuple[Link | None, str]:
        """Return the only model that it can be of, else the group for values of nobody."""
        run_id = self._open_run()
        links = self._attribution.candidates(call)
        if links is None:
            return None, "baseline/"
        models = [t for t in self._trainings if t.is_model and t.run_id == run_id]
        links = tuple(k for k in links if k.training in models)
        if len(links) == 1:
            return links[0], ""
        return None, "other/" if models else ""

    def _cross_validated(self, call: Call) -> None:
        estimator = call.arguments.get("estimator")
        if estimator is None or not hasattr(estimator, "get_params"):
            return
        training = self._begin(call, estimator, fitted=False)
        self._add_consumed(training, call, DatasetContext.TRAINING)
        self._changed[training.episode_id] = training
        if call.name == "cross_val_predict":
            self._links.remember(call.result, training, HELD_OUT_FOLDS)
            return
        link = Link(training, Role(DatasetContext.VALIDATION), "identity")
        for key, value in cross_validation_values(call.arguments, call.result):
            origin = f"sklearn.model_selection.{call.name}:{key.rpartition('_')[2]}"
            self._add(training, Value(key, value), origin, link)

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

    def _use(self, training: Training, call: Call, names: tuple[str, ...]) -> Role:
        """Note the data a fitted model was applied to, and return what it was used for."""
        role = Role(None)
        for item in self._consumed(call, names):
            if item.argument == "X":
                content = item.dataset.digest.content
                said = (item.variable,) if item.variable else self._written(call, "X")
                role = self._roles.of(training.fitted, item.value, content, said)
            self._note(training, item, role.context or DatasetContext.SOURCE)
        return role

    def _written(self, call: Call, name: str) -> tuple[str, ...]:
        return names_in(argument_expression(call.caller, call.arguments, name))

    def _add_consumed(self, training: Training, call: Call, context: DatasetContext) -> None:
        for item in self._pending.pop(id(call), ()):
            if item.argument == "X":
                content = item.dataset.digest.content
                training.fitted = self._roles.fitted(training.fitted, item.value, content)
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
                variable, dataset = self._variable(call, value), digest(value)
                found.append(_Consumed(name, variable, dataset, value))
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

    def _add(self, training: Training, value: Value, origin: str, link: Link) -> None:
        key = value.key
        if link.quality == "guess":
            # another's value never takes the place of the model's own
            key = f"other/{key}" if training.is_known(key) else key
        else:
            key = f"{link.role.group}{key}"
        role = "" if link.quality == "guess" else link.role.text
        metric = replace(self._metric(key, value.value, origin), role=role, link=link.quality)
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
