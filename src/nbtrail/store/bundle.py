"""Chosen runs, or a whole trail, as one file that can be mailed and merged."""

from __future__ import annotations

import contextlib
import sqlite3
import tempfile
from collections.abc import Collection, Iterator
from pathlib import Path

from nbtrail.exceptions import StoreError
from nbtrail.store.archive import write_archive
from nbtrail.store.backup import Backup, copy_database, copy_snapshots
from nbtrail.store.connection import DATABASE, check_place, connect_reader, connect_writer, vacuum
from nbtrail.store.link import transaction
from nbtrail.store.migrations import ensure_schema
from nbtrail.store.objects import Objects
from nbtrail.store.references import files_of, split_sound
from nbtrail.store.transfer import copy_runs, with_children
from nbtrail.store.versions import copy_versions

__all__ = ["write_bundle"]


def write_bundle(root: Path, target: Path, run_ids: Collection[str] | None = None) -> Backup:
    """Write runs of the trail in folder `root` with all that belongs to them into a file.

    Parameters
    ----------
    run_ids : collection of str, optional
        These and their children, with the cells and modules of their sessions up to them,
        their files, models, snapshots of code and registered versions. Everything of the
        trail, light history too, without it.

    Raises
    ------
    StoreError
        When `target` exists or can't be written, or the database can't be read.
    """
    target = target.absolute()
    try:
        with tempfile.TemporaryDirectory(prefix="nbtrail-bundle-", dir=target.parent) as temporary:
            return _write(root, target, run_ids, Path(temporary))
    except sqlite3.Error as error:
        raise StoreError(f"The trail in {root} can't be read: {error}.") from error
    except OSError as error:
        raise StoreError(f"{target} can't be written: {error}.") from error


def _write(root: Path, target: Path, run_ids: Collection[str] | None, folder: Path) -> Backup:
    path = folder / DATABASE
    if run_ids is None:
        copy_database(root, path)
        _compact(path)
    else:
        _choose(root, path, run_ids)
    missing: list[str] = []
    with contextlib.closing(connect_reader(path)) as db:
        snapshots = copy_snapshots(db, root, folder / "git", missing)
        objects = Objects(root / "objects")
        sound, lost = split_sound(files_of(db), objects.is_sound)
        missing += [f"object {sha256}" for sha256 in lost]
        (runs,) = db.execute("SELECT count(*) FROM runs").fetchone()
    size = write_archive(
        target, _members(folder, objects, sound), {"runs": runs, "missing": missing}
    )
    return Backup(str(target), runs, len(sound), snapshots, size, tuple(missing))


def _members(folder: Path, objects: Objects, sound: Collection[str]) -> Iterator[tuple[str, Path]]:
    yield DATABASE, folder / DATABASE
    for sha256 in sound:
        yield f"objects/{sha256[:2]}/{sha256[2:]}", objects.path(sha256)
    for path in sorted((folder / "git" / "objects").rglob("*")):
        if path.is_file():
            yield path.relative_to(folder).as_posix(), path


def _choose(root: Path, path: Path, run_ids: Collection[str]) -> None:
    check_place(root)
    with (
        contextlib.closing(connect_reader(root / DATABASE)) as source,
        contextlib.closing(connect_writer(path, locking=True)[0]) as target,
    ):
        ensure_schema(target, path)
        source.execute("BEGIN")
        with transaction(target):
            copy_runs(source, target, with_children(source, run_ids))
            copy_versions(source, target, "")
    _compact(path)


def _compact(path: Path) -> None:
    """Leave one file without a journal, and nothing in it of what was deleted."""
    with contextlib.closing(connect_writer(path, locking=True)[0]) as db:
        vacuum(db)
        db.execute("PRAGMA journal_mode=DELETE")
