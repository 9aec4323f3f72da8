"""Creating the schema and bringing older ones up to date.

Everything happens in one exclusive transaction under the write lock, so that a killed
process leaves the old schema and processes that start together wait for the first.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Final

from nbtrail._version import __version__
from nbtrail.exceptions import SchemaTooNewError, StoreError
from nbtrail.store.connection import APPLICATION_ID

__all__ = ["MIGRATIONS", "SCHEMA_VERSION", "check_schema", "ensure_schema", "too_new"]

Migration = Callable[[sqlite3.Connection], None]

MIGRATIONS: Final[tuple[Migration, ...]] = ()
"""Item n turns schema version n + 1 into n + 2: additive changes only."""

SCHEMA_VERSION: Final = len(MIGRATIONS) + 1


def too_new(version: int, path: Path) -> str:
    """Return the text for a store written by a newer nbtrail."""
    return (
        f"{path} has schema version {version}, but nbtrail {__version__} knows up to "
        f"{SCHEMA_VERSION}. Nothing is written to it. Update nbtrail: pip install -U nbtrail"
    )


def check_schema(db: sqlite3.Connection, path: Path) -> int:
    """Return the schema's version, 0 for an empty file.

    Raises
    ------
    StoreError
        When the database belongs to another application.
    """
    version = int(db.execute("PRAGMA user_version").fetchone()[0])
    application = int(db.execute("PRAGMA application_id").fetchone()[0])
    tables = int(db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0])
    if application == APPLICATION_ID or (not application and not version and not tables):
        return version
    raise StoreError(
        f"{path} is a database, but not one of nbtrail's (application id {application:#x}). "
        "Move it away, or choose another folder as `dir` in [tool.nbtrail]."
    )


def ensure_schema(db: sqlite3.Connection, path: Path) -> None:
    """Create or update the schema; the caller holds the write lock.

    Raises
    ------
    SchemaTooNewError
        When a newer nbtrail wrote it.
    StoreError
        When the database belongs to another application.
    """
    version = check_schema(db, path)
    if version == SCHEMA_VERSION:
        return
    if version > SCHEMA_VERSION:
        raise SchemaTooNewError(too_new(version, path))
    if version:
        _back_up(db, path.with_name(f"{path.name}.v{version}.backup"))
    db.execute("BEGIN EXCLUSIVE")
    try:
        # a process without the lock (a foreign tool, a file system without locks) may have
        # been faster
        version = check_schema(db, path)
        if version == 0:
            _create(db)
        for migration in MIGRATIONS[max(version - 1, 0) :] if version else ():
            migration(db)
        db.execute(f"PRAGMA user_version={SCHEMA_VERSION}")
        db.execute("COMMIT")
    except BaseException:
        db.execute("ROLLBACK")
        raise


def _create(db: sqlite3.Connection) -> None:
    db.execute(f"PRAGMA application_id={APPLICATION_ID}")
    statement = ""
    # by path: importlib.resources costs more to load than all of this takes
    script = Path(__file__).with_name("schema.sql").read_text(encoding="utf-8")
    for line in script.splitlines(keepends=True):
        statement += line
        if line.rstrip().endswith(";") and sqlite3.complete_statement(statement):
            db.execute(statement)  # executescript would commit the transaction
            statement = ""
    db.execute("INSERT INTO meta VALUES ('created_by', ?)", (__version__,))


def _back_up(db: sqlite3.Connection, copy: Path) -> None:
    target = sqlite3.connect(copy)
    try:
        db.backup(target)
    finally:
        target.close()
