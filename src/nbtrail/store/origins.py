"""Which cells of which sessions wrote the files that others have read."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

__all__ = ["Reading", "sessions_behind", "writer_of"]

_WRITER = """
SELECT w.session_id, w.seq, w.statement, c.execution_count, coalesce(s.notebook, ''), w.content
FROM written_files w JOIN cells c USING (session_id, seq) LEFT JOIN sessions s USING (session_id)
WHERE w.path = ?1 AND NOT (w.session_id = ?3 AND w.seq >= ?4)
AND c.started_ms <= coalesce((SELECT ended_ms FROM cells WHERE session_id = ?3 AND seq = ?4), c.started_ms)
ORDER BY w.content = ?2 DESC, c.started_ms DESC, w.seq DESC, w.statement DESC LIMIT 1
"""


class Reading(NamedTuple):
    """A file that was read.

    Attributes
    ----------
    path, content : str
        Path as it was recorded, and digest of what was read.
    session_id, seq : str, int
        The cell that read it.
    """

    path: str
    content: str
    session_id: str
    seq: int


def writer_of(db: sqlite3.Connection, reading: Reading) -> tuple[Any, ...] | None:
    """Return the recorded cell that last wrote a file before it was read, None without one.

    The last writer of just that content comes first. The columns are session, cell,
    statement, execution count, notebook and the content that was written.
    """
    row: tuple[Any, ...] | None = db.execute(_WRITER, reading).fetchone()
    return row


def sessions_behind(
    db: sqlite3.Connection, runs: str, limits: Mapping[str, int]
) -> Mapping[str, int]:
    """Add the sessions that wrote what others have read, and so on.

    Parameters
    ----------
    runs : str
        Numbers of runs, as a JSON list: what they have read counts.
    limits : mapping of str to int
        Sessions, each with its last cell that counts.

    Returns
    -------
    mapping of str to int
        The same and those behind them, each up to the cell that wrote something.
    """
    found = dict(limits)
    waiting = list(_of_runs(db, runs))
    for session_id, last in limits.items():
        waiting += _of_cells(db, session_id, -1, last)
    seen: set[Reading] = set()
    while waiting:
        reading = waiting.pop()
        if reading in seen:
            continue
        seen.add(reading)
        writer = writer_of(db, reading)
        if writer is None:
            continue
        session_id, seq = writer[:2]
        before = found.get(session_id, -1)
        if seq > before:
            found[session_id] = seq
            waiting += _of_cells(db, session_id, before, seq)
    return found


def _of_runs(db: sqlite3.Connection, runs: str) -> Iterator[Reading]:
    rows = db.execute(
        "SELECT u.source, d.content, r.session_id, r.first_cell FROM dataset_uses u "
        "JOIN datasets d USING (dataset_id) JOIN runs r ON r.id = u.run "
        "WHERE u.source != '' AND r.id IN (SELECT value FROM json_each(?))",
        (runs,),
    )
    return (Reading(*row) for row in rows.fetchall())


def _of_cells(db: sqlite3.Connection, session_id: str, after: int, last: int) -> list[Reading]:
    rows = db.execute(
        "SELECT seq, statements FROM cells WHERE session_id = ? AND seq > ? AND seq <= ?",
        (session_id, after, last),
    )
    return [
        Reading(path, content, session_id, seq)
        for seq, statements in rows
        for facts in json.loads(statements)
        for path, content in facts.get("digests", ())
    ]
