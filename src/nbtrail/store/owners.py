"""The processes that write, in the database: heartbeats and the sweep of dead ones."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from nbtrail.store.liveness import HOST_LOST, PROCESS_DIED, Lost, Owner, find_lost
from nbtrail.store.values import execute

__all__ = ["beat", "living_tokens", "lost_owners", "put_owner", "sweep"]


def put_owner(db: sqlite3.Connection, owner: Owner) -> None:
    """Make the process known whose runs follow."""
    execute(
        db,
        "INSERT OR IGNORE INTO owners VALUES (?, ?, ?, ?, ?, ?)",
        (
            owner.token,
            owner.host,
            owner.boot,
            owner.pid,
            owner.process_start,
            owner.heartbeat_ms,
        ),
    )


def beat(db: sqlite3.Connection, owner: Owner, now: int) -> None:
    """Write a sign of life, and take back runs that were given up in the meantime."""
    put_owner(db, owner)
    db.execute("UPDATE owners SET heartbeat_ms = ? WHERE token = ?", (now, owner.token))
    db.execute(
        "UPDATE runs SET status = 'RUNNING', reason = '', ended_ms = NULL "
        "WHERE owner = ? AND status = 'KILLED' AND reason IN (?, ?)",
        (owner.token, PROCESS_DIED, HOST_LOST),
    )


def lost_owners(db: sqlite3.Connection) -> tuple[Lost, ...]:
    """Return the owners of RUNNING runs and running cells that are gone."""
    return find_lost(
        _owners(
            db,
            "WHERE token IN (SELECT owner FROM runs WHERE status = 'RUNNING') OR token IN "
            "(SELECT owner FROM sessions s JOIN cells c USING (session_id) WHERE s.ended_ms IS NULL "
            "AND c.seq = (SELECT max(seq) FROM cells WHERE session_id = s.session_id) "
            "AND c.status = 'running')",
        )
    )


def living_tokens(db: sqlite3.Connection) -> set[str]:
    """Return the tokens of the owners that may still write."""
    owners = _owners(db)
    return {owner.token for owner in owners} - {lost.token for lost in find_lost(owners)}


def _owners(db: sqlite3.Connection, condition: str = "") -> list[Owner]:
    rows = db.execute(
        f"SELECT token, host, boot, pid, process_start, heartbeat_ms FROM owners {condition}"
    )
    return [Owner(*row) for row in rows]


def sweep(db: sqlite3.Connection, lost: Sequence[Lost]) -> tuple[str, ...]:
    """Close the runs and cells of lost owners at their last sign of life; return the runs' ids."""
    closed: list[str] = []
    for owner in lost:
        rows = db.execute(
            "UPDATE runs SET status = 'KILLED', reason = ?, ended_ms = max(started_ms, ?) "
            "WHERE owner = ? AND status = 'RUNNING' RETURNING run_id",
            (owner.reason, owner.seen_ms, owner.token),
        )
        closed.extend(run_id for (run_id,) in rows.fetchall())
        db.execute(
            "UPDATE cells SET status = 'interrupted', error = ?, ended_ms = max(started_ms, ?) "
            "WHERE status = 'running' AND session_id IN "
            "(SELECT session_id FROM sessions WHERE owner = ?)",
            (owner.reason, owner.seen_ms, owner.token),
        )
    return tuple(closed)
