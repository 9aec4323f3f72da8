"""Whether the rows of somebody else's trail are such as nbtrail writes.

SQLite keeps any value in any column, so a database that is sound for SQLite may still hold
what no reader expects: ids that are paths, numbers that are texts, text that is no JSON.
"""

from __future__ import annotations

import re
import sqlite3

from nbtrail.entities.codec import loads
from nbtrail.entities.episode import Episode
from nbtrail.entities.identity import is_run_id
from nbtrail.entities.model import is_artifact_path
from nbtrail.entities.pipeline import Manifest
from nbtrail.exceptions import StoreError
from nbtrail.store import registered
from nbtrail.store.rows import CELL_COLUMNS, cell_of, read_run
from nbtrail.store.tables import TABLES

__all__ = ["check_rows"]

_SHA256 = re.compile(r"[0-9a-f]{64}")
_COMMIT = re.compile(r"[0-9a-f]{40}|")
_KINDS = {
    "TEXT": ("text", "null"),
    "INTEGER": ("integer", "null"),
    "REAL": ("real", "integer", "null"),
    "BLOB": ("blob", "null"),
}


def check_rows(db: sqlite3.Connection) -> None:
    """Check every row of a database of the present schema.

    Raises
    ------
    StoreError
        For a value that nbtrail never writes.
    """
    for table in TABLES:
        _check_types(db, table.name)
    for run_id, parent, snapshot in db.execute("SELECT run_id, parent_run_id, snapshot FROM runs"):
        if not all(map(is_run_id, (run_id, parent) if parent is not None else (run_id,))):
            raise _never(f"run {run_id!r}")
        if not _COMMIT.fullmatch(snapshot):
            raise _never(f"snapshot {snapshot!r}")
    for sha256, path in db.execute("SELECT sha256, path FROM artifacts"):
        if not (_SHA256.fullmatch(sha256) and is_artifact_path(path)):
            raise _never(f"artifact {path!r}")
    _read_all(db)


def _check_types(db: sqlite3.Connection, table: str) -> None:
    wrong = []
    for name, kind in db.execute("SELECT name, type FROM pragma_table_info(?)", (table,)):
        kinds = ", ".join(f"'{one}'" for one in _KINDS[kind])
        wrong.append(f'typeof("{name}") NOT IN ({kinds})')
    if db.execute(f"SELECT 1 FROM {table} WHERE {' OR '.join(wrong)} LIMIT 1").fetchone():
        raise _never(f"a value of another type in {table}")


def _read_all(db: sqlite3.Connection) -> None:
    """Read everything that readers turn into entities."""
    try:
        for (run_id,) in db.execute("SELECT run_id FROM runs"):
            read_run(db, run_id, {})
        for row in db.execute(f"SELECT {CELL_COLUMNS} FROM cells"):
            cell_of(row)
        for (body,) in db.execute("SELECT body FROM episodes"):
            loads(Episode, body)
        for (manifest,) in db.execute("SELECT manifest FROM exports"):
            loads(Manifest, manifest)
        for model in registered.models(db):
            registered.history(db, model.name)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise _never(f"a record that can't be read ({error!r})") from error


def _never(what: str) -> StoreError:
    return StoreError(
        f"What is merged holds {what}, which nbtrail never writes. Nothing was merged."
    )
