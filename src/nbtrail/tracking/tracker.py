"""The life of runs in one process: start, what was seen meanwhile, end."""

from __future__ import annotations

import os
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from nbtrail.capture.audit import unwatched
from nbtrail.capture.collector import Collector
from nbtrail.capture.guard import guarded
from nbtrail.capture.location import Location
from nbtrail.capture.modules import ProjectModules
from nbtrail.capture.startstate import Seeds, start_state
from nbtrail.capture.training import Training
from nbtrail.config import Settings
from nbtrail.entities.dataset import DatasetContext, DatasetUse, Seen
from nbtrail.entities.identity import new_id
from nbtrail.entities.provenance import CodeVersion, Environment, Session, StartState
from nbtrail.entities.run import Experiment, Run, RunSpan, RunStatus
from nbtrail.exceptions import UsageError
from nbtrail.fingerprint import digest
from nbtrail.fingerprint.files import digest_file
from nbtrail.foreground import foreground
from nbtrail.store import operations
from nbtrail.store.store import Store
from nbtrail.tracking.activerun import ActiveRun
from nbtrail.tracking.codestate import CodeState, tree_marks
from nbtrail.tracking.honesty import Judge
from nbtrail.tracking.names import random_name
from nbtrail.tracking.openruns import OpenRuns
from nbtrail.tracking.process import end_session, relative_path
from nbtrail.tracking.redaction import (
    record_modules,
    redacted_tags,
    redacted_text,
)
from nbtrail.tracking.results import Results
from nbtrail.tracking.runmodels import RunModels

__all__ = ["Tracker"]

_EXPLICIT_S = 1.0  # an explicit start or end waits this long for its durable commit
_AUTOMATIC_S = 0.25
_CLOSING_S = 30.0  # whoever ends the process may be less patient
_HANDLES = 500  # runs that a late metric can still reach


class Tracker:
    """Starts and ends runs and gives them what capture saw.

    Parameters
    ----------
    store : Store
    session : Session
        The kernel session or process.
    settings : Settings
    collector : Collector, optional
        One that is set already and asks this tracker for its open run.
    name_of, locate : callable
        As `Collector` takes them.
    give_reads : callable
        Adds to a run what was read while it was open.
    readings : mapping of int to tuple of DatasetUse
        What each cell of the session read; it grows with the session.
    modules : ProjectModules, optional
        Those of a notebook, which records them itself after each cell.
    seeds : Seeds, optional
        What the statements of a notebook gave to generators.
    """

    def __init__(
        self,
        store: Store,
        session: Session,
        settings: Settings,
        *,
        collector: Collector | None = None,
        name_of: Callable[[Any], str] = lambda _value: "",
        locate: Callable[[], Location] = Location,
        give_reads: Callable[[ActiveRun], None] = lambda _run: None,
        readings: Mapping[int, tuple[DatasetUse, ...]] = MappingProxyType({}),
        modules: ProjectModules | None = None,
        seeds: Seeds | None = None,
    ) -> None:
        self.store = store
        self.session = session
        self.locate = locate
        self.name_of = name_of
        self.settings = settings
        self.collector = collector or Collector(name_of, locate, self.open_run_id)
        self.results = Results(self)
        self.models = RunModels(store, settings, self._experiment_of, self.results.put_episode)
        self._give_reads = give_reads
        self._modules = modules or ProjectModules(store.project, script=True)
        self._records_modules = modules is None
        self._seeds = seeds or Seeds()
        self._code = CodeState(store, self._executed)
        self._environment: Environment | None = None
        self._judge = Judge(store, session.session_id, self._notebook_file, readings)
        self._to_judge: dict[str, ActiveRun] = {}
        self._open = OpenRuns()
        self._process = os.getpid()
        self._closing: list[Callable[[], None]] = []
        self._handles: OrderedDict[str, ActiveRun] = OrderedDict()
        store.writer.watch(self.results.so_far)

    # ------------------------------------------------------------ start and end

    def current(self) -> ActiveRun | None:
        """Return the open run of this thread and task, else the main thread's."""
        return self._open.current()

    def open_run_id(self) -> str:
        """Return the id of the current run, or an empty text."""
        run = self.current()
        return run.run_id if run is not None else ""

    def start(
        self,
        name: str = "",
        *,
        experiment: str = "",
        tags: Mapping[str, Any] | None = None,
        nested: bool = False,
        automatic: bool = False,
        first_cell: int | None = None,
    ) -> ActiveRun:
        """Start a run.

        Parameters
        ----------
        name : str
            A random readable one when empty.
        experiment : str
            The notebook's or script's name when empty.
        nested : bool
            Make it a child of the current run.
        automatic : bool
            Nobody waits for the commit.
        """
        parent = self.current() if nested else None
        where = self.locate().cell_seq if first_cell is None else first_cell
        run = self._new_run(name, experiment, parent.run_id if parent else None, where, tags or {})
        handle = self._opened(run)
        begun = operations.start_run(handle.snapshot())
        try:
            if automatic:
                self.store.submit(begun)
            else:
                self.store.call(begun, _EXPLICIT_S)
            self._open.add(handle)
        except KeyboardInterrupt:
            # the user never gets it, so that nobody would end it
            self.store.submit(begun)
            ended = operations.end_run(run.run_id, RunStatus.KILLED, "interrupted", _now_ms())
            self.store.submit(ended)
            raise
        self._put_environment(run.run_id)
        self._put_start(handle, start_state(self._seeds.known))
        return handle

    def resume(self, run_id: str) -> ActiveRun:
        """Open a run again, to add to it; it may be another session's.

        Raises
        ------
        NotFoundError
            When there is no such run.
        UsageError
            When it is open already, here or elsewhere.
        """
        self.store.flush(_EXPLICIT_S)
        run = self.store.reader.run(self.store.reader.resolve(run_id))
        if run.status is RunStatus.RUNNING:
            where = run.source or "another process"
            raise UsageError(
                f"Run {run.name} is still open ({where}), so it can't be resumed. End it there, "
                "or start a new run."
            )
        span = RunSpan(self.session.session_id, *(self.locate().cell_seq,) * 2)
        handle = ActiveRun(self, run)
        self._handles[run.run_id] = handle
        handle.amend(status=RunStatus.RUNNING, ended_ms=None, reason="", spans=(*run.spans, span))
        self._open.add(handle)
        self.store.call(operations.resume_run(run.run_id), _EXPLICIT_S)
        return handle

    def end(
        self,
        handle: ActiveRun,
        status: RunStatus = RunStatus.FINISHED,
        reason: str = "",
        *,
        automatic: bool = False,
    ) -> None:
        """End a run after giving it everything that was seen."""
        if handle.ended:
            return
        try:
            self._complete(handle)
        finally:
            # a user who interrupts this must not be left with a run that is open for ever
            self._write_end(handle, status, redacted_text(reason))
        if not automatic:
            with foreground.released():
                self.store.flush(_EXPLICIT_S)

    def _complete(self, handle: ActiveRun) -> None:
        """Give a run that ends what was seen while it was open."""
        self.absorb()
        self._give_reads(handle)
        self._take_modules()
        state = handle.snapshot().start
        if state is not None and state.seeds != self._seeds.known:
            self._put_start(handle, replace(state, seeds=dict(self._seeds.known)))
        self._code.ended(handle.run_id)

    def _write_end(self, handle: ActiveRun, status: RunStatus, reason: str) -> None:
        handle.settle()
        ended, here = _now_ms(), self.locate().cell_seq
        taken = handle.meter.read()
        span = replace(handle.snapshot().spans[-1], last_cell=here)
        # the cells of another session, where it began, have numbers of their own
        last = -1 if handle.is_resumed_elsewhere else here
        facts: dict[str, Any] = {"last_cell": last} if last >= 0 else {}
        handle.amend(status=status, reason=reason, ended_ms=ended, resources=taken, **facts)
        if last >= 0:
            self._to_judge[handle.run_id] = handle
        self.store.submit(operations.put_span(handle.run_id, span))
        self.store.submit(operations.set_resources(handle.run_id, taken))
        self.store.submit(operations.end_run(handle.run_id, status, reason, ended, last))
        handle.ended = True  # only now: one that was interrupted before can be ended once more
        self._open.drop(handle)

    def rename_notebook(self, session: Session) -> None:
        """Take the session under the notebook that was found for it."""
        before, self.session = self.session.notebook, session
        for handle in self._handles.values():
            if not handle.is_resumed_elsewhere and handle.snapshot().source == before:
                handle.amend(source=session.notebook)

    def children(self, handle: ActiveRun) -> tuple[ActiveRun, ...]:
        """Return the child runs of this session's run, in order."""
        every = tuple(self._handles.values())
        return tuple(h for h in every if h.parent_run_id == handle.run_id)

    def judge_ended(self, timeout_s: float) -> None:
        """Have the order of execution judged of the runs that ended; their cells are recorded.

        Waits for the marks, at most `timeout_s` seconds.
        """
        for handle in self._to_judge.values():
            if handle.snapshot().last_cell >= 0:
                self._judge.judge(handle)
        self._to_judge.clear()
        self._judge.wait(timeout_s)

    def settle(self, timeout_s: float) -> None:
        """Wait for what is still found out of the runs that ended, at most `timeout_s` seconds."""
        until = time.monotonic() + timeout_s
        self.judge_ended(0.0)
        self.wait_for_git(timeout_s)
        self._judge.wait(until - time.monotonic())

    def wait_for_commit(self) -> None:
        """Wait until what ended is on the disk, a quarter of a second at most.

        Who runs notebooks may kill the kernel as soon as the last cell has answered.
        """
        with foreground.released():
            self.store.flush(_AUTOMATIC_S)

    def at_close(self, function: Callable[[], None]) -> None:
        """Have `function` called when the tracker is closed."""
        self._closing.append(function)

    def close(self, error: BaseException | None = None) -> None:
        """End what is open, write what is pending, stop to capture.

        A forked child only writes what it has logged: the rest is its parent's.

        Parameters
        ----------
        error : BaseException, optional
            What ended the session before its time.
        """
        if os.getpid() != self._process:
            for handle in self._open:
                handle.end()
            return
        for handle in reversed(list(self._open)):
            if error is not None:
                handle.end_by(error)
            handle.end(RunStatus.KILLED, "the session ended")
        self.absorb()
        self.judge_ended(5.0)
        self._judge.close(0.0)
        self.collector.stop()
        self.store.writer.unwatch(self.results.so_far)
        for function in self._closing:
            function()
        self.models.close(_CLOSING_S)
        self._code.close(5.0)  # a short script ends before git has answered
        end_session(self.store, self.session)

    # ------------------------------------------------------------ what was seen

    def absorb(self) -> None:
        """Give each run what its trainings gained since the last time."""
        self.results.absorb()

    def handle(self, run_id: str) -> ActiveRun | None:
        """Return the handle of a run of this session, the latest few hundred of them."""
        return self._handles.get(run_id)

    def judge_later(self, handle: ActiveRun) -> None:
        """Have the order of execution judged of an ended run that has gained something."""
        self._to_judge[handle.run_id] = handle

    def add_finished(
        self,
        trainings: Sequence[Training],
        *,
        name: str = "",
        experiment: str = "",
        parent: str | None = None,
        tags: Mapping[str, str] | None = None,
    ) -> ActiveRun:
        """Add a run for trainings that are over already; the caller gives it their results."""
        cell = trainings[-1].location.cell_seq
        started = min(t.started_ms for t in trainings)
        ended = max(t.ended_ms for t in trainings)
        handle = self._opened(self._new_run(name, experiment, parent, cell, tags or {}))
        handle.ended = True
        handle.amend(started_ms=started)
        self.store.submit(operations.start_run(handle.snapshot()))
        self._put_environment(handle.run_id)
        handle.amend(status=RunStatus.FINISHED, ended_ms=ended)
        self.store.submit(operations.end_run(handle.run_id, RunStatus.FINISHED, "", ended, cell))
        self._code.ended(handle.run_id)
        return handle

    # ------------------------------------------------------------ models and data

    def save_model(
        self,
        run_id: str,
        model: Any,
        name: str,
        *,
        example: Any = None,
        allow_pickle: bool = False,
    ) -> str:
        """Keep a model with a run; its file is written in the background."""
        variable = self.name_of(model)
        return self.models.save(
            run_id, model, name, variable, example=example, allow_pickle=allow_pickle
        )

    def dataset(self, data: Any, name: str, context: DatasetContext, seen: Seen) -> DatasetUse:
        """Digest a value, or the file that a path names."""
        if isinstance(data, (str, os.PathLike)):
            path = Path(data)
            if not path.is_file():
                raise UsageError(
                    f"There is no file {os.fspath(data)!r} (looked from {Path.cwd()}). "
                    "Give an existing file, or the table or array itself."
                )
            source = relative_path(path, self.store.project)
            with unwatched():
                found = digest_file(path)
            return DatasetUse(found, name or path.name, context, seen, source)
        # a view that was forced to be writeable escapes the cache: what is logged by hand does not
        found = digest(data, profile=True, fresh=seen is Seen.LOGGED)
        return DatasetUse(found, name or self.name_of(data) or "data", context, seen)

    def environment(self) -> Environment:
        """Return the process's environment, read once."""
        if self._environment is None:
            from nbtrail.capture.environment import capture_environment  # only runs need it

            self._environment = capture_environment()
        return self._environment

    def wait_for_git(self, timeout_s: float) -> None:
        """Wait until the state of the working tree is known, or the time is over."""
        self._code.wait(timeout_s)

    # ------------------------------------------------------------ parts

    def _new_run(
        self, name: str, experiment: str, parent: str | None, cell: int, tags: Mapping[str, Any]
    ) -> Run:
        return Run(
            run_id=new_id(),
            name=redacted_text(name) or random_name(),
            experiment=Experiment(redacted_text(experiment) or self._experiment()),
            status=RunStatus.RUNNING,
            started_ms=_now_ms(),
            parent_run_id=parent,
            source=self.session.notebook,
            session_id=self.session.session_id,
            first_cell=cell,
            last_cell=cell,
            spans=(RunSpan(self.session.session_id, cell, cell),),
            user=_user(),
            tags=redacted_tags(tags)[0],
        )

    def _opened(self, run: Run) -> ActiveRun:
        handle = ActiveRun(self, run)
        self._handles[run.run_id] = handle
        while len(self._handles) > _HANDLES:
            self._handles.popitem(last=False)
        self._take_modules()
        handle.amend(code=self._code.now(run.run_id, lambda code: self._code_known(handle, code)))
        return handle

    @guarded
    def _take_modules(self) -> None:
        if self._records_modules:
            record_modules(self.store, self.session.session_id, self._modules.changed(), -1)

    def _put_environment(self, run_id: str) -> None:
        """Have the environment stored; it is read where nobody waits, in the store's thread."""

        @guarded
        def collect() -> Sequence[operations.Operation]:
            return [operations.set_environment(run_id, self.environment())]

        self.store.submit_later(lambda: collect() or ())

    def _put_start(self, handle: ActiveRun, state: StartState) -> None:
        handle.amend(start=state)
        self.store.submit(operations.set_start_state(handle.run_id, state))

    def _executed(self) -> tuple[str, ...]:
        notebook = self._notebook_file()
        return (*self._modules.files, *([str(notebook)] if notebook is not None else []))

    def _code_known(self, handle: ActiveRun, code: CodeVersion) -> None:
        handle.amend(code=code)
        self.store.submit(operations.set_code(handle.run_id, code))
        handle.add_marks(tree_marks(code))

    def _experiment_of(self, run_id: str) -> str:
        handle = self._handles.get(run_id)
        return handle.snapshot().experiment.name if handle is not None else ""

    def _notebook_file(self) -> Path | None:
        name = self.session.notebook
        return self.store.project / name if name.endswith(".ipynb") else None

    def _experiment(self) -> str:
        return Path(self.session.notebook).stem if self.session.notebook else "default"


def _user() -> str:
    import getpass  # loads the terminal's modules

    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return ""


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
