"""The operations on registered models, as SQL."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from dataclasses import replace

from nbtrail.entities.codec import dumps
from nbtrail.entities.model import AliasMove, ModelVersion
from nbtrail.exceptions import RegistryError
from nbtrail.store.values import capped, encode_float, execute

__all__ = ["describe_model", "move_alias", "register_version", "set_model_tags"]


def register_version(db: sqlite3.Connection, version: ModelVersion) -> int:
    """Register a model and return its version; the existing one when it has one.

    A version that is promoted again keeps everything but what its gates said.
    """
    gates = dumps(version.gates)
    execute(
        db,
        "INSERT OR IGNORE INTO registered_models (name, created_ms) VALUES (?, ?)",
        (version.name, version.created_ms),
    )
    row = execute(
        db,
        "SELECT version FROM model_versions WHERE name = ? AND model_id = ?",
        (version.name, version.model_id),
    ).fetchone()
    if row is not None:
        execute(
            db,
            "UPDATE model_versions SET gates = ? WHERE name = ? AND version = ?",
            (gates, version.name, row[0]),
        )
        return int(row[0])
    (number,) = execute(
        db,
        "SELECT coalesce(max(version), 0) + 1 FROM model_versions WHERE name = ?",
        (version.name,),
    ).fetchone()
    value, code = (
        (None, None) if version.metric_value is None else encode_float(version.metric_value)
    )
    execute(
        db,
        "INSERT INTO model_versions (name, version, run_id, model_id, created_ms, user, comment, "
        "metric, metric_value, metric_code, gates) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            version.name,
            number,
            version.run_id,
            version.model_id,
            version.created_ms,
            version.user,
            capped(version.comment),
            version.metric,
            value,
            code,
            gates,
        ),
    )
    return int(number)


def set_model_tags(
    db: sqlite3.Connection, name: str, version: int, tags: Mapping[str, str | None]
) -> None:
    """Set tags of a version, or of the model as a whole (version 0); None removes one."""
    for key, value in tags.items():
        place = (name, version, capped(key))
        if value is None:
            execute(db, "DELETE FROM model_tags WHERE name = ? AND version = ? AND key = ?", place)
        else:
            execute(
                db, "INSERT OR REPLACE INTO model_tags VALUES (?, ?, ?, ?)", (*place, capped(value))
            )


def describe_model(db: sqlite3.Connection, name: str, description: str) -> None:
    """Set the description of a registered model."""
    execute(
        db,
        "UPDATE registered_models SET description = ? WHERE name = ?",
        (capped(description), name),
    )


def move_alias(
    db: sqlite3.Connection, move: AliasMove, move_id: str, expected: int | None
) -> AliasMove:
    """Move an alias, append the move to the history and return it as it happened."""
    row = execute(
        db, "SELECT version FROM aliases WHERE name = ? AND alias = ?", (move.name, move.alias)
    ).fetchone()
    present = None if row is None else int(row[0])
    if expected is not None and expected != (present or 0):
        raise RegistryError(
            f"{move.name}@{move.alias} was moved to version {present or 'none'} by somebody else "
            f"while this was decided against version {expected or 'none'}. "
            "Look at it and try again."
        )
    done = replace(move, from_version=present)
    if present == move.to_version:
        return done  # nothing moved, so history stays as it is
    if move.to_version is None:
        execute(db, "DELETE FROM aliases WHERE name = ? AND alias = ?", (move.name, move.alias))
    else:
        execute(
            db,
            "INSERT OR REPLACE INTO aliases VALUES (?, ?, ?)",
            (move.name, move.alias, move.to_version),
        )
    execute(
        db,
        "INSERT OR IGNORE INTO alias_moves (move_id, name, alias, from_version, to_version, "
        "moved_ms, user, reason, forced, gates) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            move_id,
            move.name,
            move.alias,
            present,
            move.to_version,
            move.moved_ms,
            move.user,
            capped(move.reason),
            move.forced,
            dumps(move.gates),
        ),
    )
    return done
