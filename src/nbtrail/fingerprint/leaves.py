"""Leaves: the digest of one block of values, by what the values are and not how they lie.

A leaf depends on the logical values of its block alone. Whole numbers are the same whether they
came as int8, float32 or Python ints; moments in time hash as nanoseconds whatever their unit;
every missing value (None, NaN, NA, NaT) is the same null, and -0.0 is 0.0.

What is hashed is the narrowest of a few widths that holds every value of the block, so that
most arrays hash as they lie: whole numbers as bytes when all fit one, else as int64 (uint64
above it); fractions as float32 when that loses nothing, else as float64. The seed of the hash
tells the kinds apart.
"""

from __future__ import annotations

import struct
import threading
from typing import TYPE_CHECKING, Any, Literal

from xxhash import xxh3_128_digest

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Array = NDArray[Any]
    Valid = NDArray[np.bool_] | None

__all__ = [
    "BITS",
    "BLOCK",
    "BOOL",
    "FLOAT32",
    "FLOAT64",
    "INT64",
    "UINT8",
    "TimeKind",
    "bool_leaf",
    "bytes_leaf",
    "complex_leaf",
    "flat",
    "mixed_leaf",
    "null_leaf",
    "numbers_leaf",
    "scratch",
    "time_leaf",
]

BLOCK = 65_536
"""Rows of one block, for ever part of the canonical form."""

TimeKind = Literal["instant", "aware", "duration", "clock"]

# Seeds, for ever part of the canonical form.
_NULL, _GAPS, BOOL, _MIXED, _STR, _BYTES = 1, 2, 3, 4, 5, 6
UINT8, _INT8, INT64, _UINT64 = 16, 17, 18, 19
FLOAT32, FLOAT64, _COMPLEX = 24, 25, 26
_TIMES = {"instant": 32, "aware": 40, "duration": 48, "clock": 56}

_UNITS = (("ns", 1), ("us", 1_000), ("ms", 1_000_000), ("s", 1_000_000_000))
_HEAD = 16
_SINGLE = struct.Struct("<f")
# Floats as integers: their dtype, the bits of -0.0 and those of the one NaN that stands for all.
BITS = {4: ("<i4", -(2**31), 0x7FC00000), 8: ("<i8", -(2**63), 0x7FF8000000000000)}

_local = threading.local()


def null_leaf(rows: int) -> bytes:
    """Leaf of a block in which every value is missing, whatever its type."""
    return xxh3_128_digest(struct.pack("<q", rows), _NULL)


def numbers_leaf(block: Array, valid: Valid = None) -> bytes:
    """Leaf of integers or floats of any width.

    Parameters
    ----------
    block : ndarray
        One-dimensional, of kind ``i``, ``u`` or ``f``.
    valid : ndarray of bool, optional
        False where the value is missing; what `block` holds there does not count.
    """
    if block.dtype.kind == "f":
        return _float_leaf(block, valid)
    valid = _needed(valid)
    if _nothing(block, valid):
        return null_leaf(len(block))
    return _integer_leaf(_zeroed(block, valid), valid)


def bool_leaf(block: Array, valid: Valid = None) -> bytes:
    """Leaf of booleans."""
    valid = _needed(valid)
    if _nothing(block, valid):
        return null_leaf(len(block))
    return _leaf(BOOL, _packed(_zeroed(block, valid), "?").view("u1"), valid)


def complex_leaf(block: Array, valid: Valid = None) -> bytes:
    """Leaf of complex numbers: NaN in either part makes the value missing."""
    import numpy as np

    block = _packed(block, "<c16")
    present = ~np.isnan(block)
    valid = _needed(present if valid is None else present & valid)
    if _nothing(block, valid):
        return null_leaf(len(block))
    return _leaf(_COMPLEX, _zeroed(block, valid).view("<f8") + 0.0, valid)


def time_leaf(kind: TimeKind, block: Array, unit: str, valid: Valid = None) -> bytes:
    """Leaf of moments or durations.

    Parameters
    ----------
    kind : str
        ``instant`` (no time zone), ``aware`` (UTC), ``duration`` or ``clock`` (time of day).
    block : ndarray of int64
        Count of `unit` since the epoch (or midnight); the smallest int64 is NaT.
    unit : str
        ``s``, ``ms``, ``us`` or ``ns``.
    """
    import numpy as np

    block = _packed(block, "<i8")
    valid = _needed(valid)
    if len(block) and int(np.minimum.reduce(block)) == -(2**63):
        present = block != -(2**63)
        valid = _needed(present if valid is None else present & valid)
    if _nothing(block, valid):
        return null_leaf(len(block))
    block = _zeroed(block, valid)
    size = dict(_UNITS)[unit]
    # The finest unit in which the whole block fits: a function of the values alone.
    for place, (_, target_size) in enumerate(_UNITS):
        factor = size // target_size
        if factor == 1:
            return _leaf(_TIMES[kind] + place, block, valid)
        lowest, highest = int(np.minimum.reduce(block)), int(np.maximum.reduce(block))
        if -(2**63) < lowest * factor <= highest * factor < 2**63:
            finer = np.multiply(block, factor, out=scratch("clean", len(block), "<i8"))
            return _leaf(_TIMES[kind] + place, finer, valid)
    raise AssertionError(unit)


def bytes_leaf(kind: Literal["str", "bytes"], lengths: Array, body: Any) -> bytes:
    """Leaf of texts (as UTF-8) or byte strings.

    Parameters
    ----------
    lengths : ndarray of int64
        Bytes of each value; -1 where it is missing.
    body : buffer
        The present values one after the other.
    """
    if not len(lengths) or int(lengths.max()) < 0:
        return null_leaf(len(lengths))
    sizes = xxh3_128_digest(_packed(lengths, "<i8").data)
    return xxh3_128_digest(sizes + xxh3_128_digest(body), _STR if kind == "str" else _BYTES)


def mixed_leaf(encoded: bytes) -> bytes:
    """Leaf of values of several kinds, already written as tagged bytes."""
    return xxh3_128_digest(encoded, _MIXED)


def flat(block: Array) -> Array:
    """Return the values in row order, one-dimensional, in scratch memory if they must move."""
    if block.flags.c_contiguous or block.dtype.hasobject:
        return block.reshape(-1)
    moved = scratch("flat", block.size, block.dtype.str)
    moved.reshape(block.shape)[...] = block
    return moved


def _integer_leaf(block: Array, valid: Valid) -> bytes:
    """Leaf of integers; where a value is missing there is a zero."""
    narrow = _byte_kind(block)
    if narrow is not None:
        return _leaf(UINT8 if narrow == "u1" else _INT8, _packed(block, narrow), valid)
    if block.dtype.kind == "u" and block.dtype.itemsize == 8:
        block = _packed(block, "<u8")
        if int(block.max()) >= 2**63:
            return _leaf(_UINT64, block, valid)
        block = block.view("<i8")
    return _leaf(INT64, _packed(block, "<i8"), valid)


def _byte_kind(block: Array) -> Literal["u1", "i1"] | None:
    """Say which kind of byte holds every value: unsigned, signed, or none."""
    import numpy as np

    if block.dtype.itemsize > 1:
        head = block[:_HEAD].tolist()
        if max(head) > 255 or min(head) < -128:
            return None
    elif block.dtype.kind == "u":
        return "u1"
    # read as unsigned, the negative ones are the largest: one pass tells most
    highest = int(np.maximum.reduce(block.view(f"{block.dtype.byteorder}u{block.dtype.itemsize}")))
    if highest <= 255 and (block.dtype.itemsize > 1 or highest <= 127):
        return "u1"
    if block.dtype.kind == "u" or not highest >> (8 * block.dtype.itemsize - 1):
        return None
    lowest, highest = int(np.minimum.reduce(block)), int(np.maximum.reduce(block))
    return "i1" if lowest >= -128 and highest <= 127 else None


def _float_leaf(block: Array, valid: Valid) -> bytes:
    import numpy as np

    if block.dtype.itemsize > 8:
        if valid is not None:
            block = np.where(valid, block, block.dtype.type(np.nan))
        with np.errstate(over="ignore"):
            narrow = block.astype("<f8")
        if not np.array_equal(narrow.astype(block.dtype), block, equal_nan=True):
            texts = (np.format_float_scientific(x) for x in block)
            return mixed_leaf(b"longdouble " + " ".join(texts).encode())
        block = narrow
    block = _packed(block, "<f8" if block.dtype.itemsize == 8 else "<f4")
    valid = _needed(valid)
    if valid is not None:
        block = np.where(valid, block, block.dtype.type(np.nan))
    missing = None
    if len(block):
        lowest = np.minimum.reduce(block)
        if lowest != lowest:  # noqa: PLR0124  (one NaN makes the minimum NaN)
            missing = np.isnan(block)
    if _nothing(block, None if missing is None else ~missing):
        return null_leaf(len(block))
    first = block.item(0)
    if first != first or first.is_integer():  # noqa: PLR0124  (else no block of whole numbers)
        whole = _as_integers(block, missing)
        if whole is not None:
            return _integer_leaf(whole, None if missing is None else ~missing)
    if block.dtype.itemsize == 8 and _is_single(first):
        block = _as_single(block, missing)
    block = _clean(block, missing)
    return xxh3_128_digest(block.data, FLOAT64 if block.dtype.itemsize == 8 else FLOAT32)


def _as_integers(block: Array, missing: Valid) -> Array | None:
    """Return the floats as integers when all that are present are whole and fit."""
    import numpy as np

    if not all(x.is_integer() or x != x for x in block[:_HEAD].tolist()):  # noqa: PLR0124
        return None
    if missing is not None:
        block = np.where(missing, block.dtype.type(0), block)
    if not (np.trunc(block, out=scratch("clean", len(block), block.dtype.str)) == block).all():
        return None
    lowest, highest = float(block.min()), float(block.max())
    if lowest >= 0 and highest <= 255:
        dtype = "u1"
    elif lowest >= -(2.0**63) and highest < 2.0**63:
        dtype = "<i8"
    elif lowest >= 0 and highest < 2.0**64:
        dtype = "<u8"
    else:
        return None
    return _packed(block, dtype)


def _as_single(block: Array, missing: Valid) -> Array:
    """Return the floats as float32 when that loses nothing, else as they are."""
    import numpy as np

    if not all(_is_single(x) for x in block[:_HEAD].tolist()):
        return block
    single = scratch("single", len(block), "<f4")
    with np.errstate(all="ignore"):
        np.copyto(single, block, casting="same_kind")
    back = scratch("clean", len(block), "<f8")
    back[:] = single
    same = back == block
    if missing is not None:
        same |= missing
    return single if same.all() else block


def _is_single(value: float) -> bool:
    if value != value:  # noqa: PLR0124
        return True
    try:
        return bool(_SINGLE.unpack(_SINGLE.pack(value))[0] == value)
    except OverflowError:
        return False


def _clean(block: Array, missing: Valid) -> Array:
    """Return the floats with one zero and one NaN."""
    import numpy as np

    kind, minus_zero, nan = BITS[block.dtype.itemsize]
    bits = block.view(kind)
    odd = missing is not None and (np.count_nonzero(bits == nan) != np.count_nonzero(missing))
    if not odd and int(np.minimum.reduce(bits)) != minus_zero:
        return block
    with np.errstate(invalid="ignore"):  # a NaN may be one that signals
        clean = np.add(block, 0.0, out=scratch("clean", len(block), block.dtype.str))
    if missing is not None:
        np.copyto(clean.view(kind), nan, where=missing)
    return clean


def _leaf(seed: int, block: Array, valid: Valid) -> bytes:
    digest = xxh3_128_digest(block.data, seed)
    if valid is None:
        return digest
    return xxh3_128_digest(digest + xxh3_128_digest(_packed(valid, "?").view("u1").data), _GAPS)


def _needed(valid: Valid) -> Valid:
    return None if valid is None or valid.all() else valid


def _nothing(block: Array, valid: Valid) -> bool:
    return not len(block) or (valid is not None and not valid.any())


def _zeroed(block: Array, valid: Valid) -> Array:
    if valid is None:
        return block
    block = block.copy()
    block[~valid] = 0
    return block


def _packed(block: Array, dtype: str) -> Array:
    """Return the block contiguous and of that dtype, in scratch memory when it must be copied."""
    if block.dtype == dtype and block.flags.c_contiguous:
        return block
    packed = scratch("packed", len(block), dtype)
    packed[:] = block
    return packed


def scratch(use: str, size: int, dtype: str) -> Array:
    """Return memory of this thread: a fresh array per block costs as much as the arithmetic.

    One piece for each use, since a block may be moved, then packed and then cleaned.
    """
    import numpy as np

    if size > BLOCK:
        return np.empty(size, dtype)
    kept: dict[tuple[str, str], Array] = _local.__dict__.setdefault("scratch", {})
    memory = kept.get((use, dtype))
    if memory is None:
        memory = kept[use, dtype] = np.empty(BLOCK, dtype)
    return memory[:size]
