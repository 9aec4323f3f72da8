"""What a database refers to outside of itself."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator

__all__ = ["files_of", "snapshots_of", "split_sound"]


def files_of(db: sqlite3.Connection) -> Iterator[str]:
    """Yield the names of all objects that a database refers to."""
    for (sha256,) in db.execute("SELECT DISTINCT sha256 FROM artifacts ORDER BY sha256"):
        yield str(sha256)


def snapshots_of(db: sqlite3.Connection) -> Iterator[str]:
    """Yield the names of all snapshots that a database refers to."""
    for (commit,) in db.execute(
        "SELECT DISTINCT snapshot FROM runs WHERE snapshot != '' ORDER BY snapshot"
    ):
        yield str(commit)


def split_sound(
    names: Iterable[str], is_sound: Callable[[str], bool]
) -> tuple[list[str], list[str]]:
    """Return the names of what is sound, and of what is missing or damaged."""
    sound: list[str] = []
    lost: list[str] = []
    for name in names:
        (sound if is_sound(name) else lost).append(name)
    return sound, lost
