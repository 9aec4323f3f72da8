"""Attributes that others add to the classes of data libraries: accessors, and methods on top.

``import hvplot.pandas``, ``tqdm.pandas()`` or a decorator change what every frame can do, and
nothing that uses it names who did so.
"""

from __future__ import annotations

import sys
from types import FunctionType
from typing import Any

__all__ = ["added_attributes"]

_CLASSES = {
    "pandas": ("DataFrame", "Series", "Index"),
    "polars": ("DataFrame", "LazyFrame", "Series", "Expr"),
    "xarray": ("Dataset", "DataArray"),
}
_counted: dict[str, tuple[int, frozenset[str]]] = {}


def added_attributes() -> frozenset[str]:
    """Return what classes of loaded data libraries have from elsewhere, as dotted names."""
    found: frozenset[str] = frozenset()
    for library, names in _CLASSES.items():
        module = sys.modules.get(library)
        for name in names if module is not None else ():
            kind = getattr(module, "__dict__", {}).get(name)
            if isinstance(kind, type):
                found |= _added_to(f"{library}.{name}", kind)
    return found


def _added_to(name: str, kind: type) -> frozenset[str]:
    number = len(kind.__dict__)
    known = _counted.get(name)
    if known is None or known[0] != number:
        root = name.partition(".")[0]
        found = {f"{name}.{k}" for k, v in tuple(kind.__dict__.items()) if _is_foreign(v, root)}
        known = _counted[name] = (number, frozenset(found))
    return known[1]


def _is_foreign(value: Any, library: str) -> bool:
    """Say whether a function, or the class behind an accessor, is not the library's own."""
    parts = [value]
    if type(value) is not FunctionType:  # the descriptor of an accessor holds its class
        held = getattr(value, "__dict__", {})
        parts += [held[key] for key in ("_accessor", "_ns") if key in held]
    return any(
        str(part.__module__).partition(".")[0] not in {library, "builtins"}
        for part in parts
        if type(part) is FunctionType or isinstance(part, type)
    )
