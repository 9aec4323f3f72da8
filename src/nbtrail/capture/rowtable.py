"""Data of any library as columns of which row keys can be made."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Array = NDArray[Any]
    Keys = NDArray[np.uint64]

__all__ = ["RowTable"]

_ODD = 0x9E3779B97F4A7C15  # 2**64 over the golden ratio: multiplicative hashing (Knuth)
_MASK = (1 << 64) - 1
_PLAIN = frozenset({str, bytes, int, float, bool, type(None)})
_MISSING = 0x7FC00000  # a quiet NaN in single precision


@dataclass(frozen=True, slots=True)
class RowTable:
    """Rows and columns of a value, whatever library holds it.

    Attributes
    ----------
    names : tuple of str
        Of the columns; empty when they have none.
    column : callable
        Position of a column and a step between rows to an array.
    sparse : object or None
        The matrix in CSR form when it is a sparse one.
    """

    rows: int
    width: int
    names: tuple[str, ...]
    column: Callable[[int, int], Any]
    sparse: Any = None

    @classmethod
    def of(cls, data: Any) -> RowTable | None:
        """Return the table, or None for anything that has no rows that can be compared."""
        np = sys.modules.get("numpy")
        if np is None:
            return None
        library = type(data).__module__.partition(".")[0]
        shape = getattr(data, "shape", None)
        if library == "scipy" and hasattr(data, "tocsr") and len(shape or ()) == 2:
            return cls(data.shape[0], data.shape[1], (), lambda _i, _s: None, data.tocsr())
        if library in ("pandas", "polars") and isinstance(shape, tuple):
            if len(shape) == 1:
                return cls(shape[0], 1, (), lambda _i, step: _array(data[::step]))
            names = tuple(map(str, data.columns))
            return cls(shape[0], shape[1], names, lambda i, step: _column(data, i)[::step])
        if isinstance(data, (list, tuple)):
            if data and type(data[0]) not in _PLAIN and not isinstance(data[0], (list, tuple)):
                return None  # converting it would ask the user's objects
            data = _objects(data)
            return None if data is None else cls.of(data)
        if isinstance(data, np.ndarray) and data.ndim and not data.dtype.names:
            flat = data if data.ndim <= 2 else data.reshape(len(data), -1)
            if flat.ndim == 1:
                return cls(len(flat), 1, (), lambda _i, step: flat[::step])
            return cls(len(flat), flat.shape[1], (), lambda i, step: flat[::step, i])
        return None

    def keys(self, columns: Sequence[int], step: int = 1) -> Keys | None:
        """Return one key for each `step`-th row, or None when a column can't be compared."""
        import numpy as np

        if self.sparse is not None:
            return _sparse_keys(self.sparse[::step])
        keys = np.zeros(-(-self.rows // step), np.uint64)
        with np.errstate(all="ignore"):
            for number, column in enumerate(columns, start=1):
                bits = _bits(self.column(column, step))
                if bits is None or bits.size != keys.size:
                    return None
                keys = _mixed(keys ^ (bits + np.uint64(number * _ODD & _MASK)))
        return keys


def _mixed(keys: Keys) -> Keys:
    import numpy as np

    keys = keys * np.uint64(_ODD)
    return keys ^ (keys >> np.uint64(29))


def _bits(column: Any) -> Keys | None:
    import numpy as np

    if column is None:
        return None
    kind = column.dtype.kind
    if kind in "mM":
        return _mixed(column.astype(f"{kind}8[us]").view(np.uint64))
    if kind in "biuf":
        single = column.astype(np.float32) + np.float32(0)  # no negative zero
        bits = single.view(np.uint32)
        return np.where(np.isnan(single), np.uint32(_MISSING), bits).astype(np.uint64)
    if kind in "US":
        return _hashed(column.tolist())
    if kind == "O":
        return _hashed([None if _is_missing(v) else v for v in column.tolist()])
    return None


def _hashed(values: list[Any]) -> Keys | None:
    """Hash plain values; numbers as in a column of numbers, others by Python's own hash."""
    import numpy as np

    kinds = set(map(type, values))
    if not kinds <= _PLAIN:
        return None
    if not kinds & {str, bytes}:
        try:
            return _bits(np.array(values, dtype=np.float64))
        except OverflowError:
            return None
    hashes = np.array([hash(v) & _MASK for v in values], dtype=np.uint64)
    return _mixed(hashes)


def _is_missing(value: Any) -> bool:
    kind = type(value)
    return kind.__name__ in ("NAType", "NaTType") or (kind is float and math.isnan(value))


def _sparse_keys(matrix: Any) -> Keys:
    import numpy as np

    values = _bits(matrix.data)
    assert values is not None
    cells = _mixed(values ^ _mixed(matrix.indices.astype(np.uint64) + np.uint64(1)))
    cells[matrix.data == 0] = 0
    total = np.concatenate([np.zeros(1, np.uint64), np.cumsum(cells, dtype=np.uint64)])
    sums: Keys = total[matrix.indptr[1:]] - total[matrix.indptr[:-1]]
    return sums


def _column(frame: Any, position: int) -> Any:
    if hasattr(frame, "_get_column_array"):  # of pandas, and much faster than making a series
        values = frame._get_column_array(position)  # noqa: SLF001
        if type(values).__module__ == "numpy":
            return values
    return _array((frame.iloc if hasattr(frame, "iloc") else frame)[:, position])


def _array(column: Any) -> Any:
    return column.to_numpy()


def _objects(data: Sequence[Any]) -> Any:
    import numpy as np

    try:
        if isinstance(data[0], (list, tuple)) if data else False:
            flat = [item for row in data for item in row]
            if not all(type(item) in _PLAIN for item in flat):
                return None
            table = np.empty((len(data), len(data[0])), object)
            table[:] = data
            return table
        if not set(map(type, data)) <= _PLAIN:
            return None
        array = np.empty(len(data), object)
        array[:] = data
    except (TypeError, ValueError, IndexError):
        return None
    return array
