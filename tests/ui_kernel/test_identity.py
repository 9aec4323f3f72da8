"""A session knows its notebook, also when nobody says it, or only later."""

from __future__ import annotations

import subprocess
import sys
from urllib.parse import quote

import nbclient
import nbformat
import pytest
from jupyter_client.manager import run_kernel

from nbtrail.store.store import Store

CELLS = ("%load_ext nbtrail", "%%track\nx = 1", "assert x == 1")


@pytest.fixture(autouse=True)
def _nobody_says_it(monkeypatch):
    for name in ("NBTRAIL_NOTEBOOK", "JPY_SESSION_NAME"):
        monkeypatch.delenv(name, raising=False)


def write(path, cells=CELLS):
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(c) for c in cells])
    nbformat.write(notebook, path)
    return notebook


def last(project):
    store = Store.open(project / ".nbtrail")
    try:
        run = store.reader.run(store.reader.resolve("last"))
        return run, store.reader.session(run.session_id)
    finally:
        store.close()


def test_a_headless_kernel_finds_its_notebook_by_the_cells(project):
    notebook = write(project / "this.ipynb")
    write(project / "other.ipynb", ["x = 2"])
    client = nbclient.NotebookClient(notebook, resources={"metadata": {"path": str(project)}})
    client.execute()
    run, session = last(project)
    assert (session.notebook, run.source, run.experiment.name) == (
        "this.ipynb",
        "this.ipynb",
        "this",
    )


def test_jupyter_execute_names_the_notebook(project):
    (project / "deep").mkdir()
    write(project / "deep" / "this.ipynb")
    write(project / "deep" / "copy.ipynb")
    subprocess.run(
        [sys.executable, "-m", "jupyter", "execute", "deep/this.ipynb"],
        cwd=project, check=True, capture_output=True,
    )  # fmt: skip
    assert last(project)[1].notebook == "deep/this.ipynb"


def test_papermill_runs_the_notebook_that_it_was_given(project):
    (project / "deep").mkdir()
    notebook = write(project / "deep" / "this.ipynb", ["alpha = 1", *CELLS, "y = alpha"])
    notebook.cells[0].metadata["tags"] = ["parameters"]
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "x", "language": "python"}
    nbformat.write(notebook, project / "deep" / "this.ipynb")
    command = [
        sys.executable,
        "-m",
        "papermill",
        "deep/this.ipynb",
        "out.ipynb",
        "-p",
        "alpha",
        "2",
    ]
    subprocess.run(command, cwd=project, check=True, capture_output=True)
    run, session = last(project)
    assert session.notebook == run.source == "deep/this.ipynb"


def test_the_cells_of_vs_code_name_their_notebook(project):
    write(project / "in vs code.ipynb")
    uri = f"vscode-notebook-cell:{quote(str(project))}/in%20vs%20code.ipynb#W0sZmlsZQ%3D%3D"
    with run_kernel(cwd=str(project), kernel_name="python3") as client:
        for code in CELLS[:2]:
            content = {"code": code, "silent": False, "store_history": True, "allow_stdin": False}
            message = client.session.msg("execute_request", content, metadata={"cellId": uri})
            client.shell_channel.send(message)
            reply = client.get_shell_msg(timeout=60)
            while reply["parent_header"].get("msg_id") != message["header"]["msg_id"]:
                reply = client.get_shell_msg(timeout=60)  # a slow kernel is asked who it is twice
            assert reply["content"]["status"] == "ok"
    assert last(project)[0].source == "in vs code.ipynb"


def test_a_renamed_notebook_takes_its_runs_along(bare, project, monkeypatch):
    path = project / "first.ipynb"
    write(path)
    monkeypatch.setenv("JPY_SESSION_NAME", str(path))
    for cell in CELLS[:2]:
        bare.run(cell)
    assert bare.last().source == "first.ipynb"
    monkeypatch.setattr(type(bare.shell), "kernel", object(), raising=False)
    path.rename(project / "second.ipynb")
    for _ in range(8):
        bare.run(CELLS[2])
    assert bare.last().source == "second.ipynb"
    bare.run("%%track\ny = 1")
    assert bare.last().source == "second.ipynb"
    assert bare.store.reader.session(bare.last().session_id).notebook == "second.ipynb"


def test_a_notebook_that_is_said_late_is_taken(bare, project):
    write(project / "said.ipynb")
    bare.run("%load_ext nbtrail")
    bare.run("%%track\nx = 1")
    assert bare.last().source == ""
    bare.shell.user_ns["__vsc_ipynb_file__"] = str(project / "said.ipynb")
    for _ in range(4):
        bare.run("x")
    assert bare.last().source == "said.ipynb"


def test_plain_ipython_has_none(bare, project):
    write(project / "this.ipynb", ["%load_ext nbtrail", "%%track\nx = 1"])
    bare.run("%load_ext nbtrail")
    bare.run("%%track\nx = 1")
    assert bare.last().source == ""


def test_ipython_c_records_without_a_notebook(project):
    code = "%load_ext nbtrail\nimport nbtrail\nwith nbtrail.start_run('plain'): pass"
    subprocess.run(
        [sys.executable, "-m", "IPython", "-c", code], cwd=project, check=True, capture_output=True
    )
    run, session = last(project)
    assert (run.name, session.notebook) == ("plain", "")
