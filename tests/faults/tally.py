"""Many trials of one kind, on several processes at once, and what they came to."""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nursery import Nursery

__all__ = ["WORKERS", "Outcome", "Report", "run_trials"]

WORKERS = 3  # most of a trial is waiting for the disk


@dataclass(frozen=True)
class Outcome:
    """What one trial came to.

    Attributes
    ----------
    problems : list of str
    promises : int
        How many were compared.
    lost_ms : float
        How long before the last point that was handed over the first lost one was.
    hit : bool
        Whether the fault came before the end of the work.
    """

    problems: list[str]
    promises: int = 0
    lost_ms: float = 0.0
    hit: bool = True


@dataclass
class Report:
    """What the trials of one kind came to."""

    trials: int = 0
    hits: int = 0
    promises: int = 0
    lost_ms: list[float] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def add(self, case: Any, outcome: Outcome) -> None:
        """Add one trial; `case` is told with its problems."""
        self.trials += 1
        self.hits += outcome.hit
        self.promises += outcome.promises
        self.lost_ms.append(outcome.lost_ms)
        self.problems += [f"{case}: {problem}" for problem in outcome.problems]

    def include(self, other: Report) -> None:
        """Add the trials of another report."""
        self.trials += other.trials
        self.hits += other.hits
        self.promises += other.promises
        self.lost_ms += other.lost_ms
        self.problems += other.problems


def run_trials(
    trial: Callable[[Nursery, Any, Path], Outcome], cases: Iterable[Any], workers: int = WORKERS
) -> Report:
    """Try each of `cases` in a folder of its own."""
    report, here = Report(), threading.local()
    started: list[Nursery] = []

    def one(case: Any) -> tuple[Any, Outcome]:
        if not hasattr(here, "nursery"):
            here.nursery = Nursery().__enter__()
            started.append(here.nursery)
        with tempfile.TemporaryDirectory(prefix="nbtrail-trial-") as folder:
            try:
                return case, trial(here.nursery, case, Path(folder))
            except Exception as error:
                return case, Outcome([f"{type(error).__name__}: {error}"])

    try:
        with ThreadPoolExecutor(workers) as pool:
            for case, outcome in pool.map(one, cases):
                report.add(case, outcome)
    finally:
        for nursery in started:
            nursery.__exit__()
    return report
