"""Which kind of value is digested how; libraries that are not loaded are never imported."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from nbtrail.entities.dataset import Dataset
from nbtrail.exceptions import FingerprintError
from nbtrail.fingerprint.cache import bypassed
from nbtrail.fingerprint.progress import Report, metering, size_of
from nbtrail.fingerprint.roots import FULL_LIMIT

__all__ = ["digest", "is_data"]

_Maker = Callable[[Any, "int | None"], Dataset]


def digest(
    value: Any,
    *,
    limit: int | None = FULL_LIMIT,
    progress: Report | None = None,
    profile: bool = False,
    fresh: bool = False,
) -> Dataset:
    """Digest a dataset by value.

    Parameters
    ----------
    value : object
        A frame, series or index of pandas, a frame or series of polars, a table or array of
        pyarrow, a numpy array, a sparse matrix of scipy, a tensor of torch, an image of PIL, a
        text, bytes, a single value, or a list, tuple or dict of these.
    limit : int, optional
        Above so many bytes only some blocks of rows are read, and the digest says so; None
        reads all.
    progress : callable, optional
        Called between blocks with the bytes done and those in all (an estimate); what it
        raises ends the digest and reaches the caller.
    profile : bool
        Whether `Dataset.profile` is filled in, where that can be done.
    fresh : bool
        Read every value, even of columns that pandas says nobody wrote to since they were
        digested: its word does not cover views that were forced to be writeable.

    Raises
    ------
    FingerprintError
        For iterators and generators (reading them would use them up) and for unknown kinds.
    """
    with metering(progress, lambda: size_of(value)), bypassed(on=fresh):
        try:
            maker = _maker(value)
            found = _plain(value, limit) if maker is None else maker(value, limit)
        except RecursionError:
            raise FingerprintError(
                f"A {type(value).__name__} contains itself or is nested too deeply to be digested."
            ) from None
    if not profile:
        return found
    from nbtrail.fingerprint.profiles import profile as profile_of

    try:
        return replace(found, profile=profile_of(value, found))
    except Exception:  # a column of a type that its library can't hand out: its digest stands
        return found


def is_data(value: Any) -> bool:
    """Say whether `value` is a table, series or array of a library that is loaded."""
    return _maker(value) is not None


def _plain(value: Any, limit: int | None) -> Dataset:
    from nbtrail.fingerprint.values import (
        is_scalar,
        mapping_dataset,
        scalar_dataset,
        sequence_dataset,
    )

    if is_scalar(value):
        return scalar_dataset(value)
    if isinstance(value, Iterator):
        raise FingerprintError(
            f"A {type(value).__name__} can't be digested: reading it would use it up. "
            "Digest the values it gives, as a list."
        )
    if isinstance(value, Mapping):
        return mapping_dataset(value, lambda item: digest(item, limit=limit))
    if isinstance(value, (list, tuple, range)):
        return sequence_dataset(value, lambda item: digest(item, limit=limit))
    if isinstance(value, (set, frozenset)):
        raise FingerprintError(
            f"A {type(value).__name__} has no order of rows. Digest sorted(...) of it."
        )
    raise FingerprintError(
        f"A {type(value).__module__}.{type(value).__qualname__} is no kind of data that can be "
        "digested. Known: frames and series of pandas and polars, pyarrow tables, numpy arrays, "
        "sparse matrices, texts, bytes, numbers, and lists or dicts of them."
    )


def _maker(value: Any) -> _Maker | None:
    for library, find in _LIBRARIES:
        module = sys.modules.get(library)
        if module is None:
            continue
        try:
            maker = find(module, value)
        except AttributeError:  # still being imported: no value of it can exist
            continue
        if maker is not None:
            return maker
    return None


def _numpy(np: Any, value: Any) -> _Maker | None:
    if not isinstance(value, (np.ndarray, np.generic)):
        return None
    from nbtrail.fingerprint.arrays import array_dataset

    return lambda array, limit: array_dataset(np.asanyarray(array), limit)


def _pandas(pd: Any, value: Any) -> _Maker | None:
    from nbtrail.fingerprint import pandas_data

    if isinstance(value, pd.DataFrame):
        return pandas_data.frame_dataset
    if isinstance(value, pd.Series):
        return pandas_data.series_dataset
    if isinstance(value, pd.Index):
        return pandas_data.index_dataset
    if isinstance(value, pd.api.extensions.ExtensionArray):
        return lambda array, limit: pandas_data.series_dataset(pd.Series(array), limit)
    return None


def _polars(pl: Any, value: Any) -> _Maker | None:
    from nbtrail.fingerprint import polars_data

    if isinstance(value, pl.DataFrame):
        return polars_data.polars_frame_dataset
    return polars_data.polars_series_dataset if isinstance(value, pl.Series) else None


def _pyarrow(pa: Any, value: Any) -> _Maker | None:
    from nbtrail.fingerprint import arrow_data

    if isinstance(value, (pa.Table, pa.RecordBatch)):
        return arrow_data.arrow_table_dataset
    if isinstance(value, (pa.Array, pa.ChunkedArray)):
        return arrow_data.arrow_array_dataset
    return None


def _scipy(sparse: Any, value: Any) -> _Maker | None:
    if not sparse.issparse(value):
        return None
    from nbtrail.fingerprint.arrays import sparse_dataset

    return sparse_dataset


def _torch(torch: Any, value: Any) -> _Maker | None:
    if not isinstance(value, torch.Tensor):
        return None
    from nbtrail.fingerprint.tensors import tensor_dataset

    return tensor_dataset


def _image(image: Any, value: Any) -> _Maker | None:
    if not isinstance(value, image.Image):
        return None
    from nbtrail.fingerprint.tensors import image_dataset

    return image_dataset


_LIBRARIES: tuple[tuple[str, Callable[[Any, Any], _Maker | None]], ...] = (
    ("numpy", _numpy),
    ("pandas", _pandas),
    ("polars", _polars),
    ("pyarrow", _pyarrow),
    ("scipy.sparse", _scipy),
    ("torch", _torch),
    ("PIL.Image", _image),
)
