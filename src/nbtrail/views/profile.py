"""What the values of a dataset look like: one row for each column."""

from __future__ import annotations

import re
from collections.abc import Iterable

from nbtrail.entities.dataset import Dataset, DatasetUse
from nbtrail.entities.profile import ColumnProfile
from nbtrail.views.document import Block, Head, Line, Row, Section, Span, Table, Tone, code, faint
from nbtrail.views.formats import count, moment, number, shortened

__all__ = ["changed_summary", "profile_sections"]

_COLUMNS = 20
_TOP = 3
_VALUE = 20
_MOMENT = re.compile(r"(?i)^(?:datetime|timestamp|date)")


def profile_sections(uses: Iterable[DatasetUse]) -> list[Block]:
    """Return a folded table for each dataset that has a profile, equal data once."""
    found: dict[str, Block] = {}
    for use in uses:
        profile = use.dataset.profile
        content = use.dataset.digest.content
        if profile is not None and profile.columns and content not in found:
            found[content] = _section(use)
    return list(found.values())


def _section(use: DatasetUse) -> Section:
    profile = use.dataset.profile
    assert profile is not None
    shown = profile.columns[:_COLUMNS]
    dtypes = _dtypes(use.dataset, len(profile.columns))
    heads = (
        Head("column"),
        Head("dtype"),
        Head("nulls", numeric=True),
        Head("min", numeric=True),
        Head("mean", numeric=True),
        Head("max", numeric=True),
        Head("values"),
    )
    rows = tuple(_row(one, dtype) for one, dtype in zip(shown, dtypes, strict=False))
    blocks: list[Block] = [Table(heads, rows)]
    if len(profile.columns) > len(shown):
        more = f"and {count(len(profile.columns) - len(shown), 'more column')}"
        blocks.append(Line(((faint(more),),)))
    sampled = profile.sampled < profile.rows
    note = f"frequent values of a sample of {profile.sampled:,} rows" if sampled else ""
    title = f"{use.name}: {count(len(profile.columns), 'column')}"
    return Section(title, tuple(blocks), note=note, folded=True)


def _dtypes(dataset: Dataset, columns: int) -> list[str]:
    """Return the dtype of each profiled column: levels of an index come before them."""
    if dataset.kind == "array" and len(dataset.columns) == 1:
        return [dataset.columns[0].dtype] * columns
    width = dataset.shape[1] if len(dataset.shape) > 1 else columns
    named = [one.dtype for one in dataset.columns[max(len(dataset.columns) - width, 0) :]]
    return [*named, *[""] * columns][:columns]


def _row(column: ColumnProfile, dtype: str) -> Row:
    nulls = Span(f"{column.nulls:,}", Tone.WARN if column.nulls else Tone.FAINT)
    bounds = (column.minimum, column.mean, column.maximum)
    texts = [_value(value, dtype) for value in bounds]
    values = ((Span(text),) if text else () for text in texts)
    return Row(((Span(column.name or "values"),), (faint(dtype),), (nulls,), *values, _few(column)))


def _value(value: float | None, dtype: str) -> str:
    if value is None:
        return ""
    if not _MOMENT.match(dtype):
        return number(value)
    try:
        return moment(round(value * 1000))
    except (OverflowError, ValueError, OSError):  # beyond the years that Python knows
        return number(value)


def _few(column: ColumnProfile) -> tuple[Span, ...]:
    if column.top:
        spans: list[Span] = []
        for value, times in column.top[:_TOP]:
            spans += [code(shortened(value, _VALUE)), faint(f" {times:,}  ")]
        left = column.distinct - _TOP if column.distinct > _TOP else 0
        return (*spans, faint(f"and {left} more")) if left else tuple(spans)
    return (faint(f"{column.distinct:,} different"),) if column.distinct >= 0 else ()


def changed_summary(before: ColumnProfile, after: ColumnProfile) -> str:
    """Say how mean, bounds and nulls of a column moved; empty when they did not."""
    parts = [
        f"{name} {number(old)} → {number(new)}"
        for name, old, new in (
            ("mean", before.mean, after.mean),
            ("min", before.minimum, after.minimum),
            ("max", before.maximum, after.maximum),
        )
        if old != new
    ]
    if before.nulls != after.nulls:
        parts.append(f"nulls {before.nulls:,} → {after.nulls:,}")
    return ", ".join(parts)
