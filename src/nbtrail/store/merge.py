"""Another trail, or a bundle of runs, brought into this one.

Ids are made where a run is made, so that merging twice changes nothing. Everything is
checked first: a source that is not sound leaves no trace here. Files come before the rows
that refer to them, and all rows come in one transaction.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
import stat
from dataclasses import dataclass
from pathlib import Path

from nbtrail.config import FOLDER
from nbtrail.exceptions import NotFoundError, StoreError
from nbtrail.store.alone import alone
from nbtrail.store.archive import extract
from nbtrail.store.backup import copy_database
from nbtrail.store.check_rows import check_rows
from nbtrail.store.connection import DATABASE, connect_reader, connect_writer, identity
from nbtrail.store.link import transaction
from nbtrail.store.migrations import ensure_schema
from nbtrail.store.objects import Objects
from nbtrail.store.references import files_of, snapshots_of, split_sound
from nbtrail.store.snapshots import Snapshots
from nbtrail.store.tables import TABLES
from nbtrail.store.transfer import Arrived, copy_runs
from nbtrail.store.versions import NumberedVersions, copy_versions

__all__ = ["Merged", "merge"]


@dataclass(frozen=True, slots=True)
class Merged:
    """What a merge has brought.

    Attributes
    ----------
    source : str
    added, completed, known : tuple of str
        Ids of runs that are new here, were unfinished here, or stay as they are.
    versions : tuple of str
        New versions of registered models: ``churn/3 as churn/5``.
    kept_aliases : tuple of str
        Aliases that name another version there; they were not moved.
    files, snapshots : int
        Checked files and snapshots that the source holds.
    missing : tuple of str
        What the source itself has lost.
    """

    source: str
    added: tuple[str, ...]
    completed: tuple[str, ...]
    known: tuple[str, ...]
    versions: tuple[str, ...]
    kept_aliases: tuple[str, ...]
    files: int
    snapshots: int
    missing: tuple[str, ...] = ()

    def text(self) -> str:
        """Return the result for people."""
        lines = [
            f"{len(self.added)} runs added from {self.source}, {len(self.known)} were here already"
        ]
        if self.completed:
            lines.append(f"{len(self.completed)} runs were unfinished here and are complete now")
        lines += [f"registered  {version}" for version in self.versions]
        lines += [
            f"kept        {alias}: it names another version there, and was not moved"
            for alias in self.kept_aliases
        ]
        lines += [f"! not there: {what}" for what in self.missing]
        return "\n".join(lines)


def merge(root: Path, source: Path) -> Merged:
    """Bring what `source` holds into the trail in folder `root`.

    Parameters
    ----------
    source : Path
        A bundle, a ``.nbtrail`` folder that may be in use, or a folder that has one.

    Raises
    ------
    NotFoundError
        When there is no such file.
    SchemaTooNewError
        When a newer nbtrail wrote it.
    StoreError
        When it is not sound, or this trail can't be written.
    """
    temporary = root / f".{os.urandom(8).hex()}.tmp"
    try:
        temporary.mkdir()
        files, missing = _open(root, source, temporary)
        label = source.absolute().name
        if label == FOLDER:
            label = source.absolute().parent.name
        path = temporary / DATABASE
        _bring_up_to_date(path)
        with contextlib.closing(connect_reader(path)) as other:
            check_rows(other)
            sound, commits, lost = _sound_files(other, files)
            missing += [what for what in lost if what not in missing]
            _copy_files(files, root, sound, commits)
            with alone(root) as db:
                arrived, versions = _copy_rows(other, db, label)
    except (sqlite3.Error, OSError) as error:
        raise StoreError(f"{source} can't be merged: {error}. Nothing was merged.") from error
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    return Merged(
        str(source),
        arrived.added,
        arrived.completed,
        arrived.known,
        versions.added,
        versions.kept_aliases,
        len(sound),
        len(commits),
        tuple(missing),
    )


def _open(root: Path, source: Path, temporary: Path) -> tuple[Path, list[str]]:
    """Put a copy of the source's database into `temporary`; return where its files are."""
    try:
        kind = source.stat().st_mode
    except OSError as error:
        raise NotFoundError(f"There is no {source} to be merged ({error.strerror}).") from error
    if stat.S_ISREG(kind):
        manifest = extract(source, temporary)
        return temporary, [str(what) for what in manifest.get("missing", ())]
    folder = source if (source / DATABASE).exists() else source / FOLDER
    if not (folder / DATABASE).exists():
        raise NotFoundError(f"There is no trail in {source}: neither {DATABASE} nor {FOLDER}.")
    if identity(folder / DATABASE) == identity(root / DATABASE):
        raise StoreError(f"{source} is this trail itself, so there is nothing to merge.")
    copy_database(folder, temporary / DATABASE)
    return folder, []


def _bring_up_to_date(path: Path) -> None:
    with contextlib.closing(connect_writer(path, locking=True)[0]) as db:
        # a view in the place of a table would run somebody else's SQL
        foreign = db.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for (name,) in foreign:
            db.execute('DROP TRIGGER "{}"'.format(name.replace('"', '""')))
        ensure_schema(db, path)
        answer = [str(row[0]) for row in db.execute("PRAGMA integrity_check(3)")]
        plain = {
            name
            for name, sql in db.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table'")
            if sql.upper().startswith("CREATE TABLE")
        }
        lacking = [table.name for table in TABLES if table.name not in plain]
        if answer != ["ok"] or lacking:
            why = "; ".join(answer) if not lacking else f"it has no table {lacking[0]}"
            raise StoreError(
                f"The database of what is merged is damaged: {why}. Nothing was merged."
            )
        db.execute("PRAGMA journal_mode=DELETE")


def _sound_files(db: sqlite3.Connection, files: Path) -> tuple[list[str], list[str], list[str]]:
    """Return objects and snapshots that are sound, and what is not."""
    sound, lost = split_sound(files_of(db), Objects(files / "objects").is_sound)
    commits, gone = split_sound(snapshots_of(db), Snapshots(files / "git").is_sound)
    missing = [f"object {sha256}" for sha256 in lost] + [f"snapshot {commit}" for commit in gone]
    return sound, commits, missing


def _copy_files(files: Path, root: Path, sound: list[str], commits: list[str]) -> None:
    theirs, ours = Objects(files / "objects"), Objects(root / "objects")
    for sha256 in sound:
        if not ours.is_sound(sha256):
            ours.path(sha256).unlink(missing_ok=True)  # a damaged one is brought back
            ours.put_file(theirs.path(sha256))
    snapshots, own = Snapshots(files / "git"), Snapshots(root / "git")
    for commit in commits:
        snapshots.copy(commit, own)


def _copy_rows(
    other: sqlite3.Connection, db: sqlite3.Connection, label: str
) -> tuple[Arrived, NumberedVersions]:
    other.execute("BEGIN")
    with transaction(db):
        return copy_runs(other, db), copy_versions(other, db, label)
