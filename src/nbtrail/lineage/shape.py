"""What one look at an object gives: a state that tells a change, and what the object holds.

A state is cheap, shallow and compared by :func:`same`. Where no such state exists (handles of
C libraries, open files, arrays beyond the limit), the shape says ``opaque`` and the caller
falls back to what the syntax lets it fear.
"""

from __future__ import annotations

import types
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

__all__ = ["LEAF", "LEAVES", "Members", "Refs", "Shape", "contents", "same"]

LEAVES: tuple[type, ...] = (
    type(None),
    bool,
    int,
    float,
    complex,
    str,
    bytes,
    range,
    slice,
    type(...),
    types.MethodDescriptorType,
    types.WrapperDescriptorType,
    types.CodeType,
)
_LEAF_SET = frozenset(LEAVES)


@dataclass(frozen=True, slots=True)
class Shape:
    """State and contents of one object; `anchors` are the ids of the memory it shares."""

    state: Any = None
    children: tuple[Any, ...] = ()
    opaque: bool = False
    anchors: tuple[int, ...] = ()


LEAF = Shape()


@dataclass(frozen=True, slots=True, eq=False)
class Refs:
    """Objects held by reference, so that their ids can't be given to others meanwhile."""

    items: tuple[Any, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Members:
    """Attributes of a class, by name."""

    items: Mapping[str, Any]

    def differing(self, other: Members) -> set[str]:
        """Return the names of the attributes that are not the same objects."""
        mine, theirs = self.items, other.items
        return {
            name
            for name in mine.keys() | theirs.keys()
            if name not in mine or name not in theirs or mine[name] is not theirs[name]
        }


def same(before: Any, after: Any, attributes: Collection[str] | None = None) -> bool:
    """Compare two states: tuples by the identity of their items, the rest by equality.

    Parameters
    ----------
    attributes : collection of str, optional
        The attributes of classes that count; all of them when absent. Libraries set
        attributes of the user's classes on their own account.
    """
    if type(before) is not type(after):
        return False
    if isinstance(before, Refs):
        if len(before.items) != len(after.items):
            return False
        return all(a is b for a, b in zip(before.items, after.items, strict=True))
    if isinstance(before, Members):
        differing = before.differing(after)
        return not (differing if attributes is None else differing & set(attributes))
    return bool(before == after)


def contents(items: Any) -> tuple[Any, ...]:
    """Return the items that are made of something."""
    return tuple(i for i in items if type(i) not in _LEAF_SET)
