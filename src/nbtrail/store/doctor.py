"""The health of a store, found without changing anything in it."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from nbtrail.exceptions import NbtrailError, StoreError
from nbtrail.store.check_database import check_database
from nbtrail.store.check_folder import check_folder, check_library
from nbtrail.store.connection import DATABASE, check_place, connect_reader
from nbtrail.store.finding import Finding
from nbtrail.store.migrations import SCHEMA_VERSION, check_schema
from nbtrail.store.sizes import size_text, total_size

__all__ = ["Health", "examine"]

_COUNTED = (
    "experiments",
    "runs",
    "params",
    "metrics",
    "metric_points",
    "metric_chunks",
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
    mendable : bool
        Whether `repair` can do something.
    repaired : tuple of str
        What a repair before this examination has done.
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
    mendable: bool = False
    repaired: tuple[str, ...] = ()

    def text(self) -> str:
        """Return the report for people."""
        head = [
            f"store           {self.path}",
            f"schema version  {self.schema_version} (this nbtrail writes {SCHEMA_VERSION})",
            f"SQLite          {self.sqlite_version}, journal {self.journal_mode or 'unknown'}",
            f"database        {size_text(self.size)}",
        ]
        counts = [f"{name.replace('_', ' '):<15} {count}" for name, count in self.counts.items()]
        findings = [f"! {text}" for text in self.findings] or ["Everything is in order."]
        notes = [f"  {note}" for note in self.notes]
        mending = ["", "Mend what is safe: nbtrail store doctor --repair"] if self.mendable else []
        done = ["", *(f"mended: {text}" for text in self.repaired)] if self.repaired else []
        return "\n".join([*head, *counts, "", *findings, *notes, *mending, *done])


def examine(root: Path, repaired: tuple[str, ...] = ()) -> Health:
    """Examine the store in folder `root`.

    Parameters
    ----------
    repaired : tuple of str
        What `repair` has just done, for the report.

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
    found: list[Finding] = list(check_library())
    version, mode, counts = 0, "", dict[str, int]()
    try:
        if not check_place(root):
            text = "The folder belongs to another user, so it is only read."
            found.append(Finding(text, harmless=True))
        with contextlib.closing(connect_reader(path)) as db:
            version = check_schema(db, path)
            mode = str(db.execute("PRAGMA journal_mode").fetchone()[0])
            if version == 0:
                text = "Its creation was interrupted. Track something here, or delete it."
                found.append(Finding(text))
            else:
                found += check_database(db, root, path, version)
                counts = _counts(db)
    except (NbtrailError, sqlite3.Error) as error:
        found.append(Finding(f"The database can't be read: {error}"))
    found += check_folder(root)
    findings = tuple(finding.text for finding in found if not finding.harmless)
    return Health(
        path=str(root),
        schema_version=version,
        sqlite_version=sqlite3.sqlite_version,
        journal_mode=mode,
        size=total_size(root / f"{DATABASE}{end}" for end in ("", "-wal")),
        counts=counts,
        findings=findings,
        notes=tuple(finding.text for finding in found if finding.harmless),
        ok=not findings,
        mendable=any(finding.mendable for finding in found),
        repaired=repaired,
    )


def _counts(db: sqlite3.Connection) -> dict[str, int]:
    there = {name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    return {
        name: int(db.execute(f"SELECT count(*) FROM {name}").fetchone()[0])
        for name in _COUNTED
        if name in there
    }
