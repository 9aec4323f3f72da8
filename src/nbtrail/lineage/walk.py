"""The objects that names reach: which of them changed, who shares them, what code they hold."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import CodeType, FunctionType, GeneratorType
from typing import Any

from nbtrail.lineage.shape import LEAVES, Shape, outline_of, same, shape_of

__all__ = ["Reach", "changed", "reach_of"]

_NODES = 4000  # objects visited from one name
_LEAVES = frozenset(LEAVES)


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
        if shape.anchor is not None:
            reach.keys.add(shape.anchor)
        if type(current) is FunctionType:
            if current.__globals__ is namespace:
                reach.codes.append(current.__code__)
        elif type(current) is GeneratorType and current.gi_frame is not None:
            reach.codes.append(current.gi_code)
        reach.opaque = reach.opaque or shape.opaque
        if states:
            reach.states.append((current, shape))
        todo += shape.children
    return reach


def changed(reaches: Iterable[Reach], *, classes: bool) -> set[int]:
    """Return the keys of the objects that are not as they were when walked.

    Parameters
    ----------
    classes : bool
        Look at classes too. Libraries set attributes of the user's classes on their own
        account, so they count only where the statement stores an attribute.
    """
    found: set[int] = set()
    seen: set[int] = set()
    for reach in reaches:
        for value, shape in reach.states:
            if id(value) in seen or (not classes and issubclass(type(value), type)):
                continue
            seen.add(id(value))
            if shape.state is not None and not same(shape.state, shape_of(value).state):
                found.add(id(value))
                if shape.anchor is not None:
                    found.add(shape.anchor)
    return found
