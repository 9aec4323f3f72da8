"""What a client may change of a run: its name, note and tags."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from nbtrail.exceptions import NotFoundError, StoreReadOnlyError, UsageError
from nbtrail.server.detail import run
from nbtrail.server.places import Place
from nbtrail.store import operations
from nbtrail.store.store import Store

__all__ = ["RunEdit", "edit", "read_edit"]

LONGEST = 100_000
WAIT_S = 10.0


@dataclass(frozen=True, slots=True)
class RunEdit:
    """A checked change; None leaves name or note, a tag of None is taken away."""

    name: str | None = None
    note: str | None = None
    tags: dict[str, str | None] = field(default_factory=dict)


def read_edit(body: bytes) -> RunEdit:
    """Read the body of a request.

    Raises
    ------
    UsageError
        When it isn't what it must be.
    """
    try:
        given = json.loads(body)
    except ValueError:
        given = None
    if not isinstance(given, dict) or not set(given) <= {"name", "note", "tags"}:
        raise UsageError('A change is a JSON object with "name", "note" or "tags".')
    for key in ("name", "note"):
        _check_text(key, given.get(key, ""))
    if "name" in given and not given["name"].strip():
        raise UsageError("A run's name has at least one character.")
    tags = given.get("tags", {})
    if not isinstance(tags, dict):
        raise UsageError("tags must be a JSON object.")
    for key, value in tags.items():
        if not key.strip():
            raise UsageError("A tag's key has at least one character.")
        _check_text(key, "" if value is None else value)
    return RunEdit(given.get("name"), given.get("note"), tags)


def edit(place: Place, run_id: str, change: RunEdit) -> dict[str, Any]:
    """Change a run; answer everything about it as it is now.

    Raises
    ------
    NotFoundError
        When there is no such run, or no trail.
    StoreReadOnlyError
        When the trail can't be written, or not now.
    """
    if place.store is None:
        raise NotFoundError("There is no trail here, and so no run of that id.")
    store = Store.open(place.store)
    store.reader.run(run_id)
    if change.name is not None:
        store.call(operations.rename_run(run_id, change.name.strip()), WAIT_S)
    if change.note is not None:
        store.call(operations.set_note(run_id, change.note), WAIT_S)
    if change.tags:
        store.call(operations.set_tags(run_id, change.tags), WAIT_S)
    if not store.flush(WAIT_S):
        raise StoreReadOnlyError("The trail can't be written now; the change waits until it can.")
    return run(place, run_id)


def _check_text(key: str, value: Any) -> None:
    if not isinstance(value, str) or len(value) > LONGEST:
        raise UsageError(f"{key} must be a text of at most {LONGEST:,} characters.")
