"""The runs as readers see them: those of a process that is gone are KILLED, not RUNNING."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Final

from nbtrail.store.liveness import Lost

__all__ = ["effective_runs"]

_PLAIN: Final = """
WITH effective_runs AS (
    SELECT runs.*, status AS effective, reason AS effective_reason, ended_ms AS effective_end
    FROM runs
)
"""
_WITH_LOST: Final = """
WITH lost (owner, reason, seen_ms) AS (
    SELECT value ->> 0, value ->> 1, value ->> 2 FROM json_each(?)
), effective_runs AS (
    SELECT runs.*,
           CASE WHEN status = 'RUNNING' AND lost.owner IS NOT NULL THEN 'KILLED' ELSE status
           END AS effective,
           CASE WHEN status = 'RUNNING' AND lost.owner IS NOT NULL THEN lost.reason
                ELSE runs.reason END AS effective_reason,
           CASE WHEN status = 'RUNNING' AND lost.owner IS NOT NULL
                THEN max(lost.seen_ms, started_ms) ELSE ended_ms END AS effective_end
    FROM runs LEFT JOIN lost USING (owner)
)
"""


def effective_runs(lost: Iterable[Lost]) -> tuple[str, list[str]]:
    """Return the WITH clause that defines ``effective_runs``, and its bound values."""
    rows = [[owner.token, owner.reason, owner.seen_ms] for owner in lost]
    return (_WITH_LOST, [json.dumps(rows)]) if rows else (_PLAIN, [])
