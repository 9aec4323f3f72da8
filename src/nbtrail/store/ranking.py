"""Which metric a run is judged by, and which end of it is the good one."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from nbtrail.entities.directions import BEST_IS_HIGH, BEST_IS_LOW, direction_of, plain_metric
from nbtrail.entities.run import FOLDS, Direction
from nbtrail.exceptions import UsageError

__all__ = ["infer_main_metric", "main_metrics", "require_direction"]

_RANK: Final = {name: place for place, name in enumerate((*BEST_IS_HIGH, *BEST_IS_LOW))}
_COST: Final = re.compile(r"(?<![a-z])(time|seconds|duration|latency)(?![a-z])")
_NOT_JUDGED: Final = ("train/", "training/", "mixed/", "baseline/", "other/", FOLDS)


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

    Names that libraries use go first, in the table's order; then those whose words tell their
    direction; a cross-validated mean stands behind the plain metric of its name.
    Metrics on training data and times never count.
    """
    return next(iter(main_metrics(keys)), "")


def main_metrics(keys: Iterable[str]) -> list[str]:
    """Return the keys by which runs can be judged, the first one to be chosen in front."""
    known = [
        key
        for key in keys
        if not key.startswith(_NOT_JUDGED)
        and not _COST.search(key.lower())
        and direction_of(key) is not None
    ]
    return sorted(known, key=_place)


def _place(key: str) -> tuple[int, bool, bool, str]:
    plain = plain_metric(key)
    by_fold = key.startswith("cv_") and not key.endswith("_mean")  # as a candidate's scores are
    return _RANK.get(plain, len(_RANK)), plain != key, by_fold, key
