"""Looks at a loaded model for indexes that point outside of their arrays.

skops checks types, not contents, and scikit-learn's trees index memory without bounds checks:
a forged file could crash or read foreign memory at the first prediction. So every tree that
was loaded is examined before anybody can use it.
"""

from __future__ import annotations

import types
from collections.abc import Iterator
from typing import Any

from nbtrail.exceptions import ModelError

__all__ = ["check_soundness"]

# Plain values, and what a file only names: their insides come from this installation.
_NOT_LOADED = (str, bytes, int, float, type(None), type, types.ModuleType, types.FunctionType)


def check_soundness(model: Any) -> None:
    """Examine all trees and sparse matrices inside of `model`.

    Raises
    ------
    ModelError
        When an index points outside of its array, or a tree leads back into itself.
    """
    seen: dict[int, Any] = {}
    waiting: list[tuple[Any, int | None, bool]] = [(model, None, False)]
    while waiting:
        value, features, in_ensemble = waiting.pop()
        if id(value) in seen or isinstance(value, _NOT_LOADED):
            continue
        seen[id(value)] = value
        _examine(value, features)
        own = getattr(value, "__dict__", {}).get("n_features_in_")
        if isinstance(own, int):
            # An ensemble checks the width of X once and hands it to its trees unchecked.
            features = min(own, features) if in_ensemble and features is not None else own
            in_ensemble = hasattr(value, "estimators_") and not hasattr(
                value, "estimators_features_"
            )
        waiting += [(part, features, in_ensemble) for part in _parts(value)]


def _parts(value: Any) -> Iterator[Any]:
    import numpy as np

    if isinstance(value, dict):
        yield from value.values()
    elif isinstance(value, (list, tuple, set, frozenset)):
        yield from value
    elif isinstance(value, np.ndarray):
        if value.dtype.kind == "O":
            yield from value.ravel().tolist()
    else:
        yield from getattr(value, "__dict__", {}).values()
        for name in ("__self__", "func", "args", "keywords"):
            part = getattr(value, name, None)
            if part is not value:
                yield part


def _examine(value: Any, features: int | None) -> None:
    name = type(value).__name__
    module = type(value).__module__
    if module == "sklearn.tree._tree" and name == "Tree":
        nodes = value.__getstate__()["nodes"]
        width = value.n_features if features is None else min(features, value.n_features)
        inner = nodes["left_child"] != -1
        _check_nodes(nodes[inner], inner, len(nodes), width, ("left_child", "right_child"))
    elif name == "TreePredictor":
        nodes = value.nodes
        inner = nodes["is_leaf"] == 0
        _check_nodes(nodes[inner], inner, len(nodes), features or 0, ("left", "right"))
        cats = nodes[inner & (nodes["is_categorical"] != 0)]
        for bitsets in (value.raw_left_cat_bitsets, value.binned_left_cat_bitsets):
            _require(bitsets.ndim == 2 and bitsets.shape[1] == 8)
            _require((cats["bitset_idx"] < len(bitsets)).all())
    elif name.startswith(("KDTree", "BallTree")) and module.startswith("sklearn.neighbors"):
        _check_neighbours(value)
    elif module.startswith("scipy.sparse") and hasattr(value, "check_format"):
        try:
            value.check_format(full_check=True)
        except ValueError:
            _require(False)


def _check_nodes(nodes: Any, inner: Any, count: int, width: int, children: tuple[str, str]) -> None:
    import numpy as np

    parents = np.flatnonzero(inner)
    for child in children:
        # Children come after their parent in both libraries, so this rules out circles too.
        places = nodes[child].astype("i8")
        _require(((places > parents) & (places < count)).all())
    column = nodes["feature" if "feature" in nodes.dtype.names else "feature_idx"]
    _require(((column >= 0) & (column < width)).all())


def _check_neighbours(value: Any) -> None:
    data, order, nodes, bounds, _, levels, count, *_ = value.__getstate__()
    points = len(data)
    _require(len(order) == points and ((order >= 0) & (order < points)).all())
    _require(len(nodes) == count == 2**levels - 1 and bounds.shape[1] == count)
    _require(bounds.shape[2] == data.shape[1])
    start, end = nodes["idx_start"], nodes["idx_end"]
    _require(((start >= 0) & (start <= end) & (end <= points)).all())
    # The last level holds leaves only: a search stops there.
    _require((nodes["is_leaf"][2 ** (levels - 1) - 1 :] != 0).all())


def _require(condition: Any) -> None:
    if not condition:
        raise ModelError(
            "The model file is damaged or forged: a tree in it points outside of its own nodes or "
            "features. Do not use it; train the model again, or take it from its origin."
        )
