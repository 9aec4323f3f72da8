"""One random notebook: recorded, exported, verified, and held against an execution of our own."""

from __future__ import annotations

import math
import os
import pickle
import shutil
import signal
import tempfile
from collections.abc import Collection
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

from harness import Notebook, record_run
from scoring import FirstTry
from twin import Twin, plain_metrics

from nbtrail.exceptions import ExportError
from nbtrail.pipeline.export import export_run
from nbtrail.pipeline.lock import Requirements
from nbtrail.pipeline.plan import Plan, make_plan
from nbtrail.store.store import Store

__all__ = ["Trial", "try_notebook", "try_notebooks"]

_LIMIT_S = 30


@dataclass(frozen=True)
class Trial:
    """What became of a notebook.

    Attributes
    ----------
    outcome : str
        Of the export: the verdict, "refused", "no result" when the notebook gave none, and
        "endless" when one of its loops did not end.
    expected, found : float
        The session's value, and that of the exported script run without nbtrail.
    first : str
        The first script, before any verification: "right", "wrong" or "error".
    executed, kept, spare : int
        Statements that ran, those in the first slice, and how many of these can be left out
        one by one without another value; -1 when that was not tried.
    """

    cells: list[str]
    outcome: str
    expected: float = math.nan
    found: float = math.nan
    first: str = ""
    executed: int = 0
    kept: int = 0
    spare: int = -1
    culprit: str = ""

    @property
    def verified(self) -> bool:
        return self.outcome not in {"refused", "no result", "endless", "not-reproducible"}

    @property
    def wrong(self) -> bool:
        """Whether it was verified, and is not what the session had."""
        return self.verified and self.found != self.expected


def try_notebooks(
    batch: list[list[str]], fresh: Collection[int] = (), spare: Collection[int] = ()
) -> list[Trial]:
    """Try several notebooks, each in a fork of its own.

    Parameters
    ----------
    fresh : collection of int
        Positions of those that are verified in new interpreters instead of forks.
    spare : collection of int
        Positions of those whose statements are left out one by one.
    """
    known = Requirements({})  # of the same environment for all, and slow to find
    with mock.patch("nbtrail.pipeline.export.Requirements", return_value=known):
        return [
            _forked(cells, fresh=number in fresh, spare=number in spare)
            for number, cells in enumerate(batch)
        ]


def _forked(cells: list[str], *, fresh: bool, spare: bool) -> Trial:
    read, write = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(read)
        signal.alarm(_LIMIT_S)
        code = 1
        try:
            with os.fdopen(write, "wb") as answer:
                pickle.dump(try_notebook(cells, fresh=fresh, spare=spare), answer)
            code = 0
        finally:
            os._exit(code)
    os.close(write)
    with os.fdopen(read, "rb") as answer:
        data = answer.read()
    _, status = os.waitpid(pid, 0)
    if not data and os.waitstatus_to_exitcode(status) == -signal.SIGALRM:
        return Trial(cells, "endless")
    if not data:
        raise RuntimeError("no answer for the notebook\n" + "\n# %%\n".join(cells))
    return pickle.loads(data)


def try_notebook(cells: list[str], *, fresh: bool = False, spare: bool = False) -> Trial:
    """Run the cells in a real shell, export, and run the exported script once more."""
    twin = Twin()
    place = Path(tempfile.mkdtemp(prefix="trial-"))
    folder = place / "project"
    folder.mkdir()
    notebook = Notebook(folder)
    store = Store.open(folder / ".nbtrail", create=True)
    notebook.shell.showtraceback = lambda *_args, **_options: None  # colours take long
    try:
        for cell in cells:
            notebook.run(cell)
        value = notebook.values.get("m")
        if not isinstance(value, float) or not math.isfinite(value):
            return Trial(cells, "no result")
        run_id = record_run(notebook, store, expressions={"m": "m"})
        plan = make_plan(store.reader.run(run_id), notebook.cells, "work.ipynb", ".")
        extra = _spare(twin, plan, folder, place, value) if spare else -1
        executed = sum(len(cell.statements) for cell in notebook.cells)
        facts = (executed, len(plan.nodes), extra)
        first = FirstTry()
        try:
            with first.watching(), nullcontext() if fresh else twin.verifying():
                manifest = export_run(store, run_id, folder / "out")
        except ExportError as error:
            return Trial(cells, "refused", value, math.nan, "error", *facts, str(error))
        text = (folder / "out" / "pipeline.py").read_text("utf-8")
        found = _run(twin, text, folder, plan, place / "again")
        verdict = manifest.verdict
        return Trial(
            cells,
            f"{verdict.outcome.value}" + (" (history)" if manifest.form == "history" else ""),
            value,
            found.get("m", math.nan),
            first.says({"m": value}).partition(":")[0],
            *facts,
            verdict.culprit,
        )
    finally:
        store.close()
        notebook.close()
        twin.close()
        shutil.rmtree(place, ignore_errors=True)


def _run(twin: Twin, text: str, project: Path, plan: Plan, place: Path) -> dict[str, float]:
    """Run a script in an empty folder that holds its inputs, without nbtrail."""
    place.mkdir()
    for name in plan.files:
        if not Path(name).is_absolute() and (project / name).is_file():
            (place / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(project / name, place / name)
    script = place / "pipeline.py"
    script.write_text(text, encoding="utf-8")
    environment = {"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/")}
    arguments = [str(script), "--output", str(place / "out")]
    twin.run(arguments, place, environment, place / "log.txt")
    return plain_metrics(place / "out")


def _spare(twin: Twin, plan: Plan, project: Path, place: Path, value: float) -> int:
    """Count the statements that the value does not change without, tried one by one."""
    count = 0
    texts = {node: plan.texts[node][1] for node in plan.nodes}
    for gone in plan.nodes:
        if texts[gone].startswith("m ="):
            continue
        lines = ["import contextlib, json, os, sys"]
        for node in plan.nodes:
            if node == gone:
                continue
            text = texts[node]
            if plan.graph.facts[node].error:
                text = "with contextlib.suppress(Exception):\n" + "\n".join(
                    f"    {line}" for line in text.split("\n")
                )
            lines.append(text)
        lines.append("os.makedirs(sys.argv[2], exist_ok=True)")
        lines.append("json.dump({'m': m}, open(os.path.join(sys.argv[2], 'metrics.json'), 'w'))")
        found = _run(twin, "\n".join(lines), project, plan, place / f"without{gone}")
        count += found == {"m": value}
    return count
