"""Compared runs as the JSON contract: for the panel, the notebook's own MIME type, the CLI.

Everything is bounded, and what is left out is counted: a document that a browser can't hold
shows nothing.
"""

from __future__ import annotations

import json
import struct
from array import array
from collections.abc import Sequence
from typing import Any

from nbtrail.compare.distributions import overlay
from nbtrail.entities.causes import Why
from nbtrail.entities.codec import to_plain
from nbtrail.entities.comparison import (
    CodeChange,
    ColumnDiff,
    Comparison,
    DatasetComparison,
    DatasetDiff,
)
from nbtrail.entities.curve import Curve
from nbtrail.entities.statistics import Statistics

__all__ = [
    "MAX_ROWS",
    "comparison_curves",
    "comparison_document",
    "notebook_comparison",
    "packed_curves",
    "statistics_document",
    "why_document",
]

MAX_ROWS = 500
_COLUMNS = 50
_CHANGES = 200
_LINES = 400
_IMAGES = 50
_CAUSES = 100
_LINE = 2000
_TEXT = 1000


def comparison_document(
    comparison: Comparison, why: Why | None = None, *, offset: int = 0, limit: int = MAX_ROWS
) -> dict[str, Any]:
    """Return a ``comparison``: in every part the rows that differ come first.

    Parameters
    ----------
    comparison : Comparison
    why : Why, optional
        Of the same two runs.
    offset, limit : int
        Which rows of params, of metrics, and of git and environment are given.
    """
    page = slice(offset, offset + limit)
    return {
        "runs": to_plain(comparison.runs),
        "params": [_row(row) for row in to_plain(comparison.params[page])],
        "params_total": len(comparison.params),
        "metrics": to_plain(comparison.metrics[page]),
        "metrics_total": len(comparison.metrics),
        "curves": list(comparison.curves[page]),
        "curves_total": len(comparison.curves),
        "datasets": [_dataset(row) for row in comparison.datasets[:MAX_ROWS]],
        "datasets_left_out": max(0, len(comparison.datasets) - MAX_ROWS),
        "code": [_code(change) for change in comparison.code[:_CHANGES]],
        "code_left_out": max(0, len(comparison.code) - _CHANGES),
        "code_compared": comparison.code_compared,
        "same_cells": dict(comparison.same_cells),
        "git": [_row(row) for row in to_plain(comparison.git[page])],
        "environment": [_row(row) for row in to_plain(comparison.environment[page])],
        "environment_total": len(comparison.environment),
        "same_packages": comparison.same_packages,
        "images": to_plain(comparison.images[:_IMAGES]),
        "images_left_out": max(0, len(comparison.images) - _IMAGES),
        "why": None if why is None else why_document(why),
    }


def why_document(found: Why) -> dict[str, Any]:
    """Return a ``why``: the causes of what differs between two runs, and the doubts."""
    return {
        "runs": to_plain(found.comparison.runs[:2]),
        "metrics": [
            {"key": key, "values": to_plain(values)}
            for key, values in list(found.metrics.items())[:MAX_ROWS]
        ],
        "causes": [
            {
                "kind": cause.kind.value,
                "what": _cut(cause.what),
                "details": [_cut(text, _LINE) for text in cause.details[:_LINES]],
                "moves": list(cause.moves[:MAX_ROWS]),
            }
            for cause in found.causes[:_CAUSES]
        ],
        "causes_left_out": max(0, len(found.causes) - _CAUSES),
        "doubts": [_cut(text) for text in found.doubts],
    }


def statistics_document(found: Statistics) -> dict[str, Any]:
    """Return ``comparison_statistics``: what the runs say together."""
    return {
        "groups": [
            {
                "experiment": group.experiment,
                "runs": list(group.runs),
                "params": {key: _cut(value) for key, value in group.params.items()},
                "metrics": dict(list(to_plain(group.metrics).items())[:MAX_ROWS]),
            }
            for group in found.groups
        ],
        "tests": to_plain(found.tests[:MAX_ROWS]),
        "importance": to_plain(found.importance[:MAX_ROWS]),
        "axes": [axis | {"labels": [*map(_cut, axis["labels"])]} for axis in to_plain(found.axes)],
        "notes": list(found.notes),
    }


def comparison_curves(curves: Sequence[Curve], axis: str) -> dict[str, Any]:
    """Return ``comparison_curves``: histories with their points as JSON, for a saved notebook."""
    return {"axis": axis, "curves": to_plain(list(curves))}


def notebook_comparison(
    comparison: Comparison, statistics: Statistics, curves: Sequence[Curve], *, limit: int
) -> dict[str, Any]:
    """Return a ``notebook_comparison``: all that a saved notebook keeps of compared runs."""
    return {
        "comparison": comparison_document(comparison, limit=limit),
        "statistics": statistics_document(statistics),
        "curves": comparison_curves(curves, "step"),
    }


def packed_curves(curves: Sequence[Curve], axis: str) -> bytes:
    """Return histories as bytes, which a browser reads without parsing.

    Four bytes give the length of a JSON header (``curves_header``), which is filled with blanks
    so that the numbers begin at a multiple of eight; of each curve first all x, then all y, as
    little-endian doubles.
    """
    header, numbers, start = [], array("d"), 0
    for curve in curves:
        entry = {"run": curve.run, "key": curve.key, "count": curve.count}
        header.append(entry | {"start": start, "points": len(curve.x)})
        numbers.extend(curve.x)
        numbers.extend(curve.y)
        start += 2 * len(curve.x)
    text = json.dumps({"axis": axis, "curves": header}, ensure_ascii=False).encode()
    text += b" " * (-(len(text) + 4) % 8)
    if struct.pack("=H", 1) == struct.pack(">H", 1):
        numbers.byteswap()
    return struct.pack("<I", len(text)) + text + numbers.tobytes()


def _row(row: dict[str, Any]) -> dict[str, Any]:
    return row | {"values": [None if v is None else _cut(v) for v in row["values"]]}


def _cut(text: str, most: int = _TEXT) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"


def _dataset(row: DatasetComparison) -> dict[str, Any]:
    return {
        "name": row.name,
        "context": row.context,
        "kind": row.kind,
        "digests": list(row.digests),
        "rows": list(row.rows),
        "differs": row.differs,
        "unknown": row.unknown,
        "diffs": [None if diff is None else _diff(diff) for diff in row.diffs],
    }


def _diff(diff: DatasetDiff) -> dict[str, Any]:
    return {
        "same_content": diff.same_content,
        "same_schema": diff.same_schema,
        "exact": diff.exact,
        "comparable": diff.comparable,
        "reordered": diff.reordered,
        "old_rows": diff.old_rows,
        "new_rows": diff.new_rows,
        "columns": [_column(column) for column in diff.columns[:_COLUMNS]],
        "columns_left_out": max(0, len(diff.columns) - _COLUMNS),
    }


def _column(column: ColumnDiff) -> dict[str, Any]:
    over = overlay(column.before, column.after) if column.before and column.after else None
    plain: dict[str, Any] = to_plain(column)
    return plain | {"rows": plain["rows"][:_COLUMNS], "overlay": to_plain(over)}


def _code(change: CodeChange) -> dict[str, Any]:
    return {
        "run": change.run,
        "change": change.change,
        "label": change.label,
        "diff": [_cut(line, _LINE) for line in change.diff[:_LINES]],
        "lines_left_out": max(0, len(change.diff) - _LINES),
    }
