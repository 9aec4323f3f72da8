"""From calls to training episodes: params, datasets, metrics, and which model each belongs to."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from nbtrail.capture.attribution import Attribution
from nbtrail.capture.boosting import (
    Watched,
    booster_params,
    estimator_evaluations,
    folds_by_iteration,
)
from nbtrail.capture.calls import Call, CallKind
from nbtrail.capture.consumption import TABLES, Consumed, Consumption
from nbtrail.capture.fittedstate import fitted_state
from nbtrail.capture.hyperparams import class_name, estimator_params
from nbtrail.capture.ledger import Ledger
from nbtrail.capture.links import Link, Links
from nbtrail.capture.location import Location
from nbtrail.capture.metric_names import (
    Value,
    fold_scores,
    metric_origin,
    metric_values,
    number,
    score_key,
    scorer_key,
)
from nbtrail.capture.roles import HELD_OUT_FOLDS, Role, Roles
from nbtrail.capture.searches import best_params, search_candidates
from nbtrail.capture.studies import OpenStudy, TrialKey, study_params, trial_of
from nbtrail.capture.training import Training
from nbtrail.entities.dataset import DatasetContext, DatasetUse, Seen
from nbtrail.entities.identity import new_id
from nbtrail.entities.run import FOLDS, Metric, Param

__all__ = ["SoFar", "TrainingBook"]

SoFar = Callable[[tuple[Training, ...], tuple[tuple[str, Metric], ...]], None]

_KEPT_ALIVE = 8  # fitted objects held until the cell ends
_REMEMBERED = 2000  # trainings that later metric calls can still find
_WITH_ROWS = 100  # those of them whose training rows can still be told from others
_MOST_FOLDS = 1000  # leaving one out makes more
_APPLIED = ("X", "data")
_TRAINED = Role(DatasetContext.TRAINING, "train/")
_CURVES = frozenset({"roc_curve", "precision_recall_curve", "det_curve", "calibration_curve"})


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
        self._by_object: dict[int, Training] = {}
        self._alive: deque[Training] = deque()
        self._pending: dict[int, list[Consumed]] = {}
        self._ledger = Ledger(locate, open_run)
        self._consumption = Consumption(name_of)
        self._watched = Watched()
        self._studies: dict[int, OpenStudy] = {}

    def forget_pending(self) -> None:
        """Drop what calls were about to consume that raised."""
        self._pending.clear()
        self._watched.forget()

    def drain(self) -> tuple[Training, ...]:
        """Return the trainings that are new or gained something since the last call.

        The caller reads `Training.points` and clears them, and calls
        `Training.release` when it no longer needs the fitted object.
        """
        with self._lock:
            for study in [s for s in self._studies.values() if not s.is_running]:
                self._studied(study)
            changed = self._ledger.take()
            for training in changed:
                self._name(training)
            self._alive.clear()
            self._links.let_go()
            return changed

    def drain_loose(self) -> tuple[tuple[str, Metric], ...]:
        """Return metrics that no model could be found for, each with its open run's id."""
        with self._lock:
            return self._ledger.take_loose()

    def so_far(self, take: SoFar) -> None:
        """Hand over what changed while a cell goes on: trainings, and values of no model.

        For another thread than the user's, which it does not wait for. Nobody drains
        meanwhile, so values keep their order.
        """
        if self._lock.acquire(blocking=False):
            try:
                take(self._ledger.unsaved(), self._ledger.take_older_loose())
            finally:
                self._lock.release()

    def claim(self, name: str, value: float, cell_seq: int) -> bool:
        """Let the user's own name take the place of a captured metric's; see `Ledger.claim`."""
        with self._lock:
            return self._ledger.claim(name, value, cell_seq)

    def known(self) -> tuple[Training, ...]:
        """Return the remembered trainings, oldest first."""
        return tuple(self._trainings)

    # ------------------------------------------------------------ the sink

    def entered(self, call: Call) -> None:
        """Digest what a fit is about to consume, before it can be changed."""
        if call.kind in (CallKind.FIT, CallKind.CROSS_VALIDATE, CallKind.TRAIN):
            self._pending[id(call)] = self._consumption.of_fit(call)
            if call.kind is CallKind.TRAIN:
                self._watched.begin()
        elif call.kind is CallKind.DATA:
            self._pending[id(call)] = self._consumption.of(call)
        elif call.kind is CallKind.STUDY:
            with self._lock:
                self._begin_study(call)

    def returned(self, call: Call) -> None:
        """Turn a finished call into a training or add it to one."""
        with self._lock:
            if call.kind in (CallKind.FIT, CallKind.TRAIN):
                self._fitted(call)
            elif call.kind is CallKind.ITERATE:
                self._watched.take(call)
            elif call.kind is CallKind.DATA:
                self._made(call)
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
        estimator = call.result if call.kind is CallKind.TRAIN else call.arguments["self"]
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
        evaluated = self._add_consumed(training, call, DatasetContext.TRAINING)
        self._add_evaluations(training, call, evaluated)
        training.example = _head(call.arguments.get("X"))
        training.state = fitted_state(estimator)
        if "cv_results_" in getattr(estimator, "__dict__", ()):
            self._searched(training, estimator)
        if call.name == "fit_predict":
            self._links.remember(call.result, training, _TRAINED)
        elif "labels_" in getattr(estimator, "__dict__", ()):  # of clusters
            self._links.remember(estimator.labels_, training, _TRAINED)
        trial = trial_of(call.caller)
        study = self._studies.get(trial.study) if trial is not None else None
        if study is None or trial is None:
            self._ledger.touch(training)
        else:
            self._keep_for_trial(training, study, trial)

    def _keep_for_trial(self, training: Training, study: OpenStudy, trial: TrialKey) -> None:
        """Leave a fit of an objective to its trial: it is no run of its own."""
        study.fits.setdefault(trial.number, []).append(training)
        training.trial = trial.number
        self._ledger.forget(training)

    def _begin(self, call: Call, estimator: Any, *, fitted: bool = True) -> Training:
        ended = _now_ms()
        is_model = not fitted or hasattr(estimator, "predict") or hasattr(estimator, "fit_predict")
        training = Training(
            episode_id=new_id(),
            run_id=self._open_run(),
            class_name=class_name(estimator),
            model_name=self._consumption.variable(call, estimator),
            is_model=is_model,
            is_fitted=fitted,
            location=self._locate(),
            started_ms=ended - call.duration_ns // 1_000_000,
            ended_ms=ended,
            began=(threading.get_ident(), call.started_ns),
            estimator=estimator,
            params=self._params(call, estimator),
        )
        self._trainings.append(training)
        if fitted:
            self._by_object[id(estimator)] = training
        if len(self._by_object) > 2 * _REMEMBERED:
            self._by_object = {k: t for k, t in self._by_object.items() if t in self._trainings}
        if len(self._trainings) > _WITH_ROWS:
            older = self._trainings[-_WITH_ROWS - 1]
            older.fitted = older.fitted._replace(rows=())
        self._alive.append(training)
        while len(self._alive) > _KEPT_ALIVE:
            self._alive.popleft().release()
        return training

    def _params(self, call: Call, estimator: Any) -> tuple[Param, ...]:
        if call.kind is CallKind.STUDY:
            return study_params(estimator, call.arguments)
        if hasattr(type(estimator), "get_params"):
            return estimator_params(estimator)
        library = type(call.arguments.get("dtrain", estimator)).__module__.partition(".")[0]
        return booster_params(call, library)

    def _begin_study(self, call: Call) -> None:
        study = call.arguments["self"]
        training = self._begin(call, study, fitted=False)
        self._studies[id(study)] = OpenStudy(study, training, len(study.get_trials(deepcopy=False)))

    def _studied(self, study: OpenStudy) -> None:
        """Close a call of ``optimize`` that is over, by an exception too."""
        del self._studies[id(study.study)]
        study.close(_now_ms())
        for training in (t for fits in study.fits.values() for t in fits):
            if training in self._trainings:
                self._forget(training)
        self._ledger.touch(study.training)

    def _searched(self, training: Training, search: Any) -> None:
        training.candidates = search_candidates(search, training.ended_ms)
        if not hasattr(search, "best_params_"):
            return  # of several scores none chooses
        before = tuple(p for p in training.params if p.origin != "search")
        training.params = before + best_params(search)
        value = number(getattr(search, "best_score_", None))
        if value is not None:
            training.expressions[f"cv_{score_key(search)}_best"] = "{}.best_score_"
            self._ledger.add(
                training,
                Value(f"cv_{score_key(search)}_best", value),
                f"{type(search).__name__}.best_score_",
                Link(training, Role(None), "identity"),
            )

    def _predicted(self, call: Call) -> None:
        training = self._training_of(call.arguments.get("self"))
        if training is not None:
            self._links.remember(call.result, training, self._use(training, call, _APPLIED))

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
            self._ledger.add(training, Value(key, value), origin, Link(training, role, "identity"))

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
                self._ledger.add(link.training, value, origin, link)
                continue
            self._ledger.add_loose(value, origin, group)

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
        library = "dtrain" in call.arguments or "train_set" in call.arguments
        if not library and not hasattr(type(estimator), "get_params"):
            return
        training = self._begin(call, estimator, fitted=False)
        self._add_consumed(training, call, DatasetContext.TRAINING)
        trial = trial_of(call.caller)
        study = self._studies.get(trial.study) if trial is not None else None
        self._ledger.touch(training)
        if study is not None and trial is not None:
            self._keep_for_trial(training, study, trial)
        if library:
            link = Link(training, Role(DatasetContext.VALIDATION), "identity")
            for key, values in folds_by_iteration(call.result):
                self._ledger.add_series(training, key, values, f"{call.name}()", link)
            return
        if call.name == "cross_val_predict":
            self._links.remember(call.result, training, HELD_OUT_FOLDS)
            return
        link = Link(training, Role(DatasetContext.VALIDATION), "identity")
        origin = f"sklearn.model_selection.{call.name}"
        for name, scores in fold_scores(call.arguments, call.result).items():
            # numpy's own mean and std (ddof=0), so that `scores.mean()` gives the same bits
            for statistic, value in (("mean", scores.mean()), ("std", scores.std())):
                found = Value(f"cv_{name}_{statistic}", float(value))
                self._ledger.add(training, found, f"{origin}:{statistic}", link)
            if len(scores) <= _MOST_FOLDS:
                folds = map(float, scores)
                self._ledger.add_series(training, f"{FOLDS}cv_{name}", folds, origin, link)

    # ------------------------------------------------------------ parts

    def _name(self, training: Training) -> None:
        """Find the variable of a model: when its fit returns it is often not bound yet."""
        if training.model_name or not training.is_fitted:
            return
        model = training.alive()
        training.model_name = self._name_of(model) if model is not None else ""
        if training.model_name:
            for key, expression in training.expressions.items():
                if key in training.metrics:
                    written = expression.format(training.model_name)
                    training.metrics[key] = replace(training.metrics[key], expression=written)

    def _forget_inner(self, call: Call) -> None:
        """Drop what was fitted inside this fit, by a class of the user that wraps others."""
        thread = threading.get_ident()
        for training in reversed(tuple(self._trainings)):
            if training.began[0] != thread:
                continue
            if training.began[1] <= call.started_ns:
                return
            self._forget(training)

    def _forget(self, training: Training) -> None:
        """Leave out what turned out to be part of something else."""
        self._trainings.remove(training)
        self._ledger.forget(training)
        if self._training_of(model := training.alive()) is training:
            del self._by_object[id(model)]

    def _training_of(self, estimator: Any) -> Training | None:
        training = self._by_object.get(id(estimator))
        return training if training is not None and training.alive() is estimator else None

    def _use(self, training: Training, call: Call, names: tuple[str, ...]) -> Role:
        """Note the data a fitted model was applied to, and return what it was used for."""
        role = Role(None)
        for item in self._consumption.of(call, names):
            if item.argument in TABLES:
                content = item.dataset.digest.content
                said = self._consumption.names(call, item)
                role = self._roles.of(training.fitted, item.value, content, said)
            self._note(training, item, role.context or DatasetContext.SOURCE)
        training.missed |= self._consumption.take_missed()
        return role

    def _add_consumed(
        self, training: Training, call: Call, context: DatasetContext
    ) -> list[Consumed]:
        """Note what a fit was given, and return what it was only evaluated on."""
        evaluated = []
        for item in self._pending.pop(id(call), ()):
            if item.evaluated:
                evaluated.append(item)
                continue
            if item.argument in TABLES:
                content = item.dataset.digest.content
                training.fitted = self._roles.fitted(training.fitted, item.value, content)
            self._note(training, item, context)
        training.missed |= self._consumption.take_missed()
        return evaluated

    def _made(self, call: Call) -> None:
        consumed = self._pending.pop(id(call), [])
        for item in consumed:
            if item.argument in TABLES:
                self._roles.remember_rows(item.dataset.digest.content, item.value)
        self._consumption.made(call, consumed)

    def _add_evaluations(
        self, training: Training, call: Call, evaluated: Sequence[Consumed]
    ) -> None:
        """Add what was measured after each iteration, under the role of the data."""
        model = training.alive()
        found = self._watched.end() if call.kind is CallKind.TRAIN else []
        found = found or list(estimator_evaluations(model))
        sets = list(dict.fromkeys(e.data for e in found))
        taken: set[str] = set()
        for one in found:
            place = sets.index(one.data)
            item = evaluated[place] if place < len(evaluated) else None
            role = HELD_OUT_FOLDS
            if one.data in ("train", "training"):
                role = _TRAINED
            elif item is not None:
                content = item.dataset.digest.content
                role = self._roles.of(training.fitted, item.value, content, (item.variable,))
                role = role if role.group else HELD_OUT_FOLDS  # it steers the fit: no test data
            key = one.metric
            if f"{role.group}{key}" in taken:
                key = f"{key}[{one.data}]"
            taken.add(f"{role.group}{key}")
            link = Link(training, role, "identity")
            origin = f"{training.class_name.rpartition('.')[2]}.{call.name}"
            self._ledger.add_series(training, key, one.values, origin, link)
            if one.expression:
                training.expressions[f"{role.group}{key}"] = one.expression
        for item in evaluated:
            if item.dataset.digest.content not in training.fitted.contents:
                self._note(training, item, DatasetContext.VALIDATION)
        best = None
        for name in ("best_iteration", "best_iteration_") if found else ():
            best = best or getattr(model, name, None)
        if type(best) is int and best > 0:
            self._ledger.add(
                training,
                Value("best_iteration", float(best)),
                f"{type(model).__name__}.best_iteration",
                Link(training, Role(None), "identity"),
            )

    def _note(self, training: Training, item: Consumed, context: DatasetContext) -> None:
        name, shared = item.variable or item.argument, -1
        if item.argument in TABLES and context is not DatasetContext.TRAINING:
            content = item.dataset.digest.content
            shared = self._roles.shared(training.fitted, item.value, content)
        use = DatasetUse(item.dataset, name, context, Seen.CONSUMED, shared=shared)
        training.add_dataset(use)
        self._ledger.touch(training)


def _head(data: Any) -> Any:
    """Return a copy of the first rows, or None when there is no cheap way to it."""
    try:
        head = data.head(5) if hasattr(data, "head") else data[:5]
        return head.copy() if hasattr(head, "copy") else head
    except Exception:
        return None


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
