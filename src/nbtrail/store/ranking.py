"""Which metric a run is judged by, and which end of it is the good one."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from nbtrail.entities.run import Direction
from nbtrail.exceptions import UsageError

__all__ = ["direction_of", "infer_main_metric", "main_metrics", "require_direction"]

# In the order in which one is chosen when nobody said so.
_BEST_IS_HIGH: Final = (
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
_BEST_IS_LOW: Final = (
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
_RANK: Final = {name: place for place, name in enumerate((*_BEST_IS_HIGH, *_BEST_IS_LOW))}
_NOT_JUDGED: Final = ("train/", "training/", "mixed/", "baseline/", "other/")


def direction_of(key: str) -> Direction | None:
    """Return which end of a metric is the good one, None when its name doesn't say."""
    name = _bare(key)
    if name.startswith("neg_"):
        return Direction.MAX
    if name in _BEST_IS_HIGH or name.startswith(("f1_", "precision_", "recall_", "roc_auc_")):
        return Direction.MAX
    if name in _BEST_IS_LOW or name.endswith(("_error", "_loss", "_deviance", "rmse", "_mse")):
        return Direction.MIN
    if name.endswith(("_accuracy", "_auc", "_f1", "_score")):
        return Direction.MAX
    return None


def require_direction(key: str) -> Direction:
    """Return which end of a metric is the good one.

    Raises
    ------
    UsageError
        When its name doesn't say.
    """
    direction = direction_of(key)
    if direction is None:
        raise UsageError(
            f"Is a high or a low {key!r} the good one? Its name doesn't say. Tell nbtrail once "
            f"for this experiment: %%track -m {key}:max   (or {key}:min)"
        )
    return direction


def infer_main_metric(keys: Iterable[str]) -> str:
    """Choose the metric by which runs with these metrics are judged; "" when none is known.

    Names of the table go first, in its order; then those whose ending tells their
    direction; a cross-validated mean stands behind the plain metric of its name.
    Metrics on training data never count.
    """
    return next(iter(main_metrics(keys)), "")


def main_metrics(keys: Iterable[str]) -> list[str]:
    """Return the keys by which runs can be judged, the first one to be chosen in front."""
    known = [
        key
        for key in keys
        if not key.startswith(_NOT_JUDGED)
        and not key.endswith("_std")
        and direction_of(key) is not None
    ]
    return sorted(known, key=_place)


def _place(key: str) -> tuple[int, bool, str]:
    return _RANK.get(_bare(key), len(_RANK)), _bare(key) != key, key


def _bare(key: str) -> str:
    """Strip groups (``test/``) and what cross-validation puts round a name."""
    name = key.lower().rpartition("/")[2]
    if name.startswith("cv_"):
        name = name.removeprefix("cv_").removesuffix("_mean")
    for prefix in ("test_", "val_", "valid_", "validation_", "eval_", "mean_test_"):
        name = name.removeprefix(prefix)
    return name.removesuffix("_score") if name.removesuffix("_score") in _RANK else name
