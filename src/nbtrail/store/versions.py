"""Versions of registered models from one trail into another.

A version gets the next number here and keeps where it came from. An alias that exists here,
or ever did, is never moved.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from nbtrail.exceptions import StoreError

__all__ = ["NumberedVersions", "copy_versions"]

_VERSION = "name, version, run_id, model_id, created_ms, user, comment, metric, metric_value, "
_MOVE = "move_id, name, alias, from_version, to_version, moved_ms, user, reason, forced, gates"


@dataclass(frozen=True, slots=True)
class NumberedVersions:
    """What became of versions and aliases.

    Attributes
    ----------
    added : tuple of str
        ``churn/3``, or ``churn/3 as churn/5`` where the number changed.
    kept_aliases : tuple of str
        ``churn@champion`` for each that names another version there than here.
    """

    added: tuple[str, ...] = ()
    kept_aliases: tuple[str, ...] = ()


def copy_versions(
    source: sqlite3.Connection, target: sqlite3.Connection, label: str
) -> NumberedVersions:
    """Copy the registered versions of all runs that are in both databases.

    Parameters
    ----------
    label : str
        What the source is called in the origin of its versions; empty leaves origins alone.
    """
    added: list[str] = []
    kept: list[str] = []
    for model in source.execute("SELECT name, created_ms, description FROM registered_models"):
        name = model[0]
        numbers = _copy_model(source, target, model, label, added)
        kept += _copy_aliases(source, target, name, numbers)
    return NumberedVersions(tuple(added), tuple(kept))


def _copy_model(
    source: sqlite3.Connection,
    target: sqlite3.Connection,
    model: tuple[str, int, str],
    label: str,
    added: list[str],
) -> dict[int, int]:
    """Copy the versions of one model; return their numbers here by those there."""
    name = model[0]
    numbers: dict[int, int] = {}
    (highest,) = target.execute(
        "SELECT coalesce(max(version), 0) FROM model_versions WHERE name = ?", (name,)
    ).fetchone()
    fresh = highest == 0
    for row in source.execute(
        f"SELECT {_VERSION} metric_code, gates, origin FROM model_versions WHERE name = ? "
        "ORDER BY version",
        (name,),
    ).fetchall():
        _, version, run_id, model_id, *rest, origin = row
        there = target.execute(
            "SELECT version FROM model_versions WHERE name = ? AND model_id = ?", (name, model_id)
        ).fetchone()
        if there is not None:
            numbers[version] = there[0]
            continue
        if not _has_model(target, run_id, model_id):
            continue
        here = target.execute("INSERT OR IGNORE INTO registered_models VALUES (?, ?, ?)", model)
        if here.rowcount:
            _copy_tags(source, target, name, 0, 0)
        number = version if fresh else highest + 1
        highest = max(highest, number)
        numbers[version] = number
        came = origin or (f"{name}/{version} of {label}" if label else "")
        marks = ", ".join("?" * 12)
        target.execute(
            f"INSERT INTO model_versions ({_VERSION} metric_code, gates, origin) VALUES ({marks})",
            (name, number, run_id, model_id, *rest, came),
        )
        _copy_tags(source, target, name, version, number)
        renamed = "" if number == version else f" as {name}/{number}"
        added.append(f"{name}/{version}{renamed}")
    return numbers


def _copy_tags(
    source: sqlite3.Connection, target: sqlite3.Connection, name: str, version: int, number: int
) -> None:
    rows = source.execute(
        "SELECT name, ?, key, value FROM model_tags WHERE name = ? AND version = ?",
        (number, name, version),
    )
    target.executemany("INSERT OR IGNORE INTO model_tags VALUES (?, ?, ?, ?)", rows)


def _has_model(db: sqlite3.Connection, run_id: str, model_id: str) -> bool:
    row = db.execute(
        "SELECT run_id FROM models m JOIN runs r ON r.id = m.run WHERE model_id = ?", (model_id,)
    ).fetchone()
    if row is not None and row[0] != run_id:
        raise StoreError(
            f"Model {model_id} belongs to run {row[0]} here, but to run {run_id} in what is merged. "
            "One of them was edited by hand; nothing was merged."
        )
    return row is not None


def _copy_aliases(
    source: sqlite3.Connection, target: sqlite3.Connection, name: str, numbers: dict[int, int]
) -> list[str]:
    """Copy aliases that never existed here, with their history; return the others."""
    kept = []
    for alias, version in source.execute(
        "SELECT alias, version FROM aliases WHERE name = ?", (name,)
    ).fetchall():
        if version not in numbers:
            continue
        held = target.execute(
            "SELECT version FROM aliases WHERE name = ? AND alias = ?", (name, alias)
        ).fetchone()
        known = target.execute(
            "SELECT 1 FROM alias_moves WHERE name = ? AND alias = ?", (name, alias)
        ).fetchone()
        if held is not None or known is not None:
            if held is None or held[0] != numbers[version]:
                kept.append(f"{name}@{alias}")
            continue
        target.execute("INSERT INTO aliases VALUES (?, ?, ?)", (name, alias, numbers[version]))
        _copy_moves(source, target, name, alias, numbers)
    return kept


def _copy_moves(
    source: sqlite3.Connection,
    target: sqlite3.Connection,
    name: str,
    alias: str,
    numbers: dict[int, int],
) -> None:
    """Copy the moves between versions that are here, as one unbroken history."""
    before = None
    for row in source.execute(
        f"SELECT {_MOVE} FROM alias_moves WHERE name = ? AND alias = ? ORDER BY id", (name, alias)
    ).fetchall():
        move_id, _, _, _, to, *rest = row
        if to is not None and to not in numbers:
            continue
        after = None if to is None else numbers[to]
        if after != before:
            target.execute(
                f"INSERT OR IGNORE INTO alias_moves ({_MOVE}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (move_id, name, alias, before, after, *rest),
            )
        before = after
