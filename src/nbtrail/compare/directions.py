"""Which end of a metric is the good one, for the metrics whose name tells it."""

from __future__ import annotations

import re

from nbtrail.entities.run import Direction, Run

__all__ = ["direction_among", "known_direction"]

_WORDS = re.compile(r"[a-z0-9]+")

# Words that decide on their own, the bad ones first: "log_loss_score" is a loss.
_MIN = frozenset(
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
_MAX = frozenset(
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
        "rand",
        "homogeneity",
        "completeness",
        "fowlkes",
        "variance",
        "likelihood",
        "ap",
    ]
)
# Spread over folds is no goal of its own.
_NEITHER = frozenset({"std", "var"})


def known_direction(key: str) -> Direction | None:
    """Return the direction that a metric's name tells, or None.

    Examples
    --------
    >>> known_direction("test/roc_auc").value
    'max'
    >>> known_direction("cv_neg_log_loss_mean").value
    'max'
    """
    words = set(_WORDS.findall(key.lower()))
    if words & _NEITHER:
        return None
    if "neg" in words:  # scikit-learn negates its losses, so that more is better
        return Direction.MAX
    if words & _MIN:
        return Direction.MIN
    return Direction.MAX if words & _MAX else None


def direction_among(key: str, runs: tuple[Run, ...]) -> Direction | None:
    """Return what an experiment of these runs says of its main metric, else what is known."""
    for run in runs:
        if run.experiment.main_metric == key and run.experiment.direction is not None:
            return run.experiment.direction
    return known_direction(key)
