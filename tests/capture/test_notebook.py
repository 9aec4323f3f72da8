"""Which notebook a kernel runs, whatever its front end says."""

from __future__ import annotations

import json
import os

import pytest

from nbtrail.capture.notebook import find_notebook, match_notebook, notebook_of_cell


def write(path, *sources, **more):
    cells = [
        {"cell_type": "code", "source": text.splitlines(keepends=True), **more} for text in sources
    ]
    path.write_text(json.dumps({"cells": [{"cell_type": "markdown", "source": "x"}, *cells]}))
    return path


@pytest.fixture(autouse=True)
def _nobody_says_it(monkeypatch):
    for name in ("NBTRAIL_NOTEBOOK", "JPY_SESSION_NAME"):
        monkeypatch.delenv(name, raising=False)


def test_an_own_variable_comes_before_what_front_ends_say(tmp_path, monkeypatch):
    named, code, lab = (write(tmp_path / f"{n}.ipynb", "1") for n in ("named", "code", "lab"))
    monkeypatch.setenv("JPY_SESSION_NAME", str(lab))
    assert find_notebook({}) == lab
    assert find_notebook({"__vsc_ipynb_file__": str(code)}) == code
    monkeypatch.setenv("NBTRAIL_NOTEBOOK", str(named))
    assert find_notebook({"__vsc_ipynb_file__": str(code)}) == named


@pytest.mark.parametrize("said", ["", "console-1-9b4e", "gone.ipynb", "bad\ud800.ipynb"])
def test_what_is_no_notebook_is_not_believed(said, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert find_notebook({"__vsc_ipynb_file__": said}) is None


def test_the_cell_uri_of_vs_code_names_the_file(tmp_path):
    path = write(tmp_path / "a b.ipynb", "1")
    uri = f"vscode-notebook-cell:{str(path).replace(' ', '%20')}#W0sZmlsZQ%3D%3D"
    assert notebook_of_cell(uri) == path
    assert notebook_of_cell("9b4e-77") is None
    assert notebook_of_cell(uri.replace("a%20b", "gone")) is None


def test_the_only_notebook_with_these_cells_is_it(tmp_path):
    path = write(tmp_path / "this.ipynb", "import x\nx.y()  ", "z = 1")
    write(tmp_path / "other.ipynb", "import x", "z = 1")
    (tmp_path / "broken.ipynb").write_text("{")
    (tmp_path / "odd.ipynb").write_text('{"cells": [1, null]}')
    assert match_notebook(["import x\nx.y()\n", "z = 1"], tmp_path) == path
    assert match_notebook(["z = 1"], tmp_path) is None
    assert match_notebook([], tmp_path) is None
    assert match_notebook(["z = 1"], tmp_path / "none") is None


def test_one_injected_cell_is_forgiven(tmp_path):
    path = write(tmp_path / "params.ipynb", "a = 1", "print(a)")
    assert match_notebook(["a = 1", "# Parameters\na = 2", "print(a)"], tmp_path) == path
    assert match_notebook(["a = 1", "a = 2", "a = 3", "print(a)"], tmp_path) is None


def test_a_named_pipe_is_never_opened(tmp_path):
    os.mkfifo(tmp_path / "pipe.ipynb")
    path = write(tmp_path / "this.ipynb", "z = 1")
    assert match_notebook(["z = 1"], tmp_path) == path
