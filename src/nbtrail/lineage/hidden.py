"""What a statement uses without naming it: ``_``, names in texts, open files, pyplot's figure."""

from __future__ import annotations

import ast
import io
import os
import re
import sys
from collections.abc import Callable, Collection, Iterable, Mapping
from types import FunctionType, ModuleType
from typing import Any

from nbtrail.capture.audit import database_of
from nbtrail.lineage.names import StatementNames
from nbtrail.lineage.objects import is_notebooks
from nbtrail.lineage.walk import Reach

__all__ = ["current_figure", "draws", "names_in_text", "open_files", "with_shown"]

_TEXT_LIMIT = 10_000
_DYNAMIC = frozenset({"exec", "eval", "globals", "locals", "vars", "compile"})
_TABLES = re.compile(r"\b(?:from|join|into|update|table)\s+([^\W\d]\w*)", re.IGNORECASE)
_DRAWING = frozenset({"matplotlib.pyplot", "pylab", "matplotlib.pylab"})
_UNDERSCORES = ("_", "__", "___")
_DRAWERS = frozenset({"plot", "hist", "boxplot", "scatter_matrix"})


def names_in_text(text: str, loads: Collection[str]) -> set[str]:
    """Return words of a string that ``exec``, ``eval``, ``df.query`` or SQL could look up.

    Parameters
    ----------
    loads : collection of str
        The names that the statement loads.
    """
    if len(text) > _TEXT_LIMIT:
        return set()
    if not _DYNAMIC.isdisjoint(loads) or "@" in text or "get_ipython" in loads:
        return set(re.findall(r"[^\W\d]\w*", text))
    if " " not in text and "\n" not in text:
        return set()
    return set(_TABLES.findall(text))  # of a query: duckdb finds frames by their names


def with_shown(node: ast.stmt, names: StatementNames, namespace: Mapping[str, Any]) -> set[str]:
    """Return the names that a statement loads, what it takes from ``_`` and ``Out`` as ``_N``."""
    loads = set(names.loads)
    for name in _UNDERSCORES:
        if name in loads and name in namespace and name not in names.stores:
            shown = _shown_as(namespace, name)
            if shown is not None:
                loads.discard(name)
                loads.add(shown)
    if "Out" in loads or "_oh" in loads:
        loads |= {f"_{n}" for n in _subscripts(node) if f"_{n}" in namespace}
    return loads


def classes_behind(
    binds: set[str],
    reads: set[str],
    before: Collection[str],
    namespace: Mapping[str, Any],
    reach: Callable[[str], Reach],
) -> set[str]:
    """Return names of classes of the notebook that only the new values of a statement reach.

    What was pickled finds its class without anybody naming it.
    """
    if not binds:
        return set()
    classes = {
        id(value): name
        for name, value in namespace.items()
        if issubclass(type(value), type) and name in before and is_notebooks(value)
    }
    if not classes:
        return set()

    def behind(names: set[str]) -> set[str]:
        return {
            classes[key]
            for name in names & namespace.keys()
            for key in reach(name).keys & classes.keys()
        }

    return behind(binds) - binds - behind(reads)


def open_files(reaches: Iterable[Reach]) -> set[str]:
    """Return the paths of files that are open or mapped for writing, and of databases."""
    found: set[str] = set()
    for reach in reaches:
        for value, shape in reach.states:
            if shape.opaque or type(value).__name__ == "memmap":
                found.add(_path_of(value))
    return found - {"", ":memory:"}


def _path_of(value: Any) -> str:
    kind = type(value)
    try:
        if issubclass(kind, io.IOBase):
            name = value.name if not value.closed and value.writable() else ""
            is_file = isinstance(name, str) and os.path.isfile(name)  # noqa: PTH113
            return os.path.abspath(name) if is_file else ""  # noqa: PTH100
        if kind.__module__ == "numpy" and kind.__name__ == "memmap":
            return str(value.filename or "") if value.mode in {"w+", "r+"} else ""
        if kind.__module__ == "sqlite3":
            return database_of(getattr(value, "connection", value))
    except Exception:
        return ""
    return ""


def current_figure() -> Any:
    """Return the figure that pyplot draws on now; None without one."""
    helpers = sys.modules.get("matplotlib._pylab_helpers")
    try:
        manager = helpers.Gcf.get_active() if helpers is not None else None
        return manager.canvas.figure if manager is not None else None
    except Exception:
        return None


def draws(names: Collection[str], attributes: Collection[str], values: Mapping[str, Any]) -> bool:
    """Say whether a statement may draw on the figure that pyplot holds.

    Parameters
    ----------
    names : collection of str
        What it reads, in the namespace `values`.
    attributes : collection of str
        The attributes that it asks for.
    """
    if "matplotlib.pyplot" not in sys.modules:
        return False
    if not _DRAWERS.isdisjoint(attributes):
        return True
    return any(_module_name(values.get(name)) in _DRAWING for name in names)


def _module_name(value: Any) -> str:
    kind = type(value)
    if issubclass(kind, ModuleType):
        name = ModuleType.__getattribute__(value, "__dict__").get("__name__", "")
        return "pylab" if name == "seaborn" else str(name)
    return str(value.__module__) if kind is FunctionType else ""


def _shown_as(namespace: Mapping[str, Any], name: str) -> str | None:
    """Return the ``_N`` that an underscore name stands for, when the shell bound it."""
    shown = namespace.get("_oh")
    if type(shown) is not dict:
        return None
    numbers = [n for n, value in shown.items() if value is namespace[name]]
    return f"_{numbers[-1]}" if numbers else None


def _subscripts(node: ast.AST) -> Iterable[int]:
    for part in ast.walk(node):
        if isinstance(part, ast.Subscript) and isinstance(part.value, ast.Name):
            index = part.slice
            if isinstance(index, ast.Constant) and isinstance(index.value, int):
                yield index.value
