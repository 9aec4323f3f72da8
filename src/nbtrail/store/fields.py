"""The attributes of a run that filters and orders can name, as SQL."""

from __future__ import annotations

from typing import Final

__all__ = ["DURATION", "TEXTS", "TIMES", "VERDICT", "field_name"]

VERDICT: Final = (
    "(SELECT x.manifest ->> '$.verdict.outcome' FROM exports x WHERE x.run = r.id "
    "ORDER BY x.id DESC LIMIT 1)"
)
"""Outcome of the latest pipeline exported from a run ``r``."""
TEXTS: Final = {
    "run_id": "r.run_id",
    "name": "r.name",
    "experiment": "e.name",
    "status": "r.effective",
    "source": "r.source",
    "user": "r.user",
    "note": "r.note",
    "branch": "r.branch",
    "commit": "r.commit_id",
    "verdict": VERDICT,
    "parent": "(SELECT above.name FROM runs above WHERE above.run_id = r.parent_run_id)",
}
TIMES: Final = {"started": "r.started_ms", "ended": "r.effective_end"}
DURATION: Final = "(r.effective_end - r.started_ms) / 1000.0"
_OTHER_NAMES: Final = {
    "run_name": "name",
    "start_time": "started",
    "end_time": "ended",
    "notebook": "source",
    "dataset": "data",
}


def field_name(name: str) -> str:
    """Return our name of an attribute that may be called as in MLflow."""
    return _OTHER_NAMES.get(name, name)
