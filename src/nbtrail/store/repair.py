"""What can be mended in a trail without losing anything."""

from __future__ import annotations

import os
import shutil
import sqlite3
import stat
from collections.abc import Iterator
from pathlib import Path

from nbtrail.exceptions import NbtrailError
from nbtrail.store.alone import alone
from nbtrail.store.check_folder import unwritable
from nbtrail.store.connection import DATABASE
from nbtrail.store.link import transaction
from nbtrail.store.migrations import differences, mend
from nbtrail.store.remains import age_s, leftovers, put_back
from nbtrail.store.store import Store

__all__ = ["repair"]

_HOUR_S = 3600.0


def repair(root: Path) -> tuple[str, ...]:
    """Mend what is safe to mend; return what was done, or could not be, one sentence each."""
    done: list[str] = []
    for step in (_permissions, _files, _schema, _runs):
        try:
            done += step(root)
        except (NbtrailError, OSError, sqlite3.Error) as error:
            done.append(f"Not mended: {error}")
    return tuple(done)


def _permissions(root: Path) -> Iterator[str]:
    for path in list(unwritable(root)):
        mode = path.lstat().st_mode
        path.chmod(stat.S_IMODE(mode) | (0o700 if stat.S_ISDIR(mode) else 0o600))
        yield f"{path.relative_to(root)} can be written by its owner again."
    for path in (root, root / DATABASE):
        mode = path.lstat().st_mode
        if os.name != "nt" and mode & stat.S_IWOTH:
            path.chmod(stat.S_IMODE(mode) & ~stat.S_IWOTH)
            yield f"{path.name} can no longer be changed by everybody."


def _files(root: Path) -> Iterator[str]:
    if not (root / ".gitignore").exists():
        (root / ".gitignore").write_text("*\n", encoding="utf-8")
        yield ".gitignore is there again."
    for place in put_back(root):
        yield f"{place.relative_to(root)} is back in its place."
    for path in list(leftovers(root)):
        if age_s(path) > _HOUR_S:
            shutil.rmtree(path) if path.is_dir() else path.unlink()
            yield f"{path.relative_to(root)} is removed."


def _schema(root: Path) -> Iterator[str]:
    with alone(root) as db:
        foreign, missing = differences(db)
        if foreign or missing:
            with transaction(db):
                mend(db)
            yield f"The schema is as it should be: {', '.join((*foreign, *missing))}."
        journal = root / f"{DATABASE}-wal"
        if journal.exists() and journal.stat().st_size:
            db.execute("PRAGMA busy_timeout=1000")
            if not db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]:
                yield "The journal is brought into the database."


def _runs(root: Path) -> Iterator[str]:
    """Have rescue files brought in and dead runs closed, as any writer does when it begins."""
    store = Store.open(root)
    before = len(tuple((root / "rescue").glob("*.jsonl")))
    if not store.flush(60.0):
        yield "Not mended: the trail could not be written for a minute."
    elif before:
        yield f"{before} rescue files were looked at."
