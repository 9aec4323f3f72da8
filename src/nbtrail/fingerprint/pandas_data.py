"""pandas frames, series and indexes, for pandas 2.2 and 3."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, cast

from xxhash import xxh3_128_hexdigest

from nbtrail.entities.dataset import Column, Dataset
from nbtrail.fingerprint import cache
from nbtrail.fingerprint.arrays import array_leaf, array_reader
from nbtrail.fingerprint.labels import label_text
from nbtrail.fingerprint.leaves import bytes_leaf, time_leaf
from nbtrail.fingerprint.objects import encode, objects_leaf
from nbtrail.fingerprint.roots import Sampling, Source, build, column
from nbtrail.fingerprint.walk import walk

if TYPE_CHECKING:
    import pandas as pd

    Leaf = Callable[[int, int], bytes]

__all__ = ["frame_dataset", "index_dataset", "series_dataset"]

_SHORT = 32


def frame_dataset(frame: pd.DataFrame, limit: int | None) -> Dataset:
    """Digest a frame; an index that is no plain numbering of the rows is content."""
    sampling = _sampling(frame, limit)
    index = _index(frame.index, sampling)
    layout = f"{_index_layout(frame.index)} {_label_layout(frame.columns)}"
    labels = (layout, frame.shape, tuple(map(label_text, frame.columns)), tuple(index))
    known = cache.recall_whole(frame, labels) if sampling.stride == 1 else None
    if known is not None:
        return known
    columns = _frame_columns(frame, sampling)
    found = build(
        "table",
        frame.shape,
        columns,
        index=index,
        layout=layout,
        sampling=sampling,
    )
    if sampling.stride == 1:
        cache.remember_whole(frame, labels, found)
    return found


def _frame_columns(frame: pd.DataFrame, sampling: Sampling) -> list[Column]:
    rows, known = len(frame), {} if sampling.stride > 1 else cache.recall(frame)
    columns: list[Column] = []
    for position, (label, series) in enumerate(frame.items()):
        source = _source(label, series)
        if position in known:
            columns.append(Column(source.name, source.dtype, *known[position]))
        else:
            columns.append(column(source, rows, sampling))
        del series, source  # views of the frame: the cache looks who holds any
    if sampling.stride == 1 and len(known) < len(columns):
        cache.remember(frame, dict(enumerate(columns)))
    return columns


def series_dataset(series: pd.Series[Any], limit: int | None) -> Dataset:
    """Digest a series; without a name and an own index it equals the array of its values."""
    sampling = _sampling(series, limit)
    one = column(_source(series.name, series), len(series), sampling)
    return build(
        "series",
        (len(series),),
        (one,),
        index=_index(series.index, sampling),
        layout=_index_layout(series.index),
        sampling=sampling,
    )


def index_dataset(index: pd.Index[Any], limit: int | None) -> Dataset:
    """Digest an index by its levels."""
    sampling = _sampling(index, limit)
    columns = [column(_source(level.name, level), len(index), sampling) for level in _levels(index)]
    shape = (len(index),) if len(columns) == 1 else (len(index), len(columns))
    return build("series", shape, columns, layout=_index_layout(index), sampling=sampling)


def _sampling(value: Any, limit: int | None) -> Sampling:
    import numpy as np

    if limit is None:
        return Sampling()
    if hasattr(value, "_mgr"):  # asking for the memory of each column takes its time
        blocks = value._mgr.blocks  # noqa: SLF001
        held = sum(block.values.nbytes for block in blocks)  # noqa: PD011 (of a block)
        size = held + value.index.memory_usage()
    else:
        size = int(np.sum(value.memory_usage()))
    return Sampling.within(size, limit)


def _index(index: pd.Index[Any], sampling: Sampling) -> list[Column]:
    if _is_numbering(index):
        return []
    return [column(_source(level.name, level), len(index), sampling) for level in _levels(index)]


def _levels(index: pd.Index[Any]) -> Iterator[Any]:
    """Yield the levels; as series, but for plain ones, which are read in the same way."""
    import numpy as np

    for number in range(index.nlevels):
        level = index.get_level_values(number)
        yield level if isinstance(level.dtype, np.dtype) else level.to_series()


def _is_numbering(index: pd.Index[Any]) -> bool:
    import numpy as np
    import pandas as pd

    if index.nlevels > 1 or index.name is not None:
        return False
    if isinstance(index, pd.RangeIndex):
        return len(index) == 0 or (index.start == 0 and index.step == 1)
    if index.dtype.kind not in "iu" or not isinstance(index.dtype, np.dtype):
        return len(index) == 0
    values = index.to_numpy()
    edges = len(values) == 0 or (values[0] == 0 and values[-1] == len(values) - 1)
    return bool(edges) and np.array_equal(values, np.arange(len(values)))


def _index_layout(index: pd.Index[Any]) -> str:
    return type(index).__name__


def _label_layout(labels: pd.Index[Any]) -> str:
    named = any(name is not None for name in labels.names)
    names = label_text(tuple(labels.names)) if named else ""
    return f"labels {labels.inferred_type} {names}"


def _source(label: Any, series: pd.Series[Any]) -> Source:
    import pandas as pd

    dtype = series.dtype
    name = label_text(label)
    if isinstance(dtype, pd.CategoricalDtype):
        order = " ordered" if dtype.ordered else ""
        # Unused categories and their order decide the codes, not the values: schema.
        written: list[bytes] = []
        encode(list(dtype.categories), written, walk)
        which = xxh3_128_hexdigest(b"".join(written))[:8]
        text = f"category[{dtype.categories.dtype}, {len(dtype.categories)}{order}, {which}]"
        return Source(name, text, _categorical(series))
    return Source(name, str(dtype), _reader(series, dtype))


def _reader(series: pd.Series[Any], dtype: Any) -> Leaf:
    import numpy as np
    import pandas as pd

    if isinstance(dtype, np.dtype):
        values = series.to_numpy()
        if dtype.kind == "O":
            return lambda start, stop: objects_leaf(values[start:stop].tolist(), walk)
        return array_reader(values)
    if isinstance(dtype, pd.DatetimeTZDtype):
        moments = np.asarray(series.array, dtype=f"M8[{dtype.unit}]").view("i8")
        return lambda start, stop: time_leaf("aware", moments[start:stop], dtype.unit)
    if isinstance(dtype, pd.SparseDtype):
        dense: pd.Series[Any] = cast("Any", series).sparse.to_dense()
        return _reader(dense, dense.dtype)
    if hasattr(series.array, "__arrow_array__") and _keeps_arrow(dtype):
        from nbtrail.fingerprint.arrow_data import arrow_leaf, arrow_values

        chunked = arrow_values(series.array)
        return lambda start, stop: arrow_leaf(chunked, start, stop)
    masked = (pd.arrays.IntegerArray, pd.arrays.FloatingArray, pd.arrays.BooleanArray)
    if isinstance(series.array, masked):
        plain = dtype.numpy_dtype
        present = ~series.isna().to_numpy()
        filled = series.to_numpy(dtype=plain, na_value=plain.type(0))
        return lambda start, stop: array_leaf(filled[start:stop], present[start:stop])
    return lambda start, stop: objects_leaf(list(series.iloc[start:stop]), walk)


def _keeps_arrow(dtype: Any) -> bool:
    """Say whether the values lie in Arrow memory, so that pyarrow is loaded anyway."""
    import pandas as pd

    return isinstance(dtype, pd.ArrowDtype) or getattr(dtype, "storage", "") == "pyarrow"


def _categorical(series: pd.Series[Any]) -> Leaf:
    import numpy as np

    categories = series.cat.categories
    codes = series.cat.codes.to_numpy()
    values = list(categories)
    if not all(type(value) is str for value in values):
        plain = categories.to_series()

        def typed(start: int, stop: int) -> bytes:
            part = codes[start:stop]
            # Position -1 takes any value: it is missing, and reads so.
            taken = plain.reindex([]) if plain.empty else plain.iloc[part]
            taken = taken.where(part >= 0) if plain.size and (part < 0).any() else taken
            if plain.empty:
                return objects_leaf([None] * len(part), walk)
            return _reader(taken, taken.dtype)(0, len(part))

        return typed

    texts = [value.encode("utf-8", "surrogatepass") for value in values] + [b""]
    sizes = np.array([len(text) for text in texts[:-1]] + [-1], "i8")
    longest = int(sizes.max())
    # Texts as rows of bytes, to be picked by code; the long ones are joined one by one.
    rows = np.array(texts, f"S{max(longest, 1)}").view("u1").reshape(len(texts), -1)
    inside = np.arange(rows.shape[1]) < sizes[:, None]

    def textual(start: int, stop: int) -> bytes:
        part = codes[start:stop]  # code -1 takes the last entry: missing
        if longest > _SHORT:
            body: Any = b"".join([texts[code] for code in part.tolist()])
        else:
            body = rows[part][inside[part]]
        return bytes_leaf("str", sizes[part], body)

    return textual
