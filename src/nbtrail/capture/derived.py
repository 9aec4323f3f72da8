"""Whether values were computed from predictions: ``p[:, 1] > 0.5``, ``np.exp(log_price)``.

Thresholds, rounding, casts, the most probable class and most transformations of a target keep
the order of what they are applied to. So a value is taken to be derived from a prediction when
it is a monotone function of it, row by row. Few other arrays of the same length are: for ten
rows with distinct predictions the chance is below one in ten thousand.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Array = NDArray[Any]

__all__ = ["flat_values", "is_constant", "is_derived"]

_FEWEST = 10  # rows: below it an order agrees by accident
_MOST = 2_000_000
_MOST_COLUMNS = 32


def flat_values(value: Any) -> Array | None:
    """Return a one- or two-dimensional value as a numpy array, or None."""
    import numpy as np

    if not (hasattr(value, "__array__") or isinstance(value, (list, tuple))):
        return None
    try:
        array = np.asarray(value)
    except (TypeError, ValueError):
        return None
    if array.ndim == 2 and array.shape[1] == 1:
        array = array[:, 0]
    return array if array.ndim in (1, 2) and array.dtype.kind in "biufUSO" else None


def is_constant(value: Array) -> bool:
    """Say whether every row is the same: what a baseline predicts."""
    if not value.size:
        return True
    try:
        return bool((value == value[:1]).all())
    except (TypeError, ValueError):
        return False


def is_derived(value: Array, prediction: Array) -> bool:
    """Say whether `value` is a monotone function of a column of `prediction`, or its argmax."""
    import numpy as np

    if value.ndim != 1 or len(value) != len(prediction) or not _FEWEST <= len(value) <= _MOST:
        return False
    codes = _codes(value)
    if codes is None or codes.max() == 0:
        return False
    if prediction.ndim == 2:
        if prediction.shape[1] > _MOST_COLUMNS or prediction.dtype.kind not in "biuf":
            return False
        if _same_groups(codes, np.argmax(prediction, axis=1)):
            return True
        return any(_monotone(codes, column) for column in prediction.T)
    source = _codes(prediction)
    if source is None:
        return False
    return _same_groups(codes, source) or _monotone(codes, source)


def _codes(values: Array) -> NDArray[np.intp] | None:
    """Return the place of each value among the distinct ones in their order."""
    import numpy as np

    try:
        codes: NDArray[np.intp] = np.unique(values, return_inverse=True)[1].reshape(-1)
    except TypeError:
        return None
    return codes


def _same_groups(codes: Array, source: Array) -> bool:
    """Say whether the one is a renaming of the other: classes to names."""
    import numpy as np

    pairs = np.unique(np.stack([codes, source]), axis=1)
    count = pairs.shape[1]
    alone = count == np.unique(pairs[0]).size == np.unique(pairs[1]).size
    return count > 1 and bool(alone)


def _monotone(codes: Array, source: Array) -> bool:
    import numpy as np

    order = np.argsort(source, kind="stable")
    steps, apart = np.diff(codes[order]), np.diff(source[order]) > 0
    if not apart.any() or (steps[~apart] != 0).any():
        return False  # equal predictions must stay equal
    return bool((steps >= 0).all() or (steps <= 0).all())
