"""xgboost and lightgbm: their own functions beside scikit-learn's, and values per iteration.

Nothing is injected: estimators keep what they evaluated, and for ``xgb.train`` and
``lgb.train`` the functions are tapped that their own callbacks are fed by.
"""

from __future__ import annotations

import re
import sys
import threading
import weakref
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from nbtrail.capture.calls import Call, CallKind
from nbtrail.capture.hyperparams import param_text
from nbtrail.capture.metric_names import number
from nbtrail.capture.targets import Target
from nbtrail.entities.dataset import Dataset
from nbtrail.entities.run import Param

__all__ = [
    "Evaluated",
    "Sources",
    "Watched",
    "booster_params",
    "boosting_targets",
    "estimator_evaluations",
    "evaluation_sets",
    "folds_by_iteration",
]

Made = tuple[str, str, Dataset, Callable[[], Any]]
"""Parameter, variable and dataset that a matrix was made of, and the data while it lives."""

_MOST_SOURCES = 64
_MOST_VALUES = 20_000
_FOLDS = re.compile(r"^(train|test|valid)[- ](.+)-(mean|std|stdv)$")


class Evaluated(NamedTuple):
    """The values of one metric on one evaluation set, by iteration.

    Attributes
    ----------
    data : str
        What the library calls the set: ``validation_0``, ``training``...
    expression : str
        Where the model itself keeps them; ``{}`` stands for the model; empty if nowhere.
    """

    data: str
    metric: str
    values: Sequence[float]
    expression: str = ""


def boosting_targets(seen: set[str]) -> Iterator[Target]:
    """Yield the targets of libraries that were loaded since, and note them in `seen`."""
    for name, build in (("xgboost", _xgboost), ("lightgbm", _lightgbm)):
        module = sys.modules.get(name)
        if module is not None and name not in seen and hasattr(module, "cv"):
            seen.add(name)
            yield from build(module)


def _xgboost(xgb: Any) -> Iterator[Target]:
    yield Target(CallKind.TRAIN, xgb, "train")
    yield Target(CallKind.CROSS_VALIDATE, xgb, "cv")
    yield Target(CallKind.PREDICT, xgb.Booster, "predict")
    for name in ("DMatrix", "QuantileDMatrix"):
        yield Target(CallKind.DATA, getattr(xgb, name), "__init__")
    yield Target(CallKind.ITERATE, xgb.callback.CallbackContainer, "after_training")


def _lightgbm(lgb: Any) -> Iterator[Target]:
    for owner in (lgb, lgb.engine):
        yield Target(CallKind.TRAIN, owner, "train")
        yield Target(CallKind.CROSS_VALIDATE, owner, "cv")
    yield Target(CallKind.PREDICT, lgb.Booster, "predict")
    yield Target(CallKind.DATA, lgb.Dataset, "__init__")
    yield Target(CallKind.ITERATE, lgb.Booster, "eval_valid")
    yield Target(CallKind.ITERATE, lgb.Booster, "eval_train")


class Sources:
    """What matrices of the libraries were made of."""

    def __init__(self) -> None:
        self._made: OrderedDict[int, tuple[weakref.ref[Any], list[Made]]] = OrderedDict()

    def add(self, matrix: Any, made: list[Made]) -> None:
        """Note what `matrix` holds."""
        self._made[id(matrix)] = (weakref.ref(matrix), made)
        while len(self._made) > _MOST_SOURCES:
            self._made.popitem(last=False)

    def of(self, matrix: Any) -> list[Made] | None:
        """Return what was noted, or None for any other object."""
        reference, made = self._made.get(id(matrix), (None, []))
        return made if reference is not None and reference() is matrix else None


class Watched:
    """Values per iteration of the trainings that run now, one at a time in each thread."""

    def __init__(self) -> None:
        self._open: dict[int, dict[tuple[str, str], list[float]]] = {}

    def begin(self) -> None:
        """Begin to collect what is evaluated in this thread."""
        self._open[threading.get_ident()] = {}

    def take(self, call: Call) -> None:
        """Take what a tapped function of the library evaluated."""
        values = self._open.get(threading.get_ident())
        if values is None:
            return
        if call.name == "after_training":
            history = getattr(call.arguments.get("self"), "history", {})
            for data, metrics in history.items():
                for metric, series in metrics.items():
                    values[data, metric] = _numbers(series)
        else:
            for data, metric, value, *_ in call.result or ():
                series = values.setdefault((str(data), str(metric)), [])
                if len(series) < _MOST_VALUES:
                    series.append(float(value))

    def end(self) -> list[Evaluated]:
        """Return what was collected in this thread."""
        values = self._open.pop(threading.get_ident(), {})
        return [Evaluated(data, metric, series) for (data, metric), series in values.items()]

    def forget(self) -> None:
        """Drop what belongs to trainings that failed."""
        self._open.clear()


def estimator_evaluations(estimator: Any) -> Iterator[Evaluated]:
    """Yield what a fitted estimator keeps of its evaluation sets."""
    if type(estimator).__module__.startswith("__main__") and not hasattr(estimator, "get_booster"):
        return
    kept = getattr(estimator, "__dict__", {})
    place = "evals_result_" if "evals_result_" in kept else "_evals_result"
    results = kept.get(place)
    if not isinstance(results, Mapping):
        return
    for data, metrics in results.items():
        if not isinstance(metrics, Mapping):
            return
        for metric, series in metrics.items():
            expression = f"{{}}.evals_result_[{data!r}][{metric!r}][-1]"
            yield Evaluated(str(data), str(metric), _numbers(series), expression)


def evaluation_sets(arguments: Mapping[str, Any]) -> list[Any]:
    """Return the evaluation sets that a fit was given: tables, or matrices of the library."""
    sets = arguments.get("eval_set") or arguments.get("evals") or ()
    if isinstance(sets, tuple) and len(sets) == 2 and not isinstance(sets[0], (tuple, list)):
        sets = [sets]  # lightgbm takes a single pair too
    if isinstance(sets, (list, tuple)) and sets:
        return [item[0] for item in sets if isinstance(item, (list, tuple)) and item]
    given = arguments.get("eval_X")
    given = arguments.get("valid_sets") if given is None else given
    if given is None:
        return []
    return list(given) if isinstance(given, (list, tuple)) else [given]


def booster_params(call: Call, library: str) -> tuple[Param, ...]:
    """Return what ``train`` was given beside data: its parameters and its own options."""
    given = call.arguments.get("params")
    said = {str(k): v for k, v in given.items()} if isinstance(given, Mapping) else {}
    for name in ("num_boost_round", "early_stopping_rounds", "nfold"):
        if call.arguments.get(name) is not None:
            said[name] = call.arguments[name]
    objective = said.get("objective")
    kind = f"Booster({objective})" if isinstance(objective, str) else "Booster"
    return (
        Param("model", repr(kind if call.name == "train" else f"{library}.{call.name}")),
        *(Param(key, param_text(value), "estimator") for key, value in sorted(said.items())),
    )


def folds_by_iteration(result: Any) -> Iterator[tuple[str, Sequence[float]]]:
    """Yield key and values of what ``xgb.cv`` or ``lgb.cv`` returned."""
    if not isinstance(result, Mapping) and not hasattr(result, "columns"):
        return
    for name in list(getattr(result, "columns", result)):
        found = _FOLDS.match(name) if isinstance(name, str) else None
        if found is not None:
            group = "train/" if found[1] == "train" else ""
            yield f"{group}cv_{found[2]}_{found[3][:4].rstrip('v')}", _numbers(result[name])


def _numbers(series: Any) -> list[float]:
    values = (number(v[0] if isinstance(v, tuple) else v) for v in list(series)[:_MOST_VALUES])
    return [v for v in values if v is not None]
