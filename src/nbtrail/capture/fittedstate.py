"""Whether a fitted object was changed by hand between its fit and the end of the cell.

``model.coef_ *= 0`` after a score leaves the metric of one model beside the file of another.
The stored file is the state at the end of the cell, since a copy at every fit would cost
more than the fit; so a change is noticed and said. Arrays are compared by content, small
plain values by value, everything else is left out.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from xxhash import xxh3_64_intdigest

__all__ = ["changed_since", "fitted_state"]

_MOST_BYTES = 16 << 20  # of arrays that are looked at
_DEEPEST = 4
_PLAIN = (int, float, bool, str, type(None))


def fitted_state(estimator: Any) -> dict[str, Any]:
    """Return what a fit left in an estimator and in its parts, by attribute."""
    state: dict[str, Any] = {}
    left = _MOST_BYTES
    for path, value in _attributes(estimator, "", 0):
        if type(value) in _PLAIN:
            state[path] = value
            continue
        size = value.nbytes
        if size > left or value.dtype.hasobject:
            continue
        left -= size
        data = value if value.flags.c_contiguous else value.copy()
        state[path] = (xxh3_64_intdigest(data), value.shape)
    return state


def changed_since(before: dict[str, Any], estimator: Any) -> tuple[str, ...]:
    """Return the attributes that are not what they were."""
    after = fitted_state(estimator)
    return tuple(p for p, v in before.items() if p in after and not _same(v, after[p]))


def _same(one: Any, other: Any) -> bool:
    return bool(one == other or (one != one and other != other))  # noqa: PLR0124 - NaN stays NaN


def _attributes(estimator: Any, before: str, depth: int) -> Iterator[tuple[str, Any]]:
    attributes = getattr(estimator, "__dict__", None)
    if type(attributes) is not dict or depth > _DEEPEST:
        return
    for name, value in attributes.items():
        path = f"{before}{name}"
        if (name.endswith("_") and type(value) in _PLAIN) or (
            type(value).__module__ == "numpy" and type(value).__name__ == "ndarray"
        ):
            yield path, value
        elif hasattr(type(value), "get_params"):
            yield from _attributes(value, f"{path}.", depth + 1)
        elif name == "steps" and type(value) is list:
            for step in value:
                if type(step) is tuple and len(step) == 2:
                    yield from _attributes(step[1], f"{path}.{step[0]}.", depth + 1)
