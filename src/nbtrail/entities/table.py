"""Many runs at once, column by column."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from nbtrail.entities.run import Direction

__all__ = ["RunCount", "RunTable"]


@dataclass(frozen=True, slots=True)
class RunCount:
    """How many runs share an experiment or a source, and when the latest of them began."""

    key: str
    total: int
    latest_ms: int


@dataclass(frozen=True, slots=True)
class RunTable:
    """A page of runs; all columns have the same length, None where a run has no value.

    Attributes
    ----------
    total : int
        How many runs matched before the page was cut; at least that many when not `counted`.
    counted : bool
    status : tuple of str
        Effective status of each run.
    main_metric, main_value, main_direction
        Key, last value and direction of each run's main metric.
    starred : tuple of bool
    verdict : tuple of str
        Outcome of each run's latest exported pipeline, or empty.
    params : mapping of str to tuple
        Key to one value per run.
    metrics : mapping of str to tuple
        Key to the last value per run.
    """

    total: int
    counted: bool = True
    run_id: tuple[str, ...] = ()
    name: tuple[str, ...] = ()
    experiment: tuple[str, ...] = ()
    status: tuple[str, ...] = ()
    reason: tuple[str, ...] = ()
    started_ms: tuple[int, ...] = ()
    ended_ms: tuple[int | None, ...] = ()
    source: tuple[str, ...] = ()
    commit: tuple[str, ...] = ()
    dirty: tuple[bool | None, ...] = ()
    parent_run_id: tuple[str | None, ...] = ()
    marks: tuple[tuple[str, ...], ...] = ()
    main_metric: tuple[str, ...] = ()
    main_value: tuple[float | None, ...] = ()
    main_direction: tuple[Direction | None, ...] = ()
    starred: tuple[bool, ...] = ()
    verdict: tuple[str, ...] = ()
    params: Mapping[str, tuple[str | None, ...]] = field(default_factory=dict)
    metrics: Mapping[str, tuple[float | None, ...]] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.run_id)
