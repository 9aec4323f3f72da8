"""A kernel that dies in the middle of a cell: what it had done is there."""

from __future__ import annotations

import subprocess
import sys
import textwrap

import pytest

from nbtrail.entities.cell import CellStatus
from nbtrail.entities.run import RunStatus
from nbtrail.store import operations
from nbtrail.store.store import Store

pytestmark = pytest.mark.slow

DYING = """
import os, signal, time
from nbtrail.config import FOLDER
def die():
    deadline = time.monotonic() + 60
    import sqlite3
    while time.monotonic() < deadline:
        time.sleep(0.3)
        db = sqlite3.connect(f"{FOLDER}/nbtrail.db")
        wanted = db.execute("SELECT count(*) FROM episodes").fetchone()[0]
        known = db.execute("SELECT count(*) FROM cells WHERE status = 'running'").fetchone()[0]
        points = db.execute("SELECT coalesce(sum(count), 0) FROM metrics").fetchone()[0]
        db.close()
        if wanted >= FITS and known and points >= POINTS:
            os.kill(os.getpid(), signal.SIGKILL)
"""

KERNEL = """
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell.instance()
shell.history_manager.enabled = False
shell.run_line_magic("load_ext", "nbtrail")
for cell in CELLS:
    shell.run_cell(cell, store_history=True)
"""

DATA = """
from sklearn.datasets import load_iris
from sklearn.linear_model import Ridge, LogisticRegression
from sklearn.metrics import accuracy_score
X, y = load_iris(return_X_y=True)
"""


def die_in(project, cell, *, fits, points=0):
    """Run a cell in a kernel that is killed as soon as so much of it is on the disk."""
    dying = DYING.replace("FITS", str(fits)).replace("POINTS", str(points))
    code = f"CELLS = {[dying, DATA, textwrap.dedent(cell)]!r}\n{KERNEL}"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=project, capture_output=True, text=True, check=False
    )
    assert done.returncode == -9, done.stdout + done.stderr
    store = Store.open(project / ".nbtrail")
    # the next process that writes finishes what was left
    store.call(operations.set_note(store.reader.resolve("last"), "looked at"))
    return store


def test_its_only_fit_is_the_runs_own(project):
    store = die_in(
        project,
        """
        %%track night
        model = LogisticRegression(C=0.25, max_iter=300).fit(X, y)
        accuracy = accuracy_score(y, model.predict(X))
        die()
        """,
        fits=1,
    )
    run = store.reader.run(store.reader.resolve("night"))
    assert (run.status, run.reason) == (RunStatus.KILLED, "process died")
    assert {p.key: p.value for p in run.params}["C"] == "0.25"
    assert [m.key for m in run.metrics] == ["train/accuracy"]
    assert run.metrics[0].last > 0.9
    assert {d.context.value for d in run.datasets} == {"training"}
    assert "1 fit" in run.tags["nbtrail.recovered"]
    (history,) = (store.reader.history(run.run_id, m.key) for m in run.metrics)
    assert [p.value for p in history] == [run.metrics[0].last]
    cell = store.reader.cells(run.session_id)[-1]
    assert (cell.status, cell.error) == (CellStatus.INTERRUPTED, "process died")
    assert "LogisticRegression(C=0.25" in cell.source
    assert cell.statements
    store.close()


def test_its_fits_are_child_runs(project):
    store = die_in(
        project,
        """
        %%track night
        for alpha in (0.1, 1.0, 10.0):
            Ridge(alpha=alpha).fit(X, y).score(X, y)
        die()
        """,
        fits=3,
    )
    run = store.reader.run(store.reader.resolve("night"))
    assert run.metrics == ()
    children = [store.reader.run(store.reader.resolve(f"night.{n}")) for n in (1, 2, 3)]
    alphas = [{p.key: p.value for p in c.params}["alpha"] for c in children]
    assert alphas == ["0.1", "1.0", "10.0"]
    assert all(c.parent_run_id == run.run_id and c.metrics for c in children)
    assert {c.status for c in children} == {RunStatus.FINISHED}
    assert all(c.environment == run.environment for c in children)
    store.close()


def test_metrics_of_no_model_are_written_while_the_cell_goes_on(project):
    store = die_in(
        project,
        """
        %%track epochs
        for epoch in range(5):
            guess = [0] * (10 * epoch) + list(y)[10 * epoch:]
            accuracy_score(list(y), guess)
        LogisticRegression(C=0.5).fit(X, y)
        die()
        """,
        fits=1,
        points=4,
    )
    run = store.reader.run(store.reader.resolve("epochs"))
    (metric,) = run.metrics
    assert metric.count == 4  # the last one may still be given the user's own name
    store.close()


def test_a_cell_that_ends_is_recorded_as_it_was(notebook):
    session = notebook.session
    notebook.run("noted = []")
    session.shell.user_ns["look"] = lambda: noted.extend(session._so_far())
    noted = session.shell.user_ns["noted"]
    notebook.run("import time\ntime.sleep(2.1)\nlook()\nlook()")
    (operation,) = noted
    assert operation.args[0].status is CellStatus.RUNNING
    notebook.store.call(operation)
    assert session._so_far() == []
    cell = notebook.store.reader.cells(session.record.session_id)[-1]
    assert cell.status is CellStatus.RUNNING  # only since it was written by hand, after the end
