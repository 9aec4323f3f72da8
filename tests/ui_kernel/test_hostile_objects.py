"""Objects of the user that fail wherever they are looked at change nothing in the cell."""

from __future__ import annotations

import warnings

import pytest

from nbtrail.capture import guard
from nbtrail.entities.run import RunStatus

HOSTILE = """
class Silent(Exception):
    def __str__(self):
        raise RuntimeError("no text")
    __repr__ = __str__
class Hostile:
    def __getattribute__(self, name):
        raise Silent()
    def __reduce_ex__(self, protocol):
        raise Silent()
class Uncopied:
    def __reduce_ex__(self, protocol):
        raise Silent()
hostile = Hostile()
"""


@pytest.fixture(autouse=True)
def nothing_said(monkeypatch):
    monkeypatch.setattr(guard, "_said", set())


def run(notebook, code, *, ok=True):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", guard.NbtrailWarning)
        return notebook.run(code, ok=ok)


def test_an_exception_without_a_text_is_not_raised_again(notebook):
    run(notebook, HOSTILE)
    assert run(notebook, "%%track looked -p hostile\n[hostile][0] is hostile").result is True
    assert notebook.named("looked").status is RunStatus.FINISHED


def test_a_run_ends_with_its_cell_when_the_cell_cannot_be_recorded(notebook, monkeypatch):
    def broken(*_):
        raise RuntimeError("no facts")

    notebook.run("x = 1")
    monkeypatch.setattr(notebook.session._recorder, "end_cell", broken)
    run(notebook, "%%track alone -m x\nx = 2")
    found = notebook.named("alone")
    assert (found.status, found.metric("x").last) == (RunStatus.FINISHED, 2.0)


def test_a_model_that_cannot_be_copied_is_told_so(notebook):
    run(notebook, HOSTILE)
    run(
        notebook,
        "import nbtrail\nwith nbtrail.start_run('held'):\n    nbtrail.log_model(Uncopied())",
    )
    (model,) = notebook.named("held").models
    assert (model.status, "Silent" in model.problem) == ("not-kept", True)


def test_warnings_shown_in_a_way_that_fails_raise_nothing(notebook):
    def broken(*_, **__):
        raise ValueError("this way of showing fails")

    notebook.run(HOSTILE)
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.showwarning = broken
        notebook.run("[hostile]\nfits = 1")


def test_code_with_odd_globals_fits_as_ever(notebook):
    notebook.run(
        "odd = {'__name__': None, 'L': LogisticRegression, 'X': X_train, 'y': y_train}\n"
        "exec('m = L(max_iter=300).fit(X, y)', odd)\nassert odd['m'].n_iter_[0] > 1"
    )


def test_tags_and_notes_of_objects_call_nothing_of_theirs(notebook):
    run(
        notebook,
        HOSTILE
        + "import nbtrail\nwith nbtrail.start_run('tagged', tags={'first': hostile, 'n': 3}):\n"
        "    nbtrail.set_tag('later', hostile)\n"
        "    nbtrail.set_note(hostile)\n",
    )
    found = notebook.named("tagged")
    assert found.tags == {"first": "<Hostile>", "n": "3", "later": "<Hostile>"}
    assert found.note == "<Hostile>"


def test_a_name_that_is_no_text_is_told_so(notebook):
    result = run(notebook, "import nbtrail\nnbtrail.start_run(3)", ok=False)
    assert "name of the run must be a text, but got 3" in str(result.error_in_exec)
    assert notebook.count() == 0


def test_texts_that_are_not_unicode_are_found_again(notebook):
    run(
        notebook,
        "import nbtrail\n"
        "with nbtrail.start_run('odd \\ud800', experiment='\\udfff', tags={'\\ud801': 'x'}):\n"
        "    nbtrail.log_metric('loss \\ud802', 1)\n"
        "by_name = nbtrail.get_run('odd \\ud800')\n"
        'found = nbtrail.runs(\'name = "odd \\ud800" and metrics."loss \\ud802" = 1\')\n'
        "words = nbtrail.runs('\\ud801', experiment='\\udfff')\n",
    )
    namespace = notebook.shell.user_ns
    run_id = notebook.last().run_id
    assert namespace["by_name"].run_id == run_id
    assert list(namespace["found"]["run_id"]) == list(namespace["words"]["run_id"]) == [run_id]


def test_a_class_that_leaves_the_process_does_not_when_its_params_are_read(notebook):
    notebook.run(
        "import sys\n"
        "from sklearn.linear_model import Ridge\n"
        "class Leaving(Ridge):\n"
        "    def get_params(self, deep=True):\n"
        "        sys.exit(4)\n"
        "    def _validate_params(self):\n"
        "        pass\n"
    )
    notebook.run("%%track leaving\nm = Leaving()\nm.fit(X_train, y_train)\nafter = 1")
    assert notebook.shell.user_ns["after"] == 1
    assert notebook.named("leaving").status.value == "FINISHED"


def test_an_interrupt_of_our_own_work_shows_no_traceback(notebook, monkeypatch, capsys):
    def interrupted(*_args, **_kwargs):
        raise KeyboardInterrupt

    monkeypatch.setattr(notebook.session._reads, "end", interrupted)
    capsys.readouterr()
    with pytest.warns(UserWarning, match="Interrupted while a cell was recorded"):
        notebook.run("x = 41 + 1")
    shown = capsys.readouterr()
    assert "Error in callback" not in shown.out + shown.err
    monkeypatch.undo()
    notebook.run("%%track next\ny = x")
    assert notebook.named("next").status.value == "FINISHED"
