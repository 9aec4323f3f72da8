"""A secret out of a database, whatever its tables are."""

from __future__ import annotations

import hashlib
import itertools
import json
import sqlite3
from collections.abc import Iterable, Mapping

from nbtrail.store.needle import PLACEHOLDER, Needle

__all__ = ["left_out", "mark_runs", "scrub_tables", "teach"]

_Value = str | bytes | int | float | None

_RUNS_OF = {
    "runs": "SELECT id FROM runs WHERE {found}",
    "cells": (
        "SELECT r.run FROM cells JOIN (SELECT id AS run, session_id, last_cell FROM runs UNION "
        "SELECT run, session_id, last_cell FROM run_spans) r USING (session_id) "
        "WHERE seq <= r.last_cell AND {found}"
    ),
    "sources": (
        "SELECT r.id FROM sources JOIN module_loads m USING (sha256) JOIN runs r "
        "ON r.session_id = m.session_id AND m.cell_seq <= r.last_cell WHERE {found}"
    ),
    "datasets": "SELECT u.run FROM datasets JOIN dataset_uses u USING (dataset_id) WHERE {found}",
    "environments": "SELECT r.id FROM environments JOIN runs r ON r.environment = digest WHERE {found}",
}


def teach(db: sqlite3.Connection, needle: Needle) -> None:
    """Give a connection the functions that find and remove the secret."""
    numbers = itertools.count(1)

    def found(value: object) -> bool:
        return isinstance(value, str) and needle.in_text(value)

    def without(value: _Value) -> _Value:
        return needle.out_of(value) if isinstance(value, str) else value

    def numbered(value: _Value) -> _Value:
        if not isinstance(value, str):
            return value
        return needle.out_of(value).replace(PLACEHOLDER, f"{PLACEHOLDER[:-1]}-{next(numbers)}>")

    db.create_function("scrub_found", 1, found)
    db.create_function("scrub_without", 1, without)
    db.create_function("scrub_numbered", 1, numbered)


def scrub_tables(db: sqlite3.Connection) -> tuple[dict[str, int], Mapping[int, set[str]]]:
    """Replace the secret in every text of a database, inside the caller's transaction.

    Parameters
    ----------
    db : sqlite3.Connection
        Which `teach` was given.

    Returns
    -------
    tuple
        Changed values by ``table.column``, and the tables in which each run had it.
    """
    db.execute("PRAGMA defer_foreign_keys=ON")
    # histories that are append-only must give way too
    triggers = db.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
    for name, _ in triggers:
        db.execute(f'DROP TRIGGER "{name}"')
    tables = [
        name
        for (name,) in db.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite!_%' ESCAPE '!'"
        )
    ]
    columns = {
        table: [row[0] for row in db.execute("SELECT name FROM pragma_table_info(?)", (table,))]
        for table in tables
    }
    runs = _runs(db, columns)
    changed = _sources(db) if "sources" in columns else {}
    for table, names in columns.items():
        for name in names:
            count = _scrub_column(db, table, name)
            if count:
                changed[f"{table}.{name}"] = changed.get(f"{table}.{name}", 0) + count
    for _, sql in triggers:
        db.execute(sql)
    return changed, runs


def _scrub_column(db: sqlite3.Connection, table: str, name: str) -> int:
    column = f'"{name}"'
    for function in ("scrub_without", "scrub_numbered"):
        try:
            return db.execute(
                f'UPDATE "{table}" SET {column} = {function}({column}) WHERE scrub_found({column})'
            ).rowcount
        except sqlite3.IntegrityError:  # two keys that differ in nothing but the secret
            if function == "scrub_numbered":
                raise
    return 0


def _runs(db: sqlite3.Connection, columns: Mapping[str, Iterable[str]]) -> dict[int, set[str]]:
    """Return the runs that have the secret somewhere, with the tables."""
    runs: dict[int, set[str]] = {}
    if "runs" not in columns:
        return runs
    for table, names in columns.items():
        found = " OR ".join(f'scrub_found({table}."{name}")' for name in names)
        if table in _RUNS_OF:
            sql = _RUNS_OF[table].format(found=f"({found})")
        elif "run" in names:
            sql = f'SELECT run FROM "{table}" WHERE {found}'
        else:
            continue
        for (run,) in db.execute(sql).fetchall():
            runs.setdefault(run, set()).add(table)
    return runs


def _sources(db: sqlite3.Connection) -> dict[str, int]:
    """Give sources without the secret a new name: the old digest would let it be guessed."""
    rows = db.execute(
        "SELECT sha256, scrub_without(body) FROM sources WHERE scrub_found(body)"
    ).fetchall()
    for old, body in rows:
        new = hashlib.sha256(body.encode("utf-8", "surrogatepass")).hexdigest()
        db.execute("INSERT OR IGNORE INTO sources VALUES (?, ?)", (new, body))
        db.execute("UPDATE module_loads SET sha256 = ? WHERE sha256 = ?", (new, old))
        db.execute("DELETE FROM sources WHERE sha256 = ?", (old,))
    return {"sources.body": len(rows)} if rows else {}


def mark_runs(db: sqlite3.Connection, runs: Mapping[int, set[str]]) -> None:
    """Add the mark that something was taken out of these runs."""
    for run, places in runs.items():
        words = ", ".join(sorted(place.replace("_", " ") for place in places))
        db.execute(
            "INSERT INTO marks SELECT ?1, coalesce(max(position), -1) + 1, 'redacted', ?2 "
            "FROM marks WHERE run = ?1",
            (run, f"a secret was removed afterwards from: {words}"),
        )


def left_out(db: sqlite3.Connection, commit: str, path: str) -> None:
    """Note that the snapshot of runs no longer holds a file."""
    for run, text in db.execute(
        "SELECT id, left_out FROM runs WHERE snapshot = ?", (commit,)
    ).fetchall():
        entries = [*json.loads(text), f"{path}: holds a secret"]
        db.execute("UPDATE runs SET left_out = ? WHERE id = ?", (json.dumps(entries), run))
