"""Runs as a pandas DataFrame; the only view that imports pandas, and only when it is called."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from nbtrail.entities.table import RunTable

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["runs_frame"]


def runs_frame(table: RunTable) -> pd.DataFrame:
    """Return one row per run.

    Parameters
    ----------
    table : RunTable

    Returns
    -------
    DataFrame
        ``run_id, name, experiment, status, started`` (UTC)``, duration_s, notebook, commit,
        dirty``, then ``params.*`` (numbers and booleans as such) and ``metrics.*``.
    """
    import pandas as pd

    columns: dict[str, Any] = {
        "run_id": table.run_id,
        "name": table.name,
        "experiment": table.experiment,
        "status": table.status,
        "started": pd.to_datetime(list(table.started_ms), unit="ms", utc=True),
        "duration_s": pd.array(
            [
                None if end is None else (end - start) / 1000
                for start, end in zip(table.started_ms, table.ended_ms, strict=True)
            ],
            dtype="Float64",
        ).to_numpy(dtype="float64", na_value=float("nan")),
        "notebook": table.source,
        "commit": table.commit,
        "dirty": pd.array(list(table.dirty), dtype="boolean"),
    }
    for key, values in table.params.items():
        columns[f"params.{key}"] = pd.Series([_parsed(v) for v in values]).infer_objects()
    for key, points in table.metrics.items():
        columns[f"metrics.{key}"] = pd.Series(points, dtype="float64")
    return pd.DataFrame(columns)


def _parsed(value: str | None) -> Any:
    """Return the number or bool that the text is the ``repr`` of, else the text itself."""
    if value is None:
        return None
    try:
        found = ast.literal_eval(value)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return {"nan": float("nan"), "inf": float("inf"), "-inf": float("-inf")}.get(value, value)
    # A quoted text is the repr of a text; lists and the like stay as they were written.
    return found if isinstance(found, (bool, int, float, str)) else value
