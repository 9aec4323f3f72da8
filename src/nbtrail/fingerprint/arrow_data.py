"""pyarrow tables, arrays and scalars' columns; imported only once pyarrow is in use."""

from __future__ import annotations

from typing import Any

from nbtrail.entities.dataset import Dataset
from nbtrail.fingerprint.arrays import array_leaf
from nbtrail.fingerprint.leaves import TimeKind, bytes_leaf, null_leaf, time_leaf
from nbtrail.fingerprint.objects import objects_leaf
from nbtrail.fingerprint.roots import Sampling, Source, build, column
from nbtrail.fingerprint.walk import walk

__all__ = ["arrow_array_dataset", "arrow_leaf", "arrow_table_dataset", "arrow_values"]


def arrow_table_dataset(table: Any, limit: int | None) -> Dataset:
    """Digest a table or record batch, however it is chunked."""
    sampling = Sampling.within(table.nbytes, limit)
    names = table.schema.names
    columns = [
        column(_source(name, table.column(i)), table.num_rows, sampling)
        for i, name in enumerate(names)
    ]
    return build("table", (table.num_rows, len(names)), columns, sampling=sampling)


def arrow_array_dataset(values: Any, limit: int | None) -> Dataset:
    """Digest an array or chunked array."""
    sampling = Sampling.within(values.nbytes, limit)
    one = column(_source("", values), len(values), sampling)
    return build("series", (len(values),), (one,), sampling=sampling)


def arrow_values(extension: Any) -> Any:
    """Return the Arrow memory behind a pandas array, without a copy."""
    import pyarrow as pa

    return pa.array(extension)


def arrow_leaf(values: Any, start: int, stop: int) -> bytes:
    """Leaf of the rows from `start` to `stop` of an array or chunked array."""
    import pyarrow as pa

    part = values.slice(start, stop - start)
    if isinstance(part, pa.ChunkedArray):
        part = part.combine_chunks()
        if isinstance(part, pa.ChunkedArray):
            part = part.chunk(0) if part.num_chunks else pa.array([], part.type)
    return _leaf(part)


def _source(name: str, values: Any) -> Source:
    return Source(name, str(values.type), lambda start, stop: arrow_leaf(values, start, stop))


def _leaf(part: Any) -> bytes:
    import pyarrow as pa

    of = pa.types
    kind = part.type
    if of.is_dictionary(kind):
        return _leaf(part.dictionary_decode())
    if of.is_null(kind):
        return null_leaf(len(part))
    if of.is_string(kind) or of.is_large_string(kind) or _is_view(kind, "string_view"):
        return _bytes(part.cast(pa.large_string()), "str")
    if of.is_binary(kind) or of.is_large_binary(kind) or _is_view(kind, "binary_view"):
        return _bytes(part.cast(pa.large_binary()), "bytes")
    time = _time_kind(kind)
    if time is not None:
        return _times(part, *time)
    if of.is_boolean(kind) or of.is_integer(kind) or of.is_floating(kind):
        return array_leaf(*_numpy(part))
    return objects_leaf(part.to_pylist(), walk)


def _is_view(kind: Any, name: str) -> bool:
    return str(kind) == name


def _numpy(part: Any) -> tuple[Any, Any]:
    if part.null_count == 0:
        return part.to_numpy(zero_copy_only=False), None
    valid = part.is_valid().to_numpy(zero_copy_only=False)
    zero = False if str(part.type) == "bool" else 0
    return part.fill_null(zero).to_numpy(zero_copy_only=False), valid


def _bytes(part: Any, kind: Any) -> bytes:
    import numpy as np
    import pyarrow.compute as pc

    lengths = pc.binary_length(part)
    if part.null_count:
        lengths = lengths.fill_null(-1)
        part = part.drop_null()  # the bytes below a null are no values
    _, offsets, data = part.buffers()
    if offsets is None or data is None or len(part) == 0:
        body: Any = b""
    else:
        edges = np.frombuffer(offsets, "i8", len(part) + 1, part.offset * 8)
        body = memoryview(data)[edges[0] : edges[-1]]
    return bytes_leaf(kind, lengths.to_numpy(zero_copy_only=False), body)


def _time_kind(kind: Any) -> tuple[TimeKind, str] | None:
    import pyarrow as pa

    of = pa.types
    if of.is_timestamp(kind):
        return ("aware" if kind.tz else "instant"), kind.unit
    if of.is_duration(kind):
        return "duration", kind.unit
    if of.is_time(kind):
        return "clock", kind.unit
    if of.is_date(kind):
        return "instant", "ms" if of.is_date64(kind) else "D"
    return None


def _times(part: Any, kind: TimeKind, unit: str) -> bytes:
    import pyarrow as pa

    width = pa.int32() if part.type.bit_width == 32 else pa.int64()
    counts, valid = _numpy(part.view(width))
    if unit == "D":
        counts, unit = counts.astype("i8") * 86_400, "s"
    return time_leaf(kind, counts, unit, valid)
