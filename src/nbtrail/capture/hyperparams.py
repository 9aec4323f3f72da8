"""Hyperparameters of an estimator, with the ones that differ from its defaults marked."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Mapping
from enum import Enum
from itertools import islice
from types import BuiltinFunctionType, FunctionType, MethodType
from typing import Any

from nbtrail.entities.run import Param

__all__ = ["class_name", "estimator_params", "param_text", "text_of"]

_MISSING = object()
_LONGEST = 500  # characters of a text
_MOST_BITS = 1024  # of a whole number that is written out
_DEEPEST = 4  # levels of collections
_PRINTED = frozenset({"pathlib", "datetime", "decimal", "fractions", "uuid"})
_ARRAYS = frozenset({"pandas", "polars", "pyarrow", "scipy", "torch", "jax", "cupy"})
_PLAIN = (str, bytes, int, float, complex, bool, list, tuple, dict)


def class_name(value: Any) -> str:
    """Return the importable name of a value's class."""
    return f"{type(value).__module__}.{type(value).__qualname__}"


def param_text(value: Any) -> str:
    """Write a hyperparameter's value as text.

    Numbers, strings, None and small collections of them as Python would print them;
    estimators by class; arrays by shape; functions by name. Never more than a few hundred
    characters, and nothing that the user wrote is called for it: their classes may take a
    minute to print, or fail.
    """
    try:
        return _text(value, 0)
    except Exception:  # a kind that nobody has thought of: the fit itself is what counts
        return f"<{type(value).__qualname__}>"


def text_of(value: Any) -> str:
    """Return a text as it is, and anything else as `param_text` writes it."""
    kind = type(value)  # isinstance would ask an object of the user for its class
    return str.__str__(value) if issubclass(kind, str) else param_text(value)


def _text(value: Any, depth: int) -> str:
    kind = type(value)
    if kind is str:
        return repr(value) if len(value) <= _LONGEST else repr(value[:_LONGEST]) + "..."
    if kind is int and value.bit_length() > _MOST_BITS:
        return f"{hex(value)[:40]}... ({value.bit_length()} bits)"
    if value is None or kind in (bool, int, float, complex, bytes):
        return repr(value)[: 2 * _LONGEST]
    # Before the duck typing: the class np.float64, a default of many encoders, has a `shape` too.
    if issubclass(kind, type) or _is_routine(kind):
        return f"{_name(value.__module__)}.{_name(value.__qualname__)}"
    if kind.__module__ == "numpy":
        return _numpy_text(value, depth)
    if hasattr(kind, "get_params"):
        return kind.__name__
    if kind in (list, tuple) and depth < _DEEPEST:
        inner = ", ".join(_text(item, depth + 1) for item in value[:20])
        inner += ", ..." if len(value) > 20 else ""
        return f"[{inner}]" if kind is list else f"({inner}{',' * (len(value) == 1)})"
    if kind is dict and depth < _DEEPEST:
        pairs = (
            f"{_text(k, depth + 1)}: {_text(v, depth + 1)}" for k, v in islice(value.items(), 20)
        )
        return "{" + ", ".join(pairs) + "}"
    return _other_text(value, kind, depth)


def _is_routine(kind: type) -> bool:
    """Say whether objects of this type are functions or methods, those of Cython included."""
    known = issubclass(kind, (FunctionType, BuiltinFunctionType, MethodType))
    return known or (hasattr(kind, "__get__") and not hasattr(kind, "__set__"))


def _other_text(value: Any, kind: type, depth: int) -> str:
    library = kind.__module__.partition(".")[0]
    if library in _PRINTED:
        return repr(str(value)) if library == "pathlib" else f"{kind.__name__}({value})"
    if library in _ARRAYS and type(shape := getattr(value, "shape", None)) is tuple:
        return f"array{shape}"
    if issubclass(kind, Enum):
        return f"{kind.__qualname__}.{vars(value).get('_name_', '?')}"
    # of a class of the user that is a number or a text: what it is underneath
    if issubclass(kind, str):
        return _text(str.__str__(value), depth)
    if issubclass(kind, int):
        return _text(int.__add__(value, 0), depth)
    if issubclass(kind, float):
        return _text(float.__add__(value, 0.0), depth)
    return f"<{kind.__qualname__}>"


def _numpy_text(value: Any, depth: int) -> str:
    kind = type(value)
    if kind.__name__ == "ufunc":
        return f"numpy.{value.__name__}"
    if not hasattr(kind, "ndim"):
        return f"<{kind.__qualname__}>"
    if value.ndim == 0:
        item = value.item()
        return _text(item, depth) if type(item).__module__ == "builtins" else f"<{value.dtype}>"
    return f"array{tuple(value.shape)}"


def _name(name: Any) -> str:
    return name if type(name) is str else "?"


def estimator_params(estimator: Any) -> tuple[Param, ...]:
    """Return all parameters of an estimator, nested ones included, and its class.

    The first is ``model``, the class with the classes of its parts
    (``Pipeline(StandardScaler, Ridge)``); parameters of the parts follow as ``step__param``.
    """
    values = _values(estimator)
    params = [Param("model", repr(_described(estimator)), "estimator")]
    defaults: dict[str, Mapping[str, Any]] = {}
    for key in sorted(values):
        value = values[key]
        if _is_steps(value) or _is_estimator(value):
            continue
        owner_key, _, name = key.rpartition("__")
        if owner_key not in defaults:
            owner = values.get(owner_key, _MISSING) if owner_key else estimator
            defaults[owner_key] = {} if owner is _MISSING else _defaults(type(owner))  # type: ignore[arg-type]
        default = defaults[owner_key].get(name, _MISSING)
        params.append(Param(key, param_text(value), "estimator", _equal(value, default)))
    return tuple(params)


def _values(estimator: Any, *, deep: bool = True) -> Mapping[str, Any]:
    """Return the parameters, as far as the user's classes keep to the rules of `get_params`."""
    try:
        values: Mapping[str, Any] = estimator.get_params(deep=deep)
    except (Exception, SystemExit):  # whatever their code raises
        return _values(estimator, deep=False) if deep else {}
    return values


def _is_estimator(value: Any) -> bool:
    return hasattr(type(value), "get_params")


def _described(estimator: Any) -> str:
    shallow = _values(estimator, deep=False)
    parts = [type(value).__name__ for value in shallow.values() if _is_estimator(value)]
    for name in ("steps", "transformers", "estimators"):
        steps = getattr(estimator, name, None)
        if isinstance(steps, list) and _is_steps(steps):
            parts += [type(step[1]).__name__ for step in steps if _is_estimator(step[1])]
    return type(estimator).__name__ + (f"({', '.join(parts)})" if parts else "")


def _is_steps(value: Any) -> bool:
    return isinstance(value, list) and any(
        isinstance(item, tuple) and any(map(_is_estimator, item)) for item in value
    )


@functools.lru_cache(maxsize=256)
def _defaults(kind: type) -> Mapping[str, Any]:
    """Return the defaults of a class's parameters."""
    defaults: dict[str, Any] = {}
    for cls in reversed(kind.__mro__):  # xgboost's classes pass most on to their base
        initialise = vars(cls).get("__init__")
        if not inspect.isfunction(initialise):
            continue
        try:
            parameters = inspect.signature(initialise).parameters.values()
        except (TypeError, ValueError):
            continue
        if all(p.kind is not p.VAR_KEYWORD for p in parameters):
            defaults.clear()
        defaults |= {p.name: p.default for p in parameters if p.default is not p.empty}
    return defaults


def _equal(value: Any, default: Any) -> bool:
    if value is default:
        return True
    # by their text: comparing asks the user's objects, and is False for NaN
    kind = type(value)
    return kind in _PLAIN and kind is type(default) and param_text(value) == param_text(default)
