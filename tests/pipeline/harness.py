"""Runs percent-format notebooks in a real shell with the real probes and recorder."""

from __future__ import annotations

import asyncio
import atexit
import contextvars
import os
import re
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from unittest import mock

from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output

from nbtrail.capture.audit import subscribe, unsubscribe
from nbtrail.capture.modules import LoadedSource, ProjectModules
from nbtrail.capture.statements import StatementProbes
from nbtrail.entities.cell import CellExecution, CellStatus
from nbtrail.entities.identity import new_id
from nbtrail.entities.model import ModelRecord
from nbtrail.entities.provenance import Environment, ModuleSource, Session
from nbtrail.entities.run import Experiment, Metric, Run, RunStatus
from nbtrail.fingerprint.estimators import digest_estimator
from nbtrail.lineage.recorder import Recorder
from nbtrail.store import operations
from nbtrail.store.store import Store
from nbtrail.tracking.client import present_tracker, use_tracker

__all__ = ["SESSION", "Case", "Chunk", "Notebook", "read_case", "record_run"]

SESSION = "a" * 32


@dataclass
class Chunk:
    """One ``# %%`` part: a cell execution, or a file edit outside of the notebook."""

    kind: str
    name: str
    flags: set[str]
    source: str


@dataclass
class Case:
    """A notebook with the truth about it.

    Attributes
    ----------
    refused : str
        A word of the cause, for a case that must not be verified.
    answers : list of str
        What is typed where it asks.
    library : str
        What has to be installed for it.
    """

    title: str
    metrics: list[str]
    refused: str = ""
    answers: list[str] = field(default_factory=list)
    library: str = ""
    chunks: list[Chunk] = field(default_factory=list)

    @property
    def cells(self) -> list[Chunk]:
        return [c for c in self.chunks if c.kind == "cell"]


def read_case(path: Path) -> Case:
    text = path.read_text(encoding="utf-8")
    head = dict(re.findall(r"^# (title|metrics|refused|input|needs): (.*)$", text, re.MULTILINE))
    case = Case(
        head["title"],
        head["metrics"].split(),
        head.get("refused", ""),
        head.get("input", "").split(),
        head.get("needs", ""),
    )
    for part in re.split(r"^# %%", text, flags=re.MULTILINE)[1:]:
        head, _, body = part.partition("\n")
        body = body.rstrip("\n")
        if head.startswith(("file ", "edit ")):
            kind, name = head.split()[:2]
            case.chunks.append(Chunk("file", name, {kind}, body + "\n"))
        else:
            name, *flags = head.split()
            case.chunks.append(Chunk("cell", name, set(flags), body))
    return case


class Notebook:
    """A shell in a folder of its own; every executed cell becomes a record."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        InteractiveShell.clear_instance()
        self._home = Path.cwd()
        os.chdir(folder)
        self._path = list(sys.path)
        sys.path.insert(0, "")
        self._modules = set(sys.modules)
        self._main = sys.modules["__main__"]
        self._environ = dict(os.environ)
        self.shell = InteractiveShell.instance()
        self.shell.history_manager.enabled = False
        self.recorder = Recorder(lambda: self.shell.user_ns, folder)
        self.probes = StatementProbes(self.shell, self.recorder)
        self.probes.install()
        self.cells: list[CellExecution] = []
        self._loop = asyncio.Runner()
        self._context = contextvars.copy_context()  # one for all cells, as in a kernel
        self.loads: list[tuple[int, LoadedSource]] = []
        self._project_modules = ProjectModules(folder)
        subscribe(self._project_modules.opened)

    @property
    def values(self) -> dict:
        return self.shell.user_ns

    def run(self, source: str, *, quiet: bool = True, cell_id: str = "") -> object:
        started = int(time.time() * 1000)
        transformed = self.shell.transform_cell(source)
        self.recorder.begin_cell(source, transformed)
        with capture_output(display=True) as output:
            result = self._loop.run(
                self.shell.run_cell_async(source, store_history=True, transformed_cell=transformed),
                context=self._context,
            )
        error = result.error_before_exec or result.error_in_exec
        text = f"{type(error).__name__}: {error}" if error else ""
        code, statements = self.recorder.end_cell(text)
        self.cells.append(
            CellExecution(
                session_id=SESSION,
                seq=len(self.cells),
                cell_id=cell_id,
                execution_count=self.shell.execution_count - 1,
                source=source,
                code=code,
                started_ms=started,
                ended_ms=int(time.time() * 1000),
                status=CellStatus.ERROR if error else CellStatus.OK,
                error=text,
                statements=statements,
            )
        )
        loaded = self._project_modules.changed()
        self.loads += [(self.cells[-1].seq, source) for source in loaded]
        self.output = output.stdout
        if error is not None and not quiet:
            raise error
        return result.result

    def play(self, case: Case) -> None:
        with mock.patch("builtins.input", side_effect=case.answers):
            self._play(case)

    def _play(self, case: Case) -> None:
        for chunk in case.chunks:
            if chunk.kind == "file":
                target = self.folder / chunk.name
                target.write_text(chunk.source)
                stamp = time.time() + len(self.cells) + 5
                os.utime(target, (stamp, stamp))
            else:
                self.run(chunk.source)

    def close(self) -> None:
        tracker = present_tracker()
        if tracker is not None:  # the cells used nbtrail's own client
            tracker.close()
            tracker.store.close()
            atexit.unregister(tracker.close)
            use_tracker(None)
        self._loop.close()
        unsubscribe(self._project_modules.opened)
        self.probes.uninstall()
        self.shell.history_manager.end_session()
        InteractiveShell.clear_instance()
        sys.modules["__main__"] = self._main
        for name in set(sys.modules) - self._modules:
            found = getattr(sys.modules[name], "__file__", None) or ""
            if found.startswith(str(self.folder)):
                del sys.modules[name]
        sys.path[:] = self._path
        os.environ.clear()
        os.environ.update(self._environ)
        os.chdir(self._home)


def record_run(
    notebook: Notebook,
    store: Store,
    *,
    expressions: dict[str, str] | None = None,
    metrics: tuple[Metric, ...] = (),
    models: tuple[str, ...] = (),
    name: str = "brave-otter",
    started_ms: int = 1,
    first_cell: int | None = None,
) -> str:
    """Put the notebook's session and one run of it into a store, and return the run's id."""
    version = ".".join(map(str, sys.version_info[:3]))
    store.call(
        operations.start_session(
            Session(SESSION, 0, "work.ipynb", ".", version, sys.executable, "host")
        )
    )
    for cell in notebook.cells:
        store.submit(operations.record_cell(cell))
    for seq, source in notebook.loads:
        module = ModuleSource(source.name, source.path, source.sha256, seq)
        store.call(operations.put_module(SESSION, module, source.text))
    last = notebook.cells[-1].seq if notebook.cells else -1
    last = last if first_cell is None else first_cell
    found = [
        Metric(k, v, v, v, cell_seq=last, expression=e, last_ms=1)
        for k, e in (expressions or {}).items()
        for v in [float(eval(e, notebook.values))]
    ]
    records = [
        ModelRecord(
            f"m-{new_id()}",
            variable,
            type(notebook.values[variable]).__name__,
            digest_estimator(notebook.values[variable]),
            variable=variable,
        )
        for variable in models
    ]
    run = Run(
        new_id(),
        name,
        Experiment("default"),
        RunStatus.FINISHED,
        started_ms=started_ms,
        ended_ms=2,
        source="work.ipynb",
        session_id=SESSION,
        first_cell=last if first_cell is None else first_cell,
        last_cell=last,
        environment=Environment("0" * 64, version, "CPython", "test", "test", sys.executable),
        metrics=(*found, *metrics),
        models=tuple(records),
    )
    store.call(operations.start_run(run))
    store.call(operations.end_run(run.run_id, RunStatus.FINISHED, "", 2, last))
    return run.run_id
