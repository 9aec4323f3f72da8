"""Which model files a trail can do without.

Kept are those of the latest run of an experiment, of its best runs by main metric, and of
every run that somebody kept, promoted or exported; a model that can't be rebuilt from
recorded cells is never given up.
"""

from __future__ import annotations

import math
import sqlite3
from collections.abc import Iterator

from nbtrail.entities.directions import direction_of
from nbtrail.entities.run import Direction
from nbtrail.store.ranking import infer_main_metric
from nbtrail.store.rows import metrics_of
from nbtrail.store.values import execute

__all__ = ["drop_model_files", "is_used", "superfluous_models"]

_CANDIDATES = """
SELECT r.id, r.started_ms, r.ended_ms, m.model_id FROM models m JOIN runs r ON r.id = m.run
JOIN experiments e USING (experiment_id)
WHERE e.name = ? AND m.status = 'ready' AND r.status != 'RUNNING' AND r.first_cell >= 0
AND NOT EXISTS (SELECT 1 FROM tags t WHERE t.run = r.id AND t.key = 'nbtrail.kept')
AND NOT EXISTS (SELECT 1 FROM model_versions v WHERE v.run_id = r.run_id)
AND NOT EXISTS (SELECT 1 FROM exports x WHERE x.run = r.id)
"""


def superfluous_models(
    db: sqlite3.Connection, experiment: str, best: int, before_ms: int
) -> tuple[str, ...]:
    """Return the ids of models whose files are not worth their space.

    Parameters
    ----------
    best : int
        How many of the best runs keep theirs.
    before_ms : int
        Runs that ended later keep theirs for now.
    """
    models: dict[int, list[str]] = {}
    started: dict[int, int] = {}
    young: set[int] = set()
    for run, started_ms, ended_ms, model_id in execute(db, _CANDIDATES, (experiment,)):
        models.setdefault(run, []).append(model_id)
        started[run] = started_ms
        if ended_ms is None or ended_ms >= before_ms:
            young.add(run)
    if len(models) <= best:
        return ()
    latest = max(models, key=lambda run: (started[run], run))
    ranked = sorted(models, key=dict(_values(db, experiment, models)).__getitem__)
    kept = {latest, *ranked[:best], *young}
    return tuple(m for run in models if run not in kept for m in models[run])


def _values(
    db: sqlite3.Connection, experiment: str, runs: dict[int, list[str]]
) -> Iterator[tuple[int, tuple[float, int]]]:
    """Yield for each run what to sort by: the lowest is the best, of equals the newest."""
    row = execute(
        db, "SELECT main_metric, direction FROM experiments WHERE name = ?", (experiment,)
    ).fetchone()
    for run in runs:
        metrics = {metric.key: metric.last for metric in metrics_of(db, run)}
        key = row[0] or infer_main_metric(metrics)
        direction = Direction(row[1]) if row[1] else direction_of(key)
        value = metrics.get(key, math.nan)
        if direction is Direction.MAX:
            value = -value
        yield run, (math.inf if math.isnan(value) else value, -run)


def drop_model_files(db: sqlite3.Connection, model_id: str, problem: str) -> tuple[str, ...]:
    """Forget the files of a model; return the objects that nothing else refers to."""
    row = execute(db, "SELECT run, path FROM models WHERE model_id = ?", (model_id,)).fetchone()
    if row is None or not row[1]:
        return ()
    run, path = row
    inside = (run, f"{path}/", f"{path}0")  # "0" follows "/": everything below the folder
    where = "run = ? AND path >= ? AND path < ?"
    hashes = {h for (h,) in execute(db, f"SELECT sha256 FROM artifacts WHERE {where}", inside)}
    execute(db, f"DELETE FROM artifacts WHERE {where}", inside)
    execute(
        db,
        "UPDATE models SET status = 'not-kept', flavor = '', problem = ? WHERE model_id = ?",
        (problem, model_id),
    )
    return tuple(h for h in sorted(hashes) if not is_used(db, h))


def is_used(db: sqlite3.Connection, sha256: str) -> bool:
    """Say whether a run refers to an object."""
    return execute(db, "SELECT 1 FROM artifacts WHERE sha256 = ?", (sha256,)).fetchone() is not None
