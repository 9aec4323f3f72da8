"""Loading, unloading, and places where nothing can be stored."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
import threading

import pytest

LOAD = """
import json, sys
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell.instance()
shell.run_cell("1")
before = set(sys.modules)
shell.run_line_magic("load_ext", "nbtrail")
print(json.dumps(sorted(set(sys.modules) - before)))
"""


def test_loading_imports_nothing_heavy(project):
    done = subprocess.run(
        [sys.executable, "-c", LOAD], capture_output=True, text=True, check=True, cwd=project
    )
    new = {name.partition(".")[0] for name in json.loads(done.stdout.splitlines()[-1])}
    heavy = {
        "pandas",
        "sklearn",
        "git",
        "sqlite_utils",
        "ipywidgets",
        "numpy",
        "matplotlib",
        "skops",
    }
    assert not new & heavy
    assert "nbtrail" in new


def test_loading_adds_no_names_and_prints_one_line(bare, capsys):
    before = set(bare.shell.user_ns)
    bare.run("%load_ext nbtrail")
    bare.run("%%track\nx = 1")
    public = {n for n in set(bare.shell.user_ns) - before if not n.startswith("_")}
    assert public == {"x"}
    out = capsys.readouterr().out
    assert out.splitlines()[0].startswith("nbtrail ")


def test_unloading_restores_everything(bare):
    import sklearn.metrics
    from sklearn.linear_model import LogisticRegression
    from sklearn.tree._classes import BaseDecisionTree

    shell = bare.shell

    def state():
        return (
            list(shell.ast_transformers),
            list(shell.input_transformers_cleanup),
            {k: list(v) for k, v in shell.events.callbacks.items()},
            list(sys.meta_path),
            vars(BaseDecisionTree)["predict"],
            LogisticRegression.fit.__closure__[0].cell_contents,
            sklearn.metrics.accuracy_score.__closure__[0].cell_contents,
            set(shell.magics_manager.magics["line"]),
        )

    before = state()
    bare.run("%load_ext nbtrail")
    bare.run("%%track\nx = 1")
    bare.run("%unload_ext nbtrail")
    bare.run("y = 2")
    assert state() == before


def test_unloading_ends_every_thread_of_ours(bare):
    others = set(threading.enumerate())
    for _ in range(2):
        bare.run("%load_ext nbtrail")
        bare.run(
            "%%track\nfrom sklearn.linear_model import LogisticRegression\n"
            "LogisticRegression().fit([[0], [1]], [0, 1])"
        )
        assert "nbtrail-models" in {thread.name for thread in threading.enumerate()}
        bare.run("%unload_ext nbtrail")
        for thread in set(threading.enumerate()) - others:
            if thread.name.startswith("nbtrail"):
                thread.join(30.0)
                assert not thread.is_alive(), thread.name


def test_the_folder_ignores_itself(notebook, project):
    notebook.run("%%track\nx = 1")
    status = subprocess.run(
        ["git", "status", "--porcelain"], capture_output=True, text=True, check=True
    )
    assert status.stdout == ""
    assert (project / ".nbtrail" / "nbtrail.db").is_file()


def test_without_a_repository(bare, tmp_path, monkeypatch):
    plain = tmp_path / "plain"
    plain.mkdir()
    monkeypatch.chdir(plain)
    bare.run("%load_ext nbtrail")
    bare.run("%%track\nx = 1")
    assert bare.last().code is None
    assert (plain / ".nbtrail").is_dir()


def test_without_git_on_the_path(bare, monkeypatch):
    monkeypatch.setenv("PATH", "")
    bare.run("%load_ext nbtrail")
    bare.run("%%track\nx = 1")
    bare.session.tracker.wait_for_git(10)
    run = bare.last()
    assert run.code.commit
    assert run.code.dirty is None


def test_where_nothing_can_be_written(bare, project, monkeypatch, capsys):
    (project / "file").write_text("")
    monkeypatch.setenv("NBTRAIL_DIR", str(project / "file" / "trail"))
    bare.run("%load_ext nbtrail")
    assert "Nothing is tracked" in capsys.readouterr().err
    bare.run("%%track name -m a\nx = 41\nx += 1")
    assert bare.shell.user_ns["x"] == 42


def test_a_store_of_a_newer_version(bare, project, capsys):
    bare.run("%load_ext nbtrail")
    bare.run("%%track old\nx = 1")
    assert bare.count() == 1
    bare.run("%unload_ext nbtrail")
    database = sqlite3.connect(project / ".nbtrail" / "nbtrail.db")
    database.execute("PRAGMA user_version = 999")
    database.close()
    capsys.readouterr()
    bare.run("%load_ext nbtrail")
    bare.run("%%track\nx = 2")
    told = capsys.readouterr().err
    assert "newer" in told
    assert bare.shell.user_ns["x"] == 2


@pytest.mark.slow
def test_a_killed_kernel_leaves_a_killed_run(project):
    code = (
        "import os, signal, time\n"
        "from IPython.core.interactiveshell import InteractiveShell\n"
        "shell = InteractiveShell.instance()\n"
        "shell.run_line_magic('load_ext', 'nbtrail')\n"
        "shell.run_cell('%track start doomed')\n"
        "shell.run_cell('%track metric a=1')\n"
        "time.sleep(1.5)\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    subprocess.run([sys.executable, "-c", code], cwd=project, check=False, capture_output=True)
    done = subprocess.run(
        [sys.executable, "-m", "nbtrail.cli", "show", "doomed", "--json"],
        cwd=project, capture_output=True, text=True, check=True, env=os.environ,
    )  # fmt: skip
    run = json.loads(done.stdout)
    assert (run["status"], run["reason"]) == ("KILLED", "process died")
    assert run["metrics"][0]["last"] == 1
