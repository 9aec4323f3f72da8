"""What arrays, generators and tables are made of: content hashes, and memory that they share."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import Any

import xxhash

from nbtrail.lineage.shape import LEAF, Refs, Shape, contents

__all__ = ["array_outline", "is_table", "library_shape"]

_ARRAY_LIMIT = 16 << 20  # bytes hashed or compared per array: about a millisecond
_LONG = 20_000  # elements of an array of objects looked at one by one
_CELLS = 2_000  # and of a column of objects: most are texts


def library_shape(value: Any, kind: type, root: str) -> Shape | None:
    """Return the shape of an object of numpy, pandas, polars or torch; None for any other.

    Parameters
    ----------
    root : str
        The package that its class is from.
    """
    if root == "numpy":
        return _numpy(value)
    if root == "pandas":
        return _pandas(value)
    if root == "polars":
        return _polars(value, kind)
    if root == "torch" and hasattr(kind, "_version"):
        return Shape((int(value._version), value.data_ptr()))  # noqa: SLF001
    return None


def array_outline(value: Any) -> Shape | None:
    """Return the memory of an array or frame without its content; None for anything else."""
    numpy = sys.modules.get("numpy")
    if numpy is not None and type(value) is numpy.ndarray and not value.dtype.hasobject:
        return Shape(anchors=(id(_memory_owner(value)),))
    return None


def is_table(value: Any) -> bool:
    """Say whether an object is a frame or series of pandas."""
    pandas = sys.modules.get("pandas")
    return pandas is not None and issubclass(type(value), (pandas.DataFrame, pandas.Series))


def _numpy(value: Any) -> Shape | None:
    import numpy as np

    if isinstance(value, (np.generic, np.dtype, np.ufunc)):
        return LEAF
    if isinstance(value, np.ma.MaskedArray):
        whole = _array(value)
        return Shape(whole.state, (*whole.children, value.mask), whole.opaque, whole.anchors)
    if isinstance(value, np.ndarray):
        return _array(value)
    if isinstance(value, np.random.SeedSequence):
        return Shape(value.n_children_spawned)
    if isinstance(value, (np.random.Generator, np.random.BitGenerator, np.random.RandomState)):
        return _generator(value)
    return None


def _generator(value: Any) -> Shape:
    import numpy as np

    source = value.bit_generator if isinstance(value, np.random.Generator) else value
    if not isinstance(source, np.random.BitGenerator):
        anchor = getattr(value, "_bit_generator", value)
        return Shape(_digest_text(repr(source.get_state())), anchors=(id(anchor),))
    # its children differ by how many there were before them
    seeds = contents((getattr(source, "seed_seq", None),))
    return Shape(_digest_text(repr(source.state)), seeds, anchors=(id(source),))


def _array(value: Any) -> Shape:
    owner = _memory_owner(value)
    layout = (value.shape, value.strides, str(value.dtype))
    if value.dtype.hasobject:
        items = tuple(value.ravel()[:_LONG]) if value.dtype.names is None else ()
        return Shape(Refs((str(layout), *items)), contents(items), anchors=(id(owner),))
    if value.nbytes > _ARRAY_LIMIT:
        return Shape((layout, value.ctypes.data), opaque=True, anchors=(id(owner),))
    if value.dtype.names is not None:  # padding between fields is no content
        parts = tuple(_hash_array(value[name]) for name in value.dtype.names)
    else:
        parts = (_hash_array(value),)
    return Shape((layout, parts), anchors=(id(owner),))


def _memory_owner(value: Any) -> Any:
    import numpy as np

    owner = value
    while issubclass(type(owner.base), np.ndarray):
        owner = owner.base
    found = owner if owner.base is None else owner.base
    return found.obj if type(found) is memoryview else found


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
        return _frame(value)
    if isinstance(value, (pd.Index, pd.api.extensions.ExtensionDtype)):
        return LEAF
    if type(value).__name__ in {"Timestamp", "Timedelta", "Interval", "Period", "NaTType"}:
        return LEAF
    return None


def _frame(value: Any) -> Shape:
    import numpy as np

    held: list[Any] = [getattr(value, "_attrs", None)]
    owners: list[int] = []
    for block in value._mgr.blocks:  # noqa: SLF001
        cells = block.values  # noqa: PD011
        if isinstance(cells, np.ndarray):
            owners.append(id(_memory_owner(cells)))
            if cells.dtype.hasobject:
                held.extend(cells.ravel()[:_CELLS])
    return Shape(_Frame.of(value), contents(held), anchors=tuple(owners))


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
            # the place of a series' only block is as long as the series
            place = block.mgr_locs.as_array.tobytes() if value.ndim == 2 else b""
            addresses.append((place, *_memory(block.values)))
        return cls(tuple(addresses), value.copy(deep=False))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Frame) and bool(self.addresses == other.addresses)

    __hash__ = None  # type: ignore[assignment]


def _polars(value: Any, kind: type) -> Shape | None:
    name = kind.__name__
    if name in {"DataFrame", "Series"} and value.estimated_size() <= _ARRAY_LIMIT:
        return Shape(_Copy(value.clone()))
    return None if name in {"DataFrame", "Series", "SQLContext"} else LEAF


@dataclass(frozen=True, slots=True, eq=False)
class _Copy:
    """A frame or series of polars; a copy shares its memory until one of them is written to."""

    held: Any

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, _Copy) or type(self.held) is not type(other.held):
            return False
        label = "columns" if hasattr(self.held, "columns") else "name"
        named_alike = getattr(self.held, label) == getattr(other.held, label)
        return named_alike and bool(self.held.equals(other.held, null_equal=True))

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
