"""Names for the metrics that are captured from calls.

A metric is called after its function without ``_score``: ``accuracy``, ``roc_auc``,
``mean_squared_error``. What makes it another number follows:

=============================================  ===============================================
argument                                       key
=============================================  ===============================================
``average="macro"`` (not the default)          ``f1_macro``
``beta=0.5``, ``k=3``, ``alpha``, ``power``    ``fbeta_0.5``, ``top_k_accuracy_3``
``multi_class="ovo"``, ``weights="linear"``,   ``roc_auc_ovo``, ``cohen_kappa_linear``,
``multioutput="variance_weighted"``            ``r2_variance_weighted``
``max_fpr=0.1``, ``pos_label=0``               ``roc_auc_max_fpr_0.1``, ``f1_pos_0``
``adjusted=True``, ``normalize=False``         ``balanced_accuracy_adjusted``, ``accuracy_count``
``squared=False``                              ``root_mean_squared_error``
``sample_weight=...``                          ``accuracy_sample_weighted``
=============================================  ===============================================

Several values of one call get the class, the output or the part behind: ``f1[virginica]``,
``precision_macro``, ``recall_macro``. A scorer is named as `sklearn.metrics.get_scorer` names
it: ``neg_mean_squared_error``.

In front stands the group of the data: ``train/``, ``val/``, none for test data and where the
data is not known, ``mixed/`` when part of it was trained on. ``baseline/`` marks a constant,
``other/`` a value whose model is not known, beside models that have a value of that name.

Where it came from stands in `Metric.origin`:

===================================================  =======================================
``sklearn.metrics.<function>``                       a call of that function; the arguments
                                                     that are not data follow: ``(k=3)``
``sklearn.metrics.<function>()[2]``                  one of the values that the call returned
``scorer:<name>``                                    a call of a scorer
``<Class>.score``                                    a call of an estimator's ``score``
``sklearn.model_selection.<function>:mean``          mean over the folds (``:std`` likewise)
``sklearn.model_selection.<function>``               the scores of the single folds
``<Class>.best_score_``                              a search's best cross-validated score
===================================================  =======================================
"""

from __future__ import annotations

import functools
import inspect
import re
import sys
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

__all__ = [
    "Value",
    "fold_scores",
    "metric_key",
    "metric_origin",
    "metric_values",
    "number",
    "score_key",
    "scorer_key",
]

# arguments that make another metric, in the order in which they follow in the key
_WORDS = ("average", "multi_class", "weights", "multioutput")
_NUMBERS = {
    "beta": "", "k": "", "alpha": "alpha_", "power": "power_", "delta": "delta_",
    "max_fpr": "max_fpr_", "pos_label": "pos_",
}  # fmt: skip
_DATA = re.compile(r"^(y_|y\d?$|x$|X$|labels|sample_weight$|pred_decision$|estimator$|self$|\*$)")
_SIMPLE = re.compile(r"[\w.+-]{1,40}")
_MOST_VALUES = 50  # of one call


class Value(NamedTuple):
    """One number that a metric call gave.

    Attributes
    ----------
    key : str
    value : float
    pick : str
        How to get at it in what the call returned, as Python writes it; empty for all of it.
    """

    key: str
    value: float
    pick: str = ""


def metric_key(function: str, arguments: Mapping[str, Any]) -> str:
    """Return the key for a call of a function of `sklearn.metrics`."""
    key = function.removesuffix("_score")
    if arguments.get("squared") is False:
        key = f"root_{key}"
    for name in _WORDS:
        word = arguments.get(name)
        if type(word) is str and word not in ("binary", "raw_values", _default(function, name)):
            key += f"_{word}"
    for name, before in _NUMBERS.items():
        amount = arguments.get(name)
        if type(amount) in (int, float) and amount != _default(function, name):
            key += f"_{before}{amount:g}"
    if arguments.get("adjusted") is True:
        key += "_adjusted"
    if arguments.get("normalize") is False and function in ("accuracy_score", "zero_one_loss"):
        key += "_count"
    return key + "_sample_weighted" * (arguments.get("sample_weight") is not None)


def metric_origin(function: str, arguments: Mapping[str, Any], pick: str = "") -> str:
    """Return the function with those of its arguments that are no data."""
    said = []
    for name, value in arguments.items():
        if _DATA.match(name) or type(value) not in (str, int, float, bool):
            continue
        if value != _default(function, name) and _SIMPLE.fullmatch(str(value)):
            said.append(f"{name}={value!r}")
    inside = ", ".join(said)
    return f"sklearn.metrics.{function}" + (f"({inside})" if inside or pick else "") + pick


def metric_values(function: str, arguments: Mapping[str, Any], result: Any) -> Iterator[Value]:
    """Yield the numbers that a call of a function of `sklearn.metrics` returned.

    Reports and scores by class or output give several; matrices and curves none.
    """
    single = number(result)
    if single is not None:
        yield Value(metric_key(function, arguments), single)
    elif function == "classification_report" and isinstance(result, Mapping):
        yield from _report_values(result)
    elif function == "precision_recall_fscore_support" and isinstance(result, tuple):
        suffix = metric_key(function, arguments).removeprefix(function)
        beta = _default(function, "beta")
        names = ("precision", "recall", "f1" if arguments.get("beta", beta) == 1.0 else "fbeta")
        for position, (name, part) in enumerate(zip(names, result, strict=False)):
            single = number(part)
            if single is not None:
                yield Value(name + suffix, single, f"[{position}]")
            else:
                yield from _by_position(name + suffix, part, arguments, f"[{position}]")
    elif _default(function, "multioutput") or arguments.get("average", "") is None:
        yield from _by_position(metric_key(function, arguments), result, arguments, "")


def scorer_key(scorer: Any) -> str:
    """Return the name of a scorer's score, as `sklearn.metrics.get_scorer` would have it."""
    function = getattr(scorer, "_score_func", None)
    name = getattr(function, "__name__", "")
    if not name:
        return "score"
    key = metric_key(name, getattr(scorer, "_kwargs", None) or {})
    return f"neg_{key}" if getattr(scorer, "_sign", 1) < 0 else key


def _report_values(report: Mapping[Any, Any]) -> Iterator[Value]:
    """Yield what `classification_report` says of each class, each average and the whole."""
    for label, row in list(report.items())[:_MOST_VALUES]:
        if not isinstance(row, Mapping):
            single = number(row)
            if single is not None:
                yield Value(str(label), single, f"[{label!r}]")
            continue
        average = {"macro avg": "_macro", "weighted avg": "_weighted", "micro avg": "_micro",
                   "samples avg": "_samples"}.get(label)  # fmt: skip
        for name, amount in row.items():
            single = number(amount)
            if single is not None and name != "support":
                key = "f1" if name == "f1-score" else name
                key += average or f"[{label}]"
                yield Value(key, single, f"[{label!r}][{name!r}]")


def _by_position(key: str, values: Any, arguments: Mapping[str, Any], pick: str) -> Iterator[Value]:
    """Yield one value for each class or output; called by the labels when they are given."""
    if getattr(values, "ndim", 0) != 1 or len(values) > _MOST_VALUES:
        return
    labels = arguments.get("labels")
    named = isinstance(labels, (list, tuple)) and len(labels) == len(values)
    for position, item in enumerate(values):
        single = number(item)
        label = labels[position] if named and labels is not None else position
        label = label if type(label) in (str, int) else position
        if single is not None:
            yield Value(f"{key}[{label}]", single, f"{pick}[{position}]")


def score_key(estimator: Any) -> str:
    """Return what an estimator's own ``score`` measures."""
    scoring, refit = getattr(estimator, "scoring", None), getattr(estimator, "refit", None)
    known = getattr(sys.modules.get("sklearn.metrics._scorer"), "_SCORERS", {})
    if isinstance(scoring, str) and scoring in known:  # else a word such as "warn"
        return scoring
    if scoring is not None and isinstance(refit, str):
        return refit
    if hasattr(scoring, "_score_func"):
        return scorer_key(scoring)
    kind = getattr(estimator, "_estimator_type", None) or _tagged_type(estimator)
    return {"classifier": "accuracy", "regressor": "r2"}.get(kind or "", "score")


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


def fold_scores(arguments: Mapping[str, Any], result: Any) -> dict[str, Any]:
    """Return the array of each score over the folds of a cross-validation, by name."""
    scoring = arguments.get("scoring")
    if isinstance(scoring, str):
        single = scoring
    elif hasattr(scoring, "_score_func"):
        single = scorer_key(scoring)
    else:
        single = score_key(arguments.get("estimator"))
    if isinstance(result, Mapping):
        return {
            single if name == "test_score" else name.removeprefix("test_"): values
            for name, values in result.items()
            if name.startswith("test_")
        }
    return {single: result}


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
