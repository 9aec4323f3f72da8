"""Make runs of what was never tracked: ``%track keep``."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from nbtrail.capture.training import Training
from nbtrail.exceptions import NotFoundError
from nbtrail.tracking.activerun import ActiveRun
from nbtrail.tracking.tracker import Tracker

__all__ = ["keep", "untracked"]


def untracked(tracker: Tracker) -> tuple[Training, ...]:
    """Return this session's trainings that belong to no run, oldest first."""
    tracker.absorb()
    return tuple(t for t in tracker.collector.known() if t.is_model and not t.run_id)


def keep(
    tracker: Tracker,
    cells: Collection[int] | None = None,
    name: str = "",
    *,
    asked: bool = True,
) -> list[ActiveRun]:
    """Make a run of each untracked training.

    Several trainings of one cell become children of one run that stands for the cell.

    Parameters
    ----------
    cells : collection of int, optional
        Positions of cells in the session's history; all when absent.
    name : str
        Name of the run; only sensible for one.
    asked : bool
        The user asked for just these: their models' files stay.

    Returns
    -------
    list of ActiveRun
        Each parent in front of its children.

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
    kept: list[ActiveRun] = []
    tags = {"nbtrail.kept": "afterwards"} if asked else {}
    for group in _by_cell(chosen):
        if len(group) == 1:
            handle = tracker.add_finished(group, name=name, tags=tags)
            tracker.results.adopt(group[0], handle)
            kept.append(handle)
            continue
        parent = tracker.add_finished(group, name=name, tags=tags)
        kept.append(parent)
        for number, training in enumerate(group, start=1):
            child = tracker.add_finished(
                [training],
                name=f"{parent.name}.{number}",
                experiment=parent.snapshot().experiment.name,
                parent=parent.run_id,
                tags=tags,
            )
            tracker.results.adopt(training, child)
            kept.append(child)
    tracker.store.flush(1.0)
    return kept


def _by_cell(trainings: Iterable[Training]) -> Iterator[list[Training]]:
    """Yield the trainings of each cell; what ran outside of cells stays single."""
    cells: dict[object, list[Training]] = {}
    for training in trainings:
        seq = training.location.cell_seq
        cells.setdefault(seq if seq >= 0 else training.episode_id, []).append(training)
    yield from cells.values()
