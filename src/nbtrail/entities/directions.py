"""Which end of a metric is the good one, for the metrics whose name tells it."""

from __future__ import annotations

import re
from typing import Final

from nbtrail.entities.run import Direction, Experiment

__all__ = ["BEST_IS_HIGH", "BEST_IS_LOW", "direction_in", "direction_of", "plain_metric"]

# Names of the libraries that people use, the one to judge by first in front.
BEST_IS_HIGH: Final = (
    "roc_auc",
    "auc",
    "average_precision",
    "f1",
    "f1_macro",
    "f1_weighted",
    "f1_micro",
    "balanced_accuracy",
    "matthews_corrcoef",
    "accuracy",
    "acc",
    "precision",
    "recall",
    "jaccard",
    "top_k_accuracy",
    "cohen_kappa",
    "r2",
    "explained_variance",
    "d2_absolute_error",
    "ndcg",
    "silhouette",
    "adjusted_rand",
    "adjusted_mutual_info",
    "normalized_mutual_info",
    "v_measure",
    "best_score",
    "score",
)
BEST_IS_LOW: Final = (
    "root_mean_squared_error",
    "rmse",
    "mean_squared_error",
    "mse",
    "mean_absolute_error",
    "mae",
    "mean_absolute_percentage_error",
    "mape",
    "median_absolute_error",
    "max_error",
    "root_mean_squared_log_error",
    "mean_squared_log_error",
    "mean_pinball_loss",
    "log_loss",
    "brier_score_loss",
    "hamming_loss",
    "zero_one_loss",
    "hinge_loss",
    "perplexity",
    "loss",
    "error",
)
_KNOWN: Final = {
    **dict.fromkeys(BEST_IS_HIGH, Direction.MAX),
    **dict.fromkeys(BEST_IS_LOW, Direction.MIN),
}

# Words that decide in other names, the bad ones first: "my_loss_score" is a loss.
_MIN: Final = frozenset(
    [
        "loss",
        "error",
        "err",
        "mse",
        "rmse",
        "mae",
        "mape",
        "msle",
        "rmsle",
        "medae",
        "deviance",
        "nll",
        "perplexity",
        "brier",
        "hinge",
        "hamming",
        "logloss",
        "regret",
        "wer",
        "cer",
        "fid",
        "inertia",
        "davies",
        "bouldin",
        "latency",
        "time",
        "seconds",
        "duration",
    ]
)
_MAX: Final = frozenset(
    [
        "accuracy",
        "acc",
        "auc",
        "auroc",
        "auprc",
        "roc",
        "precision",
        "recall",
        "sensitivity",
        "specificity",
        "f1",
        "fbeta",
        "f2",
        "r2",
        "score",
        "jaccard",
        "iou",
        "dice",
        "kappa",
        "mcc",
        "matthews",
        "ndcg",
        "dcg",
        "bleu",
        "rouge",
        "map",
        "mrr",
        "silhouette",
        "calinski",
        "homogeneity",
        "completeness",
        "fowlkes",
        "likelihood",
        "ap",
    ]
)
_NEITHER: Final = frozenset({"std", "var"})  # a spread is no goal of its own
_WORDS: Final = re.compile(r"[a-z0-9]+")


def direction_of(key: str) -> Direction | None:
    """Return the direction that a metric's name tells, or None.

    Examples
    --------
    >>> direction_of("test/roc_auc").value
    'max'
    >>> direction_of("cv_neg_log_loss_mean").value
    'max'
    """
    words = set(_WORDS.findall(key.lower()))
    if words & _NEITHER:
        return None
    if "neg" in words:  # scikit-learn negates its losses, so that more is better
        return Direction.MAX
    known = _KNOWN.get(plain_metric(key))
    if known is not None:
        return known
    if words & _MIN:
        return Direction.MIN
    return Direction.MAX if words & _MAX else None


def direction_in(experiment: Experiment, key: str) -> Direction | None:
    """Return what an experiment says of its main metric, else what the metric's name tells."""
    said = experiment.direction if key == experiment.main_metric else None
    return said or direction_of(key)


def plain_metric(key: str) -> str:
    """Strip groups (``test/``) and what cross-validation puts round a name."""
    name = key.lower().rpartition("/")[2]
    if name.startswith("cv_"):
        name = name.removeprefix("cv_").removesuffix("_mean")
    for prefix in ("test_", "val_", "valid_", "validation_", "eval_", "mean_test_"):
        name = name.removeprefix(prefix)
    return name.removesuffix("_score") if name.removesuffix("_score") in _KNOWN else name
