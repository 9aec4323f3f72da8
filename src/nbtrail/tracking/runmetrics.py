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
        touched: dict[str, _Growing] = {}
        changes: list[Amendment] = []
        points = [self._next(item, touched, changes) for item in self._taken]
        summaries = {key: growing.summary() for key, growing in touched.items()}
        infos = [replace(summaries[k], count=0) for k, grown in touched.items() if grown.described]
        logged = operations.log_metrics(self._run_id, points, infos)
        amended = [operations.amend(self._run_id, change) for change in changes]
        outbox, every = (*self._outbox, logged, *amended), {**self._summaries, **summaries}
        nothing: list[_Value | _Known] = []
        # no call in between, so no interrupt either
        self._outbox, self._summaries, self._taken = outbox, every, nothing

    def _next(
        self, item: _Value | _Known, touched: dict[str, _Growing], changes: list[Amendment]
    ) -> MetricPoint:
        if len(item) == 2:
            metric, step = item
            key, value, time_ms = metric.key, metric.last, metric.last_ms
        else:
            key, value, step, _, time_ns = item
            time_ms = time_ns // 1_000_000
        growing = touched.get(key)
        if growing is None:
            growing = touched[key] = _Growing(self._summaries.get(key))
        if growing.count:
            at = growing.step + 1 if step is None else step
            if self._ended or at == growing.step:
                old, new = repr(growing.last), repr(value)
                if old != new:
                    changes.append(Amendment("metric", key, old, new, time_ms, self._user))
        else:
            at = 0 if step is None else step
        growing.take(item, value, at)
        return MetricPoint(key, value, at, time_ms)

    def _ask(self) -> None:
        try:
            self._asked = True
            self._store.submit_later(self.collect)
        except BaseException:  # an interrupt: the next value asks again
            self._asked = False
            raise


class _Growing:
    """The summary of a metric while values come: they are many, so a record is made only once.

    Attributes
    ----------
    described : bool
        There is more to say of it than its points do: in a script there seldom is.
    """

    __slots__ = ("_item", "count", "described", "last", "maximum", "minimum", "step")

    def __init__(self, before: Metric | None) -> None:
        self.described = before is not None
        if before is None:
            self.count = self.step = 0
            self.last = self.minimum = self.maximum = 0.0
        else:
            self.count, self.step, self.last = before.count, before.last_step, before.last
            self.minimum, self.maximum = before.minimum, before.maximum

    def take(self, item: _Value | _Known, value: float, step: int) -> None:
        """Take the next value."""
        if not self.count:
            first = item[0] if len(item) == 2 else None
            self.minimum = first.minimum if first else value
            self.maximum = first.maximum if first else value
            self.count = first.count - 1 if first else 0
        elif value < self.minimum:
            self.minimum = value
        elif value > self.maximum:
            self.maximum = value
        self._item, self.last, self.step = item, value, step
        self.described = self.described or len(item) == 2 or item[3].cell_seq >= 0
        self.count += 1

    def summary(self) -> Metric:
        """Return the metric as it stands, described as its last value was."""
        item = self._item
        if len(item) == 5:
            key, value, _, place, time_ns = item
            return Metric(
                key,
                value,
                self.minimum,
                self.maximum,
                count=self.count,
                last_step=self.step,
                last_ms=time_ns // 1_000_000,
                cell_seq=place.cell_seq,
                statement=place.statement,
            )
        return replace(
            item[0],
            minimum=self.minimum,
            maximum=self.maximum,
            count=self.count,
            last_step=self.step,
        )


_living: weakref.WeakSet[RunMetrics] = weakref.WeakSet()


def _after_fork() -> None:
    for metrics in list(_living):
        metrics.after_fork()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
