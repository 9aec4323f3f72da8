"""numpy arrays of any layout and dtype, and scipy's sparse ones."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from nbtrail.entities.dataset import Column, Dataset
from nbtrail.fingerprint.leaves import (
    TimeKind,
    bool_leaf,
    complex_leaf,
    numbers_leaf,
    time_leaf,
)
from nbtrail.fingerprint.objects import objects_leaf
from nbtrail.fingerprint.roots import Sampling, Source, block_rows, build, column
from nbtrail.fingerprint.walk import walk

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Array = NDArray[Any]

__all__ = ["array_dataset", "array_leaf", "sparse_dataset"]

_TICKS = ("s", "ms", "us", "ns")
_TIME_KINDS: dict[str, TimeKind] = {"M": "instant", "m": "duration"}


def array_leaf(block: Array, valid: NDArray[np.bool_] | None = None) -> bytes:
    """Leaf of a one-dimensional array of any dtype without fields."""
    kind = block.dtype.kind
    if kind in "iuf":
        return numbers_leaf(block, valid)
    if kind == "b":
        return bool_leaf(block, valid)
    if kind == "c":
        return complex_leaf(block, valid)
    if kind in _TIME_KINDS:
        found = _ticks(block)
        if found is not None:
            return time_leaf(_TIME_KINDS[kind], *found, valid)
    values = list(block) if kind in "Mm" else block.tolist()
    if valid is not None:
        values = [x if ok else None for x, ok in zip(values, valid.tolist(), strict=True)]
    return objects_leaf(values, walk)


def array_dataset(value: Array, limit: int | None) -> Dataset:
    """Digest an array, masked ones included, whatever its strides and byte order."""
    import numpy as np

    if value.dtype.names:
        columns, sampling = _fields(value, limit)
        return build("array", value.shape, columns, sampling=sampling, form="fields")
    mask = None
    if isinstance(value, np.ma.MaskedArray):
        mask = ~np.ma.getmaskarray(value)
        value = value.data
    value = np.asarray(value)
    sampling = Sampling.within(value.nbytes, limit)
    one = _column("", value, mask, sampling)
    return build("array", value.shape, (one,), sampling=sampling)


def sparse_dataset(value: Any, limit: int | None) -> Dataset:
    """Digest a sparse matrix or array by its non-zero entries, whatever its format."""
    rows = value.tocsr(copy=True) if value.ndim == 2 else value.tocoo().reshape(1, -1).tocsr()
    rows = rows.copy() if rows is value else rows
    rows.sum_duplicates()
    rows.eliminate_zeros()
    rows.sort_indices()
    sampling = Sampling.within(rows.data.nbytes, limit)
    columns = [
        _column(name, part, None, sampling)
        for name, part in (("data", rows.data), ("indices", rows.indices), ("indptr", rows.indptr))
    ]
    layout = f"{type(value).__name__} {value.dtype}"
    return build("array", value.shape, columns, form="sparse", layout=layout, sampling=sampling)


def _column(name: str, value: Array, mask: Array | None, sampling: Sampling) -> Column:
    flat = value.reshape(1) if value.ndim == 0 else value
    if mask is not None:
        mask = mask.reshape(flat.shape)
    source = Source(name, str(value.dtype), _reader(flat, mask))
    return column(source, len(flat), sampling, block_rows(math.prod(flat.shape[1:])))


def _reader(value: Array, mask: Array | None) -> Callable[[int, int], bytes]:
    def leaf(start: int, stop: int) -> bytes:
        valid = None if mask is None else mask[start:stop].reshape(-1)
        return array_leaf(value[start:stop].reshape(-1), valid)

    return leaf


def _fields(value: Array, limit: int | None) -> tuple[list[Column], Sampling]:
    sampling = Sampling.within(value.nbytes, limit)
    columns: list[Column] = []
    for name in value.dtype.names or ():
        part = value[name]
        if part.dtype.names:
            inner, _ = _fields(part, limit)
            columns += [
                Column(f"{name}.{one.name}", one.dtype, one.content, one.blocks) for one in inner
            ]
        else:
            columns.append(_column(name, part, None, sampling))
    return columns, sampling


def _ticks(block: Array) -> tuple[Array, str] | None:
    """Return datetimes as (int64, unit) in one of the four common units, if they fit one."""
    import numpy as np

    unit, step = np.datetime_data(block.dtype)
    if unit in _TICKS and step == 1:
        return block.astype(block.dtype.newbyteorder("="), copy=False).view("i8"), unit
    target = unit if unit in _TICKS else "s"
    if unit in {"ps", "fs", "as", "generic"}:
        return None
    ticks = block.astype(f"{block.dtype.kind}8[{target}]")
    if not np.array_equal(ticks.astype(block.dtype), block, equal_nan=True):
        return None
    return ticks.view("i8"), target
