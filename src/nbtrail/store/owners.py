"""The processes that write, in the database: heartbeats and the sweep of dead ones."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from nbtrail.store.liveness import HOST_LOST, PROCESS_DIED, Lost, Owner, find_lost
from nbtrail.store.values import execute

__all__ = ["beat", "lost_owners", "put_owner", "sweep"]


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
    """Return the owners of RUNNING runs that are gone."""
    rows = db.execute(
        "SELECT token, host, boot, pid, process_start, heartbeat_ms FROM owners "
        "WHERE token IN (SELECT owner FROM runs WHERE status = 'RUNNING')"
    )
    return find_lost(Owner(*row) for row in rows)


def sweep(db: sqlite3.Connection, lost: Sequence[Lost]) -> int:
    """Close the runs of lost owners at their last sign of life; return how many."""
    closed = 0
    for owner in lost:
        cursor = db.execute(
            "UPDATE runs SET status = 'KILLED', reason = ?, ended_ms = max(started_ms, ?) "
            "WHERE owner = ? AND status = 'RUNNING'",
            (owner.reason, owner.seen_ms, owner.token),
        )
        closed += cursor.rowcount
    return closed
