"""Make runs of what was never tracked: ``%track keep``."""

from __future__ import annotations

from collections.abc import Collection

from nbtrail.capture.training import Training
from nbtrail.exceptions import NotFoundError
from nbtrail.tracking.activerun import ActiveRun
from nbtrail.tracking.tracker import Tracker

__all__ = ["keep", "untracked"]


def untracked(tracker: Tracker) -> tuple[Training, ...]:
    """Return this session's trainings that belong to no run, oldest first."""
    tracker.absorb()
    return tuple(t for t in tracker.collector.known() if t.is_model and not t.run_id)


def keep(tracker: Tracker, cells: Collection[int] | None = None, name: str = "") -> list[ActiveRun]:
    """Make a run of each untracked training.

    Parameters
    ----------
    cells : collection of int, optional
        Positions of cells in the session's history; all when absent.
    name : str
        Name of the run; only sensible for one.

    Raises
    ------
    NotFoundError
        When there is nothing to keep, saying what there is.
    """
    waiting = untracked(tracker)
    chosen = [t for t in waiting if cells is None or t.location.cell_seq in cells]
    if not chosen:
        there = f"{len(waiting)} in other cells" if waiting else "none in this session"
        raise NotFoundError(
            f"There is no untracked fit to keep here ({there}). Fits are noticed from "
            "'%load_ext nbtrail' on; those of tracked cells are runs already."
        )
    kept = []
    for training in chosen:
        handle = tracker.add_finished(training, name=name, tags={"nbtrail.kept": "afterwards"})
        tracker.adopt(training, handle)
        kept.append(handle)
    tracker.store.flush(1.0)
    return kept
