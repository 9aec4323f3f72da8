"""One notebook kernel from ``%load_ext nbtrail`` on: the composition root.

The shell's hooks, the recorder of statements and the taps of `capture` meet `tracking`
here, so that no lower room has to know a higher one.
"""

from __future__ import annotations

import atexit
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from nbtrail.capture.audit import FileEvent, subscribe, unsubscribe
from nbtrail.capture.cellhooks import CellEnd, CellHooks, CellStart
from nbtrail.capture.guard import guarded, warn_once
from nbtrail.capture.hyperparams import param_text
from nbtrail.capture.notebook import find_notebook
from nbtrail.capture.statements import StatementProbes
from nbtrail.capture.trackline import track_line
from nbtrail.capture.training import Location
from nbtrail.config import find_store
from nbtrail.entities.cell import CellExecution, CellStatus
from nbtrail.entities.dataset import DatasetContext, DatasetUse, Seen
from nbtrail.entities.run import Experiment, Param, RunStatus
from nbtrail.exceptions import NbtrailError, UsageError
from nbtrail.lineage.recorder import Recorder
from nbtrail.store import operations
from nbtrail.store.store import Store
from nbtrail.tracking.activerun import ActiveRun
from nbtrail.tracking.client import name_finder, new_session, use_tracker
from nbtrail.tracking.keep import keep
from nbtrail.tracking.runparams import literal_params
from nbtrail.tracking.tracker import Tracker, relative_path
from nbtrail.ui.arguments import CellOptions, evaluate, parse_cell_options, parse_metric
from nbtrail.ui.output import show_receipts

__all__ = ["NotebookSession"]

_STATUS = {
    CellStatus.OK: RunStatus.FINISHED,
    CellStatus.ERROR: RunStatus.FAILED,
    CellStatus.INTERRUPTED: RunStatus.KILLED,
}
_GIT_SHARE = 0.05  # the receipt waits for the dirty flag this share of the cell's own time
_GIT_S = 0.05  # and never longer
_CODE = (".py", ".ipynb", ".toml", ".cfg")  # read by imports: code, not data


class NotebookSession:
    """Everything that is alive between ``%load_ext`` and ``%unload_ext``.

    Parameters
    ----------
    shell : IPython.core.interactiveshell.InteractiveShell

    Raises
    ------
    StoreError
        When the project's store can't be opened.
    """

    def __init__(self, shell: Any) -> None:
        self.shell = shell
        notebook = find_notebook(shell.user_ns)
        folder = notebook.parent if notebook is not None else Path.cwd()
        root = find_store(folder)
        assert root is not None
        self.store = Store.open(root, create=True, warn=warn_once)
        self.recorder = Recorder(lambda: shell.user_ns, self.store.project)
        path = relative_path(notebook, self.store.project) if notebook is not None else ""
        self.tracker = Tracker(
            self.store,
            new_session(self.store, path, Path.cwd()),
            name_of=name_finder(lambda: shell.user_ns),
            locate=self._locate,
        )
        self.automatic = False
        self._seq = -1
        self._cells: dict[int, int] = {}
        self._start: CellStart | None = None
        self.cell_run: ActiveRun | None = None
        self._options = CellOptions()
        self._files: dict[str, None] = {}
        self._hooks = CellHooks(shell, self._begin, self._end)
        self._probes = StatementProbes(shell, self.recorder)

    def install(self) -> None:
        """Start to capture."""
        use_tracker(self.tracker)
        self.tracker.collector.start()
        subscribe(self._file_seen)
        self._probes.install()
        self._hooks.install()
        atexit.register(self.tracker.close)

    def remove(self) -> None:
        """Stop to capture and restore everything."""
        self._hooks.remove()
        self._probes.uninstall()
        unsubscribe(self._file_seen)
        self.tracker.close()
        use_tracker(None)
        atexit.unregister(self.tracker.close)
        self.store.close()

    @property
    def place(self) -> str:
        """Where the trail lies, relative to the working folder when it is below."""
        try:
            return str(self.store.root.relative_to(Path.cwd()))
        except ValueError:
            return str(self.store.root)

    def finish(self, run: ActiveRun) -> None:
        """End a run that was opened by hand, and show its receipt."""
        run.add_datasets(self._file_datasets())
        self.tracker.wait_for_git(_GIT_S)
        run.end()
        show_receipts([run])

    def position_of(self, execution_count: int) -> int:
        """Return where the cell ``In [n]`` stands in the session's history.

        Raises
        ------
        UsageError
            When no such cell was executed since the extension was loaded.
        """
        if execution_count not in self._cells:
            known = ", ".join(str(n) for n in sorted(self._cells)[-10:]) or "none yet"
            raise UsageError(
                f"No cell [{execution_count}] was executed since nbtrail was loaded "
                f"(latest: {known})."
            )
        return self._cells[execution_count]

    # ------------------------------------------------------------ around a cell

    def _locate(self) -> Location:
        if self._start is None:
            return Location()
        return Location(self._seq, self.recorder.current_statement)

    def _begin(self, start: CellStart) -> None:
        if start.silent:
            return
        self._seq += 1
        self._start = start
        self._files.clear()
        self.tracker.collector.refresh()
        self.recorder.begin_cell(start.source, start.transformed)
        line = track_line(start.source)
        if line is not None:
            self._options = self._read_options(line)
            self.cell_run = self.tracker.start(
                self._options.name,
                experiment=self._options.experiment,
                tags=self._options.tags,
                automatic=True,
                first_cell=self._seq,
            )
            self.cell_run.splits = True

    def _end(self, end: CellEnd) -> None:
        if self._start is None:
            return
        run, self.cell_run = self.cell_run, None
        try:
            code = self._record(end)
            self.tracker.absorb()
            if run is not None:
                self._close_run(run, end, code)
            elif self.automatic:
                self._keep_cell()
        finally:
            self._start = None

    def _record(self, end: CellEnd) -> str:
        code, statements = self.recorder.end_cell(end.error)
        if end.execution_count:
            self._cells[end.execution_count] = self._seq
        self.store.submit(
            operations.record_cell(
                CellExecution(
                    session_id=self.tracker.session.session_id,
                    seq=self._seq,
                    cell_id=end.start.cell_id,
                    execution_count=end.execution_count,
                    source=end.start.source,
                    code=code,
                    started_ms=end.start.started_ms,
                    ended_ms=end.ended_ms,
                    status=end.status,
                    error=end.error,
                    statements=statements,
                )
            )
        )
        return code

    def _close_run(self, run: ActiveRun, end: CellEnd, code: str) -> None:
        self._add_named(run, code)
        run.add_datasets(self._file_datasets())
        seconds = (end.ended_ms - end.start.started_ms) / 1000
        self.tracker.wait_for_git(min(_GIT_S, _GIT_SHARE * seconds))
        status = _STATUS[end.status]
        reason = "interrupted" if status is RunStatus.KILLED else end.error
        self.tracker.end(run, status, reason, automatic=True)
        show_receipts([run, *self.tracker.children(run)])

    def _keep_cell(self) -> None:
        waiting = [t for t in self.tracker.collector.known() if t.is_model and not t.run_id]
        if any(t.location.cell_seq == self._seq for t in waiting):
            show_receipts(keep(self.tracker, {self._seq}))

    @guarded
    def _add_named(self, run: ActiveRun, code: str) -> None:
        """Add what the cell's options and its literal constants say."""
        run.add_params(literal_params(code))
        self._each(self._options.params, lambda name: self._param(run, name))
        self._each(self._options.metrics, lambda text: self._metric(run, text))
        self._each(self._options.data, lambda name: self._data(run, name))

    def _each(self, texts: Sequence[str], add: Any) -> None:
        for text in texts:
            try:
                add(text)
            except NbtrailError as error:
                say(error)

    def _param(self, run: ActiveRun, name: str) -> None:
        value = evaluate(name, self.shell.user_ns)
        run.add_params([Param(name, param_text(value), "logged")])

    def _metric(self, run: ActiveRun, text: str) -> None:
        key, direction = parse_metric(text)
        experiment = run.snapshot().experiment.name
        if direction is not None:
            self.store.submit(operations.set_main_metric(experiment, key, direction))
            run.amend(experiment=Experiment(experiment, key, direction))
        if key in self.shell.user_ns:
            run.add_metric(run.metric(key, self.shell.user_ns[key], expression=key))
        elif run.snapshot().metric(key) is None:
            raise UsageError(
                f"%%track -m {key}: there is no variable {key!r}, and no metric of that name "
                "was computed in this cell."
            )

    def _data(self, run: ActiveRun, name: str) -> None:
        value = evaluate(name, self.shell.user_ns)
        context = DatasetContext.SOURCE
        run.add_datasets([self.tracker.dataset(value, name, context, Seen.LOGGED)])

    # ------------------------------------------------------------ files

    def _file_seen(self, event: FileEvent) -> None:
        if self._start is not None and event.mode == "r" and not event.path.endswith(_CODE):
            self._files[event.path] = None

    def _file_datasets(self) -> list[DatasetUse]:
        """Digest the files that the cell opened for reading."""
        uses = []
        for path in list(self._files):
            try:
                uses.append(self.tracker.dataset(path, "", DatasetContext.SOURCE, Seen.OPENED))
            except (NbtrailError, OSError):
                continue
        return uses

    def _read_options(self, line: str) -> CellOptions:
        try:
            return parse_cell_options(line)
        except UsageError as error:
            say(f"{error} The cell is tracked without options.")
            return CellOptions()


def say(message: object) -> None:
    """Write a message of ours below the cell, apart from the user's output."""
    print(f"nbtrail: {message}", file=sys.stderr)  # noqa: T201
