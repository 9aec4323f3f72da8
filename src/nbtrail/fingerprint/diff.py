"""What differs between two datasets: from their digests alone, or from the data themselves."""

from __future__ import annotations

import itertools
import math
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from nbtrail.entities.comparison import (
    CellChange,
    ColumnChange,
    ColumnDiff,
    DatasetDiff,
    RowRange,
)
from nbtrail.entities.dataset import Column, Coverage, Dataset
from nbtrail.entities.profile import ColumnProfile, Profile
from nbtrail.fingerprint.dispatch import digest
from nbtrail.fingerprint.forms import same_digest
from nbtrail.fingerprint.leaves import BLOCK
from nbtrail.fingerprint.objects import encode
from nbtrail.fingerprint.roots import block_rows
from nbtrail.fingerprint.values import is_plain
from nbtrail.fingerprint.walk import walk

__all__ = ["diff_datasets", "diff_values"]

_Reader = Callable[[str, int, int], "list[Any] | None"]

_CAP = 100
_TEXT = 120
_PRINTABLE = frozenset({"decimal", "pandas"})


def diff_datasets(old: Dataset, new: Dataset) -> DatasetDiff:
    """Compare two datasets by their digests: columns, dtypes, row count, blocks of rows."""
    file = old.kind == new.kind == "file"
    same_content = same_digest(old.digest.content, new.digest.content, file=file)
    same_schema = same_digest(old.digest.schema, new.digest.schema, file=file)
    if same_content is None or same_schema is None:
        return DatasetDiff(
            same_content=False,
            same_schema=False,
            exact=False,
            comparable=False,
            old_rows=old.rows,
            new_rows=new.rows,
        )
    return DatasetDiff(
        same_content=same_content,
        same_schema=same_schema,
        exact=Coverage.SAMPLED not in (old.digest.coverage, new.digest.coverage),
        reordered=_reordered(old.columns, new.columns),
        old_rows=old.rows,
        new_rows=new.rows,
        columns=tuple(_with_profiles(_columns(old, new), old.profile, new.profile)),
    )


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


def _columns(old: Dataset, new: Dataset) -> list[ColumnDiff]:
    former = _by_name(old.columns)
    present = _by_name(new.columns)
    gone = {key: column for key, column in former.items() if key not in present}
    found: list[ColumnDiff] = []
    for key, column in present.items():
        before = former.get(key)
        if before is None:
            twin = next((k for k, c in gone.items() if c.content == column.content), None)
            if twin is not None:
                before = gone.pop(twin)
                change = ColumnChange.RENAMED
                found.append(
                    ColumnDiff(column.name, change, before.name, before.dtype, column.dtype)
                )
            else:
                found.append(ColumnDiff(column.name, ColumnChange.ADDED, new_dtype=column.dtype))
        elif before.content != column.content:
            found.append(
                ColumnDiff(
                    column.name,
                    ColumnChange.CHANGED,
                    old_dtype=before.dtype,
                    new_dtype=column.dtype,
                    rows=_ranges(before, column, old, new),
                )
            )
        elif before.dtype != column.dtype:
            found.append(
                ColumnDiff(
                    column.name,
                    ColumnChange.RETYPED,
                    old_dtype=before.dtype,
                    new_dtype=column.dtype,
                )
            )
    found += [ColumnDiff(c.name, ColumnChange.REMOVED, old_dtype=c.dtype) for c in gone.values()]
    return found


def _with_profiles(
    columns: list[ColumnDiff], old: Profile | None, new: Profile | None
) -> Iterator[ColumnDiff]:
    """Add to changed columns what their values looked like, where a name stands for one column."""
    before, after = _profiled(old), _profiled(new)
    for column in columns:
        pair = before.get(column.name), after.get(column.name)
        if column.change is ColumnChange.CHANGED and None not in pair:
            yield replace(column, before=pair[0], after=pair[1])
        else:
            yield column


def _profiled(profile: Profile | None) -> dict[str, ColumnProfile]:
    columns = () if profile is None else profile.columns
    times = Counter(column.name for column in columns)
    return {column.name: column for column in columns if times[column.name] == 1}


def _by_name(columns: Sequence[Column]) -> dict[tuple[str, int], Column]:
    """Key the columns by name and, since names may repeat, by which of that name it is."""
    seen: dict[str, int] = {}
    keyed: dict[tuple[str, int], Column] = {}
    for column in columns:
        number = seen.get(column.name, 0)
        seen[column.name] = number + 1
        keyed[column.name, number] = column
    return keyed


def _reordered(old: Sequence[Column], new: Sequence[Column]) -> bool:
    names = {c.name for c in old} & {c.name for c in new}
    order = [[c.name for c in columns if c.name in names] for columns in (old, new)]
    return order[0] != order[1]


def _ranges(before: Column, after: Column, old: Dataset, new: Dataset) -> tuple[RowRange, ...]:
    """Return the blocks whose leaves differ, neighbours joined."""
    size = _block_size(new)
    if size != _block_size(old) or not before.blocks or not after.blocks:
        return ()
    rows = max(old.rows, new.rows)
    most = max(len(before.blocks), len(after.blocks))
    ranges: list[RowRange] = []
    for number in range(most):
        a = before.blocks[number] if number < len(before.blocks) else None
        b = after.blocks[number] if number < len(after.blocks) else None
        if a == b or "" in (a, b):  # equal, or left out by sampling
            continue
        first, stop = number * size, min((number + 1) * size, rows)
        if ranges and ranges[-1].stop == first:
            ranges[-1] = RowRange(ranges[-1].first, stop)
        else:
            ranges.append(RowRange(first, stop))
    return tuple(ranges)


def _block_size(dataset: Dataset) -> int:
    return block_rows(math.prod(dataset.shape[1:])) if dataset.kind == "array" else BLOCK


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
