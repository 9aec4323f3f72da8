"""Hyperparameters of an estimator, with the ones that differ from its defaults marked."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import Any

from nbtrail.entities.run import Param

__all__ = ["class_name", "estimator_params", "param_text"]

_MISSING = object()
_LONGEST = 500  # characters of a text


def class_name(value: Any) -> str:
    """Return the importable name of a value's class."""
    return f"{type(value).__module__}.{type(value).__qualname__}"


def param_text(value: Any) -> str:
    """Write a hyperparameter's value as text.

    Numbers, strings, None and small collections of them as Python would print them;
    estimators by class; arrays by shape; functions by name. Never more than a few
    hundred characters, and never the contents of user objects.
    """
    if isinstance(value, str) and len(value) > _LONGEST:
        return repr(value[:_LONGEST]) + "..."
    if value is None or isinstance(value, (bool, int, float, str)):
        return repr(value)
    # Before the duck typing: the class np.float64, a default of many encoders, has a `shape` too.
    if inspect.isroutine(value) or inspect.isclass(value):
        return f"{value.__module__}.{value.__qualname__}"
    if hasattr(value, "get_params"):
        return type(value).__name__
    if hasattr(value, "dtype") and hasattr(value, "shape"):
        return repr(value.item()) if value.shape == () else f"array{tuple(value.shape)}"
    if isinstance(value, (list, tuple)):
        inner = ", ".join(param_text(item) for item in value[:20])
        inner += ", ..." if len(value) > 20 else ""
        return f"[{inner}]" if isinstance(value, list) else f"({inner}{',' * (len(value) == 1)})"
    if isinstance(value, Mapping):
        items = list(value.items())[:20]
        return "{" + ", ".join(f"{k!r}: {param_text(v)}" for k, v in items) + "}"
    return f"<{type(value).__qualname__}>"


def estimator_params(estimator: Any) -> tuple[Param, ...]:
    """Return all parameters of an estimator, nested ones included, and its class.

    The first is ``model``, the class with the classes of its parts
    (``Pipeline(StandardScaler, Ridge)``); parameters of the parts follow as ``step__param``.
    """
    values: Mapping[str, Any] = estimator.get_params(deep=True)
    params = [Param("model", repr(_described(estimator)), "estimator")]
    defaults: dict[str, Mapping[str, Any]] = {}
    for key in sorted(values):
        value = values[key]
        if _is_steps(value) or hasattr(value, "get_params"):
            continue
        owner_key, _, name = key.rpartition("__")
        if owner_key not in defaults:
            owner = values.get(owner_key, _MISSING) if owner_key else estimator
            defaults[owner_key] = _defaults(owner)
        default = defaults[owner_key].get(name, _MISSING)
        params.append(Param(key, param_text(value), "estimator", _equal(value, default)))
    return tuple(params)


def _described(estimator: Any) -> str:
    parts = [
        type(value).__name__
        for value in estimator.get_params(deep=False).values()
        if hasattr(value, "get_params")
    ]
    for name in ("steps", "transformers", "estimators"):
        steps = getattr(estimator, name, None)
        if isinstance(steps, list) and _is_steps(steps):
            parts += [type(step[1]).__name__ for step in steps if hasattr(step[1], "get_params")]
    return type(estimator).__name__ + (f"({', '.join(parts)})" if parts else "")


def _is_steps(value: Any) -> bool:
    return isinstance(value, list) and any(
        isinstance(item, tuple) and any(hasattr(part, "get_params") for part in item)
        for item in value
    )


def _defaults(owner: Any) -> Mapping[str, Any]:
    if owner is _MISSING:
        return {}
    try:
        parameters = inspect.signature(type(owner).__init__).parameters
    except (TypeError, ValueError):
        return {}
    return {p.name: p.default for p in parameters.values() if p.default is not p.empty}


def _equal(value: Any, default: Any) -> bool:
    if value is default:
        return True
    try:
        return type(value) is type(default) and bool(value == default)
    except Exception:
        return False
