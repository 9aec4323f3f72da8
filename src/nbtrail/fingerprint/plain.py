"""Arrays that hash as they lie: their memory is the canonical form, once a block was checked.

A block is hashed first and checked while it is in the cache; where it turns out to need more
(narrower numbers, gaps, a negative zero), its leaf is made by `leaves` instead.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from xxhash import xxh3_128_digest

from nbtrail.fingerprint.leaves import (
    BITS,
    BOOL,
    FLOAT32,
    FLOAT64,
    INT64,
    UINT8,
    numbers_leaf,
    scratch,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]
    Leaf = Callable[[int, int], bytes]

__all__ = ["plain_reader"]

_BEYOND_SINGLE = (1 << 29) - 1  # bits of a double's fraction that a single hasn't got


def plain_reader(values: Array, width: int) -> Leaf | None:
    """Return the leaf function of an array that mostly hashes as it lies, or None.

    Parameters
    ----------
    values : ndarray
        Without gaps other than NaN.
    width : int
        Elements in a row.
    """
    kind = values.dtype.str
    if not values.size or not values.flags.c_contiguous:
        return None
    if kind in ("|b1", "|u1"):
        return _bytes(values.reshape(-1).view("u1"), width, BOOL if kind == "|b1" else UINT8)
    if kind == "<i8":
        return _integers(values.reshape(-1), width)
    if kind in ("<f8", "<f4"):
        return _floats(values.reshape(-1), width)
    return None


def _bytes(flat: Array, width: int, seed: int) -> Leaf:
    memory = flat.data
    if width == 1:
        return lambda start, stop: xxh3_128_digest(memory[start:stop], seed)
    return lambda start, stop: xxh3_128_digest(memory[start * width : stop * width], seed)


def _integers(flat: Array, width: int) -> Leaf:
    memory, item = flat.data, flat.item

    def leaf(start: int, stop: int) -> bytes:
        start, stop = start * width, stop * width
        if not -128 <= item(start) <= 255:  # one is enough: not all of them are bytes
            return xxh3_128_digest(memory[start:stop], INT64)
        return numbers_leaf(flat[start:stop])

    return leaf


def _floats(flat: Array, width: int) -> Leaf:
    import numpy as np

    kind, minus_zero, nan = BITS[flat.dtype.itemsize]
    bits, memory = flat.view(kind), flat.data
    single = flat.dtype.itemsize == 4
    seed = FLOAT32 if single else FLOAT64
    lowest = np.minimum.reduce

    def leaf(start: int, stop: int) -> bytes:
        start, stop = start * width, stop * width
        first = flat.item(start)
        block, inside = flat[start:stop], bits[start:stop]
        # a fraction that needs its width: so does the block, and it has a value
        needs_it = single or bits.item(start) & _BEYOND_SINGLE
        if not needs_it or first != first or first.is_integer():  # noqa: PLR0124 - NaN
            return numbers_leaf(block)
        digest = xxh3_128_digest(memory[start:stop], seed)
        least = lowest(block)
        if least > 0:
            return digest
        # one NaN makes it NaN
        if least != least and not _are_canonical(block, inside, nan):  # noqa: PLR0124
            return numbers_leaf(block)
        return digest if lowest(inside) != minus_zero else numbers_leaf(block)

    return leaf


def _are_canonical(block: Array, bits: Array, nan: int) -> bool:
    """Say whether every NaN of a block is the one that stands for all of them."""
    import numpy as np

    found = scratch("found", len(block), "?")
    every = int(np.count_nonzero(np.isnan(block, out=found)))
    return int(np.count_nonzero(np.equal(bits, nan, out=found))) == every
