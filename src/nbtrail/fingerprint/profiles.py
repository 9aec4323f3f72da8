"""Profiles: what the values of a dataset look like, taken from the memory they lie in.

Columns of one dtype that lie in one piece are summarized together. What was found of a column
is kept under its content digest, so that equal columns, wherever they lie, are looked at once.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

from nbtrail.entities.dataset import Coverage, Dataset, Digest
from nbtrail.entities.profile import ColumnProfile, Profile
from nbtrail.fingerprint.labels import label_text
from nbtrail.fingerprint.summaries import EXACT, categories, numbers, objects, times

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]

__all__ = ["profile"]

_COLUMNS = 1_000
_MOST_KEPT = 4_096
_MOST_WHOLE = 64

_Summarize = Callable[[list[str]], list[ColumnProfile]]
_Key = tuple[str, str, str]


class _Part(NamedTuple):
    """Columns at some positions, and what summarizes them all, given their names."""

    positions: Sequence[int]
    summarize: _Summarize


class _Table(NamedTuple):
    """Rows, names of the columns, and parts for all columns or for those that are wanted."""

    rows: int
    names: list[str]
    parts: Callable[[set[int]], Iterator[_Part]]


_kept: dict[_Key, ColumnProfile] = {}
_wholes: dict[Digest, Profile] = {}
_lock = threading.Lock()


def profile(value: Any, dataset: Dataset | None = None) -> Profile | None:
    """Summarize a table, series or array; None for everything else.

    Tables of more than 1,000 columns are summarized by the first 1,000.

    Parameters
    ----------
    value : object
        A frame or series of pandas or polars, a table or array of pyarrow, an array of numpy
        with one or two dimensions, a sparse matrix of scipy (its rows and nothing else).
    dataset : Dataset, optional
        What `digest` made of the value: columns that were profiled before are not read again.
    """
    whole = dataset.digest if dataset is not None else None
    if whole is not None and whole in _wholes:
        return _wholes[whole]
    table = _table(value)
    if table is None:
        return None
    keys = _keys(dataset, len(table.names))
    recalled = ((i, _kept.get(key)) for i, key in enumerate(keys))
    found = {i: one for i, one in recalled if one is not None}
    wanted = {i for i in range(len(table.names)) if i not in found}
    for part in table.parts(wanted) if wanted else ():
        names = [table.names[i] for i in part.positions]
        found.update(zip(part.positions, part.summarize(names), strict=True))
    if keys and wanted:
        _keep({keys[i]: found[i] for i in wanted})
    columns = tuple(
        found[i] if found[i].name == name else replace(found[i], name=name)
        for i, name in enumerate(table.names)
    )
    made = Profile(table.rows, columns, min(table.rows, EXACT))
    if keys and whole is not None:
        with _lock:
            _wholes[whole] = made
            while len(_wholes) > _MOST_WHOLE:
                del _wholes[next(iter(_wholes))]
    return made


def _keys(dataset: Dataset | None, count: int) -> list[_Key]:
    """Return what tells the values of each column from all others, if anything does."""
    if dataset is None or dataset.digest.coverage is not Coverage.FULL:
        return []
    if dataset.kind in ("table", "series") and len(dataset.columns) >= count:
        width = dataset.shape[1] if dataset.kind == "table" else 1
        columns = dataset.columns[len(dataset.columns) - width :][:count]
        return [(one.name, one.content, one.dtype) for one in columns]
    digest = dataset.digest
    return [(str(i), digest.content, digest.schema) for i in range(count)]


def _keep(found: dict[_Key, ColumnProfile]) -> None:
    with _lock:
        _kept.update(found)
        while len(_kept) > _MOST_KEPT:
            del _kept[next(iter(_kept))]


def _table(value: Any) -> _Table | None:
    library = type(value).__module__.partition(".")[0]
    for name, find in _LIBRARIES.items():
        known = sys.modules.get(name)
        if known is None or (name != library and library in _LIBRARIES):
            continue
        found = find(known, value)
        if found is not None:
            return found
    return None


# ---------------------------------------------------------------- numpy and scipy


def _numpy(np: Any, value: Any) -> _Table | None:
    if not isinstance(value, np.ndarray) or value.ndim not in (1, 2):
        return None
    mask = np.ma.getmaskarray(value) if isinstance(value, np.ma.MaskedArray) else None
    plain = np.asarray(value)
    if plain.dtype.names:
        names = [n for n in plain.dtype.names if plain.ndim == plain[n].ndim == 1]
        return _Table(
            len(plain),
            names,
            lambda wanted: (_column(i, plain[names[i]]) for i in sorted(wanted)),
        )
    matrix = plain[:, None] if plain.ndim == 1 else plain[:, :_COLUMNS]
    names = [""] if plain.ndim == 1 else [str(i) for i in range(matrix.shape[1])]
    hidden = None if mask is None else mask.reshape(plain.shape[0], -1)
    return _Table(
        len(plain), names, lambda wanted: _matrix(matrix, range(len(names)), wanted, hidden)
    )


def _matrix(
    matrix: Array, positions: Sequence[int], wanted: set[int], mask: Array | None = None
) -> Iterator[_Part]:
    """Give the columns of a matrix, together where that can be done."""
    together = _is_number(matrix) and mask is None
    if together and wanted.issuperset(positions):
        yield _Part(positions, lambda names: numbers(names, matrix))
        return
    for j, position in enumerate(positions):
        if position in wanted:
            yield _column(position, matrix[:, j], None if mask is None else mask[:, j])


def _is_number(values: Array) -> bool:
    return values.dtype.kind in "iufb" and values.dtype.itemsize <= 8


def _column(position: int, values: Array, missing: Array | None = None) -> _Part:
    import numpy as np

    def summarize(names: list[str]) -> list[ColumnProfile]:
        if _is_number(values):
            gaps = missing if missing is not None and missing.any() else None
            return numbers(names, values[:, None], gaps)
        if values.dtype.kind in "Mm":
            ticks = np.ascontiguousarray(values).view("i8")
            ticks = ticks if missing is None else np.where(missing, -(2**63), ticks)
            return [times(names[0], ticks, *np.datetime_data(values.dtype))]
        shown = values if missing is None else np.where(missing, np.array(None), values)
        return [objects(names[0], shown, -1)]

    return _Part([position], summarize)


def _sparse(sparse: Any, value: Any) -> _Table | None:
    return _Table(value.shape[0], [], lambda _: iter(())) if sparse.issparse(value) else None


# ---------------------------------------------------------------- pandas


def _pandas(pd: Any, value: Any) -> _Table | None:
    if isinstance(value, pd.MultiIndex):
        return _Table(len(value), [], lambda _: iter(()))
    if isinstance(value, pd.Index):
        value = value.to_series()
    if isinstance(value, pd.Series):
        frame, labels = pd.DataFrame({"": value}, copy=False), [value.name]
    elif isinstance(value, pd.DataFrame):
        frame, labels = value, list(value.columns[:_COLUMNS])
    else:
        return None
    names = [label_text(label) for label in labels]
    return _Table(len(frame), names, lambda wanted: _pandas_parts(pd, frame, wanted))


def _pandas_parts(pd: Any, frame: Any, wanted: set[int]) -> Iterator[_Part]:
    import numpy as np

    for block in frame._mgr.blocks:  # noqa: SLF001  (column by column takes longer than all else)
        positions = [p for p in block.mgr_locs.as_array.tolist() if p < _COLUMNS]
        values = block.values
        if isinstance(values, np.ndarray) and _is_number(values):
            yield from _matrix(values.T[:, : len(positions)], positions, wanted)
            continue
        for j, position in enumerate(positions):
            if position in wanted:
                yield _pandas_column(pd, position, values if values.ndim == 1 else values[j])


def _pandas_column(pd: Any, position: int, values: Any) -> _Part:
    import numpy as np

    dtype = values.dtype
    if isinstance(values, pd.Categorical):
        codes, labels = values.codes, values.categories
        return _Part([position], lambda names: [categories(names[0], codes, list(labels))])
    if isinstance(values, pd.arrays.DatetimeArray | pd.arrays.TimedeltaArray):
        unit = values.unit
        return _Part([position], lambda names: [times(names[0], values.asi8, unit)])
    if isinstance(dtype, pd.SparseDtype):
        return _column(position, np.asarray(values))
    if isinstance(dtype, np.dtype):
        if dtype.kind == "O":
            absent = pd.isna(values)
            nulls = int(np.count_nonzero(absent))
            return _Part([position], lambda names: [objects(names[0], values, nulls)])
        return _column(position, np.asarray(values))
    if hasattr(values, "_mask"):  # integers, floats and booleans with gaps, as they lie
        return _column(position, values._data, values._mask)  # noqa: SLF001
    if dtype.kind in "iufb":
        plain = getattr(dtype, "numpy_dtype", None) or np.dtype("f8")
        filled = values.to_numpy(dtype=plain, na_value=plain.type(0))
        return _column(position, filled, np.asarray(values.isna()))
    arrow = getattr(values, "_pa_array", None)
    nulls = int(np.count_nonzero(values.isna())) if arrow is None else arrow.null_count
    return _Part([position], lambda names: [objects(names[0], values, nulls)])


# ---------------------------------------------------------------- polars


def _polars(pl: Any, value: Any) -> _Table | None:
    if isinstance(value, pl.Series):
        columns = [value]
    elif isinstance(value, pl.DataFrame):
        columns = list(value.iter_columns())[:_COLUMNS]
    else:
        return None
    names = [one.name for one in columns]
    return _Table(
        len(value),
        names,
        lambda wanted: (_polars_column(pl, i, columns[i]) for i in sorted(wanted)),
    )


def _polars_column(pl: Any, position: int, series: Any) -> _Part:
    kind, nulls = series.dtype, series.null_count()
    missing = series.is_null().to_numpy() if nulls else None
    if kind in (pl.Datetime, pl.Date, pl.Duration):
        return _column(position, series.to_numpy(), missing)
    if kind.is_numeric() and not kind.is_decimal():
        return _column(position, (series.fill_null(0) if nulls else series).to_numpy(), missing)
    if kind == pl.Boolean:
        return _column(
            position, (series.fill_null(value=False) if nulls else series).to_numpy(), missing
        )
    return _Part([position], lambda names: [objects(names[0], series, nulls)])


# ---------------------------------------------------------------- pyarrow


def _pyarrow(pa: Any, value: Any) -> _Table | None:
    if isinstance(value, (pa.Array, pa.ChunkedArray)):
        names, columns = [""], [value]
    elif isinstance(value, (pa.Table, pa.RecordBatch)):
        names, columns = value.schema.names[:_COLUMNS], value.columns[:_COLUMNS]
    else:
        return None
    rows = len(value) if names == [""] else value.num_rows
    return _Table(
        rows,
        names,
        lambda wanted: (_arrow_column(pa, i, columns[i]) for i in sorted(wanted)),
    )


def _arrow_column(pa: Any, position: int, values: Any) -> _Part:
    of, kind, nulls = pa.types, values.type, values.null_count
    missing = _arrow_numpy(pa, values.is_null()) if nulls else None
    number = of.is_integer(kind) or of.is_floating(kind)
    if number or of.is_boolean(kind):
        filled = values.fill_null(0 if number else False) if nulls else values
        return _column(position, _arrow_numpy(pa, filled), missing)
    if of.is_timestamp(kind) or of.is_date(kind) or of.is_duration(kind):
        return _column(position, _arrow_numpy(pa, values), missing)
    return _Part([position], lambda names: [objects(names[0], values, nulls)])


def _arrow_numpy(pa: Any, values: Any) -> Array:
    # a chunked array always copies, and has no such option
    chunked = isinstance(values, pa.ChunkedArray)
    found: Array = values.to_numpy() if chunked else values.to_numpy(zero_copy_only=False)
    return found


_LIBRARIES: dict[str, Callable[[Any, Any], _Table | None]] = {
    "numpy": _numpy,
    "pandas": _pandas,
    "polars": _polars,
    "pyarrow": _pyarrow,
    "scipy.sparse": _sparse,
}
