"""Questions about a trail as a whole, each bounded whatever its size."""

from __future__ import annotations

import sqlite3
from typing import Final

from nbtrail.entities.codec import loads
from nbtrail.entities.directions import direction_of
from nbtrail.entities.episode import Episode
from nbtrail.entities.overview import ExportedPipeline, KnownKeys, SessionFits
from nbtrail.entities.pipeline import Manifest
from nbtrail.entities.run import RETRAINED_TAG, Direction, Run
from nbtrail.store.liveness import Owner, find_lost
from nbtrail.store.ranking import main_metrics

__all__ = ["known_keys", "pipelines", "previous_run", "session_fits"]

_LATEST_RUNS: Final = 2000
_MOST_KEYS: Final = 500
_MOST_FITS: Final = 1000
_LATEST: Final = "(SELECT id FROM runs WHERE deleted = 0 ORDER BY started_ms DESC LIMIT ?)"


def known_keys(db: sqlite3.Connection) -> KnownKeys:
    """Return the keys of the latest 2,000 runs, at most 500 of each kind."""

    def keys(table: str) -> tuple[str, ...]:
        rows = db.execute(
            f"SELECT DISTINCT key FROM {table} WHERE run IN {_LATEST} ORDER BY key LIMIT ?",
            (_LATEST_RUNS, _MOST_KEYS),
        )
        return tuple(key for (key,) in rows)

    names = db.execute("SELECT name FROM experiments ORDER BY name LIMIT ?", (_MOST_KEYS,))
    return KnownKeys(
        keys("metrics"), keys("params"), keys("tags"), tuple(name for (name,) in names)
    )


def session_fits(db: sqlite3.Connection, notebook: str) -> SessionFits | None:
    """Return the fits of the latest session of a notebook, None when its process has ended."""
    row = db.execute(
        "SELECT s.session_id, o.token, o.host, o.boot, o.pid, o.process_start, o.heartbeat_ms "
        "FROM sessions s JOIN owners o ON o.token = s.owner "
        "WHERE s.notebook = ? AND s.ended_ms IS NULL ORDER BY s.started_ms DESC LIMIT 1",
        (notebook,),
    ).fetchone()
    if row is None or find_lost([Owner(*row[1:])]):
        return None
    bodies = db.execute(
        "SELECT body FROM episodes WHERE session_id = ? ORDER BY episode_id DESC LIMIT ?",
        (row[0], _MOST_FITS),
    )
    episodes = [loads(Episode, body) for (body,) in bodies]
    values: dict[str, list[float]] = {}
    for episode in episodes:
        for metric in episode.metrics:
            if metric.last == metric.last:
                values.setdefault(metric.key, []).append(metric.last)
    key = next(iter(main_metrics(values)), "")
    best = None
    if key:
        best = (min if direction_of(key) is Direction.MIN else max)(values[key])
    waiting = sum(not episode.run_id for episode in episodes)
    return SessionFits(row[0], len(episodes), waiting, key, best)


def pipelines(db: sqlite3.Connection, limit: int) -> tuple[ExportedPipeline, ...]:
    """Return the latest export of each run to each folder, newest first, without the trash."""
    rows = db.execute(
        "SELECT r.run_id, x.folder, x.created_ms, x.manifest FROM exports x "
        "JOIN runs r ON r.id = x.run WHERE r.deleted = 0 "
        "AND x.id IN (SELECT max(id) FROM exports GROUP BY run, folder) "
        "ORDER BY x.id DESC LIMIT ?",
        (limit,),
    )
    return tuple(
        ExportedPipeline(run_id, folder, created, loads(Manifest, text))
        for run_id, folder, created, text in rows
    )


def previous_run(db: sqlite3.Connection, run: Run) -> str | None:
    """Return the id of the run to compare with: the parent, the one it retrained, or the one before.

    The one before is the latest earlier run of the same notebook and experiment.
    """
    if run.parent_run_id is not None:
        return run.parent_run_id
    retrained = run.tags.get(RETRAINED_TAG, "")
    if db.execute("SELECT 1 FROM runs WHERE run_id = ? AND deleted = 0", (retrained,)).fetchone():
        return retrained
    row = db.execute(
        "SELECT r.run_id FROM runs r JOIN experiments e USING (experiment_id) "
        "WHERE e.name = ? AND r.source = ? AND r.deleted = 0 AND r.parent_run_id IS NULL "
        "AND (r.started_ms, r.run_id) < (?, ?) ORDER BY r.started_ms DESC, r.run_id DESC LIMIT 1",
        (run.experiment.name, run.source, run.started_ms, run.run_id),
    ).fetchone()
    return None if row is None else str(row[0])
