"""One ``%%track`` cell: its run, from the line above it to the receipt below."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from nbtrail.capture.cellhooks import CellEnd
from nbtrail.capture.guard import guarded
from nbtrail.capture.hyperparams import param_text
from nbtrail.capture.metric_names import number
from nbtrail.entities.cell import CellStatus
from nbtrail.entities.dataset import DatasetContext, Seen
from nbtrail.entities.run import Experiment, Param, RunStatus
from nbtrail.exceptions import NbtrailError, UsageError
from nbtrail.store import operations
from nbtrail.tracking.activerun import ActiveRun
from nbtrail.tracking.ancestry import History
from nbtrail.tracking.runparams import literal_params
from nbtrail.tracking.tracker import Tracker
from nbtrail.ui.arguments import CellOptions, evaluate, parse_cell_options, parse_metric
from nbtrail.ui.output import say, show_receipts

__all__ = ["CellRun", "finish"]

_STATUS = {
    CellStatus.OK: RunStatus.FINISHED,
    CellStatus.ERROR: RunStatus.FAILED,
    CellStatus.INTERRUPTED: RunStatus.KILLED,
}
_SHARE = 0.01  # the receipt waits for honesty marks this share of the cell's own time
_PATIENCE_S = 0.05  # and never longer
_WORTH_S = 0.002  # a shorter wait would end before anything is there


class CellRun:
    """The run of a cell whose first line is ``%%track``.

    Parameters
    ----------
    tracker : Tracker
    namespace : dict
        The notebook's.
    line : str
        What stands behind ``%%track``.
    seq : int
        Position of the cell in the session's history.
    """

    def __init__(self, tracker: Tracker, namespace: dict[str, Any], line: str, seq: int) -> None:
        self._tracker = tracker
        self._namespace = namespace
        self._seq = seq
        self._options = _options(line)
        self.run: ActiveRun = tracker.start(
            self._options.name,
            experiment=self._options.experiment,
            tags=self._options.tags,
            automatic=True,
            first_cell=seq,
        )
        self.run.splits = True

    def close(self, end: CellEnd, code: str, history: History | None = None) -> None:
        """End the run with its cell and show the receipt.

        Parameters
        ----------
        code : str
            The Python that ran.
        history : History, optional
            The session's, with this cell in it.
        """
        self._add_named(code)
        status = _STATUS[end.status]
        reason = "interrupted" if status is RunStatus.KILLED else end.error
        self._tracker.end(self.run, status, reason, automatic=True)
        patience = min(_PATIENCE_S, _SHARE * (end.ended_ms - end.start.started_ms) / 1000)
        if patience > _WORTH_S:
            self._tracker.settle(patience)
        show_receipts([self.run, *self._tracker.children(self.run)], history)
        self._tracker.wait_for_commit()

    @guarded
    def claim_metrics(self) -> None:
        """Let names of ``-m`` stand for the captured metrics whose values they hold."""
        for text in self._options.metrics:
            key, _ = parse_metric(text)
            value = number(self._namespace.get(key))
            if value is not None:
                self._tracker.collector.claim(key, value, self._seq)

    @guarded
    def _add_named(self, code: str) -> None:
        """Add what the cell's options and its literal constants say."""
        self.run.add_params(literal_params(code))
        self._each(self._options.params, self._param)
        self._each(self._options.metrics, self._metric)
        self._each(self._options.data, self._data)

    def _each(self, texts: Sequence[str], add: Callable[[str], None]) -> None:
        for text in texts:
            try:
                add(text)
            except NbtrailError as error:
                say(error)

    def _param(self, name: str) -> None:
        value = evaluate(name, self._namespace)
        self.run.add_params([Param(name, param_text(value), "logged")])

    def _metric(self, text: str) -> None:
        run = self.run
        key, direction = parse_metric(text)
        experiment = run.snapshot().experiment.name
        if direction is not None:
            self._tracker.store.submit(operations.set_main_metric(experiment, key, direction))
            run.amend(experiment=Experiment(experiment, key, direction))
        computed = run.snapshot().metric(key)
        if key in self._namespace:
            metric = run.metric(key, self._namespace[key], expression=key)
            # the variable often holds what a tapped call of this cell has returned
            if computed is None or computed.last != metric.last:
                run.add_metric(metric)
        elif computed is None:
            raise UsageError(
                f"%%track -m {key}: there is no variable {key!r}, and no metric of that name "
                "was computed in this cell."
            )

    def _data(self, name: str) -> None:
        value = evaluate(name, self._namespace)
        context = DatasetContext.SOURCE
        self.run.add_datasets([self._tracker.dataset(value, name, context, Seen.LOGGED)])


def finish(run: ActiveRun, tracker: Tracker, history: History | None = None) -> None:
    """End a run that was opened by hand, and show its receipt."""
    tracker.wait_for_git(_PATIENCE_S)
    run.end()
    show_receipts([run], history)


def _options(line: str) -> CellOptions:
    try:
        return parse_cell_options(line)
    except UsageError as error:
        say(f"{error} The cell is tracked without options.")
        return CellOptions()
