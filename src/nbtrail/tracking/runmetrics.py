"""The metrics of an open run: a value is taken in less than a microsecond.

The caller only puts it into a deque. Steps, summaries and corrections are worked out when
the store's thread comes for the values, or somebody asks for the run's state.
"""

from __future__ import annotations

import os
import threading
import time
import weakref
from collections import deque
from collections.abc import Sequence
from dataclasses import replace
from itertools import islice

from nbtrail.capture.location import Location
from nbtrail.entities.run import Amendment, Metric, MetricPoint, Run
from nbtrail.store import operations
from nbtrail.store.operations import Operation
from nbtrail.store.store import Store

__all__ = ["RunMetrics"]

_Value = tuple[str, float, int | None, Location, int]
_Known = tuple[Metric, int | None]


class RunMetrics:
    """Takes values from any thread.

    Parameters
    ----------
    store : Store
    run : Run
        With the metrics that it has already.
    """

    def __init__(self, store: Store, run: Run) -> None:
        self._store = store
        self._run_id = run.run_id
        self._user = run.user
        self._summaries = {m.key: m for m in run.metrics}
        self._ended = False
        self.after_fork()
        _living.add(self)

    def after_fork(self) -> None:
        """Begin anew in a forked child: the values that wait are the parent's."""
        self._lock = threading.Lock()
        self._waiting: deque[_Value | _Known] = deque()
        self._taken: list[_Value | _Known] = []
        self._outbox: tuple[Operation, ...] = ()
        self._asked = False

    def log(self, key: str, value: float, step: int | None, place: Location) -> None:
        """Take a value that the user logs; `step` counts up when it is None."""
        self._waiting.append((key, value, step, place, time.time_ns()))
        if not self._asked:
            self._ask()

    def add(self, metric: Metric, step: int | None = None) -> None:
        """Take a value whose origin is known."""
        self._waiting.append((metric, step))
        if not self._asked:
            self._ask()

    def end(self) -> None:
        """Note that the run is over: what changes from now on is a correction."""
        self.settle()
        self._ended = True

    def summaries(self) -> dict[str, Metric]:
        """Return the metrics as they stand, by key."""
        self.settle()
        return dict(self._summaries)

    def settle(self) -> None:
        """Hand what waits to the store now."""
        with self._lock:
            self._work_out()
            for operation in self._outbox:
                self._store.submit(operation)
            self._outbox = ()  # an interrupt before this has them handed over twice: they are numbered

    def collect(self) -> Sequence[Operation]:
        """Turn what waits into operations; called in the store's thread.

        Two threads may do so at once, and the later values may then be written first: the points
        are numbered before others are taken, and the store counts them itself.
        """
        with self._lock:
            self._work_out()
            collected, self._outbox = self._outbox, ()
            return collected

    def _work_out(self) -> None:
        """Take what waits, so that a user's interrupt at any moment loses nothing of it."""
        self._asked = False  # first: who comes from now on asks again
        # in one call: nothing can come between taking a value out and keeping it
        self._taken.extend(islice(iter(self._waiting.popleft, None), len(self._waiting)))
        if not self._taken:
            return
        points: list[MetricPoint] = []
        touched: dict[str, Metric] = {}
        changes: list[Amendment] = []
        for item in self._taken:
            metric, point = self._next(item, touched, changes)
            touched[metric.key] = metric
            points.append(point)
        infos = [replace(metric, count=0) for metric in touched.values()]
        logged = operations.log_metrics(self._run_id, points, infos)
        amended = [operations.amend(self._run_id, change) for change in changes]
        outbox, summaries = (*self._outbox, logged, *amended), {**self._summaries, **touched}
        nothing: list[_Value | _Known] = []
        # no call in between, so no interrupt either
        self._outbox, self._summaries, self._taken = outbox, summaries, nothing

    def _next(
        self, item: _Value | _Known, touched: dict[str, Metric], changes: list[Amendment]
    ) -> tuple[Metric, MetricPoint]:
        if len(item) == 2:
            metric, step = item
        else:
            key, value, step, place, time_ns = item
            metric = Metric(
                key,
                value,
                value,
                value,
                last_ms=time_ns // 1_000_000,
                cell_seq=place.cell_seq,
                statement=place.statement,
            )
        before = touched.get(metric.key) or self._summaries.get(metric.key)
        if before is None:
            metric = replace(metric, last_step=0 if step is None else step)
        else:
            at = before.last_step + 1 if step is None else step
            if self._ended or at == before.last_step:
                old, new = repr(before.last), repr(metric.last)
                if old != new:
                    changes.append(
                        Amendment("metric", metric.key, old, new, metric.last_ms, self._user)
                    )
            metric = metric.after(before, at)
        return metric, MetricPoint(metric.key, metric.last, metric.last_step, metric.last_ms)

    def _ask(self) -> None:
        try:
            self._asked = True
            self._store.submit_later(self.collect)
        except BaseException:  # an interrupt: the next value asks again
            self._asked = False
            raise


_living: weakref.WeakSet[RunMetrics] = weakref.WeakSet()


def _after_fork() -> None:
    for metrics in list(_living):
        metrics.after_fork()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
