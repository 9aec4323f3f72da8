"""What differs between two datasets down to the single values, from the data themselves."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from nbtrail.entities.comparison import CellChange, ColumnChange, ColumnDiff, DatasetDiff
from nbtrail.fingerprint.digestdiff import diff_datasets
from nbtrail.fingerprint.dispatch import digest
from nbtrail.fingerprint.objects import encode
from nbtrail.fingerprint.values import is_plain
from nbtrail.fingerprint.walk import walk

__all__ = ["diff_values"]

_Reader = Callable[[str, int, int], "list[Any] | None"]

_CAP = 100
_TEXT = 120
_PRINTABLE = frozenset({"decimal", "pandas"})


def diff_values(old: Any, new: Any, *, most: int = _CAP) -> DatasetDiff:
    """Compare two tables, series or arrays down to the single values.

    Parameters
    ----------
    old, new : object
        Anything that :func:`nbtrail.fingerprint.digest` takes; rows are compared by position.
    most : int
        At most so many single values are listed; all are counted.

    Raises
    ------
    FingerprintError
        When one of them can't be digested.
    """
    first, second = digest(old), digest(new)
    found = diff_datasets(first, second)
    read_old, read_new = _reader(old), _reader(new)
    if read_old is None or read_new is None or found.old_rows < 0 or found.new_rows < 0:
        return found
    limit = min(first.rows, second.rows)
    changes = _changed_cells(found.columns, read_old, read_new, limit)
    cells = list(itertools.islice(changes, most))
    rows = {cell.row for cell in cells}
    count = len(cells)
    for cell in changes:
        rows.add(cell.row)
        count += 1
    return replace(
        found,
        cells=tuple(sorted(cells, key=lambda cell: cell.row)),
        changed_cells=count,
        changed_rows=len(rows),
    )


def _changed_cells(
    columns: Sequence[ColumnDiff], read_old: _Reader, read_new: _Reader, limit: int
) -> Iterator[CellChange]:
    """Give the values that differ, reading only blocks whose digests do."""
    for column in columns:
        if column.change is not ColumnChange.CHANGED:
            continue
        for block in column.rows:
            stop = min(block.stop, limit)
            before = read_old(column.name, block.first, stop)
            after = read_new(column.name, block.first, stop)
            if before is None or after is None or len(before) != len(after):
                continue
            for row, (a, b) in enumerate(zip(before, after, strict=True), block.first):
                if a is not b and _written(a) != _written(b):
                    yield CellChange(row, column.name, _text(a), _text(b))


def _reader(value: Any) -> _Reader | None:
    """Return a function from column and rows to values, for tables, series and arrays."""
    library = type(value).__module__.partition(".")[0]
    if hasattr(value, "iloc") and library == "pandas":
        return lambda name, start, stop: _pandas_rows(value, name, start, stop)
    if hasattr(value, "columns") or hasattr(value, "column_names"):  # polars, pyarrow
        return lambda name, start, stop: _table_rows(value, name, start, stop)
    if (library == "numpy" and value.dtype.names is None) or isinstance(value, (list, tuple)):
        return lambda _name, start, stop: list(value[start:stop])
    return None


def _pandas_rows(value: Any, name: str, start: int, stop: int) -> list[Any] | None:
    part = value.iloc[start:stop]
    if name.startswith("[index") and name.endswith("]"):
        return list(part.index)
    if part.ndim == 1:
        return list(part)
    matching = [i for i, label in enumerate(value.columns) if str(label) == name]
    return list(part.iloc[:, matching[0]]) if len(matching) == 1 else None


def _table_rows(value: Any, name: str, start: int, stop: int) -> list[Any] | None:
    column = value[name].slice(start, stop - start)
    found: list[Any] = column.to_pylist() if hasattr(column, "to_pylist") else column.to_list()
    return found


def _written(value: Any) -> bytes:
    out: list[bytes] = []
    encode(value, out, walk)
    return b"".join(out)


def _text(value: Any) -> str:
    kind = type(value)
    if not is_plain(value) and kind.__module__.partition(".")[0] not in _PRINTABLE:
        return f"<{kind.__module__}.{kind.__qualname__}>"  # its own text is its author's code
    text = str(value) if kind is not str else repr(value)
    return text if len(text) <= _TEXT else f"{text[: _TEXT - 1]}…"
