"""polars frames and series, by polars' own means: pyarrow is not needed for them."""

from __future__ import annotations

from typing import Any

from nbtrail.entities.dataset import Dataset
from nbtrail.fingerprint.arrays import array_leaf
from nbtrail.fingerprint.leaves import TimeKind, bytes_leaf, null_leaf, time_leaf
from nbtrail.fingerprint.objects import objects_leaf
from nbtrail.fingerprint.roots import Sampling, Source, build, column
from nbtrail.fingerprint.walk import walk

__all__ = ["polars_frame_dataset", "polars_series_dataset"]


def polars_frame_dataset(frame: Any, limit: int | None) -> Dataset:
    """Digest a frame."""
    sampling = Sampling.within(int(frame.estimated_size()) if limit is not None else 0, limit)
    columns = [column(_source(series), frame.height, sampling) for series in frame.iter_columns()]
    return build("table", (frame.height, frame.width), columns, sampling=sampling)


def polars_series_dataset(series: Any, limit: int | None) -> Dataset:
    """Digest a series."""
    sampling = Sampling.within(int(series.estimated_size()) if limit is not None else 0, limit)
    one = column(_source(series), len(series), sampling)
    return build("series", (len(series),), (one,), sampling=sampling)


def _source(series: Any) -> Source:
    return Source(
        series.name,
        str(series.dtype),
        lambda start, stop: _leaf(series.slice(start, stop - start)),
    )


def _leaf(part: Any) -> bytes:
    import polars as pl

    kind = part.dtype
    if kind == pl.Null or part.null_count() == len(part):
        return null_leaf(len(part))
    if kind in (pl.Categorical, pl.Enum):
        part, kind = part.cast(pl.String), pl.String
    if kind == pl.String:
        return _bytes("str", part.str.len_bytes(), part.drop_nulls().str.join("").item().encode())
    if kind == pl.Binary:
        return _bytes("bytes", part.bin.size(), b"".join(part.drop_nulls().to_list()))
    time = _time_kind(kind)
    if time is not None:
        return _times(part, *time)
    if kind == pl.Boolean or (kind.is_numeric() and not kind.is_decimal()):
        return array_leaf(*_numpy(part, zero=False if kind == pl.Boolean else 0))
    return objects_leaf(part.to_list(), walk)


def _numpy(part: Any, *, zero: Any) -> tuple[Any, Any]:
    if part.null_count() == 0:
        return part.to_numpy(), None
    return part.fill_null(zero).to_numpy(), part.is_not_null().to_numpy()


def _bytes(kind: Any, lengths: Any, joined: bytes) -> bytes:
    import polars as pl

    counts = lengths.cast(pl.Int64).fill_null(-1).to_numpy()
    return bytes_leaf(kind, counts, joined)


def _time_kind(kind: Any) -> tuple[TimeKind, str] | None:
    import polars as pl

    if kind == pl.Datetime:
        return ("aware" if kind.time_zone else "instant"), kind.time_unit
    if kind == pl.Duration:
        return "duration", kind.time_unit
    if kind == pl.Date:
        return "instant", "D"
    return ("clock", "ns") if kind == pl.Time else None


def _times(part: Any, kind: TimeKind, unit: str) -> bytes:
    counts, valid = _numpy(part.to_physical(), zero=0)
    if unit == "D":
        counts, unit = counts.astype("i8") * 86_400, "s"
    return time_leaf(kind, counts, unit, valid)
