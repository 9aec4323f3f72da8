"""What takes the space of a trail."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from nbtrail.exceptions import StoreError
from nbtrail.store.connection import DATABASE, connect_reader

__all__ = ["Sizes", "measure", "size_text", "total_size"]

_LARGEST = 10


@dataclass(frozen=True, slots=True)
class Sizes:
    """Bytes, by place, by table, and of the largest runs.

    Attributes
    ----------
    places : mapping of str to int
        ``database``, ``files``, ``snapshots``, ``backups``, ``rescue``.
    tables : mapping of str to int
        With their indexes; empty where SQLite can't tell.
    runs : mapping of str to int
        Files of the largest runs by name, also those that they share with others.
    trash : int
        Files that only runs in the trash have: `nbtrail store trash purge` frees them.
    """

    places: dict[str, int]
    tables: dict[str, int]
    runs: dict[str, int]
    trash: int

    def text(self) -> str:
        """Return the report for people."""
        total = {"all": sum(self.places.values())}
        parts = [_lines({**self.places, **total})]
        if self.tables:
            parts.append(["", "tables of the database", *_lines(self.tables)])
        if self.runs:
            parts.append(["", "files of the largest runs", *_lines(self.runs)])
        if self.trash:
            freed = size_text(self.trash)
            parts.append(["", f"{freed} would be freed by: nbtrail store trash purge"])
        return "\n".join(line for part in parts for line in part)


def size_text(size: int) -> str:
    """Write a number of bytes as people read it."""
    for unit, factor in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if size >= factor:
            return f"{size / factor:.1f} {unit}"
    return f"{size} bytes"


def measure(root: Path) -> Sizes:
    """Measure the trail in folder `root`.

    Raises
    ------
    StoreError
        When it can't be read.
    """
    places = {
        "database": total_size(root / f"{DATABASE}{end}" for end in ("", "-wal", "-shm")),
        "files": total_size((root / "objects").rglob("*")),
        "snapshots": total_size((root / "git").rglob("*")),
        "backups": total_size(root.glob(f"{DATABASE}.*backup")),
        "rescue": total_size((root / "rescue").rglob("*")),
    }
    try:
        with contextlib.closing(connect_reader(root / DATABASE)) as db:
            largest = db.execute(
                "SELECT r.name, sum(a.size) FROM artifacts a JOIN runs r ON r.id = a.run "
                "GROUP BY r.id ORDER BY 2 DESC LIMIT ?",
                (_LARGEST,),
            ).fetchall()
            (trash,) = db.execute(
                "SELECT coalesce(sum(size), 0) FROM (SELECT max(a.size) AS size FROM artifacts a "
                "JOIN runs r ON r.id = a.run GROUP BY a.sha256 HAVING min(r.deleted) = 1)"
            ).fetchone()
            return Sizes(places, _tables(db), dict(largest), int(trash))
    except sqlite3.Error as error:
        raise StoreError(f"The trail in {root} can't be read: {error}.") from error


def _tables(db: sqlite3.Connection) -> dict[str, int]:
    try:
        rows = db.execute(
            "SELECT m.tbl_name, sum(s.pgsize) FROM dbstat s JOIN sqlite_master m ON m.name = s.name "
            "GROUP BY m.tbl_name ORDER BY 2 DESC LIMIT ?",
            (_LARGEST,),
        )
        return dict(rows.fetchall())
    except sqlite3.Error:  # a library without dbstat
        return {}


def total_size(paths: Iterable[Path]) -> int:
    """Return the bytes of the files that are there."""
    total = 0
    for path in paths:
        with contextlib.suppress(OSError):
            total += 0 if path.is_dir() else path.lstat().st_size
    return total


def _lines(sizes: dict[str, int]) -> list[str]:
    return [f"{size_text(size):>12}  {name}" for name, size in sizes.items()]
