"""Creating the schema and bringing older ones up to date.

Everything happens in one exclusive transaction under the write lock, so that a killed
process leaves the old schema and processes that start together wait for the first.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from nbtrail._version import __version__
from nbtrail.exceptions import SchemaTooNewError, StoreError
from nbtrail.store.connection import APPLICATION_ID

__all__ = [
    "MIGRATIONS",
    "SCHEMA_VERSION",
    "check_schema",
    "differences",
    "ensure_schema",
    "mend",
    "too_new",
]

Migration = Callable[[sqlite3.Connection], None]

_CREATED = re.compile(r"^CREATE (TABLE|INDEX|VIEW|TRIGGER) (\w+)", re.MULTILINE)


def _to_2(db: sqlite3.Connection) -> None:
    """Add profiles, remote versions, snapshots, start state, resources, outputs and gates."""
    for table, columns in {
        "cells": ("output TEXT NOT NULL DEFAULT ''",),
        "runs": (
            "snapshot TEXT NOT NULL DEFAULT ''",
            "left_out TEXT NOT NULL DEFAULT '[]'",
            "start_state TEXT",
            "resources TEXT",
            "deleted_ms INTEGER",
        ),
        "metrics": (
            "tail INTEGER NOT NULL DEFAULT 0",
            "packed_seq INTEGER NOT NULL DEFAULT -1",
        ),
        "datasets": ("shape TEXT NOT NULL DEFAULT '[]'", "profile TEXT"),
        "dataset_uses": (
            "version TEXT NOT NULL DEFAULT ''",
            "query TEXT NOT NULL DEFAULT ''",
            "shared INTEGER NOT NULL DEFAULT -1",
        ),
        "registered_models": ("description TEXT NOT NULL DEFAULT ''",),
        "model_versions": ("origin TEXT NOT NULL DEFAULT ''", "gates TEXT NOT NULL DEFAULT '[]'"),
        "alias_moves": ("gates TEXT NOT NULL DEFAULT '[]'",),
    }.items():
        for column in columns:
            db.execute(f"ALTER TABLE {table} ADD COLUMN {column}")
    db.execute("DROP INDEX metrics_by_key")  # it has the run, too, now
    db.execute(
        "UPDATE metrics SET tail = "
        "(SELECT count(*) FROM metric_points p WHERE p.metric_id = metrics.metric_id)"
    )


MIGRATIONS: Final[tuple[Migration, ...]] = (_to_2,)
"""Item n turns schema version n + 1 into n + 2: columns that are added to a table.

New tables and all views need no migration: they come from the schema itself.
"""

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
        elif version < SCHEMA_VERSION:
            for migration in MIGRATIONS[version - 1 :]:
                migration(db)
            _complete(db)
        db.execute(f"PRAGMA user_version={SCHEMA_VERSION}")
        db.execute("COMMIT")
    except BaseException:
        if db.in_transaction:  # an interrupt may come when the commit is through
            db.execute("ROLLBACK")
        raise


def differences(db: sqlite3.Connection) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return what a database of the present schema has too much, and what it lacks.

    Triggers and views of others, or changed ones of ours, are too much; tables and indexes of
    others do nothing.
    """
    ours = {found[2]: (found[1].lower(), text) for found, text in _created()}
    there = {
        name: (kind, sql)
        for kind, name, sql in db.execute("SELECT type, name, sql FROM sqlite_master")
    }
    acting = ("trigger", "view")
    foreign = tuple(
        f"{kind} {name}"
        for name, (kind, sql) in there.items()
        if kind in acting and ours.get(name) != (kind, sql)
    )
    missing = tuple(
        f"{kind} {name}"
        for name, (kind, text) in ours.items()
        if name not in there or (kind in acting and there[name] != (kind, text))
    )
    return foreign, missing


def mend(db: sqlite3.Connection) -> None:
    """Remove triggers and views of others and create what is lacking, in the caller's transaction."""
    ours = {found[2]: text for found, text in _created()}
    for kind, name, sql in db.execute(
        "SELECT type, name, sql FROM sqlite_master WHERE type = 'trigger'"
    ).fetchall():
        if ours.get(name) != sql:
            db.execute(f"DROP {kind} " + '"{}"'.format(name.replace('"', '""')))
    _complete(db)


def _created() -> Iterator[tuple[re.Match[str], str]]:
    """Yield what the schema creates, with the text under which SQLite keeps it."""
    for statement in _statements():
        found = _CREATED.search(statement)
        if found is not None:
            yield found, statement[found.start() :].strip().removesuffix(";")


def _create(db: sqlite3.Connection) -> None:
    db.execute(f"PRAGMA application_id={APPLICATION_ID}")
    for statement in _statements():
        db.execute(statement)
    db.execute("INSERT INTO meta VALUES ('created_by', ?)", (__version__,))


def _complete(db: sqlite3.Connection) -> None:
    """Create what an older schema does not have, and every view anew."""
    for (view,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'view'").fetchall():
        db.execute('DROP VIEW "{}"'.format(view.replace('"', '""')))
    there = {name for (name,) in db.execute("SELECT name FROM sqlite_master")}
    for statement in _statements():
        created = _CREATED.search(statement)
        if created is not None and created[2] not in there:
            db.execute(statement)


def _statements() -> Iterator[str]:
    """Yield the statements of the schema; executescript would commit the transaction."""
    statement = ""
    # by path: importlib.resources costs more to load than all of this takes
    script = Path(__file__).with_name("schema.sql").read_text(encoding="utf-8")
    for line in script.splitlines(keepends=True):
        statement += line
        if line.rstrip().endswith(";") and sqlite3.complete_statement(statement):
            yield statement
            statement = ""


def _back_up(db: sqlite3.Connection, copy: Path) -> None:
    target = sqlite3.connect(copy)
    try:
        db.backup(target)
    finally:
        target.close()
