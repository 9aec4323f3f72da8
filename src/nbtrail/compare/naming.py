"""The part of a comparison whose keys contain a text."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TypeVar

from nbtrail.entities.comparison import Comparison, MetricRow, ParamRow, ProvenanceRow

__all__ = ["rows_named"]

Row = TypeVar("Row", MetricRow, ParamRow, ProvenanceRow)


def rows_named(comparison: Comparison, text: str) -> Comparison:
    """Return the comparison with only those rows of params, metrics, git and environment.

    Parameters
    ----------
    text : str
        Upper and lower case are the same; all rows stay for an empty one.
    """
    wanted = text.casefold()

    def named(rows: Iterable[Row]) -> tuple[Row, ...]:
        return tuple(row for row in rows if wanted in row.key.casefold())

    return replace(
        comparison,
        params=named(comparison.params),
        metrics=named(comparison.metrics),
        git=named(comparison.git),
        environment=named(comparison.environment),
    )
