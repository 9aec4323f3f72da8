"""A run in the hands of another process: what a worker logs goes to its parent's run."""

from __future__ import annotations

from pathlib import Path

from nbtrail.capture.guard import warn_once
from nbtrail.exceptions import NbtrailError
from nbtrail.tracking.activerun import ActiveRun
from nbtrail.tracking.client import NullRun, process_tracker

__all__ = ["join_run"]


def join_run(root: str, run_id: str, name: str) -> ActiveRun | NullRun:
    """Return a handle on a run: its own in the process that opened it, else another one.

    Parameters
    ----------
    root : str
        The folder ``.nbtrail``.
    name : str
        The run's, for messages.

    Returns
    -------
    ActiveRun
        Or, when it can't be reached from here, a run that warned once and does nothing.
    """
    try:
        tracker = process_tracker(Path(root))
        known = tracker.handle(run_id)
        if known is not None:
            return known
        if tracker.store.root == Path(root):
            return ActiveRun(tracker, tracker.store.reader.run(run_id), joined=True)
        problem = f"it writes to the trail in {tracker.store.root} already"
    except (NbtrailError, OSError) as error:
        problem = str(error)
    warn_once(f"Run {name} can't be logged to from this process: {problem}")
    return NullRun()
