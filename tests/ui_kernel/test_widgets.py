"""The forms, clicked by setting their values: what they show, refuse and do."""

from __future__ import annotations

import math
import sys
import time

import pytest
from IPython.utils.capture import capture_output

pytest.importorskip("anywidget")
EVIL = "<img src=x onerror=alert(1)>"
RUNS = f"""
import nbtrail
for name, C, rate in (("weak", 1e-4, 0.1), ("strong", 1.0, 0.4), ({EVIL!r}, 0.01, 0.2)):
    with nbtrail.start_run(name, experiment="iris"):
        fitted = LogisticRegression(C=C, max_iter=500).fit(X_train, y_train)
        accuracy_score(y_test, fitted.predict(X_test))
        for step in range(60):
            nbtrail.log_metric("loss", float("nan") if step == 5 else 1 / (1 + rate * step), step=step)
"""


@pytest.fixture
def runs(notebook):
    notebook.run(RUNS)
    assert notebook.session.tracker.models.wait(60)
    return notebook


def form(notebook, code):
    notebook.run(f"form = {code}")
    return notebook.shell.user_ns["form"]


def test_runs_are_chosen_and_compared(runs):
    shown = form(runs, "nbtrail.widgets.compare('weak', 'strong')")
    assert len(shown.runs.value) == 2
    assert "logisticregression" in shown.page.value.lower() or "1.0" in shown.page.value
    assert shown.metric.value == "loss"
    assert bytes(shown.curve.value).startswith(b"\x89PNG")
    before = bytes(shown.curve.value)
    shown.smooth.value = 0.9
    shown.axis.value = "time"
    shown.log.value = True
    assert bytes(shown.curve.value) != before
    shown.runs.value = tuple(run_id for _, run_id in shown.runs.options)[:3]
    assert "<img src=x" not in shown.page.value
    assert "&lt;img src=x" in shown.page.value
    shown.runs.value = shown.runs.value[:1]
    assert "two runs or more" in shown.told.value


def test_a_query_finds_runs_and_a_bad_one_is_told(runs):
    shown = form(runs, "nbtrail.widgets.compare()")
    everything = len(shown.runs.options)
    shown.query.value = "params.C = 1.0"
    assert 2 <= len(shown.runs.options) <= everything
    shown.query.value = "metrics.loss > high"
    assert "high" in shown.told.value
    shown.query.value = f"params.C = 12345 {EVIL}"
    assert "<img" not in shown.told.value


def test_a_promotion_shows_what_the_gates_say_before_the_click(runs):
    shown = form(runs, "nbtrail.widgets.promote('strong', 'iris@champion')")
    assert "now nobody" in shown.preview.value
    assert not shown.button.disabled
    shown.reason.value = "the first"
    shown.button.click()
    assert "iris version 1 @champion" in shown.preview.value
    version = runs.store.reader.model_version("iris@champion")
    assert (version.version, version.comment) == (1, "the first")

    worse = form(runs, "nbtrail.widgets.promote('weak', 'iris@champion')")
    assert "now version 1" in worse.preview.value
    assert "refuse" in worse.preview.value
    assert "accuracy" in worse.preview.value
    assert worse.button.disabled
    worse.force.value = True
    assert not worse.button.disabled
    worse.button.click()
    assert runs.store.reader.model_version("iris@champion").version == 2
    assert runs.store.reader.alias_history("iris")[-1].forced


def test_a_promotion_that_can_not_be_is_told(runs):
    shown = form(runs, "nbtrail.widgets.promote('strong')")
    assert shown.button.disabled
    assert "name" in shown.told.value
    shown.model.value = EVIL
    assert "<img" not in shown.told.value
    assert "be the name of a model" in shown.told.value
    shown.model.value = "iris"
    assert not shown.button.disabled
    shown.least.value = "high"
    assert "must be a number" in shown.told.value
    assert shown.button.disabled
    shown.least.value = "0.9999"
    assert "refuse" in shown.preview.value


@pytest.mark.slow
def test_an_export_tells_each_step(runs, project):
    shown = form(runs, "nbtrail.widgets.export('strong', 'out')")
    shown.button.click()
    assert (project / "out" / "pipeline.py").exists()
    assert shown.progress.value.count("<br>") >= 1
    assert "Reproduced" in shown.result.value or "reproduced" in shown.result.value
    assert (shown.button.description, shown.button.disabled) == ("Export", False)
    (project / "out" / "pipeline.py").write_text("edited")
    shown.button.click()
    assert "overwrite" in shown.told.value or "edited" in shown.told.value


def test_each_form_has_a_page_for_readers_without_widgets(runs):
    for code in (
        "nbtrail.widgets.compare('weak', 'strong')",
        "nbtrail.widgets.promote('strong', 'iris@champion')",
        "nbtrail.widgets.export('strong')",
        "nbtrail.widgets.live()",
    ):
        shown = form(runs, code)
        with capture_output() as captured:
            shown._ipython_display_()
        widget, page = (output.data for output in captured.outputs)
        assert "application/vnd.jupyter.widget-view+json" in widget, code
        assert "run this cell" in widget["text/html"], code
        assert page["text/html"].startswith("<details"), code
        assert "strong" in page["text/plain"], code
        assert "<img src=x" not in page["text/html"], code


def test_the_live_view_follows_what_is_logged(runs):
    view = form(runs, "nbtrail.widgets.live()")
    try:
        assert view.state["key"] == "loss"
        assert [run["name"] for run in view.state["runs"]] == ["weak", "strong", EVIL]
        curve = view.state["runs"][0]
        assert curve["y"][5] is None
        assert all(y is None or math.isfinite(y) for y in curve["y"])
        runs.run("other = nbtrail.start_run('growing')\nnbtrail.log_metric('gain', 0.1, step=0)")
        runs.run("for step in range(1, 9): nbtrail.log_metric('gain', 0.2, step=step)")
        limit = time.monotonic() + 30
        while time.monotonic() < limit and "gain" not in view.state["keys"]:
            time.sleep(0.05)
        view.key = "gain"
        assert view.state["key"] == "gain"
        growing = next(run for run in view.state["runs"] if run["name"] == "growing")
        assert growing["status"] == "RUNNING"
        runs.run("nbtrail.end_run()")
    finally:
        view.close()


def test_magic_and_mistakes(runs, capsys, monkeypatch):
    runs.run("%track widget compare weak strong")
    runs.run("%track widget nothing")
    assert "Usage: %track widget" in capsys.readouterr().err
    runs.run("%track widget promote no-such-run")
    assert "no-such-run" in capsys.readouterr().err
    monkeypatch.setitem(sys.modules, "anywidget", None)
    runs.run("%track widget live")
    assert "nbtrail[live]" in capsys.readouterr().err
