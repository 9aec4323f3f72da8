"""Runs as a pandas DataFrame."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from nbtrail.entities.table import RunTable

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["runs_frame"]


def runs_frame(table: RunTable) -> pd.DataFrame:
    """Return one row per run.

    Columns: ``run_id, name, experiment, status, started`` (UTC), ``duration_s`` (seconds),
    ``notebook, commit, dirty``, then ``params.<key>`` (numbers as numbers) and
    ``metrics.<key>`` (the last value).
    """
    import pandas as pd

    ended = zip(table.started_ms, table.ended_ms, strict=True)
    columns: dict[str, Any] = {
        "run_id": table.run_id,
        "name": table.name,
        "experiment": table.experiment,
        "status": table.status,
        "started": pd.to_datetime(list(table.started_ms), unit="ms", utc=True),
        "duration_s": [None if end is None else (end - start) / 1000 for start, end in ended],
        "notebook": table.source,
        "commit": table.commit,
        "dirty": table.dirty,
    }
    for key, texts in table.params.items():
        columns[f"params.{key}"] = _params(texts)
    for key, values in table.metrics.items():
        columns[f"metrics.{key}"] = pd.array(list(values), dtype="float64")
    return pd.DataFrame(columns)


def _params(texts: Sequence[str | None]) -> list[Any]:
    return [None if text is None else _parsed(text) for text in texts]


def _parsed(text: str) -> Any:
    """Return the scalar that a param's text stands for, else the text."""
    try:
        value = ast.literal_eval(text)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return text
    return value if isinstance(value, (bool, int, float, str)) else text
