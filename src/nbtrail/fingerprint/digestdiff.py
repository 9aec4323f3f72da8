"""What differs between two datasets, from their digests alone: no data, no library of tables."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

from nbtrail.entities.comparison import ColumnChange, ColumnDiff, DatasetDiff, RowRange
from nbtrail.entities.dataset import Column, Coverage, Dataset
from nbtrail.entities.profile import ColumnProfile, Profile
from nbtrail.fingerprint.forms import same_digest
from nbtrail.fingerprint.leaves import BLOCK
from nbtrail.fingerprint.roots import block_rows

__all__ = ["diff_datasets"]


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
