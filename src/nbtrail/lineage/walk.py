"""The objects that names reach: which of them changed, who shares them, what code they hold."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from types import AsyncGeneratorType, CodeType, CoroutineType, FunctionType, GeneratorType
from typing import Any

from nbtrail.lineage.datashape import is_table
from nbtrail.lineage.objects import outline_of, shape_of
from nbtrail.lineage.shape import LEAVES, Shape, same

__all__ = ["Reach", "changed", "reach_of"]

_NODES = 4000  # objects visited from one name
_LEAVES = frozenset(LEAVES)
_SUSPENDED: dict[type, tuple[str, str]] = {
    GeneratorType: ("gi_frame", "gi_code"),
    AsyncGeneratorType: ("ag_frame", "ag_code"),
    CoroutineType: ("cr_frame", "cr_code"),
}


@dataclass(slots=True)
class Reach:
    """What one value reaches.

    Attributes
    ----------
    keys : set of int
        Ids of the mutable objects and of the memory that arrays share.
    codes : list of CodeType
        Code of notebook functions and generators among them.
    states : list of (object, Shape)
        The objects with what was seen; empty when only keys were asked for.
    cut : bool
        There was more than could be looked at.
    opaque : bool
        Something among it can't be seen through.
    """

    keys: set[int] = field(default_factory=set)
    codes: list[CodeType] = field(default_factory=list)
    states: list[tuple[Any, Shape]] = field(default_factory=list)
    cut: bool = False
    opaque: bool = False


def reach_of(value: Any, namespace: Mapping[str, Any], *, states: bool, until: float) -> Reach:
    """Walk from one value.

    Parameters
    ----------
    namespace : mapping
        The notebook's: functions with these globals are the notebook's own.
    states : bool
        Keep the shapes, so that :func:`changed` can compare them later. They hold the
        objects alive: use it for the length of a statement only.
    until : float
        `time.perf_counter` value at which to give up.
    """
    reach = Reach()
    look = shape_of if states else outline_of
    todo = [value] if type(value) not in _LEAVES else []
    while todo:
        current = todo.pop()
        if id(current) in reach.keys:
            continue
        if len(reach.keys) >= _NODES or (
            len(reach.keys) & 63 == 63 and time.perf_counter() > until
        ):
            reach.cut = True
            break
        shape = look(current)
        reach.keys.add(id(current))
        reach.keys.update(shape.anchors)
        code = _code_of(current, namespace)
        if code is not None:
            reach.codes.append(code)
        reach.opaque = reach.opaque or shape.opaque
        if states:
            reach.states.append((current, shape))
        todo += shape.children
    return reach


def changed(reaches: Iterable[Reach], attributes: Collection[str] | None) -> set[int]:
    """Return the keys of the objects that are not as they were when walked.

    Parameters
    ----------
    attributes : collection of str or None
        The attributes of classes that count; None for all of them. Libraries set attributes
        of the user's classes on their own account.
    """
    found: set[int] = set()
    seen: set[int] = set()
    for reach in reaches:
        for value, shape in reach.states:
            if id(value) in seen:
                continue
            seen.add(id(value))
            if shape.state is None or same(shape.state, shape_of(value).state, attributes):
                continue
            found.add(id(value))
            if not is_table(value):  # what is written to a table goes to memory of its own
                found.update(shape.anchors)
    return found


def _code_of(value: Any, namespace: Mapping[str, Any]) -> CodeType | None:
    """Return the code of a function or generator of the notebook."""
    kind = type(value)
    if kind is FunctionType:
        return value.__code__ if value.__globals__ is namespace else None
    names = _SUSPENDED.get(kind)
    if names is None or getattr(value, names[0]) is None:
        return None
    code: CodeType = getattr(value, names[1])
    return code
