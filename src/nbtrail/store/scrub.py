"""A leaked secret out of a trail: tables, journal, files, snapshots of code, rescue files.

What is text goes on with a placeholder. What is not (a model, an image) is removed, and said so.
At the end every byte of the folder is searched, also what is compressed.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from nbtrail.exceptions import StoreError
from nbtrail.store.alone import alone
from nbtrail.store.connection import DATABASE, connect_writer, vacuum
from nbtrail.store.link import transaction
from nbtrail.store.needle import Needle
from nbtrail.store.objects import Objects
from nbtrail.store.rescue import Rescue
from nbtrail.store.scrub_tables import left_out, mark_runs, scrub_tables, teach
from nbtrail.store.snapshots import Entry, Snapshot, Snapshots

__all__ = ["Scrubbed", "scrub"]

_TRUNCATE_S: Final = 10.0
# in a process of its own: closing a database's file here would drop SQLite's locks on it
_SEARCH = """
import mmap, os, re, sys
pattern = re.compile(sys.stdin.buffer.read())
for path in sys.argv[1:]:
    if os.path.getsize(path):
        with open(path, "rb") as file:
            with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
                if pattern.search(data):
                    print(path)
"""


@dataclass(slots=True)
class Scrubbed:
    """Where a secret was, what became of it, and where it still is.

    Attributes
    ----------
    values : dict of str to int
        Changed values by ``table.column``.
    rewritten, removed : list of str
        Files: artifacts by their path, parts of snapshots, rescue files.
    runs : int
        Runs that got the mark `redacted`.
    left : list of str
        Where it still is, with the reason. Empty when every byte was searched in vain.
    """

    values: dict[str, int] = field(default_factory=dict)
    rewritten: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    runs: int = 0
    left: list[str] = field(default_factory=list)

    def text(self) -> str:
        """Return the result for people."""
        lines = [f"{count:>6} values of {name}" for name, count in self.values.items()]
        lines += [f"rewritten  {what}" for what in self.rewritten]
        lines += [f"removed    {what}" for what in self.removed]
        lines += [f"{self.runs} runs are marked as redacted."] if self.runs else []
        lines += [f"! still there: {what}" for what in self.left]
        if not self.left:
            lines.append("Every byte of the folder was searched: it is nowhere.")
            lines.append(
                "Not searched: notebooks, exported pipelines, backups and bundles elsewhere. "
                "A secret that leaked has to be replaced all the same."
            )
        return "\n".join(lines)


def scrub(root: Path, needle: Needle) -> Scrubbed:
    """Remove a secret from the trail in folder `root` and prove that it is gone.

    Raises
    ------
    StoreError
        When the trail can't be written.
    """
    done = Scrubbed()
    objects, snapshots = Objects(root / "objects"), Snapshots(root / "git")
    with alone(root) as db:
        teach(db, needle)
        tainted = [name for name in objects.names() if needle.in_file(objects.path(name))]
        with transaction(db):
            before = _runs_with_files(db, tainted)
            for name in tainted:
                _scrub_object(db, objects, name, needle, done)
            commits = _scrub_snapshots(db, snapshots, needle, before, done)
            done.values, runs = scrub_tables(db)
            for run, places in runs.items():
                before.setdefault(run, set()).update(places)
            mark_runs(db, before)
            done.runs = len(before)
        for name in tainted:
            objects.path(name).unlink(missing_ok=True)
        _remove_objects(snapshots, commits, needle)
        vacuum(db)
        _truncate(db, done)
    for path in root.glob(f"{DATABASE}.*backup"):
        _scrub_backup(path, needle, done)
    _scrub_rescue(root, needle, done)
    done.left += [f"{path.relative_to(root)}" for path in _still_there(root, needle)]
    return done


# ---------------------------------------------------------------- files of runs


def _runs_with_files(db: sqlite3.Connection, names: Iterable[str]) -> dict[int, set[str]]:
    runs: dict[int, set[str]] = {}
    for name in names:
        for (run,) in db.execute("SELECT run FROM artifacts WHERE sha256 = ?", (name,)):
            runs.setdefault(run, set()).add("files")
    return runs


def _scrub_object(
    db: sqlite3.Connection, objects: Objects, name: str, needle: Needle, done: Scrubbed
) -> None:
    rows = db.execute("SELECT run, path FROM artifacts WHERE sha256 = ?", (name,)).fetchall()
    paths = sorted({path for _, path in rows}) or [f"object {name[:12]}"]
    clean = _clean_text(objects.path(name).read_bytes(), needle)
    if clean is not None and rows:
        new, size = objects.put_bytes(clean)
        db.execute("UPDATE artifacts SET sha256 = ?, size = ? WHERE sha256 = ?", (new, size, name))
        done.rewritten += [needle.out_of(path) for path in paths]
        return
    db.execute("DELETE FROM artifacts WHERE sha256 = ?", (name,))
    for run, path in rows:
        db.execute(
            "UPDATE models SET status = 'not-kept', flavor = '', problem = ? "
            "WHERE run = ? AND path != '' AND substr(?, 1, length(path) + 1) = path || '/'",
            ("a secret was in its file; rebuild by its pipeline", run, path),
        )
    done.removed += [needle.out_of(path) for path in paths]


def _clean_text(data: bytes, needle: Needle) -> bytes | None:
    """Return a text file without the secret, None for what is no text."""
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return None
    return needle.without(data) if b"\0" not in data else None


# ---------------------------------------------------------------- snapshots of code


def _scrub_snapshots(
    db: sqlite3.Connection,
    snapshots: Snapshots,
    needle: Needle,
    runs: dict[int, set[str]],
    done: Scrubbed,
) -> list[str]:
    """Write snapshots anew without the secret; return the old ones."""
    replaced = []
    for commit in snapshots.commits():
        try:
            old = snapshots.read(commit)
        except StoreError as error:
            done.left.append(str(error))
            continue
        new, dropped = _clean_snapshot(snapshots, old, needle, done)
        if new == old:
            continue
        replaced.append(commit)
        for path in dropped:
            left_out(db, commit, path)
        for (run,) in db.execute("SELECT id FROM runs WHERE snapshot = ?", (commit,)):
            runs.setdefault(run, set()).add("snapshot of the code")
        name = snapshots.put(new) if new.files or new.deleted else ""
        db.execute("UPDATE runs SET snapshot = ? WHERE snapshot = ?", (name, commit))
    return replaced


def _clean_snapshot(
    snapshots: Snapshots, old: Snapshot, needle: Needle, done: Scrubbed
) -> tuple[Snapshot, list[str]]:
    files: dict[bytes, Entry] = {}
    dropped = []
    for path, (mode, name) in old.files.items():
        new_path = needle.without(path)
        shown = new_path.decode("utf-8", "replace")
        if not needle.in_file(snapshots.path(name)):
            files[new_path] = (mode, name)
            continue
        clean = _clean_text(snapshots.blob(name), needle)
        if clean is None:
            dropped.append(shown)
            done.removed.append(f"{shown} of a snapshot")
        else:
            files[new_path] = (mode, snapshots.put_blob(clean))
            done.rewritten.append(f"{shown} of a snapshot")
    deleted = tuple(needle.without(path) for path in old.deleted)
    return Snapshot(old.base, files, deleted), dropped


def _remove_objects(snapshots: Snapshots, commits: Iterable[str], needle: Needle) -> None:
    """Remove replaced snapshots and whatever else holds the secret."""
    old: set[str] = set()
    for commit in commits:
        old.update(snapshots.parts(commit))
        snapshots.reference(commit).unlink(missing_ok=True)
    kept = {part for commit in snapshots.commits() for part in snapshots.parts(commit)}
    for name in list(snapshots.names()):
        if name not in kept and (name in old or needle.in_file(snapshots.path(name))):
            snapshots.path(name).unlink(missing_ok=True)


# ---------------------------------------------------------------- the database and around it


def _truncate(db: sqlite3.Connection, done: Scrubbed) -> None:
    """Empty the journal, which holds pages as they were."""
    deadline = time.monotonic() + _TRUNCATE_S
    db.execute("PRAGMA busy_timeout=100")
    while db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]:
        if time.monotonic() > deadline:
            done.left.append(
                f"{DATABASE}-wal: another process reads the old state. Close its notebook and "
                "run this again"
            )
            return
        time.sleep(0.1)


def _scrub_backup(path: Path, needle: Needle, done: Scrubbed) -> None:
    try:
        with contextlib.closing(connect_writer(path, locking=True)[0]) as db:
            teach(db, needle)
            with transaction(db, counts=False):
                changed, _ = scrub_tables(db)
            vacuum(db)
            db.execute("PRAGMA journal_mode=DELETE")
    except sqlite3.Error as error:
        done.left.append(f"{path.name}: {error}")
        return
    if changed:
        done.rewritten.append(f"{path.name} ({sum(changed.values())} values)")


def _scrub_rescue(root: Path, needle: Needle, done: Scrubbed) -> None:
    rescue = Rescue(root)
    for folder in (rescue.folder, rescue.fallback):
        for path in sorted(folder.glob("*")) if folder.is_dir() else ():
            if path.is_file() and needle.in_file(path):
                aside = path.with_name(f".{os.urandom(8).hex()}.tmp")
                aside.write_bytes(needle.without(path.read_bytes()))
                aside.replace(path)
                done.rewritten.append(f"rescue file {path.name}")


def _still_there(root: Path, needle: Needle) -> Iterator[Path]:
    """Yield every file of a trail that holds the secret."""
    databases = []
    for path in sorted(root.rglob("*")):
        if path.is_symlink() or not path.is_file():
            continue
        if path.parent == root and path.name.startswith(DATABASE):
            databases.append(str(path))
        elif path.suffix == ".pack":
            yield path.with_name(f"{path.name} (packed by git: can't be searched)")
        elif needle.in_file(path):
            yield path
    answer = subprocess.run(
        [sys.executable, "-I", "-c", _SEARCH, *databases],
        input=needle.pattern.pattern,
        capture_output=True,
        check=True,
    )
    yield from (Path(line) for line in answer.stdout.decode().splitlines())
