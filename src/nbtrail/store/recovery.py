"""Runs whose process died in the middle of a cell get the fits that it had finished.

The results of a cell go to its run when the cell ends. Until then its fits are in the light
history only, where the writer puts them with each sign of life.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

from nbtrail.entities.codec import loads
from nbtrail.entities.episode import Episode
from nbtrail.entities.identity import new_id
from nbtrail.entities.run import Experiment, Run, RunStatus
from nbtrail.store import operations
from nbtrail.store.apply import apply
from nbtrail.store.values import execute

__all__ = ["RECOVERED_TAG", "recover_fits"]

RECOVERED_TAG = "nbtrail.recovered"


def recover_fits(db: sqlite3.Connection, run_ids: Iterable[str]) -> None:
    """Give each of the runs the results of its fits: one as its own, several as child runs."""
    for run_id in run_ids:
        fits = _fits(db, run_id)
        if not fits:
            continue
        if len(fits) == 1:
            (fit,) = fits
            apply(db, operations.log_params(run_id, fit.params))
            apply(db, operations.log_metrics(run_id, (), fit.metrics))
            apply(db, operations.log_datasets(run_id, fit.datasets))
        else:
            for number, fit in enumerate(fits, start=1):
                _add_child(db, run_id, number, fit)
        words = "1 fit" if len(fits) == 1 else f"{len(fits)} fits"
        text = f"{words}, as far as the light history had them when the process died"
        apply(db, operations.set_tags(run_id, {RECOVERED_TAG: text}))


def _fits(db: sqlite3.Connection, run_id: str) -> list[Episode]:
    rows = db.execute(
        "SELECT body FROM episodes WHERE session_id IN "
        "(SELECT session_id FROM run_spans WHERE run = (SELECT id FROM runs WHERE run_id = ?1)) "
        "AND json_extract(body, '$.run_id') = ?1 ORDER BY episode_id",
        (run_id,),
    )
    return [loads(Episode, body) for (body,) in rows.fetchall()]


def _add_child(db: sqlite3.Connection, parent_id: str, number: int, fit: Episode) -> None:
    name, experiment, source, user = db.execute(
        "SELECT runs.name, experiments.name, source, user FROM runs "
        "JOIN experiments USING (experiment_id) WHERE run_id = ?",
        (parent_id,),
    ).fetchone()
    child = Run(
        run_id=new_id(),
        name=f"{name}.{number}",
        experiment=Experiment(experiment),
        status=RunStatus.FINISHED,
        started_ms=fit.started_ms,
        ended_ms=fit.ended_ms,
        parent_run_id=parent_id,
        source=source,
        session_id=fit.session_id,
        first_cell=fit.cell_seq,
        last_cell=fit.cell_seq,
        user=user,
        params=fit.params,
        metrics=fit.metrics,
        datasets=fit.datasets,
    )
    apply(db, operations.start_run(child))
    columns = "commit_id, branch, dirty, changed, remote, environment, snapshot, left_out"
    execute(
        db,
        f"UPDATE runs SET ({columns}) = (SELECT {columns} FROM runs WHERE run_id = ?) "
        "WHERE run_id = ?",
        (parent_id, child.run_id),
    )
