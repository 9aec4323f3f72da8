"""What the calls of a statement may do, judged on the live objects they are made on."""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Mapping
from types import ModuleType, WrapperDescriptorType
from typing import Any

from nbtrail.lineage.names import StatementNames, root_name
from nbtrail.lineage.objects import is_notebooks

__all__ = ["configured_packages", "displays_only", "looks_only", "package_of", "suspects"]

# builtins that change none of their arguments (iterators excepted, which are looked at anyway)
_PURE_BUILTINS = frozenset(
    [
        "abs",
        "all",
        "any",
        "bin",
        "bool",
        "bytes",
        "chr",
        "complex",
        "dict",
        "divmod",
        "enumerate",
        "filter",
        "float",
        "format",
        "frozenset",
        "hash",
        "hex",
        "id",
        "int",
        "isinstance",
        "issubclass",
        "len",
        "list",
        "map",
        "max",
        "min",
        "oct",
        "ord",
        "pow",
        "print",
        "range",
        "repr",
        "reversed",
        "round",
        "set",
        "slice",
        "sorted",
        "str",
        "sum",
        "tuple",
        "type",
        "zip",
        "hasattr",
        "callable",
        "dir",
        "vars",
        "display",
    ]
)
_PURE_METHODS = frozenset(
    [
        "head",
        "tail",
        "describe",
        "info",
        "sample",
        "value_counts",
        "nunique",
        "unique",
        "isna",
        "isnull",
        "notna",
        "notnull",
        "mean",
        "median",
        "std",
        "var",
        "sum",
        "min",
        "max",
        "count",
        "corr",
        "cov",
        "quantile",
        "groupby",
        "agg",
        "aggregate",
        "copy",
        "astype",
        "to_numpy",
        "tolist",
        "to_list",
        "to_dict",
        "to_csv",
        "to_parquet",
        "to_string",
        "items",
        "keys",
        "values",
        "plot",
        "hist",
        "boxplot",
        "query",
        "filter",
        "select_dtypes",
        "predict",
        "predict_proba",
        "predict_log_proba",
        "decision_function",
        "transform",
        "score",
        "score_samples",
        "get_params",
        "get_feature_names_out",
        "reshape",
        "ravel",
        "flatten",
        "mode",
        "round",
        "abs",
        "any",
        "all",
        "shape",
        "dtypes",
        "merge",
        "join",
        "isin",
        "format",
        "split",
        "strip",
        "lower",
        "upper",
        "startswith",
        "endswith",
        "replace",
        "get",
        "show",
    ]
)
_PURE_LIBRARIES = frozenset(
    ["pandas", "numpy", "sklearn", "builtins", "matplotlib", "seaborn", "polars", "pyarrow"]
)
_DRAWING = frozenset({"matplotlib", "seaborn"})
_DRAWN = frozenset({"plot", "hist", "boxplot"})
_WRITTEN_TO = frozenset({"inplace", "out", "file", "ax"})
_CONFIG = re.compile(
    r"^(set|use|enable|disable|register|option|filterwarnings|simplefilter|config|init|install|"
    r"patch|reset|seterr|manual_seed|seed)(_|$|[A-Z])"
)
_DISPLAY = frozenset({"print", "display", "pprint"})


def package_of(value: Any) -> str:
    """Return the top-level package that an object, or its class, comes from."""
    if issubclass(type(value), ModuleType):
        name = ModuleType.__getattribute__(value, "__dict__").get("__name__")
    else:
        name = _module_of(value)
    return str(name).partition(".")[0]


def _module_of(value: Any) -> str:
    """Return the module that an object says it is from, unless asking runs the user's code."""
    kind = type(value)
    asks = type(kind.__getattribute__) is not WrapperDescriptorType
    own = None if asks else getattr(value, "__module__", None)
    return own if type(own) is str else str(kind.__module__)


def suspects(names: StatementNames, namespace: Mapping[str, Any]) -> set[str]:
    """Return the names whose object may change: receivers, arguments and functions of calls."""
    found = set(names.touched)
    for call in names.calls:
        if _is_pure(call, namespace):
            continue
        if isinstance(call.func, ast.Name):
            value = namespace.get(call.func.id)
            if value is not None and is_notebooks(value):
                found.add(call.func.id)
        else:
            found |= {n.id for n in ast.walk(call.func) if isinstance(n, ast.Name)}
        for argument in (*call.args, *(k.value for k in call.keywords)):
            found |= {n.id for n in ast.walk(argument) if isinstance(n, ast.Name)}
    return {n for n in found if n in namespace and not issubclass(type(namespace[n]), ModuleType)}


def _is_pure(call: ast.Call, namespace: Mapping[str, Any]) -> bool:
    if any(k.arg in _WRITTEN_TO for k in call.keywords):
        return False
    if isinstance(call.func, ast.Name):
        name = call.func.id
        if name in namespace:
            value = namespace[name]
            return _module_of(value).startswith("sklearn.metrics") and callable(value)
        return name in _PURE_BUILTINS and hasattr(builtins, name)
    if not isinstance(call.func, ast.Attribute) or call.func.attr not in _PURE_METHODS:
        return False
    root = root_name(call.func)
    if root is None:
        return True  # a literal's method: nothing of a name's
    if root not in namespace:
        return False
    package = package_of(namespace[root])
    return package in _PURE_LIBRARIES and not (package in _DRAWING and call.func.attr in _DRAWN)


def configured_packages(
    node: ast.stmt, names: StatementNames, namespace: Mapping[str, Any]
) -> set[str]:
    """Return the packages whose settings a statement may have changed."""
    found: set[str] = set()
    for owner, _ in names.owners:
        found |= _library_of(owner, namespace)
    for target in getattr(node, "targets", []):
        if isinstance(target, ast.Subscript):
            found |= _library_of(target.value, namespace)
    if isinstance(node, ast.ImportFrom) and any(a.name.startswith("enable_") for a in node.names):
        found.add((node.module or "").partition(".")[0])
    for call in names.calls:
        called = call.func.attr if isinstance(call.func, ast.Attribute) else root_name(call.func)
        if called is None or not _CONFIG.match(called) or _is_display_option(call, called):
            continue
        root = root_name(call.func)
        if (
            root is not None
            and root in namespace
            and (issubclass(type(namespace[root]), ModuleType) or isinstance(call.func, ast.Name))
        ):
            package = package_of(namespace[root])
            if package in {"numpy", "random"} and "seed" in called:
                continue  # seen exactly, as random state
            if package not in {"__main__", "builtins"}:
                found.add(package)
    return found


def _library_of(owner: ast.expr, namespace: Mapping[str, Any]) -> set[str]:
    root = root_name(owner)
    value = namespace.get(root) if root is not None else None
    if issubclass(type(value), ModuleType) or (
        issubclass(type(value), type) and value.__module__ != "__main__"
    ):
        return {package_of(value)} - {"os"}  # its variables are seen exactly
    return set()


def _is_display_option(call: ast.Call, called: str) -> bool:
    if called == "set_printoptions":
        return True
    first = call.args[0] if call.args else None
    return isinstance(first, ast.Constant) and str(first.value).startswith(
        ("display.", "plotting.")
    )


def displays_only(node: ast.stmt) -> bool:
    """Say whether a statement can do nothing but show something."""
    if not isinstance(node, ast.Expr):
        return False
    value = node.value
    if isinstance(value, ast.Call) and isinstance(value.func, ast.Name):
        return value.func.id in _DISPLAY and not any(k.arg == "file" for k in value.keywords)
    return not isinstance(value, (ast.Await, ast.Yield, ast.YieldFrom))


def looks_only(node: ast.stmt) -> bool:
    """Say whether a statement shows something by calls that are known to change nothing."""
    if not displays_only(node):
        return False
    named = _DISPLAY | _PURE_BUILTINS
    return all(
        (isinstance(call.func, ast.Name) and call.func.id in named)
        or (isinstance(call.func, ast.Attribute) and call.func.attr in _PURE_METHODS)
        for call in ast.walk(node)
        if isinstance(call, ast.Call)
    )
