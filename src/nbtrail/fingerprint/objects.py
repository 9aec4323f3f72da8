"""Leaves of Python objects: plain lists and the cells of object columns.

A block in which all present values are of one kind (texts, numbers, moments...) has the leaf
that a typed column of the same values has; only a mixed block is written value by value.
Subclasses of the plain types are read past whatever methods they override, so that no code of
the user's runs here.
"""

from __future__ import annotations

import collections
import datetime as dt
import decimal
import pathlib
import struct
import types
from collections.abc import Callable, Iterable
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
_DICTS = (dict, collections.OrderedDict, collections.defaultdict, collections.Counter)
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
    if kind.__name__ in {"NAType", "NaTType"} and _of_pandas(kind):
        return True
    if isinstance(value, float):
        return bool(float.__ne__(value, value))
    if isinstance(value, complex):
        return bool(complex.__ne__(value, value))
    if isinstance(value, decimal.Decimal):
        return decimal.Decimal.is_nan(value)
    if kind.__module__ == "numpy" and getattr(value, "ndim", 1) == 0:
        return value.dtype.kind in "fcmM" and bool(value != value)  # noqa: PLR0124
    return False


def _of_pandas(kind: type) -> bool:
    return kind.__module__.partition(".")[0] == "pandas"


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
        _sized(b"s", str.encode(value, "utf-8", "surrogatepass"), out)
    elif name == "bytes":
        _sized(b"y", bytes(value), out)
    elif name == "bool":
        out.append(b"T" if value else b"F")
    elif name == "number":
        number = _python_number(value)
        if isinstance(number, float) and not number.is_integer():
            out.append(b"f" + struct.pack("<d", number))
        else:
            out.append(b"i%x;" % int(number))  # hex: Python refuses to write long decimals
    elif name == "complex":
        out.append(b"c" + struct.pack("<dd", value.real + 0.0, value.imag + 0.0))
    elif name in _TIME_CLASSES:
        found = moment(value)
        assert found is not None
        out.append(f"t{name}{found[1]};".encode())
    else:
        _encode_other(value, out, other)


def _encode_other(value: Any, out: list[bytes], other: Other) -> None:
    kind = type(value)
    if isinstance(value, decimal.Decimal):
        _sized(b"d", _decimal_text(value).encode(), out)
    elif kind in _DICTS or kind is types.MappingProxyType:
        pairs = [_joined(pair, other) for pair in value.items()]
        out.append(b"{%d:" % len(pairs) + b"".join(sorted(pairs)))
    elif kind in (set, frozenset):
        out.append(b"<%d:" % len(value) + b"".join(sorted(_joined((x,), other) for x in value)))
    elif isinstance(value, (list, tuple)):
        items = list.__iter__(value) if isinstance(value, list) else tuple.__iter__(value)
        parts = [_joined((item,), other) for item in items]
        out.append(b"(%d:" % len(parts) + b"".join(parts))
    elif kind.__name__ == "ndarray" and kind.__module__ == "numpy" and value.ndim:
        out.append(b"(%d:" % len(value) + _joined(value, other))
    elif isinstance(value, pathlib.PurePath):
        _sized(b"p", str(value).encode("utf-8", "surrogatepass"), out)
    elif kind.__name__ in {"Period", "Interval"} and _of_pandas(kind):
        _encode_span(value, out, other)
    else:
        _sized(b"?", other(value), out)


def _encode_span(value: Any, out: list[bytes], other: Other) -> None:
    """Write a pandas period or interval by its facts, not by its pickled form."""
    if type(value).__name__ == "Period":
        out.append(f"P{value.freqstr} {value.ordinal};".encode())
        return
    out.append(f"I{value.closed};".encode() + _joined((value.left, value.right), other))


def _decimal_text(value: decimal.Decimal) -> str:
    """Return a decimal without trailing zeros: 1.50 is 1.5."""
    sign, digits, exponent = decimal.Decimal.as_tuple(value)
    if not isinstance(exponent, int):
        return f"{sign}inf"
    text = "".join(map(str, digits)).lstrip("0")
    short = text.rstrip("0")
    return f"{sign}:{short}e{exponent + len(text) - len(short)}" if short else "0"


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
        coded = [None if x is None else str.encode(x, "utf-8", "surrogatepass") for x in values]
        return _byte_strings("str", coded)
    if len(present) == len(values):
        lengths = np.fromiter(map(str.__len__, values), "i8", len(values))
    else:
        lengths = np.array([-1 if x is None else str.__len__(x) for x in values], "i8")
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
        return int.__int__(value)
    if isinstance(value, float):
        return float.__float__(value)
    return int(value) if value.dtype.kind in "iu" else float(value)


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
