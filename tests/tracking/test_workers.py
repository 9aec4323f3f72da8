"""Runs that worker processes log to."""

from __future__ import annotations

import subprocess
import sys

import pytest

from nbtrail.entities.run import RunStatus
from nbtrail.store.store import Store

pytestmark = pytest.mark.slow

SCRIPT = """
import sys
import joblib, multiprocessing
import nbtrail

def work(run, number):
    run.log_metric("score", float(number), step=number)
    run.log_param(f"seen{number}", number)
    nbtrail.log_metric("nowhere", 1.0)
    run.end()
    return run.name

if __name__ == "__main__":
    with nbtrail.start_run("shared") as run:
        if sys.argv[1] == "loky":
            names = joblib.Parallel(n_jobs=2)(joblib.delayed(work)(run, n) for n in range(4))
        else:
            with multiprocessing.get_context(sys.argv[1]).Pool(2) as pool:
                names = pool.starmap(work, [(run, n) for n in range(4)])
                pool.close()
                pool.join()
        run.log_metric("after", 1.0)
    assert set(names) == {"shared"}, names
"""


@pytest.mark.parametrize("how", ["loky", "spawn", "fork"])
def test_a_run_travels_to_workers(project, how):
    (project / "work.py").write_text(SCRIPT, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "work.py", how], cwd=project, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    store = Store.open(project / ".nbtrail")
    assert store.reader.runs().total == 1
    run = store.reader.run(store.reader.resolve("shared"))
    assert run.status is RunStatus.FINISHED
    assert sorted(p.value for p in store.reader.history(run.run_id, "score")) == [0, 1, 2, 3]
    assert {p.key for p in run.params} == {f"seen{n}" for n in range(4)}
    assert run.metric("after").last == 1.0
    if how != "fork":  # a forked child has the open run itself
        assert run.metric("nowhere") is None
        assert "hand it the run" in done.stderr
    store.close()


COPIED = """
import copy, pickle
import nbtrail

with nbtrail.start_run("mine") as run:
    assert copy.deepcopy({"run": run})["run"] is run
    assert pickle.loads(pickle.dumps(run)) is run
"""


def test_copies_in_its_own_process_are_the_run_itself(project):
    subprocess.run([sys.executable, "-c", COPIED], cwd=project, check=True)


FORKED = """
import os, sys
import nbtrail

with nbtrail.start_run("forked") as run:
    child = os.fork()
    if child == 0:
        nbtrail.log_metric("child", 1.0)
        sys.exit(3)  # leaves the block, and runs what is registered for the end of a process
    os.waitpid(child, 0)
    nbtrail.log_metric("parent", 2.0)
"""


def test_a_forked_child_does_not_end_its_parents_run(project):
    subprocess.run([sys.executable, "-c", FORKED], cwd=project, check=True)
    store = Store.open(project / ".nbtrail")
    run = store.reader.run(store.reader.resolve("forked"))
    assert (run.status, run.reason) == (RunStatus.FINISHED, "")
    assert {m.key: m.last for m in run.metrics} == {"child": 1.0, "parent": 2.0}
    store.close()
