"""Runs side by side, differences first; what is equal is folded away."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from nbtrail.entities.comparison import (
    ColumnChange,
    ColumnDiff,
    Comparison,
    DatasetComparison,
    DatasetDiff,
    MetricRow,
    ParamRow,
    ProvenanceRow,
)
from nbtrail.views.format import duration_text, number_text, time_text
from nbtrail.views.page import Section, html_page, status_cell, text_page
from nbtrail.views.table import Cell, Table

__all__ = ["html_comparison", "text_comparison"]

_COLOUR = "#7b61c4"
_LINES = 40


def html_comparison(comparison: Comparison) -> str:
    """Return a comparison as HTML."""
    return html_page(_title(comparison), _COLOUR, _facts(comparison), _sections(comparison))


def text_comparison(comparison: Comparison) -> str:
    """Return a comparison as text."""
    return text_page(_title(comparison), _facts(comparison), _sections(comparison))


def _title(comparison: Comparison) -> str:
    return " vs ".join(run.name for run in comparison.runs)


def _facts(comparison: Comparison) -> list[str]:
    parts = (
        ("param", sum(row.differs for row in comparison.params)),
        ("metric", sum(row.differs for row in comparison.metrics)),
        ("dataset", sum(row.differs for row in comparison.datasets)),
        ("cell", len(comparison.code)),
        ("package", sum(row.differs for row in comparison.environment)),
    )
    found = [f"{count} {thing}{'' if count == 1 else 's'}" for thing, count in parts if count]
    return ["different: " + ", ".join(found) if found else "no differences were seen"]


def _sections(comparison: Comparison) -> list[Section]:
    names = [run.name for run in comparison.runs]
    head = ("", *names)
    metrics = [row for row in comparison.metrics if row.differs]
    params = [row for row in comparison.params if row.differs]
    git = [row for row in comparison.git if row.differs]
    environment = [row for row in comparison.environment if row.differs]
    return [
        Section("", Table(head, _runs(comparison))),
        Section("Metrics", Table(head, [_metric(row) for row in metrics])),
        Section("Params", Table(head, [_param(row) for row in params])),
        Section("Data", list(_data(comparison.datasets, names))),
        *(
            Section(f"Code: {change.label} {change.change}", _shortened(change.diff))
            for change in comparison.code
        ),
        Section("Git", Table(head, [_provenance(row) for row in git])),
        Section("Environment", Table(head, [_provenance(row) for row in environment])),
        _equal(comparison, head),
    ]


def _runs(comparison: Comparison) -> list[list[Cell | str]]:
    return [
        ["status", *(status_cell(run.status) for run in comparison.runs)],
        ["started", *(Cell(time_text(run.started_ms), faint=True) for run in comparison.runs)],
        ["took", *(Cell(duration_text(run.duration_ms), faint=True) for run in comparison.runs)],
    ]


def _metric(row: MetricRow) -> list[Cell | str]:
    return [
        row.key,
        *(
            Cell(
                number_text(value) + (" ★" if index in row.best else ""),
                number=True,
                strong=index in row.best,
                title="" if value is None else repr(value),
            )
            for index, value in enumerate(row.values)
        ),
    ]


def _param(row: ParamRow) -> list[Cell | str]:
    return [row.key, *(Cell("-" if v is None else v, strong=row.differs) for v in row.values)]


def _provenance(row: ProvenanceRow) -> list[Cell | str]:
    return [row.key, *(Cell("-" if v is None else v, strong=row.differs) for v in row.values)]


def _data(datasets: Sequence[DatasetComparison], names: Sequence[str]) -> Iterator[str]:
    for dataset in datasets:
        if not dataset.differs:
            continue
        label = f"{dataset.name} ({dataset.context})"
        present = [name for name, d in zip(names, dataset.digests, strict=True) if d is not None]
        if len(present) < len(names):
            yield f"{label}: only in {', '.join(present)}"
        for name, diff in zip(names, dataset.diffs, strict=False):
            if diff is not None and not (diff.same_content and diff.same_schema):
                yield f"{label}: {name} differs. {_difference(diff)}"


def _difference(diff: DatasetDiff) -> str:
    parts = []
    if diff.old_rows != diff.new_rows:
        parts.append(f"{diff.old_rows} → {diff.new_rows} rows")
    parts += [_column(column) for column in diff.columns[:8]]
    if len(diff.columns) > 8:
        parts.append(f"{len(diff.columns) - 8} more columns")
    if diff.reordered:
        parts.append("columns in another order")
    if diff.same_content:
        parts.append("same values")
    return ", ".join(parts) or "other values"


def _column(column: ColumnDiff) -> str:
    name = f"column {column.name}" if column.name else "values"
    if column.change is ColumnChange.RETYPED:
        return f"{name} {column.old_dtype} → {column.new_dtype}"
    if column.change is ColumnChange.RENAMED:
        return f"{name} was {column.old_name}"
    rows = ""
    if column.rows:
        first, last = column.rows[0].first, column.rows[-1].stop - 1
        rows = f" within rows {first} to {last}"
    return f"{name} {column.change.value}{rows}"


def _shortened(lines: Sequence[str]) -> list[str]:
    if len(lines) <= _LINES:
        return list(lines)
    return [*lines[:_LINES], f"... {len(lines) - _LINES} more lines"]


def _equal(comparison: Comparison, head: tuple[str, ...]) -> Section:
    rows: list[list[Cell | str]] = [
        *(_param(row) for row in comparison.params if not row.differs),
        *(_metric(row) for row in comparison.metrics if not row.differs),
    ]
    rows += [
        [f"{d.name} ({d.context})", *(Cell(text or "-", faint=True) for text in d.digests)]
        for d in comparison.datasets
        if not d.differs
    ]
    rows += [
        [row.key, *(Cell("-" if v is None else v[:40], faint=True) for v in row.values)]
        for row in (*comparison.git, *comparison.environment)
        if not row.differs
    ]
    title = (
        f"{len(rows)} facts are equal or left at their defaults, "
        f"and {comparison.same_packages} packages are the same"
    )
    return Section(title, Table(head, rows), folded=True)
