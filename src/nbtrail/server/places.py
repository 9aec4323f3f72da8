"""Which trail belongs to a notebook: found by the server, never named by a client."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from nbtrail.config import find_store
from nbtrail.exceptions import NotFoundError, StoreReadOnlyError, UsageError
from nbtrail.store.connection import DATABASE
from nbtrail.store.store import Store

__all__ = ["WAIT_S", "Place", "locate", "open_trail", "open_writable"]

# a request waits so long for the trail to be written
WAIT_S = 10.0


@dataclass(frozen=True, slots=True)
class Place:
    """Where the trail of a notebook lies.

    Attributes
    ----------
    store : Path or None
        The ``.nbtrail`` folder; None without one inside the server's root.
    outside : bool
        Whether there is one, but beyond the server's root: it isn't opened.
    project : str
        Folder of the trail relative to the server's root, "" for the root itself.
    notebook : str
        The notebook's path relative to the project, or empty.
    """

    store: Path | None = None
    outside: bool = False
    project: str = ""
    notebook: str = ""


def locate(root: Path, notebook: str = "") -> Place:
    """Find the nearest trail upward from a notebook, or from the root without one.

    Parameters
    ----------
    root : Path
        The server's root folder.
    notebook : str
        Path relative to `root` with forward slashes; the file may not exist yet.

    Raises
    ------
    UsageError
        When the path is not one below the root.
    """
    root = root.resolve()
    parts = notebook.split("/") if notebook else []
    if "\0" in notebook or "\\" in notebook or any(p in {"", ".", ".."} for p in parts):
        raise UsageError("The notebook's path must be relative to the server's root folder.")
    file = root.joinpath(*parts)
    start = (file.parent if parts else root).resolve()
    if not start.is_relative_to(root):
        return Place(outside=True)
    found = find_store(start, existing=True)
    if found is None:
        return Place()
    if found.is_symlink() or not found.is_dir() or not _allowed(found, root):
        return Place(outside=True)
    if not (found / DATABASE).exists():
        return Place()
    project = found.parent.resolve()
    return Place(
        store=found,
        project=_relative(project, root),
        notebook=_relative(start / file.name, project) if parts else "",
    )


def open_trail(place: Place) -> Store:
    """Open the trail of a place.

    Raises
    ------
    NotFoundError
        When there is none.
    """
    if place.store is None:
        raise NotFoundError("There is no trail here, and so no run of that id.")
    return Store.open(place.store)


def open_writable(place: Place) -> Store:
    """Open the trail of a place to change it: no change may wait for later here.

    Raises
    ------
    NotFoundError
        When there is none.
    StoreReadOnlyError
        When it can't be written, or not now.
    """
    store = open_trail(place)
    if store.read_only or not store.flush(WAIT_S):
        raise StoreReadOnlyError(f"The trail in {store.root} can't be written now.")
    return store


def _allowed(found: Path, root: Path) -> bool:
    """Say whether a trail may be read: below the root, or named by who started the server."""
    return "NBTRAIL_DIR" in os.environ or found.resolve().is_relative_to(root)


def _relative(path: Path, to: Path) -> str:
    if path == to or not path.is_relative_to(to):
        return ""
    return path.relative_to(to).as_posix()
