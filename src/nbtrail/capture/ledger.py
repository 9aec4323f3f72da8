"""Metrics on their way to a run: those of a training, and those of nobody."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import replace

from nbtrail.capture.links import Link
from nbtrail.capture.location import Location
from nbtrail.capture.metric_names import Value
from nbtrail.capture.training import Training
from nbtrail.entities.run import Metric

__all__ = ["Ledger"]


class Ledger:
    """Keeps what was seen until it is drained.

    Parameters
    ----------
    locate, open_run : callable
        As `TrainingBook` takes them.
    """

    def __init__(self, locate: Callable[[], Location], open_run: Callable[[], str]) -> None:
        self._locate = locate
        self._open_run = open_run
        self._changed: dict[str, Training] = {}
        self._unsaved: dict[str, Training] = {}
        self._loose: list[tuple[str, Metric]] = []

    def touch(self, training: Training) -> None:
        """Note that a training is new or gained something."""
        if training.trial is None:  # else its study takes it
            self._changed[training.episode_id] = training
            self._unsaved[training.episode_id] = training

    def forget(self, training: Training) -> None:
        """Leave a training out after all."""
        self._changed.pop(training.episode_id, None)
        self._unsaved.pop(training.episode_id, None)

    def take(self) -> tuple[Training, ...]:
        """Return the trainings that were touched since the last call."""
        changed = tuple(self._changed.values())
        self._changed.clear()
        self._unsaved.clear()
        return changed

    def unsaved(self) -> tuple[Training, ...]:
        """Return the trainings that were touched since the last call of this or of `take`."""
        unsaved = tuple(self._unsaved.values())
        self._unsaved.clear()
        return unsaved

    def take_loose(self) -> tuple[tuple[str, Metric], ...]:
        """Return metrics that belong to no model, each with its open run's id."""
        loose = tuple(self._loose)
        self._loose.clear()
        return loose

    def take_older_loose(self) -> tuple[tuple[str, Metric], ...]:
        """Return those that a later value of the same key follows, which alone can be claimed."""
        latest = {(run_id, metric.key): metric for run_id, metric in self._loose}
        older = tuple(x for x in self._loose if latest[x[0], x[1].key] is not x[1])
        self._loose[:] = [x for x in self._loose if latest[x[0], x[1].key] is x[1]]
        return older

    def add(self, training: Training, value: Value, origin: str, link: Link, step: int = 0) -> None:
        """Add a value to the training that it is linked to."""
        key = value.key
        if link.quality == "guess":
            # another's value never takes the place of the model's own
            key = f"other/{key}" if training.is_known(key) else key
        else:
            key = f"{link.role.group}{key}"
        role = "" if link.quality == "guess" else link.role.text
        metric = replace(
            self._metric(key, value.value, origin), role=role, link=link.quality, last_step=step
        )
        open_run = self._open_run()
        if open_run and training.run_id != open_run:
            # an evaluation that is tracked itself belongs to the run that is open
            self._loose.append((open_run, metric))
            return
        training.add_metric(metric)
        self.touch(training)

    def add_series(
        self, training: Training, key: str, values: Iterable[float], origin: str, link: Link
    ) -> None:
        """Add values by step."""
        for step, value in enumerate(values):
            self.add(training, Value(key, value), origin, link, step)

    def add_loose(self, value: Value, origin: str, group: str) -> None:
        """Add a value that no model is known for; it stays with the open run."""
        metric = self._metric(f"{group}{value.key}", value.value, origin)
        self._loose.append((self._open_run(), replace(metric, link="guess" if group else "")))

    def claim(self, name: str, value: float, cell_seq: int) -> bool:
        """Let the user's own name take the place of the one that a captured metric was given.

        Only when the value is that of exactly one call of the cell that was not drained yet.

        Returns
        -------
        bool
            Whether there is such a metric, under that name now.
        """
        found = [
            (training, metric)
            for training in self._changed.values()
            for metric in training.metrics.values()
            if metric.last == value and metric.cell_seq == cell_seq and metric.count == 1
        ]
        loose = [
            i for i, (_, m) in enumerate(self._loose) if m.last == value and m.cell_seq == cell_seq
        ]
        if len(found) + len(loose) != 1:
            return False
        if loose:
            run_id, metric = self._loose[loose[0]]
            self._loose[loose[0]] = (run_id, replace(metric, key=name))
        else:
            ((training, metric),) = found
            if metric.key != name:
                if name in training.metrics:
                    return False
                training.rename(metric.key, name)
        return True

    def _metric(self, key: str, value: float, origin: str = "") -> Metric:
        where = self._locate()
        return Metric(
            key,
            value,
            value,
            value,
            last_ms=_now_ms(),
            origin=origin,
            cell_seq=where.cell_seq,
            statement=where.statement,
        )


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
