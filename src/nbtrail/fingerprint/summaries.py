"""Summaries of columns: bounds, mean, quantiles and frequent values of what lies in one piece.

Nulls, smallest and greatest are exact whatever the size: they are what later data is checked
against. The rest is exact for few rows and comes from a spread sample of many, so that a
profile costs a fraction of the digest of the same data.
"""

from __future__ import annotations

import functools
import math
import re
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from nbtrail.entities.profile import ColumnProfile
from nbtrail.fingerprint.objects import is_missing

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]

__all__ = ["EXACT", "categories", "numbers", "objects", "spread", "times"]

EXACT = 5_000
"""Rows up to which quantiles and counts are of all of them; above it, so many are sampled."""

_MEAN_EXACT = 1 << 20
_CHUNK = 131_072
_POINTS = (0.05, 0.25, 0.5, 0.75, 0.95)
_TOP = 50
_SHOWN = 10
_GLANCE = 500
_TEXT = 80
_SAFE = float(2**46)  # a chunk of such integers adds up within 64 bits
_LONG = 1_024
_NAT = -(2**63)
_PLAIN = (str, bytes, bool, int, float, type(None))
_SECONDS = {"s": 1.0, "ms": 1e-3, "us": 1e-6, "ns": 1e-9, "D": 86_400.0, "h": 3600.0, "m": 60.0}
# What people and their accounts are called by: few of them in small data, and repeated
_PERSONAL = re.compile(
    r"(?:^|[^a-z])(?:e-?mails?|full|first|last|sur|user|login|address|street|phones?|mobile|fax"
    r"|ssn|iban|passport|patients?|customers?|clients?|employees?|persons?|people|ids?|uuid|guid"
    r"|names?|ips?|tokens?|keys?|passwords?|passwd|pwd|secrets?)(?![a-z])"
    r"|(?:user|first|last|sur|full|nick|screen)names?(?![a-z])"
)
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def numbers(
    names: Sequence[str], matrix: Array, missing: Array | None = None
) -> list[ColumnProfile]:
    """Summarize columns of numbers or booleans that have one dtype.

    Parameters
    ----------
    names : sequence of str
    matrix : ndarray
        One column of it for each name, in any layout; at most 8 bytes for each value.
    missing : ndarray of bool, optional
        Rows without a value; NaN is none either.
    """
    import numpy as np

    rows = len(matrix)
    if missing is not None:
        matrix = matrix[~missing]
    absent = rows - len(matrix)
    truth = matrix.dtype.kind == "b"
    if truth:
        matrix = matrix.view("u1")
    elif matrix.dtype.itemsize == 2 and matrix.dtype.kind == "f":
        matrix = matrix.astype("f4")
    elif not matrix.dtype.isnative:
        matrix = matrix.astype(matrix.dtype.newbyteorder("="))
    if not len(matrix):
        return [ColumnProfile(name, absent, 0 if rows <= EXACT else -1) for name in names]
    with np.errstate(all="ignore"):
        seen = _pass_over(matrix) if len(matrix) > EXACT else None
        sample = matrix if seen is None else seen.sample
        ordered = np.array(sample.T, order="C")
        ordered.sort(axis=1)
        counts = _present(ordered)
        if seen is None:
            nulls = len(matrix) - counts
            lowest = ordered[:, 0]
            highest = ordered[np.arange(len(ordered)), np.maximum(counts - 1, 0)]
            means = _sums(ordered.T, lowest, highest) / counts
        else:
            nulls, lowest, highest, sums, _ = seen
            means = (
                _sums(sample, lowest, highest) / counts
                if sums is None
                else sums / (len(matrix) - nulls)
            )
        return _profiles(
            names, ordered, counts, absent + nulls, lowest, highest, means, rows <= EXACT, truth
        )


def _profiles(
    names: Sequence[str],
    ordered: Array,
    counts: Array,
    nulls: Array,
    lowest: Array,
    highest: Array,
    means: Array,
    exact: bool,  # noqa: FBT001
    truth: bool,  # noqa: FBT001
) -> list[ColumnProfile]:
    """Put together what was found of the columns, from all values and from sorted ones."""
    import numpy as np

    edges = ordered[:, 1:] != ordered[:, :-1]
    # each NaN at the end differs from its neighbour before it
    absent = ordered.shape[1] - counts
    different = np.where(counts > 0, np.count_nonzero(edges, axis=1) - absent + 1, 0).tolist()
    places = np.maximum(np.rint(np.multiply.outer(counts - 1, _POINTS)), 0).astype("i8")
    inner = np.take_along_axis(ordered, places, 1)
    found = []
    columns = zip(
        *(part.astype("f8").tolist() for part in (lowest, highest, means, inner)),
        nulls.tolist(),
        counts.tolist(),
        strict=True,
    )
    for i, (least, most, mean, middle, without, count) in enumerate(columns):
        distinct = different[i]
        bounded = math.isfinite(least) and math.isfinite(most)
        few = 0 < distinct <= _TOP and 2 * distinct <= count and not _is_personal(names[i])
        found.append(
            ColumnProfile(
                names[i],
                without,
                distinct if exact else -1,
                _finite(least),
                _finite(most),
                _finite(mean),
                (least, *middle, most) if bounded else (),
                _frequent(ordered[i, :count], edges[i, : count - 1], truth=truth) if few else (),
            )
        )
    return found


class _Seen(NamedTuple):
    """What one pass over columns found: sums only of few enough rows, a sample of the rows."""

    nulls: Array
    lowest: Array
    highest: Array
    sums: Array | None
    sample: Array


def _pass_over(matrix: Array) -> _Seen:
    """Read columns once, block by block: what is in the cache is read thrice and sampled."""
    import numpy as np

    rows, width = matrix.shape
    if width > 1 and not matrix.flags.c_contiguous:
        each = [_pass_over(matrix[:, i : i + 1]) for i in range(width)]
        sums_each = [one.sums for one in each if one.sums is not None]
        return _Seen(
            np.concatenate([one.nulls for one in each]),
            np.concatenate([one.lowest for one in each]),
            np.concatenate([one.highest for one in each]),
            np.concatenate(sums_each) if sums_each else None,
            np.concatenate([one.sample for one in each], axis=1),
        )
    nulls = np.zeros(width, "i8")
    least_each: list[Array] = []
    most_each: list[Array] = []
    floats = matrix.dtype.kind == "f"
    sums = np.zeros(width) if rows <= _MEAN_EXACT else None
    positions = spread(rows)
    samples: list[Array] = []
    length = max(1, _CHUNK // width)
    cuts = np.searchsorted(positions, np.arange(0, rows + length, length)).tolist()
    for number, start in enumerate(range(0, rows, length)):
        part = np.ascontiguousarray(matrix[start : start + length])
        least = _reduced(np.minimum, part)
        if floats and (least != least).any():  # noqa: PLR0124  (one NaN makes the minimum NaN)
            nulls += np.count_nonzero(np.isnan(part), axis=0)
            least, most = _reduced(np.fmin, part), _reduced(np.fmax, part)
        else:
            most = _reduced(np.maximum, part)
        least_each.append(least)
        most_each.append(most)
        if sums is not None:
            sums += _sums(part, least, most)
        samples.append(part[positions[cuts[number] : cuts[number + 1]] - start])
    lowest, highest = np.fmin.reduce(least_each, axis=0), np.fmax.reduce(most_each, axis=0)
    return _Seen(nulls, lowest, highest, sums, np.concatenate(samples))


def _reduced(of: Any, part: Array, **options: Any) -> Array:
    """Reduce each column of a C-contiguous matrix.

    Rows are too short for fast loops: as many as fill a longer one are taken together first.
    """
    rows, width = part.shape
    found: Array
    if width == 1:
        found = of.reduce(part.reshape(-1), keepdims=True, **options)
        return found
    together = 1 if width >= _LONG else _LONG // width
    whole = rows // together * together
    if not whole:
        found = of.reduce(part, axis=0, **options)
        return found
    long = of.reduce(part[:whole].reshape(-1, together * width), axis=0, **options)
    found = of.reduce(long.reshape(together, width), axis=0)
    if whole < rows:
        found = of(found, of.reduce(part[whole:], axis=0, **options))
    return found


def _sums(part: Array, lowest: Array, highest: Array) -> Array:
    """Return the sum of each column as float64, NaN left out; its values lie in those bounds."""
    import numpy as np

    sums: Array
    if part.dtype.kind == "f":
        sums = _reduced(np.add, part, dtype="f8")
        return np.nansum(part, axis=0, dtype="f8") if np.isnan(sums).any() else sums
    if max(-float(lowest.min()), float(highest.max())) >= _SAFE:
        sums = _reduced(np.add, part, dtype="f8")
        return sums
    sums = _reduced(np.add, part).astype("f8")
    return sums


def _present(ordered: Array) -> Array:
    """Count the values of each sorted row that are not NaN."""
    import numpy as np

    count = ordered.shape[1]
    counts = np.full(len(ordered), count)
    if ordered.dtype.kind == "f" and np.isnan(ordered[:, -1]).any():
        counts -= np.count_nonzero(np.isnan(ordered), axis=1)
    return counts


@functools.lru_cache(maxsize=4)
def spread(rows: int) -> Array:
    """Return the positions of a sample: one of each stretch of rows, the same in each call.

    Where in its stretch a row stands goes by the golden ratio, since data in a regular order
    (24 hours, 7 days) would show only one of its phases at equal steps.
    """
    import numpy as np

    starts = np.arange(EXACT + 1) * rows // EXACT
    within = np.arange(EXACT) * 0.6180339887498949 % 1.0
    positions: Array = starts[:-1] + (within * np.diff(starts)).astype("i8")
    return positions


def _finite(number: float) -> float | None:
    return number if math.isfinite(number) else None


def _frequent(present: Array, edges: Array, *, truth: bool) -> tuple[tuple[str, int], ...]:
    """Return the frequent ones of few different values, sorted as they are."""
    import numpy as np

    starts = np.concatenate(([0], np.flatnonzero(edges) + 1))
    counts = np.diff(np.concatenate((starts, [len(present)])))
    first = np.argsort(-counts, kind="stable")[:_SHOWN]
    values = present[starts[first]].tolist()
    texts = (str(bool(value)) if truth else str(value) for value in values)
    return tuple(zip(texts, counts[first].tolist(), strict=True))


def _is_personal(name: str) -> bool:
    return _PERSONAL.search(_HUMP.sub("_", name).lower()) is not None


def times(name: str, ticks: Array, unit: str, each: int = 1) -> ColumnProfile:
    """Summarize moments or durations; the smallest int64 is none.

    Parameters
    ----------
    ticks : ndarray of int64
        Counts of `each` units.
    """
    import numpy as np

    if unit not in _SECONDS:
        return ColumnProfile(name, int(np.count_nonzero(ticks == _NAT)))
    (found,) = numbers([name], ticks[:, None])
    if found.minimum == _NAT:
        (found,) = numbers([name], ticks[:, None], ticks == _NAT)
    if found.minimum is None:
        return found
    factor = _SECONDS[unit] * each

    def seconds(number: float | None) -> float | None:
        return None if number is None else number * factor

    return ColumnProfile(
        name,
        found.nulls,
        found.distinct,
        seconds(found.minimum),
        seconds(found.maximum),
        seconds(found.mean),
        tuple(quantile * factor for quantile in found.quantiles),
    )


def categories(name: str, codes: Array, labels: Sequence[Any]) -> ColumnProfile:
    """Summarize a categorical by its codes; a negative one is no value."""
    import numpy as np

    nulls = int(np.count_nonzero(codes < 0))
    sample = codes if len(codes) <= EXACT else codes[spread(len(codes))]
    counts = np.bincount(sample[sample >= 0], minlength=1)
    used = np.flatnonzero(counts).tolist()
    distinct = len(used) if sample is codes else -1
    if not _are_plain(labels):
        return ColumnProfile(name, nulls, distinct)
    counted = Counter({labels[i]: int(counts[i]) for i in used[: _TOP + 1]})
    return ColumnProfile(name, nulls, distinct, top=_top(name, counted))


def objects(name: str, values: Any, nulls: int) -> ColumnProfile:
    """Summarize texts and other objects.

    Parameters
    ----------
    values : object
        A column of any library.
    nulls : int
        How many there are, or -1 when they are to be counted here.
    """
    rows = len(values)
    if nulls < 0:
        nulls = sum(map(is_missing, listed(values)))
    if rows > EXACT and not _may_repeat(_picked(values, spread(rows)[:_GLANCE])):
        return ColumnProfile(name, nulls)
    picked = listed(values) if rows <= EXACT else _picked(values, spread(rows))
    present = [x for x in picked if not is_missing(x)]
    if not _are_plain(present):
        return ColumnProfile(name, nulls)
    counted = Counter(present)
    distinct = len(counted) if rows <= EXACT else -1
    return ColumnProfile(name, nulls, distinct, top=_top(name, counted))


def _may_repeat(glance: list[Any]) -> bool:
    present = [x for x in glance if not is_missing(x)]
    return _are_plain(present) and len(set(present)) <= _TOP


def _are_plain(values: Sequence[Any]) -> bool:
    # only plain values are counted: an object of the user's own is not asked for its hash
    return all(kind in _PLAIN or kind.__module__ == "datetime" for kind in set(map(type, values)))


def _top(name: str, counted: Counter[Any]) -> tuple[tuple[str, int], ...]:
    if len(counted) > _TOP or 2 * len(counted) > counted.total() or _is_personal(name):
        return ()
    if any("@" in x for x in counted if type(x) is str):
        return ()
    return tuple((str(x)[:_TEXT], n) for x, n in counted.most_common(_SHOWN))


def _picked(values: Any, positions: Array) -> list[Any]:
    """Return the values in some rows."""
    if hasattr(values, "gather"):  # polars
        return listed(values.gather(positions))
    if type(values).__module__.partition(".")[0] == "pyarrow":  # can't take of each type
        return [values[i].as_py() for i in positions.tolist()]
    return listed(values.take(positions))


def listed(values: Any) -> list[Any]:
    """Return the values of a column of any library as Python's."""
    for name in ("to_pylist", "tolist", "to_list"):
        if hasattr(values, name):
            found: list[Any] = getattr(values, name)()
            return found
    return list(values)
