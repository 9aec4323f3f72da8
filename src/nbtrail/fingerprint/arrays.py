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
    flat,
    numbers_leaf,
    time_leaf,
)
from nbtrail.fingerprint.objects import objects_leaf
from nbtrail.fingerprint.plain import plain_reader
from nbtrail.fingerprint.roots import Sampling, Source, block_rows, build, column
from nbtrail.fingerprint.walk import walk

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Array = NDArray[Any]

__all__ = ["array_dataset", "array_leaf", "array_reader", "sparse_dataset"]

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
    rows = _canonical(value)
    sampling = Sampling.within(rows.data.nbytes, limit)
    columns = [
        _column(name, part, None, sampling)
        for name, part in (("data", rows.data), ("indices", rows.indices), ("indptr", rows.indptr))
    ]
    layout = f"{type(value).__name__} {value.dtype}"
    return build("array", value.shape, columns, form="sparse", layout=layout, sampling=sampling)


def _canonical(value: Any) -> Any:
    """Return compressed rows, sorted, without doubles and zeros; a copy only if need be."""
    import numpy as np

    rows = value.tocsr() if value.ndim == 2 else value.tocoo().reshape(1, -1).tocsr()
    if _is_sorted(rows) and np.count_nonzero(rows.data) == len(rows.data):
        return rows
    rows = rows.copy() if np.may_share_memory(rows.data, getattr(value, "data", ())) else rows
    rows.has_canonical_format = False  # what the flags of the user's matrix say may be outdated
    rows.sum_duplicates()
    rows.eliminate_zeros()
    return rows


def _is_sorted(rows: Any) -> bool:
    """Say whether the columns of each row rise; computed, since asking scipy sets a flag."""
    import numpy as np

    rising = np.diff(rows.indices) > 0
    edges = rows.indptr[1:-1]
    edges = edges[(edges > 0) & (edges < len(rows.indices))]
    rising[edges - 1] = True
    return bool(rising.all())


def _column(name: str, value: Array, mask: Array | None, sampling: Sampling) -> Column:
    each = value.reshape(1) if value.ndim == 0 else value
    if mask is not None:
        mask = mask.reshape(each.shape)
    width = math.prod(each.shape[1:])
    source = Source(name, str(value.dtype), array_reader(each, mask), value.nbytes)
    return column(source, len(each), sampling, block_rows(width))


def array_reader(value: Array, mask: Array | None = None) -> Callable[[int, int], bytes]:
    """Return the function from rows to leaf of an array of one or more dimensions."""
    simple = plain_reader(value, math.prod(value.shape[1:])) if mask is None else None
    if simple is not None:
        return simple

    def leaf(start: int, stop: int) -> bytes:
        valid = None if mask is None else mask[start:stop].reshape(-1)
        return array_leaf(flat(value[start:stop]), valid)

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
