"""Reading registered models."""

from __future__ import annotations

import difflib
import sqlite3
from collections import defaultdict
from typing import Any

from nbtrail.entities.codec import loads
from nbtrail.entities.gate import Gate
from nbtrail.entities.model import AliasMove, ModelVersion, RegisteredModel
from nbtrail.exceptions import NotFoundError
from nbtrail.store.values import decode_float

__all__ = ["history", "model", "models", "version"]

_SCHEME = "models:/"


def models(db: sqlite3.Connection) -> tuple[RegisteredModel, ...]:
    """Return all registered models by name, their versions newest first."""
    aliases: dict[str, dict[str, int]] = defaultdict(dict)
    for name, alias, number in db.execute(
        "SELECT name, alias, version FROM aliases ORDER BY alias"
    ):
        aliases[name][alias] = number
    tags: dict[tuple[str, int], dict[str, str]] = defaultdict(dict)
    for name, number, key, value in db.execute(
        "SELECT name, version, key, value FROM model_tags ORDER BY key"
    ):
        tags[name, number][key] = value
    versions: dict[str, list[ModelVersion]] = defaultdict(list)
    for row in db.execute(
        "SELECT name, version, run_id, model_id, created_ms, user, comment, metric, metric_value, "
        "metric_code, origin, gates FROM model_versions ORDER BY name, version DESC"
    ):
        versions[row[0]].append(_version(row, aliases[row[0]], tags[row[0], row[1]]))
    rows = db.execute("SELECT name, created_ms, description FROM registered_models ORDER BY name")
    return tuple(
        RegisteredModel(
            name, created, tuple(versions[name]), aliases[name], description, tags[name, 0]
        )
        for name, created, description in rows
    )


def model(db: sqlite3.Connection, name: str) -> RegisteredModel:
    """Return the registered model of that name.

    Raises
    ------
    NotFoundError
        When there is none.
    """
    found = models(db)
    for candidate in found:
        if candidate.name == name:
            return candidate
    names = [candidate.name for candidate in found]
    if not names:
        raise NotFoundError(
            f"There is no registered model {name!r}: none was promoted yet. "
            "Promote one: %track promote RUN MODEL@ALIAS"
        )
    near = difflib.get_close_matches(name, names, n=3, cutoff=0.5) or names[:6]
    raise NotFoundError(f"There is no registered model {name!r}. There is {', '.join(near)}.")


def version(db: sqlite3.Connection, ref: str) -> ModelVersion:
    """Return the version that ``name@alias``, ``name/3`` or ``name`` (the latest) names.

    Raises
    ------
    NotFoundError
        When there is none.
    """
    text = ref.removeprefix(_SCHEME)
    name, at, alias = text.partition("@")
    name, slash, number = name.partition("/") if not at else (name, "", "")
    found = model(db, name)
    if at and alias != "latest":
        wanted = found.aliases.get(alias)
        if wanted is None:
            raise NotFoundError(
                f"Model {name!r} has no alias {alias!r}. It has: "
                f"{', '.join(found.aliases) or 'none'}. Set one: %track promote RUN {name}@{alias}"
            )
    elif slash and number != "latest":
        wanted = int(number) if number.isdecimal() else -1
    else:
        wanted = found.versions[0].version if found.versions else -1
    for candidate in found.versions:
        if candidate.version == wanted:
            return candidate
    numbers = ", ".join(str(candidate.version) for candidate in found.versions[:12])
    raise NotFoundError(f"Model {name!r} has no version {number!r}. It has: {numbers or 'none'}.")


def history(db: sqlite3.Connection, name: str) -> tuple[AliasMove, ...]:
    """Return every move of a model's aliases, oldest first."""
    rows = db.execute(
        "SELECT name, alias, from_version, to_version, moved_ms, user, reason, forced, gates "
        "FROM alias_moves WHERE name = ? ORDER BY id",
        (name,),
    )
    return tuple(
        AliasMove(*(*row[:7], bool(row[7]), loads(tuple[Gate, ...], row[8]))) for row in rows
    )


def _version(row: tuple[Any, ...], aliases: dict[str, int], tags: dict[str, str]) -> ModelVersion:
    value, code, origin, gates = row[8:]
    number = None if code is None else decode_float(value, code)
    mine = tuple(alias for alias, held in aliases.items() if held == row[1])
    found = loads(tuple[Gate, ...], gates)
    return ModelVersion(*(*row[:8], number, mine, origin, found, tags))
