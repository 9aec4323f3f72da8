"""A look at one object of Python itself, of the standard library, or of a class of the user's."""

from __future__ import annotations

import array
import collections
import functools
import gc
import io
import random
import types
import weakref
from collections.abc import Callable, Mapping
from typing import Any

import xxhash

from nbtrail.lineage.datashape import array_outline, library_shape
from nbtrail.lineage.shape import LEAF, LEAVES, Members, Refs, Shape, contents

__all__ = ["is_notebooks", "outline_of", "shape_of"]

_LONG = 20_000  # elements of a container looked at one by one
_TEXT_LIMIT = 1 << 20  # characters of a text buffer that are hashed
_LEAF_SET = frozenset(LEAVES)
_CACHED: type = type(functools.lru_cache(len))
_CPYTHON_HEAPTYPE, _CPYTHON_IMMUTABLETYPE = 1 << 9, 1 << 8
# C objects that never change once made
_FROZEN_ROOTS = frozenset(
    {"re", "datetime", "decimal", "fractions", "pathlib", "zoneinfo", "uuid", "enum", "operator"}
)
_FROZEN_MODULES = frozenset({"sklearn.tree._tree", "sklearn._loss._loss", "pyarrow.lib"})
_SEEN_THROUGH = frozenset(
    [
        *(
            object,
            type,
            types.ModuleType,
            int,
            float,
            str,
            bytes,
            dict,
            list,
            tuple,
            set,
            frozenset,
        ),
        *(collections.deque, collections.OrderedDict, collections.defaultdict),
    ]
)


def shape_of(value: Any) -> Shape:
    """Look at one object; never raises."""
    kind = type(value)
    if kind in _LEAF_SET:
        return LEAF
    try:
        known = _BY_TYPE.get(kind)
        if known is not None:
            return known(value)
        return _other(value, kind)
    except Exception:
        return Shape(opaque=True)


def outline_of(value: Any) -> Shape:
    """Look at one object without the content of arrays, which takes long to hash."""
    return array_outline(value) or shape_of(value)


def is_notebooks(value: Any) -> bool:
    """Say whether a function or class was made in the notebook, or holds what was made there."""
    kind = type(value)
    if kind is types.FunctionType:
        mine = value.__module__ == "__main__" or value.__globals__.get("__name__") == "__main__"
        return mine or "<locals>" in value.__qualname__
    if kind is types.BuiltinFunctionType:
        return not issubclass(type(value.__self__), (types.ModuleType, type(None)))
    if issubclass(kind, type):
        return bool(type.__getattribute__(value, "__module__") == "__main__")
    if kind is _CACHED:
        return bool(value.__module__ == "__main__")
    return True


def _list(value: Any) -> Shape:
    items = tuple(value)
    return Shape(Refs(items), contents(items[:_LONG]))


def _dict(value: Mapping[Any, Any]) -> Shape:
    items = (*value.keys(), *value.values())
    return Shape(Refs(items), contents(items[: 2 * _LONG]))


def _set(value: set[Any]) -> Shape:
    ordered = tuple(sorted(value, key=id))
    return Shape(Refs(ordered), contents(ordered[:_LONG]))


def _function(value: types.FunctionType) -> Shape:
    if not is_notebooks(value):
        return LEAF  # a library's: what it keeps in its closures is its own affair
    cells = tuple(c.cell_contents for c in value.__closure__ or () if _filled(c))
    defaults = (*(value.__defaults__ or ()), *(value.__kwdefaults__ or {}).values())
    extra = tuple(value.__dict__.values())
    held = (*cells, *defaults, *extra)
    return Shape(Refs((value.__code__, *held)), contents(held))


def _filled(cell: types.CellType) -> bool:
    try:
        return cell.cell_contents is not cell
    except ValueError:
        return False


def _bound(value: Any) -> Shape:
    """Look at a method of a built-in object: ``xs.append`` holds ``xs``."""
    owner = value.__self__
    return LEAF if isinstance(owner, (types.ModuleType, type)) else Shape(None, contents((owner,)))


def _partial(value: functools.partial[Any]) -> Shape:
    return Shape(None, contents((value.func, *value.args, *value.keywords.values())))


def _generator(value: Any) -> Shape:
    frame = next(
        (getattr(value, n) for n in ("gi_frame", "ag_frame", "cr_frame") if hasattr(value, n)), None
    )
    if frame is None:
        return Shape(-1)
    held = tuple(frame.f_locals.values())
    return Shape((frame.f_lasti, len(held), tuple(map(id, held))), contents(held))


def _class(value: type) -> Shape:
    if type.__getattribute__(value, "__module__") != "__main__":
        return LEAF
    items = {k: v for k, v in vars(value).items() if k not in {"__dict__", "__weakref__"}}
    bases = (b for b in value.__bases__ if b.__module__ == "__main__")
    return Shape(Members(items), (*contents(items.values()), *bases))


def _module(value: types.ModuleType) -> Shape:
    return Shape(Refs((getattr(value, "__spec__", None),)))


def _weak(value: Any) -> Shape:
    return Shape(value() is None)


def _hashed(value: Any) -> Shape:
    return Shape(xxhash.xxh3_64_intdigest(value))


def _text_buffer(value: Any) -> Shape:
    if value.closed:
        return Shape(-1)
    text = value.getvalue()
    if len(text) > _TEXT_LIMIT:
        return Shape(opaque=True)
    return Shape((value.tell(), text))


_BY_TYPE: dict[type, Callable[[Any], Shape]] = {
    list: _list,
    tuple: lambda value: Shape(None, contents(value[:_LONG])),
    dict: _dict,
    set: _set,
    frozenset: lambda value: Shape(None, contents(value)),
    collections.deque: _list,
    types.FunctionType: _function,
    types.BuiltinFunctionType: _bound,
    types.MethodWrapperType: _bound,
    types.MethodType: lambda value: Shape(None, (value.__self__, value.__func__)),
    functools.partial: _partial,
    types.GeneratorType: _generator,
    types.AsyncGeneratorType: _generator,
    types.CoroutineType: _generator,
    type: _class,
    types.ModuleType: _module,
    types.MappingProxyType: _dict,
    bytearray: _hashed,
    array.array: _hashed,
    memoryview: lambda value: Shape(None, contents((value.obj,))),
    weakref.ReferenceType: _weak,
    io.StringIO: _text_buffer,
    io.BytesIO: _text_buffer,
}


def _other(value: Any, kind: type) -> Shape:
    module = kind.__module__
    root = module.partition(".")[0]
    if root in _FROZEN_ROOTS or module in _FROZEN_MODULES:
        return LEAF
    found = library_shape(value, kind, root)
    if found is not None:
        return found
    if issubclass(kind, random.Random):
        return Shape(hash(value.getstate()))
    if issubclass(kind, weakref.ref):
        return _weak(value)
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
    for plain in (list, tuple, set, frozenset, collections.deque):
        if issubclass(kind, plain):
            held += plain.__iter__(value)
    children = list(contents(held[: 2 * _LONG]))
    if kind.__module__ == "__main__":
        children.append(kind)
    if not _has_hidden_state(kind):
        opaque = any(type(h).__module__ == "ctypes" for h in held)
        return Shape(Refs(tuple(held)), tuple(children), opaque=opaque)
    hint = getattr(kind, "__length_hint__", None)
    referents = contents(gc.get_referents(value)[:64])
    if hasattr(kind, "__next__") and callable(hint):
        return Shape(hint(value), referents)
    return Shape(Refs(tuple(held)), (*children, *referents), opaque=True)


@functools.lru_cache(maxsize=2048)
def _has_hidden_state(kind: type) -> bool:
    """Say whether a class is, or builds on, one written in C that is no plain container."""
    for base in kind.__mro__:
        if base in _SEEN_THROUGH or issubclass(base, BaseException):
            continue
        flags = base.__flags__
        if not flags & _CPYTHON_HEAPTYPE or flags & _CPYTHON_IMMUTABLETYPE:
            return True
        if base.__dictoffset__ == 0 and "__slots__" not in base.__dict__:
            return True  # every class written in Python has the one or the other
    return False


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
