"""A copy of a trail while others write to it, verified before it gets its name.

The database is copied by SQLite's own backup, in one state. What it refers to can't have
changed since: objects never do. Only files that it refers to are taken along, and no
configuration of git.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
from dataclasses import dataclass
from pathlib import Path

from nbtrail.exceptions import StoreError
from nbtrail.store.connection import DATABASE, check_place, connect_reader
from nbtrail.store.folders import sync_folder
from nbtrail.store.migrations import check_schema
from nbtrail.store.objects import Objects
from nbtrail.store.references import files_of, snapshots_of
from nbtrail.store.sizes import size_text, total_size
from nbtrail.store.snapshots import Snapshots

__all__ = ["Backup", "back_up", "copy_database", "copy_snapshots"]


@dataclass(frozen=True, slots=True)
class Backup:
    """What was copied.

    Attributes
    ----------
    path : str
        The new folder or file.
    runs, files, snapshots : int
    size : int
        Bytes.
    missing : tuple of str
        What the trail itself has lost: objects and snapshots that can't be read.
    """

    path: str
    runs: int
    files: int
    snapshots: int
    size: int
    missing: tuple[str, ...] = ()

    def text(self) -> str:
        """Return the result for people."""
        head = (
            f"{self.runs} runs, {self.files} files and {self.snapshots} snapshots of code, "
            f"{size_text(self.size)}, verified: {self.path}"
        )
        return "\n".join([head, *(f"! not there: {what}" for what in self.missing)])


def back_up(root: Path, target: Path) -> Backup:
    """Copy the trail in folder `root` into the new folder `target`, a trail of its own.

    Raises
    ------
    StoreError
        When `target` exists, can't be written, or the database is damaged.
    """
    target = target.absolute()
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise StoreError(f"{target} exists already. Name a new folder; nothing was written.")
    temporary = target.with_name(f".{os.urandom(8).hex()}.tmp")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        temporary.mkdir()
        (temporary / ".gitignore").write_text("*\n", encoding="utf-8")
        (temporary / "rescue").mkdir()
        runs = copy_database(root, temporary / DATABASE)
        missing: list[str] = []
        with contextlib.closing(connect_reader(temporary / DATABASE)) as db:
            files = _copy_objects(db, root, temporary, missing)
            snapshots = copy_snapshots(db, root, temporary / "git", missing)
        for waiting in sorted((root / "rescue").glob("*.jsonl")):
            shutil.copyfile(waiting, temporary / "rescue" / waiting.name)
        size = total_size(temporary.rglob("*"))
        if target.exists():
            target.rmdir()
        temporary.rename(target)
        sync_folder(target.parent)
    except OSError as error:
        raise StoreError(f"{target} can't be written: {error}. There is no new backup.") from error
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    return Backup(str(target), runs, files, snapshots, size, tuple(missing))


def copy_database(root: Path, target: Path) -> int:
    """Copy the database of a trail that may be in use; check it and return its number of runs.

    Raises
    ------
    StoreError
        When there is none, it isn't one of ours, or it is damaged.
    """
    path = root / DATABASE
    check_place(root)
    if not path.exists():
        raise StoreError(f"There is no trail in {root}: it has no {DATABASE}.")
    try:
        with (
            contextlib.closing(connect_reader(path)) as source,
            contextlib.closing(sqlite3.connect(target, isolation_level=None)) as copy,
        ):
            if check_schema(source, path) == 0:
                raise StoreError(f"The trail in {root} is not complete: track something in it.")
            source.backup(copy)
            copy.execute("PRAGMA trusted_schema=OFF")
            copy.execute("PRAGMA journal_mode=DELETE")  # one file, which a read-only disk can hold
            answer = [str(row[0]) for row in copy.execute("PRAGMA integrity_check(3)")]
            if answer != ["ok"]:
                raise StoreError(
                    f"The database in {root} is damaged: {'; '.join(answer)}. Nothing was copied. "
                    "Look at it with: nbtrail store doctor"
                )
            (runs,) = copy.execute("SELECT count(*) FROM runs").fetchone()
    except sqlite3.Error as error:
        raise StoreError(f"The database in {root} can't be copied: {error}.") from error
    return int(runs)


def _copy_objects(db: sqlite3.Connection, root: Path, into: Path, missing: list[str]) -> int:
    source, target = Objects(root / "objects"), Objects(into / "objects")
    copied = 0
    for sha256 in files_of(db):
        if not source.is_sound(sha256):
            missing.append(f"object {sha256}")
            continue
        name, _ = target.put_file(source.path(sha256))
        if name != sha256:
            raise StoreError(f"Object {sha256[:12]} changed while it was copied; try again.")
        copied += 1
    return copied


def copy_snapshots(db: sqlite3.Connection, root: Path, into: Path, missing: list[str]) -> int:
    """Copy the snapshots that a database refers to; return how many there were."""
    source, target = Snapshots(root / "git"), Snapshots(into)
    copied = 0
    for commit in snapshots_of(db):
        try:
            source.copy(commit, target)
        except StoreError:
            missing.append(f"snapshot {commit}")
            continue
        copied += 1
    return copied
