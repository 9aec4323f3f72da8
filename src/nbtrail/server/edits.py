"""What a client may change of a run: its name, note and tags."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from nbtrail.exceptions import UsageError
from nbtrail.server.body import check_text, read_body
from nbtrail.server.detail import run
from nbtrail.server.places import WAIT_S, Place, open_writable
from nbtrail.store import operations

__all__ = ["RunEdit", "edit", "read_edit"]


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
    given = read_body(body, "name", "note", "tags")
    for key in ("name", "note"):
        check_text(key, given.get(key, ""))
    if "name" in given and not given["name"].strip():
        raise UsageError("A run's name has at least one character.")
    tags = given.get("tags", {})
    if not isinstance(tags, dict):
        raise UsageError("tags must be a JSON object.")
    for key, value in tags.items():
        if not key.strip():
            raise UsageError("A tag's key has at least one character.")
        check_text(key, "" if value is None else value)
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
    store = open_writable(place)
    store.reader.run(run_id)
    if change.name is not None:
        store.call(operations.rename_run(run_id, change.name.strip()), WAIT_S)
    if change.note is not None:
        store.call(operations.set_note(run_id, change.note), WAIT_S)
    if change.tags:
        store.call(operations.set_tags(run_id, change.tags), WAIT_S)
    return run(place, run_id)
