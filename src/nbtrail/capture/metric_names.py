"""Names for the metrics that are captured from calls.

A metric is called after its function without ``_score``: ``accuracy``, ``roc_auc``,
``f1_macro`` (the ``average`` argument), ``mean_squared_error``. Computed on training or
validation data it gets the group ``train/`` or ``val/``.

Where it came from stands in `Metric.origin`:

===================================================  =======================================
``sklearn.metrics.<function>``                       a call of that function
``<Class>.score``                                    a call of an estimator's ``score``
``sklearn.model_selection.<function>:mean``          mean over the folds (``:std`` likewise)
``<Class>.best_score_``                              a search's best cross-validated score
===================================================  =======================================
"""

from __future__ import annotations

import functools
import inspect
import re
import sys
from collections.abc import Iterator, Mapping
from typing import Any

from nbtrail.entities.dataset import DatasetContext

__all__ = ["context_of", "cross_validation_values", "grouped", "metric_key", "number", "score_key"]

_GROUPS = {DatasetContext.TRAINING: "train/", DatasetContext.VALIDATION: "val/"}
_VALIDATION = re.compile(r"(^|_)(val|valid|validation|dev)(_|\d|$)", re.IGNORECASE)


def metric_key(function: str, arguments: Mapping[str, Any]) -> str:
    """Return the key for a call of a function of `sklearn.metrics`."""
    key = function.removesuffix("_score")
    average = arguments.get("average")
    if isinstance(average, str) and average not in ("binary", _default(function, "average")):
        key += f"_{average}"
    for owner, argument in (("fbeta_score", "beta"), ("top_k_accuracy_score", "k")):
        if function == owner:
            default = _default(function, argument)
            value = arguments.get(argument, default)
            key += f"_{value:g}" if value != default else ""
    return key


def score_key(estimator: Any) -> str:
    """Return what an estimator's own ``score`` measures."""
    scoring = getattr(estimator, "scoring", None)
    if isinstance(scoring, str):
        return scoring
    kind = getattr(estimator, "_estimator_type", None) or _tagged_type(estimator)
    return {"classifier": "accuracy", "regressor": "r2"}.get(kind or "", "score")


def grouped(key: str, context: DatasetContext | None) -> str:
    """Put a key into the group of the data it was computed on."""
    return _GROUPS.get(context, "") + key if context is not None else key


def context_of(name: str, *, trained_on: bool) -> DatasetContext:
    """Tell what a model used the data for.

    Parameters
    ----------
    name : str
        The user's variable; ``X_val`` and its like mean validation.
    trained_on : bool
        The model was fitted on the same content.
    """
    if trained_on:
        return DatasetContext.TRAINING
    return DatasetContext.VALIDATION if _VALIDATION.search(name) else DatasetContext.TEST


def number(value: Any) -> float | None:
    """Return a scalar result as a float, or None when it is no real number."""
    if isinstance(value, (bool, str, bytes)) or value is None:
        return None
    if isinstance(value, (int, float)):
        return float(value)
    if getattr(value, "shape", None) == () and getattr(value, "dtype", None) is not None:
        try:
            return float(value)
        except (TypeError, ValueError):
            return None
    return None


def cross_validation_values(
    arguments: Mapping[str, Any], result: Any
) -> Iterator[tuple[str, float]]:
    """Yield key and value for mean and spread of each score over the folds.

    The standard deviation is that of the folds as a population (``ddof=0``), as
    ``scores.std()`` gives it.
    """
    scoring = arguments.get("scoring")
    single = scoring if isinstance(scoring, str) else score_key(arguments.get("estimator"))
    if isinstance(result, Mapping):
        folds = {
            single if name == "test_score" else name.removeprefix("test_"): values
            for name, values in result.items()
            if name.startswith("test_")
        }
    else:
        folds = {single: result}
    for name, values in folds.items():
        # numpy's own mean and std, so that `scores.mean()` gives the same bits
        yield f"cv_{name}_mean", float(values.mean())
        yield f"cv_{name}_std", float(values.std())


@functools.cache
def _default(function: str, argument: str) -> Any:
    """Return the default of a metric's argument, which only some ways of tapping leave out."""
    implementation = getattr(sys.modules.get("sklearn.metrics"), function, None)
    if implementation is None:
        return None
    parameter = inspect.signature(implementation).parameters.get(argument)
    return parameter.default if parameter is not None else None


def _tagged_type(estimator: Any) -> str | None:
    try:
        return str(estimator.__sklearn_tags__().estimator_type)
    except Exception:
        return None
