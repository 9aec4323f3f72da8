"""What differs between two datasets, in words, and value by value when both were at hand."""

from __future__ import annotations

from nbtrail.entities.comparison import ColumnChange, ColumnDiff, DatasetDiff
from nbtrail.views.document import (
    Block,
    Document,
    Head,
    Line,
    Row,
    Section,
    Span,
    Table,
    code,
    faint,
    strong,
)
from nbtrail.views.formats import count
from nbtrail.views.profile import changed_summary

__all__ = ["data_diff_detail", "differences"]

_COLUMNS = 8
_CELLS = 20


def data_diff_detail(diff: DatasetDiff) -> Document:
    """Say what differs, and show the first values of each side."""
    if diff.same_content and diff.same_schema:
        said = "The data are equal" if diff.exact else "Nothing differs in the sample compared"
        return (Line(((strong(said),),)),)
    blocks: list[Block] = [
        Line(((strong("The data differ: "), Span("; ".join(differences(diff)))),))
    ]
    if diff.changed_cells > 0:
        blocks.append(_cells(diff))
    return tuple(blocks)


def differences(diff: DatasetDiff) -> list[str]:
    """Return one short text for each thing that differs."""
    if not diff.comparable:
        return ["not comparable, since the digests are of another form or sample"]
    texts: list[str] = []
    if diff.old_rows != diff.new_rows and min(diff.old_rows, diff.new_rows) >= 0:
        texts.append(f"{diff.old_rows:,} → {diff.new_rows:,} rows")
    if diff.reordered:
        texts.append("columns in another order")
    texts += [_column(column) for column in diff.columns[:_COLUMNS]]
    if len(diff.columns) > _COLUMNS:
        texts.append(f"{count(len(diff.columns) - _COLUMNS, 'more column')}")
    if diff.same_content:
        texts.append("same values")
    if not diff.exact:
        texts.append("only a sample was compared")
    return texts or ["order, shape or index differs"]


def _column(column: ColumnDiff) -> str:
    name = column.name or "values"
    if column.change is ColumnChange.RENAMED:
        return f"{column.old_name} renamed to {name}"
    if column.change is ColumnChange.RETYPED:
        return f"{name} retyped {column.old_dtype} → {column.new_dtype}"
    rows = ", ".join(f"{block.first:,} to {block.stop - 1:,}" for block in column.rows[:3])
    more = " and further" if len(column.rows) > 3 else ""
    said = f"{name} {column.change.value}" + (f" within rows {rows}{more}" if rows else "")
    if column.before is None or column.after is None:
        return said
    moved = changed_summary(column.before, column.after)
    return f"{said} ({moved})" if moved else said


def _cells(diff: DatasetDiff) -> Section:
    shown = diff.cells[:_CELLS]
    heads = (Head("row", numeric=True), Head("column"), Head("before"), Head("after"))
    rows = tuple(
        Row(((Span(f"{c.row:,}"),), (Span(c.column or "values"),), (code(c.old),), (code(c.new),)))
        for c in shown
    )
    blocks: list[Block] = [Table(heads, rows)]
    if diff.changed_cells > len(shown):
        blocks.append(Line(((faint(f"and {diff.changed_cells - len(shown):,} more"),),)))
    note = f"{count(diff.changed_cells, 'value')} in {count(diff.changed_rows, 'row')}"
    return Section("Changed values", tuple(blocks), note=f"{note}, rows counted from 0")
