"""Runs that leave the trash for good, with the files that only they had.

What a registered version points to stays.
"""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass
from pathlib import Path

from nbtrail.store.alone import alone
from nbtrail.store.growth import is_used
from nbtrail.store.link import transaction
from nbtrail.store.liveness import now_ms
from nbtrail.store.objects import Objects
from nbtrail.store.remains import put_back

__all__ = ["Purged", "purge"]

_DAY_MS = 24 * 3600 * 1000
_LISTED = "IN (SELECT value FROM json_each(?))"


@dataclass(frozen=True, slots=True)
class Purged:
    """What is gone.

    Attributes
    ----------
    runs : tuple of str
        Names.
    kept : tuple of str
        Runs that stay in the trash, each with the version that points to it.
    files : int
        Objects that were removed; those younger than a minute wait for `nbtrail store gc`.
    """

    runs: tuple[str, ...]
    kept: tuple[str, ...]
    files: int

    def text(self) -> str:
        """Return the result for people."""
        head = f"{len(self.runs)} runs and {self.files} files are gone for good"
        kept = [f"kept  {name}: a registered version points to it" for name in self.kept]
        return "\n".join([head, *kept])


def purge(root: Path, older_than_days: float = 0) -> Purged:
    """Delete the runs of the trash that lie there for at least so many days.

    Raises
    ------
    StoreError
        When the trail can't be written.
    """
    objects = Objects(root / "objects")
    with alone(root) as db:
        put_back(root)
        with transaction(db):
            chosen, kept = _choose(db, now_ms() - round(older_than_days * _DAY_MS))
            listed = (json.dumps(list(chosen)),)
            hashes = db.execute(
                f"SELECT DISTINCT sha256 FROM artifacts WHERE run {_LISTED}", listed
            ).fetchall()
            db.execute(
                "UPDATE runs SET parent_run_id = NULL WHERE deleted = 0 AND parent_run_id IN "
                f"(SELECT run_id FROM runs WHERE id {_LISTED})",
                listed,
            )
            db.execute(f"DELETE FROM runs WHERE id {_LISTED}", listed)
        unused = [sha256 for (sha256,) in hashes if not is_used(db, sha256)]
        files = sum(objects.remove(sha256, lambda: False) for sha256 in unused)
    return Purged(tuple(chosen.values()), kept, files)


def _choose(db: sqlite3.Connection, before_ms: int) -> tuple[dict[int, str], tuple[str, ...]]:
    """Return the runs to purge with their names, and those that a version holds."""
    chosen: dict[int, str] = {}
    kept: list[str] = []
    for number, name, version in db.execute(
        "SELECT r.id, r.name, min(v.name || '/' || v.version) FROM runs r "
        "LEFT JOIN model_versions v USING (run_id) WHERE r.deleted = 1 "
        "AND coalesce(r.deleted_ms, 0) <= ? GROUP BY r.id ORDER BY r.id",
        (before_ms,),
    ):
        if version is None:
            chosen[number] = name
        else:
            kept.append(f"{name} ({version})")
    return chosen, tuple(kept)
