"""Leaves: the digest of one block of values, by what the values are and not how they lie.

A leaf depends on the logical values of its block alone. Whole numbers hash as int64 whether
they came as int8, float32 or Python ints; moments in time hash as nanoseconds whatever their
unit; every missing value (None, NaN, NA, NaT) is the same null, and -0.0 is 0.0.
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
    "BLOCK",
    "TimeKind",
    "bool_leaf",
    "bytes_leaf",
    "complex_leaf",
    "mixed_leaf",
    "null_leaf",
    "numbers_leaf",
    "time_leaf",
]

BLOCK = 65_536
"""Rows of one block, for ever part of the canonical form."""

TimeKind = Literal["instant", "aware", "duration", "clock"]

_TWO_63 = 2.0**63
_MINUS_ZERO = -(2**63)  # the bits of -0.0, read as int64
_UNITS = (("ns", 1), ("us", 1_000), ("ms", 1_000_000), ("s", 1_000_000_000))
_HEAD = 16

_local = threading.local()


def null_leaf(rows: int) -> bytes:
    """Leaf of a block in which every value is missing, whatever its type."""
    return xxh3_128_digest(b"null" + struct.pack("<q", rows))


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
    if valid is not None and not valid.any():
        return null_leaf(len(block))
    if block.dtype.kind == "u" and block.dtype.itemsize == 8:
        block = _zeroed(_packed(block, "<u8"), valid)
        if len(block) and int(block.max()) >= 2**63:
            return _leaf(b"uint", block, valid)
        block = block.view("<i8")
    return _leaf(b"int", _zeroed(_packed(block, "<i8"), valid), valid)


def bool_leaf(block: Array, valid: Valid = None) -> bytes:
    """Leaf of booleans."""
    valid = _needed(valid)
    if valid is not None and not valid.any():
        return null_leaf(len(block))
    return _leaf(b"bool", _zeroed(_packed(block, "?"), valid).view("u1"), valid)


def complex_leaf(block: Array, valid: Valid = None) -> bytes:
    """Leaf of complex numbers: NaN in either part makes the value missing."""
    import numpy as np

    block = _packed(block, "<c16")
    present = ~np.isnan(block)
    valid = _needed(present if valid is None else present & valid)
    if valid is not None and not valid.any():
        return null_leaf(len(block))
    return _leaf(b"complex", _zeroed(block, valid).view("<f8") + 0.0, valid)


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
    present = block != np.iinfo("i8").min
    valid = _needed(present if valid is None else present & valid)
    if valid is not None and not valid.any():
        return null_leaf(len(block))
    block = _zeroed(block, valid)
    size = dict(_UNITS)[unit]
    # The finest unit in which the whole block fits: a function of the values alone.
    lowest, highest = (int(block.min()), int(block.max())) if len(block) else (0, 0)
    for target, target_size in _UNITS:
        factor = size // target_size
        if factor == 1 or -(2**63) < lowest * factor <= highest * factor < 2**63:
            block = block if factor == 1 else block * factor
            return _leaf(f"{kind}:{target}".encode(), block, valid)
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
    if len(lengths) and int(lengths.max()) < 0:
        return null_leaf(len(lengths))
    lengths = _packed(lengths, "<i8")
    return xxh3_128_digest(kind.encode() + xxh3_128_digest(lengths.data) + xxh3_128_digest(body))


def mixed_leaf(encoded: bytes) -> bytes:
    """Leaf of values of several kinds, already written as tagged bytes."""
    return xxh3_128_digest(b"mixed" + xxh3_128_digest(encoded))


def _float_leaf(block: Array, valid: Valid) -> bytes:
    import numpy as np

    if block.dtype.itemsize > 8:
        with np.errstate(over="ignore"):
            narrow = block.astype("<f8")
        if not np.array_equal(narrow.astype(block.dtype), block, equal_nan=True):
            texts = (np.format_float_scientific(x) for x in block)
            return mixed_leaf(b"longdouble " + " ".join(texts).encode())
        block = narrow
    block = _packed(block, "<f8")
    valid = _needed(valid)
    if valid is not None:
        block = np.where(valid, block, np.nan)
    missing = None
    if len(block):
        lowest = np.minimum.reduce(block)
        if lowest != lowest:  # noqa: PLR0124  (one NaN makes the minimum NaN)
            missing = np.isnan(block)
            if missing.all():
                return null_leaf(len(block))
    whole = _as_integers(block, missing)
    if whole is not None:
        return numbers_leaf(whole, None if missing is None else ~missing)
    if missing is not None or np.minimum.reduce(block.view("<i8")) == _MINUS_ZERO:
        clean = _scratch(len(block), "<f8")
        np.add(block, 0.0, out=clean)
        if missing is not None:
            clean[missing] = np.nan
        block = clean
    return xxh3_128_digest(b"float" + xxh3_128_digest(block.data))


def _as_integers(block: Array, missing: Valid) -> Array | None:
    """Return the floats as integers when all that are present are whole and fit."""
    import numpy as np

    if not all(x.is_integer() or x != x for x in block[:_HEAD].tolist()):  # noqa: PLR0124
        return None
    present = block if missing is None else block[~missing]
    if not np.array_equal(np.trunc(present), present):
        return None
    lowest, highest = (present.min(), present.max()) if len(present) else (0.0, 0.0)
    if lowest >= -_TWO_63 and highest < _TWO_63:
        dtype = "<i8"
    elif lowest >= 0 and highest < 2 * _TWO_63:
        dtype = "<u8"
    else:
        return None
    return (block if missing is None else np.where(missing, 0.0, block)).astype(dtype)


def _leaf(tag: bytes, block: Array, valid: Valid) -> bytes:
    body = tag + xxh3_128_digest(block.data)
    if valid is not None:
        body += xxh3_128_digest(_packed(valid, "?").view("u1").data)
    return xxh3_128_digest(body)


def _needed(valid: Valid) -> Valid:
    return None if valid is None or valid.all() else valid


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
    packed = _scratch(len(block), dtype)
    packed[:] = block
    return packed


def _scratch(size: int, dtype: str) -> Array:
    """Return memory of this thread: a fresh array per block costs as much as the arithmetic."""
    import numpy as np

    if size > BLOCK:
        return np.empty(size, dtype)
    kept: dict[str, list[Array]] = _local.__dict__.setdefault("scratch", {})
    # Two in turn, since one block may be packed and then cleaned.
    pair = kept.get(dtype)
    if pair is None:
        pair = kept[dtype] = [np.empty(BLOCK, dtype), np.empty(BLOCK, dtype)]
    pair.reverse()
    return pair[0][:size]
