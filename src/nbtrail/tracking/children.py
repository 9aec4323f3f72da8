"""Candidates of a search as child runs of its run: parameters and scores, no model of their own.

They are over when they are written, so each is one complete record. Lists of runs leave
them out unless they are asked for: the run of the search stands for them.
"""

from __future__ import annotations

from nbtrail.capture.searches import Candidate, Candidates
from nbtrail.entities.identity import new_id
from nbtrail.entities.run import CANDIDATE_TAG, CANDIDATES_TAG, Metric, Run
from nbtrail.store import operations
from nbtrail.store.store import Store
from nbtrail.tracking.activerun import ActiveRun

__all__ = ["add_candidates"]


def add_candidates(store: Store, parent: ActiveRun, candidates: Candidates) -> None:
    """Give the run of a search one child for each candidate that is kept, best first."""
    kept = len(candidates.best)
    if not kept:
        return
    above = parent.snapshot()
    text = str(kept) if kept == candidates.total else f"{kept} best of {candidates.total}"
    parent.amend(tags={**above.tags, CANDIDATES_TAG: text})
    parent.set_tag(CANDIDATES_TAG, text)
    for candidate in candidates.best:
        run = _run(above, candidate)
        store.submit(operations.start_run(run))
        if candidate.points:
            store.submit(
                operations.log_metrics(run.run_id, candidate.points, _summaries(candidate))
            )


def _run(above: Run, candidate: Candidate) -> Run:
    started = above.started_ms
    return Run(
        run_id=new_id(),
        name=f"{above.name}.c{candidate.number}",
        experiment=above.experiment,
        status=candidate.status,
        reason=candidate.reason,
        started_ms=started,
        ended_ms=started + round(1000 * candidate.seconds),
        parent_run_id=above.run_id,
        source=above.source,
        session_id=above.session_id,
        first_cell=above.first_cell,
        last_cell=above.last_cell,
        user=above.user,
        code=above.code,
        params=candidate.params,
        metrics=candidate.metrics,
        tags={CANDIDATE_TAG: str(candidate.number)},
    )


def _summaries(candidate: Candidate) -> tuple[Metric, ...]:
    found: dict[str, Metric] = {}
    for point in candidate.points:
        value, before = point.value, found.get(point.key)
        summary = Metric(
            point.key,
            value,
            value,
            value,
            last_step=point.step,
            last_ms=point.timestamp_ms,
            origin=candidate.metrics[0].origin if candidate.metrics else "",
            role="validation",
        )
        if before is not None:
            summary = summary.after(before, point.step)
        found[point.key] = summary
    return tuple(found.values())
