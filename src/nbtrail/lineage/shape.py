"""What one object is made of: a state that tells a change, and the objects it holds.

A state is cheap, shallow and compared by :func:`same`. Where no such state exists (handles of
C libraries, open files, arrays beyond the limit), the shape says ``opaque`` and the caller
falls back to what the syntax lets it fear.
"""

from __future__ import annotations

import functools
import gc
import random
import sys
import types
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import xxhash

__all__ = ["LEAVES", "Shape", "outline_of", "same", "shape_of"]

_ARRAY_LIMIT = 16 << 20  # bytes hashed per array: about a millisecond
_LONG = 20_000  # elements of a container looked at one by one

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
    types.BuiltinFunctionType,
    types.MethodDescriptorType,
    types.WrapperDescriptorType,
    types.CodeType,
)
# C objects that never change once made
_FROZEN_ROOTS = frozenset(
    {"re", "datetime", "decimal", "fractions", "pathlib", "zoneinfo", "uuid", "enum", "operator"}
)
_FROZEN_MODULES = frozenset({"sklearn.tree._tree", "sklearn._loss._loss", "pyarrow.lib"})


@dataclass(frozen=True, slots=True)
class Shape:
    """State and contents of one object; `anchor` is the id of the memory it shares."""

    state: Any = None
    children: tuple[Any, ...] = ()
    opaque: bool = False
    anchor: int | None = None


_LEAF = Shape()


def shape_of(value: Any) -> Shape:
    """Look at one object; never raises."""
    kind = type(value)
    if kind in _LEAF_SET:
        return _LEAF
    try:
        known = _BY_TYPE.get(kind)
        if known is not None:
            return known(value)
        return _library_shape(value, kind)
    except Exception:
        return Shape(opaque=True)


def outline_of(value: Any) -> Shape:
    """Look at one object without the content of arrays, which takes long to hash."""
    numpy = sys.modules.get("numpy")
    if numpy is not None and type(value) is numpy.ndarray and not value.dtype.hasobject:
        return Shape(anchor=id(_memory_owner(value)))
    return shape_of(value)


def same(before: Any, after: Any) -> bool:
    """Compare two states: tuples by the identity of their items, the rest by equality."""
    if isinstance(before, _Refs) and isinstance(after, _Refs):
        if len(before.items) != len(after.items):
            return False
        return all(a is b for a, b in zip(before.items, after.items, strict=True))
    if type(before) is not type(after):
        return False
    return bool(before == after)


@dataclass(frozen=True, slots=True, eq=False)
class _Refs:
    """Objects held by reference, so that their ids can't be given to others meanwhile."""

    items: tuple[Any, ...]


def _contents(items: Any) -> tuple[Any, ...]:
    return tuple(i for i in items if type(i) not in _LEAF_SET)


def _list(value: Any) -> Shape:
    items = tuple(value)
    return Shape(_Refs(items), _contents(items[:_LONG]))


def _tuple(value: tuple[Any, ...]) -> Shape:
    return Shape(None, _contents(value[:_LONG]))


def _dict(value: Mapping[Any, Any]) -> Shape:
    items = (*value.keys(), *value.values())
    return Shape(_Refs(items), _contents(items[: 2 * _LONG]))


def _set(value: set[Any]) -> Shape:
    ordered = tuple(sorted(value, key=id))
    return Shape(_Refs(ordered), _contents(ordered[:_LONG]))


def _function(value: types.FunctionType) -> Shape:
    if value.__module__ != "__main__" and value.__globals__.get("__name__") != "__main__":
        return _LEAF  # a library's: what it keeps in its closures is its own affair
    cells = tuple(c.cell_contents for c in value.__closure__ or () if _filled(c))
    defaults = (*(value.__defaults__ or ()), *(value.__kwdefaults__ or {}).values())
    extra = tuple(value.__dict__.values())
    held = (*cells, *defaults, *extra)
    return Shape(_Refs((value.__code__, *held)), _contents(held))


def _filled(cell: types.CellType) -> bool:
    try:
        return cell.cell_contents is not cell
    except ValueError:
        return False


def _method(value: types.MethodType) -> Shape:
    return Shape(None, (value.__self__, value.__func__))


def _partial(value: functools.partial[Any]) -> Shape:
    return Shape(None, _contents((value.func, *value.args, *value.keywords.values())))


def _generator(value: types.GeneratorType[Any, Any, Any]) -> Shape:
    frame = value.gi_frame
    if frame is None:
        return Shape(-1)
    held = tuple(frame.f_locals.values())
    return Shape((frame.f_lasti, len(held), tuple(map(id, held))), _contents(held))


def _class(value: type) -> Shape:
    if value.__module__ != "__main__":
        return _LEAF
    items = {k: v for k, v in vars(value).items() if k not in {"__dict__", "__weakref__"}}
    held = tuple(items.values())
    return Shape(
        _Refs(held),
        (*_contents(held), *(b for b in value.__bases__ if b.__module__ == "__main__")),
    )


def _module(value: types.ModuleType) -> Shape:
    return Shape(_Refs((getattr(value, "__spec__", None),)))


_BY_TYPE: dict[type, Callable[[Any], Shape]] = {
    list: _list,
    tuple: _tuple,
    dict: _dict,
    set: _set,
    frozenset: lambda value: Shape(None, _contents(value)),
    types.FunctionType: _function,
    types.MethodType: _method,
    functools.partial: _partial,
    types.GeneratorType: _generator,
    type: _class,
    types.ModuleType: _module,
    types.MappingProxyType: _dict,
    bytearray: lambda value: Shape(xxhash.xxh3_64_intdigest(value)),
}
_LEAF_SET = frozenset(LEAVES)


def _library_shape(value: Any, kind: type) -> Shape:
    module = kind.__module__
    root = module.partition(".")[0]
    if root in _FROZEN_ROOTS or module in _FROZEN_MODULES:
        return _LEAF
    if root == "numpy":
        found = _numpy(value)
        if found is not None:
            return found
    if root == "pandas":
        found = _pandas(value)
        if found is not None:
            return found
    if root == "torch" and hasattr(kind, "_version"):
        return Shape((int(value._version), value.data_ptr()))  # noqa: SLF001
    if issubclass(kind, random.Random):
        return Shape(hash(value.getstate()))
    if issubclass(kind, type):
        return _class(value)
    return _instance(value, kind)


def _instance(value: Any, kind: type) -> Shape:
    held: list[Any] = []
    attributes = _attributes(value, kind)
    if attributes is not None:
        held += (*dict.keys(attributes), *dict.values(attributes))
    for base in kind.__mro__:
        slots = base.__dict__.get("__slots__", ())
        for name in (slots,) if isinstance(slots, str) else slots:
            slot = base.__dict__.get(name)
            if type(slot) is types.MemberDescriptorType:
                held.append(_filled_slot(slot, value))
    # the methods of the built-in type: those of the user's class are the user's code
    if issubclass(kind, dict):
        held += (*dict.keys(value), *dict.values(value))
    elif issubclass(kind, (list, tuple)):
        held += (list if issubclass(kind, list) else tuple).__iter__(value)
    children = list(_contents(held[: 2 * _LONG]))
    if kind.__module__ == "__main__":
        children.append(kind)
    if held or kind.__module__ == "__main__" or attributes is not None:
        opaque = any(type(h).__module__ == "ctypes" for h in held)
        return Shape(_Refs(tuple(held)), tuple(children), opaque=opaque)
    hint = getattr(kind, "__length_hint__", None)
    referents = _contents(gc.get_referents(value)[:64])
    if hasattr(kind, "__next__") and callable(hint):
        return Shape(hint(value), referents)
    return Shape(None, (*children, *referents), opaque=True)


def _attributes(value: Any, kind: type) -> dict[str, Any] | None:
    """Return the dictionary of an instance without asking the object for it."""
    for base in kind.__mro__:
        found = base.__dict__.get("__dict__")
        if found is not None:
            plain = type(found) is types.GetSetDescriptorType
            return found.__get__(value) if plain else None
    return None


def _filled_slot(slot: types.MemberDescriptorType, value: Any) -> Any:
    try:
        return slot.__get__(value)
    except AttributeError:
        return None


def _numpy(value: Any) -> Shape | None:
    import numpy as np

    if isinstance(value, (np.generic, np.dtype, np.ufunc)):
        return _LEAF
    if isinstance(value, np.ndarray):
        return _array(value)
    if isinstance(value, (np.random.Generator, np.random.BitGenerator, np.random.RandomState)):
        source = value.bit_generator if isinstance(value, np.random.Generator) else value
        state = source.state if isinstance(source, np.random.BitGenerator) else source.get_state()
        anchor = source if source is not value else getattr(value, "_bit_generator", value)
        return Shape(_digest_text(repr(state)), anchor=id(anchor))
    return None


def _array(value: Any) -> Shape:
    owner = _memory_owner(value)
    layout = (value.shape, value.strides, str(value.dtype))
    if value.dtype.hasobject:
        items = tuple(value.ravel()[:_LONG]) if value.dtype.names is None else ()
        return Shape(_Refs((str(layout), *items)), _contents(items), anchor=id(owner))
    if value.nbytes > _ARRAY_LIMIT:
        return Shape((layout, value.ctypes.data), opaque=True, anchor=id(owner))
    if value.dtype.names is not None:  # padding between fields is no content
        parts = tuple(_hash_array(value[name]) for name in value.dtype.names)
    else:
        parts = (_hash_array(value),)
    return Shape((layout, parts), anchor=id(owner))


def _memory_owner(value: Any) -> Any:
    import numpy as np

    owner = value
    while issubclass(type(owner.base), np.ndarray):
        owner = owner.base
    return owner if owner.base is None else owner.base


def _hash_array(value: Any) -> int:
    import numpy as np

    return int(xxhash.xxh3_64_intdigest(np.ascontiguousarray(value).view(np.uint8).data))


def _digest_text(text: str) -> int:
    return int(xxhash.xxh3_64_intdigest(text.encode()))


def _pandas(value: Any) -> Shape | None:
    """Block addresses beside a shallow copy: copy-on-write moves a block that is written to."""
    import pandas as pd

    if isinstance(value, (pd.DataFrame, pd.Series)):
        if int(pd.__version__.partition(".")[0]) < 3:
            return Shape(opaque=True)
        return Shape(_Frame.of(value))
    if isinstance(value, (pd.Index, pd.api.extensions.ExtensionDtype)):
        return _LEAF
    if type(value).__name__ in {"Timestamp", "Timedelta", "Interval", "Period", "NaTType"}:
        return _LEAF
    return None


@dataclass(frozen=True, slots=True, eq=False)
class _Frame:
    """Where the blocks of a frame or series lie; the shallow copy keeps them shared."""

    addresses: tuple[Any, ...]
    held: Any

    @classmethod
    def of(cls, value: Any) -> _Frame:
        manager = value._mgr  # noqa: SLF001
        addresses: list[Any] = [id(axis) for axis in manager.axes]
        addresses += [(a.name,) if hasattr(a, "name") else () for a in manager.axes]
        addresses.append(getattr(value, "name", None) if value.ndim == 1 else None)
        for block in manager.blocks:
            addresses.append((block.mgr_locs.as_array.tobytes(), *_memory(block.values)))
        return cls(tuple(addresses), value.copy(deep=False))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Frame) and bool(self.addresses == other.addresses)

    __hash__ = None  # type: ignore[assignment]


def _memory(values: Any) -> tuple[Any, ...]:
    numpy = sys.modules["numpy"]
    found: list[Any] = []
    names = (
        "_ndarray",
        "_data",
        "_mask",
        "_pa_array",
        "_codes",
        "_left",
        "_right",
        "_sparse_values",
    )
    parts = (
        [values] if isinstance(values, numpy.ndarray) else [getattr(values, n, None) for n in names]
    )
    for part in parts:
        if isinstance(part, numpy.ndarray):
            found.append((part.__array_interface__["data"][0], part.shape, part.strides))
        elif part is not None:
            found.append(id(part))
    return tuple(found)
