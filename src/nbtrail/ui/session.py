"""One notebook kernel from ``%load_ext nbtrail`` on: the composition root.

The shell's hooks, the recorder of statements and the taps of `capture` meet `tracking`
here, so that no lower room has to know a higher one.
"""

from __future__ import annotations

import atexit
import threading
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from nbtrail.capture.audit import subscribe, unsubscribe
from nbtrail.capture.cellhooks import CellEnd, CellHooks, CellStart
from nbtrail.capture.collector import Collector
from nbtrail.capture.guard import attempt, guarded, warn_once
from nbtrail.capture.location import Location
from nbtrail.capture.modules import ProjectModules
from nbtrail.capture.notebook import find_notebook
from nbtrail.capture.outputs import CellOutput, OutputWatch
from nbtrail.capture.startstate import Seeds
from nbtrail.capture.statements import StatementProbes
from nbtrail.capture.trackline import track_line
from nbtrail.config import find_store, load_settings
from nbtrail.exceptions import UsageError
from nbtrail.fingerprint.cache import prune
from nbtrail.store import operations
from nbtrail.store.store import Store
from nbtrail.tracking.housekeeper import Housekeeper
from nbtrail.tracking.process import (
    begin_session,
    end_session,
    name_finder,
    relative_path,
    use_tracker,
)
from nbtrail.ui.announcing import Announcer
from nbtrail.ui.cellreads import CellReadings
from nbtrail.ui.identity import NotebookIdentity
from nbtrail.ui.output import say

if TYPE_CHECKING:
    from nbtrail.entities.cell import CellExecution, StatementFacts
    from nbtrail.lineage.recorder import Recorder
    from nbtrail.tracking.activerun import ActiveRun
    from nbtrail.tracking.ancestry import History
    from nbtrail.tracking.tracker import Tracker
    from nbtrail.ui.cellrun import CellRun

__all__ = ["NotebookSession"]

_NOWHERE = Location()
_LONG_MS = 2000  # a cell that runs longer is noted while it runs


class NotebookSession:
    """Everything that is alive between ``%load_ext`` and ``%unload_ext``.

    What a cell, a fit or a run needs is only loaded with the first one.

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
        self._settings = load_settings(self.store.project)
        self._folder = Path.cwd()
        path = relative_path(notebook, self.store.project) if notebook is not None else ""
        self.record = begin_session(self.store, path, self._folder)
        self._identity = NotebookIdentity(shell, notebook)
        self._name_of = name_finder(lambda: shell.user_ns)
        self._collector = Collector(self._name_of, self._locate, self._open_run_id)
        self.automatic = False
        self._count = -1  # of the last cell that began
        self._seq = -1  # of the cell whose statements are recorded
        self._beside: dict[int, _Beside] = {}
        self._place = _NOWHERE
        self._cells: dict[int, int] = {}
        self._written = -1  # the latest cell that was recorded, or noted as running
        self._start: CellStart | None = None
        self._cell_run: CellRun | None = None
        self._modules = ProjectModules(self.store.project)
        self._reads = CellReadings(self.store.project, lambda: shell.user_ns, self._open_run_id)
        self._hooks = CellHooks(shell, self._begin, self._end)
        self._outputs = OutputWatch(shell)
        self._seeds = Seeds()
        self._announcer = Announcer(shell)
        self._recorder: Recorder | None = None
        self._probes: StatementProbes | None = None
        self._tracker: Tracker | None = None
        self._housekeeper: Housekeeper | None = None
        self.history: History | None = None

    @property
    def tracker(self) -> Tracker:
        """The tracker of this kernel."""
        if self._tracker is None:
            from nbtrail.tracking.tracker import Tracker

            self._identify(self._identity.look())
            self._tracker = Tracker(
                self.store,
                self.record,
                self._settings,
                collector=self._collector,
                name_of=self._name_of,
                locate=self._locate,
                give_reads=self._reads.give,
                readings=self._reads.history,
                modules=self._modules,
                seeds=self._seeds,
            )
        return self._tracker

    @property
    def cell_run(self) -> ActiveRun | None:
        """The run of the ``%%track`` cell that runs now."""
        beside = self._beside.get(threading.get_ident())
        run = beside.run if beside is not None else self._cell_run
        return run.run if run is not None else None

    def install(self) -> None:
        """Start to capture."""
        use_tracker(lambda: self.tracker)
        self._collector.start()
        self._reads.install()
        subscribe(self._modules.opened)
        self._hooks.install()
        self.store.writer.watch(self._so_far)
        atexit.register(self._close)
        self._housekeeper = Housekeeper(self.store.root, self._settings.history_days)
        self._take_history()

    @guarded
    def _take_history(self) -> None:
        """Record the cells that ran before, and the one that loads us: runs build on them."""
        earlier = list(self.shell.user_ns.get("In", ()))
        if not any(_does_more(code) for code in earlier):
            return
        from nbtrail.lineage.before import earlier_cell
        from nbtrail.tracking.redaction import redacted_cell

        raw = self.shell.history_manager.input_hist_raw
        for count, code in enumerate(earlier):
            if not _does_more(code):
                continue
            self._count += 1
            self._cells[count] = self._count
            cell = earlier_cell(
                self.record.session_id,
                self._count,
                count,
                raw[count] if count < len(raw) else code,
                code,
                project=self.store.project,
                now_ms=self.record.started_ms,
            )
            self.store.submit(operations.record_cell(redacted_cell(cell)))
            self._remember(cell)

    def announce(self) -> None:
        """Tell front ends whether this kernel tracks, and which run is open by hand."""
        run = self._tracker.current() if self._tracker is not None else None
        by_hand = run is not None and self.cell_run is None
        self._announcer.tell(on=self.automatic, run=run.name if run and by_hand else "")

    def remove(self) -> None:
        """Stop to capture and restore everything."""
        self._announcer.tell(on=False)
        self._hooks.remove()
        if self._housekeeper is not None:
            self._housekeeper.close()
        self._outputs.end()
        if self._probes is not None:
            from nbtrail.fingerprint.progress import set_hook

            self._probes.uninstall()
            set_hook(None)
        unsubscribe(self._modules.opened)
        self.store.writer.unwatch(self._so_far)
        self._close()
        use_tracker(None)
        atexit.unregister(self._close)
        self.store.close()

    def _close(self) -> None:
        self._reads.remove()  # some native modules complain at exit of functions that are not theirs
        if self._tracker is not None:
            self._tracker.close()
        else:
            self._collector.stop()
            end_session(self.store, self.record)

    @property
    def place(self) -> str:
        """Where the trail lies, relative to the working folder when it is below."""
        try:
            return str(self.store.root.relative_to(Path.cwd()))
        except ValueError:
            return str(self.store.root)

    def finish(self, run: ActiveRun) -> None:
        """End a run that was opened by hand, and show its receipt."""
        from nbtrail.ui.cellrun import finish

        finish(run, self.tracker, self.history)

    @guarded
    def _identify(self, notebook: Path | None) -> None:
        """Take the notebook that was found late, or under another name."""
        if notebook is None:
            return
        path = relative_path(notebook, self.store.project)
        if path == self.record.notebook:
            return
        self.record = replace(self.record, notebook=path)
        self.store.submit(operations.set_session_notebook(self.record.session_id, path))
        if self._tracker is not None:
            self._tracker.rename_notebook(self.record)

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
        if self._beside and (beside := self._beside.get(threading.get_ident())) is not None:
            return Location(beside.seq)
        if self._start is None or self._recorder is None:
            return _NOWHERE
        known, statement = self._place, self._recorder.current_statement
        if known.statement != statement or known.cell_seq != self._seq:
            self._place = known = Location(self._seq, statement)  # asked for by each log_metric
        return known

    def _open_run_id(self) -> str:
        return self._tracker.open_run_id() if self._tracker is not None else ""

    def _begin(self, start: CellStart) -> None:
        if start.silent:
            return
        self._count += 1
        if self._start is not None:  # another shell of this kernel is at a cell
            run = self._tracked(start, self._count)
            self._beside[threading.get_ident()] = _Beside(start, self._count, run)
            return
        self._seq = self._count
        self._start = start
        for prepare in (
            lambda: self._reads.begin(start.transformed),
            self._modules.begin,
            self._collector.refresh,
            lambda: self._outputs.begin(texts=self._settings.keep_output),
            lambda: self._probed().begin_cell(start.source, start.transformed),
        ):
            attempt(prepare)  # one that fails takes none of the others with it
        self._cell_run = self._tracked(start, self._seq)

    def _tracked(self, start: CellStart, seq: int) -> CellRun | None:
        """Start the run of a cell that wants one."""
        line = track_line(start.source)
        if line is None:
            return None
        from nbtrail.ui.cellrun import CellRun

        return CellRun(self.tracker, self.shell.user_ns, line, seq)

    def _probed(self) -> Recorder:
        if self._recorder is None:
            from nbtrail.fingerprint.progress import set_hook
            from nbtrail.lineage.recorder import Recorder
            from nbtrail.ui.progress import AFTER_S, ProgressLine

            self._recorder = Recorder(lambda: self.shell.user_ns, self.store.project)
            self._probes = StatementProbes(self.shell, self._recorder)
            self._probes.install()
            set_hook(ProgressLine(), AFTER_S)
        return self._recorder

    def _end(self, end: CellEnd) -> None:
        beside = self._beside.get(threading.get_ident())
        if beside is not None:
            self._end_beside(beside, end)
            return
        if self._start is None:
            return
        run, self._cell_run = self._cell_run, None
        attempt(lambda: self._identify(self._identity.after_cell(end.start.cell_id)))
        output = attempt(self._outputs.end) or CellOutput((), "", 0)
        try:
            code = self._record(end, output.text) or ""  # what can't be recorded still ends its run
            if self._tracker is not None or self._collector.known():
                self._show(run, end, output)
                self._ended(run, end, code)
        finally:
            self._start = None
            self.announce()
            prune()

    def _end_beside(self, beside: _Beside, end: CellEnd) -> None:
        """End a cell of a subshell: its statements mixed with another cell's, so none are known."""
        from nbtrail.tracking.redaction import redacted_cell

        code = beside.start.transformed
        try:
            if end.execution_count:
                self._cells[end.execution_count] = beside.seq
            cell = _execution(self.record.session_id, beside.seq, end, code)
            self.store.submit(operations.record_cell(redacted_cell(cell)))
            if self._tracker is not None:
                self.tracker.absorb()
            if beside.run is not None:
                beside.run.close(end, code)
        finally:
            del self._beside[threading.get_ident()]

    @guarded
    def _show(self, run: CellRun | None, end: CellEnd, output: CellOutput) -> None:
        """Give the run of the cell what it displayed, and its failure."""
        target = run.run if run is not None else self.tracker.current()
        if target is None:
            return
        target.add_figures(output.figures)
        if output.left_out:
            target.set_tag("nbtrail.figures", f"{output.left_out} more were not kept")
        if run is None and end.exception is not None:
            target.note_failure(end.execution_count, end.error)

    def _ended(self, run: CellRun | None, end: CellEnd, code: str) -> None:
        if run is not None:
            run.claim_metrics()
        self.tracker.results.holding = self.automatic and run is None
        try:
            self.tracker.absorb()
        except KeyboardInterrupt:  # the cell is over: only our own work is cut short
            say("Interrupted while results were taken; some of them may be missing.")
        if run is not None:
            run.close(end, code, self.history)
        elif self.automatic:
            self._keep_cell()
        self.tracker.results.let_go()
        current = self.tracker.current()
        if current is not None:
            self._reads.give(current)
        self.tracker.judge_ended(0.0)

    @guarded
    def _record(self, end: CellEnd, output: str) -> str:
        from nbtrail.tracking.redaction import record_modules, redacted_cell

        code, statements = self._probed().end_cell(end.error)
        statements = self._reads.end(self._seq, code, statements)
        self._seeds.note(code, self.shell.user_ns)
        record_modules(self.store, self.record.session_id, self._modules.changed(), self._seq)
        if end.execution_count:
            self._cells[end.execution_count] = self._seq
        self._written = self._seq
        cell = _execution(self.record.session_id, self._seq, end, code, statements, output)
        self.store.submit(operations.record_cell(redacted_cell(cell)))
        self._remember(cell)
        return code

    def _remember(self, cell: CellExecution) -> None:
        if self.history is None:
            from nbtrail.tracking.ancestry import History

            self.history = History()
        self.history.add(cell)

    def _so_far(self) -> list[operations.Operation]:
        """Note the cell that is running, lest nobody knows it when the kernel dies in it."""
        start, seq = self._start, self._seq
        now = time.time_ns() // 1_000_000
        if start is None or self._written >= seq or now - start.started_ms < _LONG_MS:
            return []
        from nbtrail.entities.cell import CellStatus
        from nbtrail.lineage.before import earlier_cell
        from nbtrail.tracking.redaction import redacted_cell

        self._written = seq  # before the record that its end may write meanwhile
        cell = earlier_cell(
            self.record.session_id,
            seq,
            self.shell.execution_count,
            start.source,
            start.transformed,
            project=self.store.project,
            now_ms=start.started_ms,
        )
        cell = replace(cell, cell_id=start.cell_id, status=CellStatus.RUNNING)
        return [operations.record_cell(redacted_cell(cell))]

    def _keep_cell(self) -> None:
        from nbtrail.tracking.keep import keep
        from nbtrail.ui.output import show_receipts

        waiting = [t for t in self._collector.known() if t.is_model and not t.run_id]
        if any(t.location.cell_seq == self._seq for t in waiting):
            kept = keep(self.tracker, {self._seq}, asked=False)
            for run in kept:
                self._reads.give(run)
            show_receipts(kept, self.history)


class _Beside(NamedTuple):
    """A cell that runs in a subshell while another cell runs."""

    start: CellStart
    seq: int
    run: CellRun | None


def _execution(
    session_id: str,
    seq: int,
    end: CellEnd,
    code: str,
    statements: tuple[StatementFacts, ...] = (),
    output: str = "",
) -> CellExecution:
    from nbtrail.entities.cell import CellExecution

    return CellExecution(
        session_id=session_id,
        seq=seq,
        cell_id=end.start.cell_id,
        execution_count=end.execution_count,
        source=end.start.source,
        code=code,
        started_ms=end.start.started_ms,
        ended_ms=end.ended_ms,
        status=end.status,
        error=end.error,
        statements=statements,
        output=output,
    )


def _does_more(code: str) -> bool:
    """Say whether a cell does anything but call one magic, as ``%load_ext`` alone does."""
    lines = [line for line in code.splitlines() if line.strip() and line.strip()[0] != "#"]
    return len(lines) > 1 or any(not line.startswith("get_ipython()") for line in lines)
