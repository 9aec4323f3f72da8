"""What nobody needs any more: files without a reference, and light history that grew old.

A file may be there before the row that refers to it: it has a day for that, and one that a
rescue file names is in use. Cells, modules and trainings go when no run needs them and they
are older than the setting ``history_days`` says.
"""

from __future__ import annotations

import re
import shutil
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Final

from nbtrail.exceptions import StoreError
from nbtrail.store.alone import alone
from nbtrail.store.connection import vacuum
from nbtrail.store.liveness import now_ms
from nbtrail.store.objects import Objects
from nbtrail.store.owners import living_tokens
from nbtrail.store.references import files_of, snapshots_of
from nbtrail.store.remains import age_s, leftovers, put_back
from nbtrail.store.rescue import Rescue
from nbtrail.store.sizes import size_text
from nbtrail.store.snapshots import Snapshots

__all__ = ["GRACE_S", "Collected", "collect", "drop_old_history", "named_in"]

GRACE_S: Final = 24 * 3600.0
_DAY_MS = 24 * 3600 * 1000
_HASH = re.compile(rb"[0-9a-f]{64}|[0-9a-f]{40}")
_FREE = 0.25  # share of free pages from which on the database is written anew
_LIGHT = {
    "cells": "seq",
    "written_files": "seq",
    "module_loads": "cell_seq",
    "episodes": "cell_seq",
}
_ORPHANS = {
    "sources": "sha256 NOT IN (SELECT sha256 FROM module_loads)",
    "datasets": "dataset_id NOT IN (SELECT dataset_id FROM dataset_uses)",
    "environments": "digest NOT IN (SELECT environment FROM runs WHERE environment IS NOT NULL)",
}


@dataclass(frozen=True, slots=True)
class Collected:
    """How much is gone, or would be.

    Attributes
    ----------
    objects, snapshot_objects, temporary_files : int
        Files.
    size : int
        Their bytes.
    cells, episodes, sessions, others : int
        Rows of the light history; `others` are modules, sources, datasets, environments.
    dry : bool
        Nothing was changed.
    """

    objects: int = 0
    snapshot_objects: int = 0
    temporary_files: int = 0
    size: int = 0
    cells: int = 0
    episodes: int = 0
    sessions: int = 0
    others: int = 0
    dry: bool = False

    def text(self) -> str:
        """Return the result for people."""
        counted = [
            f"{getattr(self, field.name):>9,} {field.name.replace('_', ' ')}"
            for field in fields(self)
            if field.name not in {"size", "dry"}
        ]
        verb = "would be freed" if self.dry else "freed"
        return "\n".join([*counted, f"{size_text(self.size)} in files {verb}"])


def collect(root: Path, history_days: int, *, dry: bool = False) -> Collected:
    """Remove what nobody needs from the trail in folder `root`.

    Parameters
    ----------
    history_days : int
        How old light history gets.
    dry : bool
        Only count.

    Raises
    ------
    StoreError
        When the trail can't be written.
    """
    objects, snapshots = Objects(root / "objects"), Snapshots(root / "git")
    waiting = named_in(Rescue(root).pending())
    with alone(root) as db:
        if not dry:
            put_back(root)  # what an interrupted clean-up had in its hands is looked at again
        db.execute("BEGIN IMMEDIATE")
        try:
            rows = drop_old_history(db, now_ms() - history_days * _DAY_MS)
            used = set(files_of(db)) | waiting
            kept = set(snapshots_of(db)) | waiting
            db.execute("ROLLBACK" if dry else "COMMIT")
        except BaseException:
            if db.in_transaction:
                db.execute("ROLLBACK")
            raise
        loose = [objects.path(name) for name in objects.names() if name not in used]
        parts = [snapshots.path(name) for name in _unreachable(snapshots, kept, dry=dry)]
        others = list(leftovers(root))
        old = [[p for p in group if age_s(p) >= GRACE_S] for group in (loose, parts, others)]
        size = sum(path.stat().st_size for group in old for path in group)
        if not dry:
            _remove(objects, snapshots, old)
            _shrink(db)
    files = [len(group) for group in old]
    return Collected(files[0], files[1], files[2], size, dry=dry, **rows)


def drop_old_history(
    db: sqlite3.Connection, before_ms: int, most: int | None = None
) -> dict[str, int]:
    """Delete the light history that no run needs; return how many rows went.

    Parameters
    ----------
    before_ms : int
        Only that of sessions that ended earlier.
    most : int, optional
        Of so many sessions at most.
    """
    db.execute("CREATE TEMP TABLE needed (session_id TEXT PRIMARY KEY, last INTEGER)")
    # a file that a run has read, or a pipeline that was made of it, needs the cells behind it
    db.execute(
        "INSERT INTO needed SELECT session_id, max(last) FROM ("
        "SELECT session_id, last_cell AS last FROM runs UNION ALL "
        "SELECT session_id, last_cell FROM run_spans UNION ALL "
        "SELECT w.session_id, w.seq FROM written_files w JOIN dataset_uses u ON u.source = w.path "
        "UNION ALL SELECT substr(c.value, 1, instr(c.value, ':') - 1), "
        "CAST(substr(c.value, instr(c.value, ':') + 1) AS INTEGER) "
        "FROM exports x, json_each(x.manifest, '$.cells') c) GROUP BY session_id"
    )
    alive = living_tokens(db)
    old = [
        session_id
        for session_id, owner, last_ms in db.execute(
            "SELECT session_id, owner, max(started_ms, coalesce(ended_ms, 0), coalesce("
            "(SELECT max(ended_ms) FROM cells c WHERE c.session_id = s.session_id), 0)) "
            "FROM sessions s"
        ).fetchall()
        if owner not in alive and last_ms < before_ms
    ]
    if most is not None:
        needed = {name for (name,) in db.execute("SELECT session_id FROM needed")}
        old = [session_id for session_id in old if session_id not in needed][:most]
    gone = dict.fromkeys([*_LIGHT, "sessions", *_ORPHANS], 0)
    for session_id in old:
        for table, position in _LIGHT.items():
            gone[table] += db.execute(
                f"DELETE FROM {table} WHERE session_id = ?1 AND {position} > coalesce("
                "(SELECT last FROM needed WHERE session_id = ?1), -9)",
                (session_id,),
            ).rowcount
        gone["sessions"] += db.execute(
            "DELETE FROM sessions WHERE session_id = ?1 AND session_id NOT IN "
            "(SELECT session_id FROM needed)",
            (session_id,),
        ).rowcount
    for table, condition in _ORPHANS.items():
        gone[table] += db.execute(f"DELETE FROM {table} WHERE {condition}").rowcount
    db.execute("DROP TABLE needed")
    named = {name: gone.pop(name) for name in ("cells", "episodes", "sessions")}
    return {**named, "others": sum(gone.values())}


def named_in(files: Iterable[Path]) -> set[str]:
    """Return everything in files that looks like the name of an object or a snapshot."""
    return {name.decode() for path in files for name in _HASH.findall(path.read_bytes())}


def _unreachable(snapshots: Snapshots, kept: set[str], *, dry: bool) -> list[str]:
    """Return the objects that no snapshot of `kept`, and no young one, is made of."""
    reached: set[str] = set()
    for commit in snapshots.commits():
        old = commit not in kept and age_s(snapshots.reference(commit)) >= GRACE_S
        if old and (dry or snapshots.forget(commit, GRACE_S)):
            continue
        try:
            reached.update(snapshots.parts(commit))
        except StoreError:
            return []  # which parts it has is not known, so all stay
    return [name for name in snapshots.names() if name not in reached]


def _remove(objects: Objects, snapshots: Snapshots, groups: list[list[Path]]) -> None:
    loose, parts, others = groups
    for path in loose:
        objects.remove(path.parent.name + path.name, lambda: False)
    for path in parts:
        snapshots.remove(path.parent.name + path.name, GRACE_S)
    for path in others:
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)


def _shrink(db: sqlite3.Connection) -> None:
    (free,), (pages,) = (
        db.execute(f"PRAGMA {name}").fetchone() for name in ("freelist_count", "page_count")
    )
    if free > _FREE * pages and pages > 1000:
        vacuum(db)
