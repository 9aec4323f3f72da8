"""Leaves of Python objects: plain lists and the cells of object columns.

A block in which all present values are of one kind (texts, numbers, moments...) has the leaf
that a typed column of the same values has; only a mixed block is written value by value.
"""

from __future__ import annotations

import datetime as dt
import decimal
import struct
from collections.abc import Callable, Iterable, Mapping
from collections.abc import Set as AbstractSet
from typing import Any, Literal

from nbtrail.fingerprint.leaves import (
    bool_leaf,
    bytes_leaf,
    complex_leaf,
    mixed_leaf,
    null_leaf,
    numbers_leaf,
    time_leaf,
)

__all__ = ["Other", "encode", "is_missing", "moment", "objects_leaf"]

Other = Callable[[Any], bytes]
"""Writes a value of a kind that is not known here; may raise `FingerprintError`."""

_NO_TIMES = -(2**63)
_TIME_CLASSES = ("instant", "aware", "duration", "clock")
_UNIT_NS = {"s": 10**9, "ms": 10**6, "us": 10**3, "ns": 1}


def objects_leaf(values: list[Any], other: Other) -> bytes:
    """Leaf of one block of Python objects.

    Parameters
    ----------
    values : list
    other : callable
        Writes the values of unknown types.
    """
    kinds = set(map(type, values))
    if kinds == {str}:
        return _texts(values)
    values = [None if is_missing(x) else x for x in values]
    classes = {_classify(x) for x in values if x is not None}
    if not classes:
        return null_leaf(len(values))
    if len(classes) == 1:
        leaf = _typed(classes.pop(), values)
        if leaf is not None:
            return leaf
    out: list[bytes] = []
    for value in values:
        encode(value, out, other)
    return mixed_leaf(b"".join(out))


def is_missing(value: Any) -> bool:
    """Say whether a value counts as null: None, NaN, NaT, NA."""
    if value is None:
        return True
    kind = type(value)
    if kind is str or kind is int:
        return False
    if kind.__name__ in {"NAType", "NaTType"} and kind.__module__.startswith("pandas."):
        return True
    if isinstance(value, (float, complex)):
        return bool(value != value)  # noqa: PLR0124
    if kind.__module__ == "numpy" and getattr(value, "ndim", 1) == 0:
        return value.dtype.kind in "fcmM" and bool(value != value)  # noqa: PLR0124
    return False


def moment(value: Any) -> tuple[str, int] | None:
    """Return (time kind, nanoseconds) of a date, datetime, time or timedelta, else None."""
    if isinstance(value, dt.datetime):
        # Field arithmetic, since pandas' Timestamp overflows in nanoseconds.
        naive = dt.datetime(*value.timetuple()[:6])  # noqa: DTZ001
        offset = value.utcoffset()
        whole = (naive - dt.datetime(1970, 1, 1)) - (offset or dt.timedelta())  # noqa: DTZ001
        ns = _nanoseconds(whole) + value.microsecond * 1000 + getattr(value, "nanosecond", 0)
        return ("instant" if offset is None else "aware", ns)
    if isinstance(value, dt.date):
        return "instant", (value.toordinal() - dt.date(1970, 1, 1).toordinal()) * 86_400 * 10**9
    if isinstance(value, dt.timedelta):
        return "duration", _nanoseconds(value) + getattr(value, "nanoseconds", 0)
    if isinstance(value, dt.time):
        seconds = (value.hour * 60 + value.minute) * 60 + value.second
        return "clock", seconds * 10**9 + value.microsecond * 1000
    if type(value).__name__ in {"datetime64", "timedelta64"}:
        return _numpy_moment(value)
    return None


def encode(value: Any, out: list[bytes], other: Other) -> None:
    """Append the tagged bytes of one value to `out`; equal values give equal bytes."""
    if is_missing(value):
        out.append(b"N")
        return
    name = _classify(value)
    if name == "str":
        _sized(b"s", value.encode("utf-8", "surrogatepass"), out)
    elif name == "bytes":
        _sized(b"y", bytes(value), out)
    elif name == "bool":
        out.append(b"T" if value else b"F")
    elif name == "number":
        number = _python_number(value)
        if isinstance(number, float) and not number.is_integer():
            out.append(b"f" + struct.pack("<d", number))
        else:
            out.append(b"i%d;" % int(number))
    elif name == "complex":
        out.append(b"c" + struct.pack("<dd", value.real + 0.0, value.imag + 0.0))
    elif name in _TIME_CLASSES:
        found = moment(value)
        assert found is not None
        out.append(f"t{name}{found[1]};".encode())
    elif isinstance(value, decimal.Decimal):
        _sized(b"d", str(value).encode(), out)
    elif isinstance(value, Mapping):
        pairs = [_joined((k, v), other) for k, v in value.items()]
        out.append(b"{%d:" % len(pairs) + b"".join(sorted(pairs)))
    elif isinstance(value, AbstractSet):
        items = sorted(_joined((item,), other) for item in value)
        out.append(b"<%d:" % len(items) + b"".join(items))
    elif isinstance(value, (list, tuple)) or type(value).__name__ == "ndarray":
        out.append(b"(%d:" % len(value) + _joined(value, other))
    else:
        _sized(b"?", other(value), out)


def _joined(values: Iterable[Any], other: Other) -> bytes:
    out: list[bytes] = []
    for value in values:
        encode(value, out, other)
    return b"".join(out)


def _sized(tag: bytes, body: bytes, out: list[bytes]) -> None:
    out.append(tag + b"%d:" % len(body))
    out.append(body)


def _classify(value: Any) -> str:
    if isinstance(value, str):
        return "str"
    if isinstance(value, bool):
        return "bool"
    if isinstance(value, (int, float)):
        return "number"
    if isinstance(value, (bytes, bytearray, memoryview)):
        return "bytes"
    if isinstance(value, complex):
        return "complex"
    if type(value).__module__ == "numpy" and getattr(value, "ndim", 1) == 0:
        kind = value.dtype.kind
        if kind in "iuf":
            return "number" if kind != "f" or float(value) == value else "other"
        if kind in "bc":
            return "bool" if kind == "b" else "complex"
    found = moment(value)
    return "other" if found is None else found[0]


def _typed(name: str, values: list[Any]) -> bytes | None:
    """Return the leaf of values of one class, or None when they need tagged bytes."""
    import numpy as np

    valid = np.array([x is not None for x in values])
    if name == "str":
        return _texts(values)
    if name == "bytes":
        return _byte_strings("bytes", [None if x is None else bytes(x) for x in values])
    if name == "bool":
        return bool_leaf(np.array([bool(x) for x in values]), valid)
    if name == "number":
        return _numbers(values, valid)
    if name == "complex":
        return complex_leaf(np.array([x or 0 for x in values], "c16"), valid)
    if name in _TIME_CLASSES:
        return _times(name, values, valid)
    return None


def _texts(values: list[Any]) -> bytes:
    import numpy as np

    present = [x for x in values if x is not None]
    joined = "".join(present)
    body = joined.encode("utf-8", "surrogatepass")
    if len(body) != len(joined):  # not ASCII: lengths count bytes, as Arrow's do
        coded = [None if x is None else x.encode("utf-8", "surrogatepass") for x in values]
        return _byte_strings("str", coded)
    if len(present) == len(values):
        lengths = np.fromiter(map(len, values), "i8", len(values))
    else:
        lengths = np.array([-1 if x is None else len(x) for x in values], "i8")
    return bytes_leaf("str", lengths, body)


def _byte_strings(kind: Literal["str", "bytes"], values: list[bytes | None]) -> bytes:
    import numpy as np

    lengths = np.array([-1 if x is None else len(x) for x in values], "i8")
    return bytes_leaf(kind, lengths, b"".join(x for x in values if x))


def _numbers(values: list[Any], valid: Any) -> bytes | None:
    import numpy as np

    numbers = [0 if x is None else _python_number(x) for x in values]
    if all(isinstance(x, int) or x.is_integer() for x in numbers):
        integers = [int(x) for x in numbers]
        lowest, highest = min(integers), max(integers)
        if lowest >= -(2**63) and highest < 2**63:
            return numbers_leaf(np.array(integers, "i8"), valid)
        if lowest >= 0 and highest < 2**64:
            return numbers_leaf(np.array(integers, "u8"), valid)
    try:
        floats = [float(x) for x in numbers]
    except OverflowError:
        return None
    if any(f != x for f, x in zip(floats, numbers, strict=True)):
        return None  # a whole number that no float holds
    return numbers_leaf(np.array(floats, "f8"), valid)


def _times(name: Any, values: list[Any], valid: Any) -> bytes | None:
    import numpy as np

    ns = [0 if x is None else found[1] for x in values for found in (moment(x) or ("", 0),)]
    for unit, size in reversed(_UNIT_NS.items()):
        counts = [x // size for x in ns]
        if min(counts) > _NO_TIMES and max(counts) < 2**63:
            return time_leaf(name, np.array(counts, "i8"), unit, valid)
    return None


def _python_number(value: Any) -> int | float:
    if isinstance(value, int):
        return int(value)
    if type(value).__module__ == "numpy" and value.dtype.kind in "iu":
        return int(value)
    return float(value)


def _nanoseconds(delta: dt.timedelta) -> int:
    return ((delta.days * 86_400 + delta.seconds) * 10**6 + delta.microseconds) * 1000


def _numpy_moment(value: Any) -> tuple[str, int] | None:
    import numpy as np

    unit, step = np.datetime_data(value.dtype)
    kind = "instant" if value.dtype.kind == "M" else "duration"
    count = int(value.astype("i8")) * step
    if unit in _UNIT_NS:
        return kind, count * _UNIT_NS[unit]
    seconds = value.astype(f"{value.dtype.kind}8[s]")
    if unit in {"ps", "fs", "as", "generic"} or seconds.astype(value.dtype) != value:
        return None
    return kind, int(seconds.astype("i8")) * 10**9
