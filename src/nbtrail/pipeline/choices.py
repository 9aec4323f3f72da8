"""Values that somebody chose for the parameters of an exported script, as text."""

from __future__ import annotations

import ast
import difflib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from nbtrail.entities.pipeline import PipelineParam
from nbtrail.entities.retraining import ChosenParam
from nbtrail.exceptions import UsageError

__all__ = ["argument", "as_text", "choose", "parse_values"]

_TRUTH = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
_READ: dict[str, tuple[Callable[[str], Any], str]] = {
    "bool": (lambda text: _TRUTH[text.strip().lower()], "true or false"),
    "int": (int, "a whole number"),
    "float": (float, "a number"),
    "str": (str, "a text"),
}


def choose(params: Sequence[PipelineParam], given: Mapping[str, str]) -> tuple[ChosenParam, ...]:
    """Return each parameter with the value that it will get, and what is wrong with it.

    Raises
    ------
    UsageError
        When one is given that the script does not have.
    """
    names = [param.name for param in params]
    unknown = [name for name in given if name not in names]
    if unknown:
        near = difflib.get_close_matches(unknown[0], names, 3) or names
        has = f"It has {', '.join(near)}." if names else "It has none."
        raise UsageError(f"The pipeline has no parameter {unknown[0]!r}. {has}")
    return tuple(_chosen(param, given.get(param.name)) for param in params)


def parse_values(texts: Iterable[str]) -> dict[str, str]:
    """Split each ``NAME=VALUE``.

    Raises
    ------
    UsageError
        For a text without ``=``, or without a name.
    """
    given: dict[str, str] = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals or not name.strip():
            raise UsageError(f"The value of a parameter is written NAME=VALUE, but got {text!r}.")
        # the name in the script or its flag: n_estimators, n-estimators
        given[name.strip().replace("-", "_")] = value
    return given


def as_text(value: Any) -> str:
    """Return a value as somebody types it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else repr(value)


def argument(param: ChosenParam) -> str:
    """Return how the script is told a value."""
    if param.type == "bool":
        return param.flag if _TRUTH[param.value] else f"--no-{param.flag[2:]}"
    return f"{param.flag}={param.value}"


def _chosen(param: PipelineParam, text: str | None) -> ChosenParam:
    recorded = _text(param)
    flag = param.flag or "--" + param.name.replace("_", "-")
    as_recorded = ChosenParam(param.name, param.type, flag, param.help, recorded, recorded)
    if text is None or text == recorded:
        return as_recorded
    read, kind = _READ.get(param.type, _READ["str"])
    try:
        value = read(text)
    except (ValueError, KeyError):
        problem = f"{param.name} must be {kind}, but got {text[:60]!r}."
        return replace(as_recorded, value=text, changed=True, problem=problem)
    if "\0" in text:
        problem = f"{param.name} can't hold a zero character."
        return replace(as_recorded, value=text, changed=True, problem=problem)
    if repr(value) == repr(read(recorded)):
        return as_recorded
    plain = as_text(value)
    return replace(as_recorded, value=plain, changed=True)


def _text(param: PipelineParam) -> str:
    if param.type == "float":
        return param.value  # NaN and the infinities are no literals
    return as_text(ast.literal_eval(param.value))
