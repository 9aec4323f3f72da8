"""Profiles: what the values of a dataset look like, taken from the memory they lie in.

Nulls, smallest, greatest and mean are exact. Different values, quantiles and frequent values
come from a sample of rows above twenty thousand, evenly spread.
"""

from __future__ import annotations

import math
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from nbtrail.entities.profile import ColumnProfile, Profile
from nbtrail.fingerprint.labels import label_text
from nbtrail.fingerprint.objects import is_missing

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]

__all__ = ["profile"]

_SAMPLE = 20_000
_CHUNK = 65_536
_POINTS = (0, 5, 25, 50, 75, 95, 100)
_TOP = 50
_SHOWN = 10
_COLUMNS = 1_000
_TEXT = 80
_PLAIN = (str, bytes, bool, int, float, type(None))
_SECONDS = {"s": 1.0, "ms": 1e-3, "us": 1e-6, "ns": 1e-9, "D": 86_400.0, "h": 3600.0, "m": 60.0}

_Values = tuple[str, Any, "Array | None"]
"""Name, one-dimensional array or list of objects, and where a value is missing."""


def profile(value: Any) -> Profile | None:
    """Summarize a table, series or array; None for everything else.

    Takes time in proportion to the numbers, none to speak of for texts and objects: these are
    only sampled. Tables of more than 1,000 columns are summarized by the first 1,000.

    Parameters
    ----------
    value : object
        A frame or series of pandas or polars, a table or array of pyarrow, an array of numpy
        with one or two dimensions, a sparse matrix of scipy (its rows and nothing else).
    """
    found = _columns(value)
    if found is None:
        return None
    rows, columns = found
    step = max(1, -(-rows // _SAMPLE))
    summaries = tuple(_summary(name, values, missing, step) for name, values, missing in columns)
    return Profile(rows, summaries, -(-rows // step))


def _columns(value: Any) -> tuple[int, Iterator[_Values]] | None:
    library = type(value).__module__.partition(".")[0]
    module = sys.modules.get(library)
    for name, find in _LIBRARIES.items():
        known = module if name == library else sys.modules.get(name)
        if known is not None and (found := find(known, value)) is not None:
            return found
    return None


def _numpy(np: Any, value: Any) -> tuple[int, Iterator[_Values]] | None:
    if not isinstance(value, np.ndarray) or value.ndim not in (1, 2):
        return None
    mask = np.ma.getmaskarray(value) if isinstance(value, np.ma.MaskedArray) else None
    plain = np.asarray(value)

    def columns() -> Iterator[_Values]:
        if plain.dtype.names:
            for name in plain.dtype.names:
                if plain.ndim == plain[name].ndim == 1:
                    yield name, plain[name], None
        elif plain.ndim == 1:
            yield "", plain, mask
        else:
            for i in range(min(plain.shape[1], _COLUMNS)):
                yield str(i), plain[:, i], None if mask is None else mask[:, i]

    return len(plain), columns()


def _pandas(pd: Any, value: Any) -> tuple[int, Iterator[_Values]] | None:
    if isinstance(value, (pd.Series, pd.Index)):
        if isinstance(value, pd.MultiIndex):
            return len(value), iter(())
        return len(value), iter([_pandas_values(pd, value.name, value)])
    if not isinstance(value, pd.DataFrame):
        return None

    def columns() -> Iterator[_Values]:
        for i, label in enumerate(value.columns[:_COLUMNS]):
            yield _pandas_values(pd, label, value.iloc[:, i])

    return len(value), columns()


def _pandas_values(pd: Any, label: Any, series: Any) -> _Values:
    import numpy as np

    name, dtype = label_text(label), series.dtype
    if isinstance(dtype, np.dtype):
        return name, series.to_numpy(), None
    if isinstance(dtype, pd.DatetimeTZDtype):
        return name, np.asarray(series.array, dtype=f"M8[{dtype.unit}]"), None
    if isinstance(dtype, pd.SparseDtype):
        return name, np.asarray(series.array), None
    missing = np.asarray(series.isna())
    if dtype.kind in "iufb" and not isinstance(dtype, pd.CategoricalDtype):
        plain = getattr(dtype, "numpy_dtype", None) or np.dtype("f8")
        values = series.to_numpy(dtype=plain, na_value=plain.type(0))
        return name, values, missing if missing.any() else None
    return name, series.array, missing


def _polars(pl: Any, value: Any) -> tuple[int, Iterator[_Values]] | None:
    if isinstance(value, pl.Series):
        return len(value), iter([_polars_values(pl, value)])
    if not isinstance(value, pl.DataFrame):
        return None
    series = list(value.iter_columns())[:_COLUMNS]
    return value.height, (_polars_values(pl, one) for one in series)


def _polars_values(pl: Any, series: Any) -> _Values:
    kind = series.dtype
    missing = series.is_null().to_numpy() if series.null_count() else None
    if kind in (pl.Datetime, pl.Date, pl.Duration) or (kind.is_numeric() and not kind.is_decimal()):
        if missing is not None and not kind.is_temporal():
            series = series.fill_null(0)
        return series.name, series.to_numpy(), missing
    if kind == pl.Boolean:
        return series.name, series.fill_null(value=False).to_numpy(), missing
    return series.name, series, missing


def _pyarrow(pa: Any, value: Any) -> tuple[int, Iterator[_Values]] | None:
    if isinstance(value, (pa.Array, pa.ChunkedArray)):
        return len(value), iter([_arrow_values(pa, "", value)])
    if not isinstance(value, (pa.Table, pa.RecordBatch)):
        return None
    names = value.schema.names[:_COLUMNS]
    return value.num_rows, (_arrow_values(pa, n, value.column(i)) for i, n in enumerate(names))


def _arrow_values(pa: Any, name: str, values: Any) -> _Values:
    of, kind = pa.types, values.type
    missing = values.is_null().to_numpy(**_copying(pa, values)) if values.null_count else None
    number = of.is_integer(kind) or of.is_floating(kind)
    if number or of.is_boolean(kind):
        values = values.fill_null(0 if number else False) if values.null_count else values
        return name, values.to_numpy(**_copying(pa, values)), missing
    if of.is_timestamp(kind) or of.is_date(kind) or of.is_duration(kind):
        return name, values.to_numpy(**_copying(pa, values)), missing
    return name, values, missing


def _copying(pa: Any, values: Any) -> dict[str, bool]:
    # a chunked array always copies, and has no such option
    return {} if isinstance(values, pa.ChunkedArray) else {"zero_copy_only": False}


def _sparse(sparse: Any, value: Any) -> tuple[int, Iterator[_Values]] | None:
    return (value.shape[0], iter(())) if sparse.issparse(value) else None


_LIBRARIES: dict[str, Callable[[Any, Any], tuple[int, Iterator[_Values]] | None]] = {
    "numpy": _numpy,
    "pandas": _pandas,
    "polars": _polars,
    "pyarrow": _pyarrow,
    "scipy.sparse": _sparse,
}


def _summary(name: str, values: Any, missing: Array | None, step: int) -> ColumnProfile:
    dtype = getattr(values, "dtype", None)
    kind = getattr(dtype, "kind", "O") if type(values).__module__ == "numpy" else "O"
    if kind in "iufb" and values.dtype.itemsize <= 8:
        return _numbers(name, values, missing, step)
    if kind in "Mm":
        return _times(name, values, step)
    return _objects(name, values, missing, step)


def _numbers(name: str, values: Array, missing: Array | None, step: int) -> ColumnProfile:
    import numpy as np

    nulls, count = 0, 0
    lowest, highest, total = math.inf, -math.inf, 0.0
    with np.errstate(all="ignore"):
        for start in range(0, len(values), _CHUNK):  # what is in the cache is read thrice
            part = np.ascontiguousarray(values[start : start + _CHUNK])
            if missing is not None:
                part = part[~missing[start : start + _CHUNK]]
            least = np.minimum.reduce(part) if len(part) else 0
            if least != least:  # noqa: PLR0124  (one NaN makes the minimum NaN)
                part = part[~np.isnan(part)]
            nulls += min(_CHUNK, len(values) - start) - len(part)
            if not len(part):
                continue
            count += len(part)
            lowest = min(lowest, float(np.minimum.reduce(part)))
            highest = max(highest, float(np.maximum.reduce(part)))
            total += float(np.add.reduce(part, dtype="f8"))
        if not count:
            return ColumnProfile(name, nulls)
        sample = values[::step] if missing is None else values[::step][~missing[::step]]
        ordered = np.sort(sample.astype("f8") if sample.dtype.kind == "f" else sample)
        if ordered.dtype.kind == "f":
            ordered = ordered[~np.isnan(ordered)]
        distinct, top = _frequent(ordered)
    return ColumnProfile(
        name,
        nulls,
        distinct if step == 1 else -1,
        _finite(lowest),
        _finite(highest),
        _finite(total / count),
        _quantiles(ordered, lowest, highest),
        top,
    )


def _finite(number: float) -> float | None:
    return number if math.isfinite(number) else None


def _quantiles(ordered: Array, lowest: float, highest: float) -> tuple[float, ...]:
    """Return the quantiles of sorted values; the ends are those of all values."""
    if not len(ordered):
        return ()
    if not (math.isfinite(lowest) and math.isfinite(highest)):
        return ()
    inner = [float(ordered[round(p / 100 * (len(ordered) - 1))]) for p in _POINTS[1:-1]]
    return (lowest, *inner, highest)


def _frequent(ordered: Array) -> tuple[int, tuple[tuple[str, int], ...]]:
    """Count the different values of a sorted array, and the frequent ones of a few."""
    import numpy as np

    if not len(ordered):
        return 0, ()
    edges = np.flatnonzero(ordered[1:] != ordered[:-1]) + 1
    distinct = len(edges) + 1
    if distinct > _TOP or 2 * distinct > len(ordered):
        return distinct, ()
    starts = np.concatenate(([0], edges))
    counts = np.diff(np.concatenate((starts, [len(ordered)])))
    first = np.argsort(-counts, kind="stable")[:_SHOWN]
    values = ordered[starts[first]].tolist()
    return distinct, tuple(zip(map(str, values), counts[first].tolist(), strict=True))


def _times(name: str, values: Array, step: int) -> ColumnProfile:
    import numpy as np

    unit, each = np.datetime_data(values.dtype)
    scale = _SECONDS.get(unit)
    if scale is None:
        return ColumnProfile(name, int(np.isnat(values).sum()))
    counts = values.view("i8") if values.flags.c_contiguous else values.astype("i8")
    found = _numbers(name, counts, np.isnat(values), step)
    if found.minimum is None:
        return found
    factor = scale * each

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


def _objects(name: str, values: Any, missing: Array | None, step: int) -> ColumnProfile:
    picked = _listed(values[::step])
    nulls = _null_count(values) if missing is None else int(missing.sum())
    present = [x for x in picked if not is_missing(x)]
    # only plain values are counted: an object of the user's own is not asked for its hash
    if not all(kind in _PLAIN or kind.__module__ == "datetime" for kind in set(map(type, present))):
        return ColumnProfile(name, nulls)
    counted = Counter(present)
    top: tuple[tuple[str, int], ...] = ()
    if present and len(counted) <= _TOP and 2 * len(counted) <= len(present):
        top = tuple((str(x)[:_TEXT], n) for x, n in counted.most_common(_SHOWN))
    return ColumnProfile(name, nulls, len(counted) if step == 1 else -1, top=top)


def _null_count(values: Any) -> int:
    null_count = getattr(values, "null_count", None)
    if null_count is not None:
        return int(null_count() if callable(null_count) else null_count)
    return sum(map(is_missing, _listed(values)))


def _listed(values: Any) -> list[Any]:
    for name in ("to_pylist", "tolist", "to_list"):
        if hasattr(values, name):
            found: list[Any] = getattr(values, name)()
            return found
    return list(values)
