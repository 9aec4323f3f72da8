"""Training episodes: what the light history keeps of every fit, tracked or not."""

from __future__ import annotations

from dataclasses import dataclass

from nbtrail.entities.dataset import DatasetUse
from nbtrail.entities.run import Metric, Param

__all__ = ["Episode"]


@dataclass(frozen=True, slots=True)
class Episode:
    """A user-level fit or search, with the later predict and metric calls on its model.

    Attributes
    ----------
    episode_id : str
        32 hex digits, time-ordered.
    cell_seq : int
        Position of its cell in the session's history.
    model_name, class_name, model_digest : str
        Variable, qualified class and canonical digest of the fitted state.
    run_id : str
        The run that was made of it, or empty.
    """

    episode_id: str
    session_id: str
    cell_seq: int
    started_ms: int
    ended_ms: int
    model_name: str
    class_name: str
    model_digest: str
    params: tuple[Param, ...] = ()
    metrics: tuple[Metric, ...] = ()
    datasets: tuple[DatasetUse, ...] = ()
    run_id: str = ""
