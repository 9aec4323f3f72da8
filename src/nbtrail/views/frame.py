"""Runs as a pandas DataFrame; the only view that imports pandas, and only when it is called."""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from nbtrail.entities.replicates import RunGroup
from nbtrail.entities.table import RunTable

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["replicates_frame", "runs_frame"]

# ints and floats as Python writes them: most params are, and parsing takes ten times as long
_NUMBER: Final = re.compile(r"-?(?:0|[1-9][0-9]{0,17})(\.[0-9]+(?:e[-+]?[0-9]+)?)?")


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
        columns[f"params.{key}"] = pd.Series(_parsed(values)).infer_objects()
    for key, points in table.metrics.items():
        columns[f"metrics.{key}"] = pd.Series(points, dtype="float64")
    return pd.DataFrame(columns)


def replicates_frame(groups: Sequence[RunGroup]) -> pd.DataFrame:
    """Return one row per group of runs that differ in their seed.

    Returns
    -------
    DataFrame
        ``experiment, runs`` (how many)``, names``, then ``params.*``, and for each metric
        ``metrics.KEY`` (mean) and ``metrics.KEY±`` (half of the 95 % confidence interval).
    """
    import pandas as pd

    columns: dict[str, Any] = {
        "experiment": [group.experiment for group in groups],
        "runs": [len(group.runs) for group in groups],
        "names": [group.runs for group in groups],
    }
    for key in dict.fromkeys(key for group in groups for key in group.params):
        values = _parsed([group.params.get(key) for group in groups])
        columns[f"params.{key}"] = pd.Series(values).infer_objects()
    for key in dict.fromkeys(key for group in groups for key in group.metrics):
        found = [group.metrics.get(key) for group in groups]
        means = [None if one is None else one.mean for one in found]
        halves = [None if one is None else one.half for one in found]
        columns[f"metrics.{key}"] = pd.Series(means, dtype="float64")
        columns[f"metrics.{key}±"] = pd.Series(halves, dtype="float64")
    return pd.DataFrame(columns)


def _parsed(values: Sequence[str | None]) -> list[Any]:
    """Return the params of many runs, each different text read once."""
    known = {value: _value(value) for value in set(values)}
    return [known[value] for value in values]


def _value(text: str | None) -> Any:
    """Return the number or bool that the text is the ``repr`` of, else the text itself."""
    if text is None:
        return None
    number = _NUMBER.fullmatch(text)
    if number:
        return float(text) if number[1] else int(text)
    try:
        found = ast.literal_eval(text)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return {"nan": float("nan"), "inf": float("inf"), "-inf": float("-inf")}.get(text, text)
    # A quoted text is the repr of a text; lists and the like stay as they were written.
    return found if isinstance(found, (bool, int, float, str)) else text
