"""What can be wrong inside a trail's database; each check yields what it finds."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

from nbtrail.exceptions import StoreError
from nbtrail.store.finding import Finding
from nbtrail.store.liveness import now_ms
from nbtrail.store.migrations import SCHEMA_VERSION, differences, too_new
from nbtrail.store.objects import Objects
from nbtrail.store.owners import lost_owners
from nbtrail.store.references import files_of, snapshots_of
from nbtrail.store.snapshots import Snapshots

__all__ = ["check_database"]

_DAY_MS = 24 * 3600 * 1000


def check_database(
    db: sqlite3.Connection, root: Path, path: Path, version: int
) -> Iterator[Finding]:
    """Yield everything that is unusual in an open database of schema `version`."""
    answer = [str(row[0]) for row in db.execute("PRAGMA integrity_check(5)")]
    if answer != ["ok"]:
        yield Finding(
            f"The database is damaged: {'; '.join(answer)}. Restore a backup, or merge one into a "
            "new trail: nbtrail store merge BACKUP"
        )
        return
    if version > SCHEMA_VERSION:
        yield Finding(too_new(version, path))
        return
    if version < SCHEMA_VERSION:
        yield Finding(
            f"It has the older schema version {version}; the next program that opens it brings it "
            "up to date and keeps a copy.",
            harmless=True,
        )
        return
    yield from _schema(db)
    yield from _references(db)
    yield from _runs(db)
    yield from _objects(db, root)
    yield from _snapshots(db, root)


def _schema(db: sqlite3.Connection) -> Iterator[Finding]:
    foreign, missing = differences(db)
    if foreign:
        yield Finding(
            f"The database holds what nbtrail did not make: {', '.join(foreign)}. It gets no trust, "
            "but a trigger can change what is stored.",
            mendable=True,
        )
    if missing:
        yield Finding(f"The database lacks {', '.join(missing)}.", mendable=True)


def _references(db: sqlite3.Connection) -> Iterator[Finding]:
    if broken := db.execute("PRAGMA foreign_key_check").fetchall():
        tables = sorted({row[0] for row in broken})
        yield Finding(
            f"{len(broken)} rows refer to others that are gone (in {', '.join(tables)}). Merge a "
            "backup of the trail into it: nbtrail store merge BACKUP"
        )
    versions = db.execute(
        "SELECT v.name || '/' || v.version FROM model_versions v "
        "LEFT JOIN models m USING (model_id) WHERE m.id IS NULL ORDER BY 1"
    ).fetchall()
    if versions:
        names = ", ".join(name for (name,) in versions[:5])
        yield Finding(
            f"{len(versions)} registered versions point to a run that is gone ({names}). Merge a "
            "backup that has it: nbtrail store merge BACKUP"
        )
    empty = db.execute(
        "SELECT r.name FROM models m JOIN runs r ON r.id = m.run WHERE m.status = 'ready' "
        "AND m.path != '' AND NOT EXISTS (SELECT 1 FROM artifacts a WHERE a.run = m.run "
        "AND a.path >= m.path || '/' AND a.path < m.path || '0') AND m.flavor != ''"
    ).fetchall()
    if empty:
        yield Finding(
            f"{len(empty)} models count as kept, but have no file (first: of run {empty[0][0]}). "
            "Rebuild them by their pipeline: nbtrail export RUN -o DIR",
            harmless=True,
        )


def _runs(db: sqlite3.Connection) -> Iterator[Finding]:
    tokens = [owner.token for owner in lost_owners(db)]
    marks = ", ".join("?" * len(tokens))
    (dead,) = db.execute(
        f"SELECT count(*) FROM runs WHERE status = 'RUNNING' AND owner IN ({marks})", tokens
    ).fetchone()
    if dead:
        yield Finding(
            f"{dead} open runs belong to dead processes; the next write closes them.",
            harmless=True,
            mendable=True,
        )
    (future,) = db.execute(
        "SELECT count(*) FROM runs WHERE started_ms > ?", (now_ms() + _DAY_MS,)
    ).fetchone()
    if future:
        yield Finding(
            f"{future} runs began in the future: a clock was wrong then, or is wrong now. `last` "
            "goes by it.",
            harmless=True,
        )


def _objects(db: sqlite3.Connection, root: Path) -> Iterator[Finding]:
    objects = Objects(root / "objects")
    missing, changed = [], []
    names = list(files_of(db))
    for sha256 in names:
        try:
            there = objects.path(sha256).exists()
        except StoreError:
            there = False
        if not there:
            missing.append(sha256)
        elif not objects.is_sound(sha256):
            changed.append(sha256)
    for found, what in ((missing, "are missing"), (changed, "were changed on the disk")):
        if found:
            yield Finding(
                f"{len(found)} of {len(names)} artifact files {what} (first: {found[0][:12]}). "
                "Merge a backup of the trail, which brings them back: nbtrail store merge BACKUP"
            )


def _snapshots(db: sqlite3.Connection, root: Path) -> Iterator[Finding]:
    snapshots = Snapshots(root / "git")
    broken = [commit for commit in snapshots_of(db) if not snapshots.is_sound(commit)]
    if broken:
        yield Finding(
            f"{len(broken)} snapshots of uncommitted code are missing or damaged (first: "
            f"{broken[0][:12]}). Merge a backup of the trail: nbtrail store merge BACKUP"
        )
