"""The health of a store, found without changing anything in it."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from nbtrail.exceptions import NbtrailError, StoreError
from nbtrail.store.connection import DATABASE, check_place, connect_reader, reset_bug
from nbtrail.store.migrations import SCHEMA_VERSION, check_schema, too_new
from nbtrail.store.objects import Objects
from nbtrail.store.owners import lost_owners
from nbtrail.store.rescue import Rescue

__all__ = ["Health", "examine"]

_COUNTED = (
    "experiments",
    "runs",
    "params",
    "metrics",
    "metric_points",
    "datasets",
    "artifacts",
    "models",
    "model_versions",
    "sessions",
    "cells",
    "episodes",
    "exports",
)


@dataclass(frozen=True, slots=True)
class Health:
    """What an examination found.

    Attributes
    ----------
    path : str
        The folder.
    schema_version : int
        0 when it could not be read.
    sqlite_version : str
        Of the library that is linked here.
    journal_mode : str
        ``wal``, or another one where the file system can't do that; empty when unknown.
    size : int
        Bytes of the database with its journal.
    counts : mapping of str to int
        Rows by table.
    findings : tuple of str
        What is not healthy and what to do, one sentence or two each.
    notes : tuple of str
        What is worth knowing and needs nothing to be done.
    """

    path: str
    schema_version: int
    sqlite_version: str
    journal_mode: str = ""
    size: int = 0
    counts: Mapping[str, int] = field(default_factory=dict)
    findings: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    ok: bool = True

    def text(self) -> str:
        """Return the report for people."""
        head = [
            f"store           {self.path}",
            f"schema version  {self.schema_version} (this nbtrail writes {SCHEMA_VERSION})",
            f"SQLite          {self.sqlite_version}, journal {self.journal_mode or 'unknown'}",
            f"database        {self.size / 1e6:.1f} MB",
        ]
        counts = [f"{name.replace('_', ' '):<15} {count}" for name, count in self.counts.items()]
        findings = [f"! {text}" for text in self.findings] or ["Everything is in order."]
        return "\n".join([*head, *counts, "", *findings, *(f"  {note}" for note in self.notes)])


def examine(root: Path) -> Health:
    """Examine the store in folder `root`.

    Raises
    ------
    StoreError
        When there is no store.
    """
    path = root / DATABASE
    if not path.exists():
        raise StoreError(
            f"There is no trail in {root}. Start one in a notebook with: %load_ext nbtrail"
        )
    findings: list[str] = []
    notes = _library()
    version, mode, counts = 0, "", dict[str, int]()
    try:
        if not check_place(root):
            notes.append("The folder belongs to another user, so it is only read.")
        version, mode, counts = _database(root, path, findings, notes)
    except (NbtrailError, sqlite3.Error) as error:
        findings.append(f"The database can't be read: {error}")
    _folder(root, findings, notes)
    size = sum(_size(root / f"{DATABASE}{end}") for end in ("", "-wal"))
    return Health(
        path=str(root),
        schema_version=version,
        sqlite_version=sqlite3.sqlite_version,
        journal_mode=mode,
        size=size,
        counts=counts,
        findings=tuple(findings),
        notes=tuple(notes),
        ok=not findings,
    )


def _library() -> list[str]:
    if not reset_bug():
        return []
    text = (
        f"SQLite {sqlite3.sqlite_version} can lose a commit that overlaps a checkpoint (fixed in "
        "3.51.3). nbtrail's write lock keeps them apart; open the database with other tools for "
        "reading only."
    )
    return [text]


def _database(
    root: Path, path: Path, findings: list[str], notes: list[str]
) -> tuple[int, str, dict[str, int]]:
    db = connect_reader(path)
    try:
        version = check_schema(db, path)
        mode = str(db.execute("PRAGMA journal_mode").fetchone()[0])
        if version == 0:
            findings.append("Its creation was interrupted. Track something here, or delete it.")
            return version, mode, {}
        if version > SCHEMA_VERSION:
            findings.append(too_new(version, path))
        answer = [str(row[0]) for row in db.execute("PRAGMA integrity_check(5)")]
        if answer != ["ok"]:
            findings.append(f"The database is damaged: {'; '.join(answer)}. Restore a backup.")
        if broken := db.execute("PRAGMA foreign_key_check").fetchall():
            findings.append(f"{len(broken)} rows refer to others that are gone.")
        counts = {
            name: int(db.execute(f"SELECT count(*) FROM {name}").fetchone()[0]) for name in _COUNTED
        }
        _runs(db, notes)
        _objects(db, root, findings)
        return version, mode, counts
    finally:
        db.close()


def _runs(db: sqlite3.Connection, notes: list[str]) -> None:
    tokens = [owner.token for owner in lost_owners(db)]
    marks = ", ".join("?" * len(tokens))
    (dead,) = db.execute(
        f"SELECT count(*) FROM runs WHERE status = 'RUNNING' AND owner IN ({marks})", tokens
    ).fetchone()
    if dead:
        notes.append(f"{dead} open runs belong to dead processes; the next write closes them.")


def _objects(db: sqlite3.Connection, root: Path, findings: list[str]) -> None:
    objects = Objects(root / "objects")
    rows = db.execute("SELECT DISTINCT sha256, size FROM artifacts").fetchall()
    gone = [sha256 for sha256, size in rows if _size(objects.path(sha256)) != size]
    if gone:
        findings.append(
            f"{len(gone)} of {len(rows)} artifact files are missing or have another size (first: "
            f"{gone[0][:12]}). Restore the folder `objects` from a backup."
        )


def _folder(root: Path, findings: list[str], notes: list[str]) -> None:
    if not os.access(root, os.W_OK):
        notes.append("The folder can't be written, so it is only read.")
    rescue = Rescue(root)
    if waiting := rescue.pending():
        notes.append(f"{len(waiting)} rescue files wait to be brought in by the next write.")
    refused = list(rescue.folder.glob("*.rejected"))
    if refused:
        findings.append(
            f"{len(refused)} rescue files could not be applied; look at them: {refused[0]}"
        )
    if not (root / ".gitignore").exists():
        findings.append(f"{root / '.gitignore'} is missing: write a line with * into it.")


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0
