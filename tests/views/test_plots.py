"""Plots of real runs: what they draw, what they say of missing values, and what they refuse."""

from __future__ import annotations

import atexit
import math
import os
import subprocess
import sys

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from matplotlib import pyplot as plt

import nbtrail
from nbtrail.exceptions import NotFoundError, UsageError
from nbtrail.tracking.process import present_tracker, use_tracker
from nbtrail.views.drawing import png
from nbtrail.views.plot_curves import smoothed

mpl.use("Agg")

EVIL = ("$x^{$", "_hidden", "<script>alert(1)</script>", "a" * 300, "\\frac", "多")
PEOPLE = pd.DataFrame({"age": np.arange(600.0), "city": ["Rome", "Oslo", "Kyiv"] * 200})


@pytest.fixture(scope="module")
def trail(tmp_path_factory):
    """Runs of a script: six with a history, one without, two with other data."""
    folder = tmp_path_factory.mktemp("project")
    (folder / ".git").mkdir()
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("NBTRAIL_DIR", raising=False)
        patch.chdir(folder)
        make_runs()
        yield folder
        tracker = present_tracker()
        tracker.close()
        atexit.unregister(tracker.close)
        use_tracker(None)


def make_runs():
    for number, name in enumerate(EVIL):
        with nbtrail.start_run(name, experiment="nets"):
            nbtrail.log_params({"lr": 10.0**-number, "kind": f"k{number % 2}", EVIL[0]: number})
            if number:
                nbtrail.log_param("late", number)
            for step in range(50):
                value = math.nan if number == 1 and step == 7 else 1 / (step + 1 + number)
                nbtrail.log_metric("loss", value, step=step)
    with nbtrail.start_run("bare", experiment="nets"):
        nbtrail.log_param("lr", 0.5)
    for name, people in (("monday", PEOPLE), ("tuesday", PEOPLE.assign(age=PEOPLE.age + 100))):
        with nbtrail.start_run(name, experiment="data"):
            nbtrail.log_input(people, "people")


def drawn(ax):
    """Draw for real: a bad formula only fails then."""
    ax.figure.canvas.draw()
    return ax


def said(ax):
    texts = [ax.get_xlabel(), ax.get_ylabel(), ax.get_title(loc="left")]
    return "\n".join([*texts, *(text.get_text() for text in ax.texts)])


@pytest.mark.filterwarnings("ignore:Glyph")
def test_curves_name_what_they_do_not_show(trail):
    ax = drawn(nbtrail.plot.curves([*EVIL, "bare"]))
    assert len(ax.lines) == len(EVIL)
    assert ax.get_ylabel() == "loss"
    assert "without loss: bare" in said(ax)
    assert "1 point not finite: a gap in the line" in said(ax)
    y = ax.lines[1].get_ydata()
    assert math.isnan(y[7])
    assert np.isfinite(np.delete(y, 7)).all()
    named = [text.get_text() for text in ax.get_legend().get_texts()]
    assert len(named) == len(EVIL)
    assert named[0] == r"\$x^{\$"
    smooth = drawn(nbtrail.plot.curves(EVIL[2], "loss", smooth=0.9, x="time"))
    assert len(smooth.lines) == 2


@pytest.mark.filterwarnings("ignore:Glyph")
def test_the_users_axes_are_used(trail):
    figure, (left, right) = plt.subplots(1, 2)
    assert nbtrail.plot.curves("_hidden", ax=left) is left
    assert nbtrail.plot.scatter(nbtrail.runs(), "lr", "loss", ax=right) is right
    figure.canvas.draw()


@pytest.mark.filterwarnings("ignore:Glyph")
def test_a_scatter_plot_counts_the_runs_without_a_value(trail):
    runs = nbtrail.runs(experiment="nets")
    ax = drawn(nbtrail.plot.scatter(runs, "lr", "loss", color="kind"))
    assert len(ax.collections[0].get_offsets()) == len(EVIL)
    assert ax.get_xscale() == "log"
    assert "without loss: bare" in said(ax)
    ax = drawn(nbtrail.plot.scatter(runs, "kind", "late", color="loss"))
    assert [label.get_text() for label in ax.get_xticklabels()] == ["k0", "k1"]
    assert rf"without late: bare, {EVIL[0]}".replace("$", r"\$") in said(ax)
    drawn(nbtrail.plot.scatter(runs, EVIL[0], "params.lr"))


@pytest.mark.filterwarnings("ignore:Glyph")
def test_parallel_coordinates_show_a_missing_value_apart(trail):
    ax = drawn(nbtrail.plot.parallel(nbtrail.runs(experiment="nets")))
    keys = [label.get_text() for label in ax.get_xticklabels()]
    assert {"lr", "kind", "late", "loss ↓"} <= set(keys)
    assert "no value: 2 runs" in said(ax)
    chosen = drawn(nbtrail.plot.parallel(nbtrail.runs(experiment="nets"), ["loss", "params.lr"]))
    assert [label.get_text() for label in chosen.get_xticklabels()] == ["loss ↓", "lr"]


def test_a_data_diff_draws_the_column_that_moved(trail):
    ax = drawn(nbtrail.plot.data_diff("monday", "tuesday"))
    assert ax.get_xlabel().startswith("age")
    assert ax.get_title(loc="left").startswith("people (")
    assert [t.get_text() for t in ax.get_legend().get_texts()] == ["monday", "tuesday"]
    heights = [bar.get_height() for bar in ax.patches]
    assert sum(heights) == pytest.approx(2)
    tables = drawn(nbtrail.plot.data_diff(PEOPLE, PEOPLE.assign(city="Rome")))
    assert tables.get_xlabel().startswith("city")


@pytest.mark.parametrize(
    ("call", "error", "told"),
    [
        (lambda: nbtrail.plot.curves("bare"), NotFoundError, "history"),
        (lambda: nbtrail.plot.curves("bare", "loss"), NotFoundError, "'loss'"),
        (lambda: nbtrail.plot.curves("last", smooth=1.0), UsageError, "below 1"),
        (lambda: nbtrail.plot.curves([]), UsageError, "1 to 100 runs"),
        (lambda: nbtrail.plot.curves([3]), UsageError, "by name or id"),
        (lambda: nbtrail.plot.curves(PEOPLE), UsageError, "run_id"),
        (lambda: nbtrail.plot.scatter("bare", "lr", "nothing"), NotFoundError, "nothing"),
        (lambda: nbtrail.plot.parallel(["bare", "monday"], ["x"]), NotFoundError, "'x'"),
        (lambda: nbtrail.plot.data_diff("monday", "monday"), UsageError, "same run"),
        (lambda: nbtrail.plot.data_diff("monday", "tuesday", "city"), NotFoundError, "age"),
        (lambda: nbtrail.plot.data_diff("bare", "tuesday"), NotFoundError, "people"),
    ],
)
def test_bad_input_is_told_clearly(trail, call, error, told):
    with pytest.raises(error, match=told):
        call()


def test_smoothing_has_no_pull_of_its_start_and_skips_gaps():
    assert smoothed([2.0, 2.0, 2.0], 0.9) == pytest.approx([2.0, 2.0, 2.0])
    found = smoothed([1.0, math.nan, 1.0], 0.5)
    assert math.isnan(found[1])
    assert found[2] == pytest.approx(1.0)


def test_a_picture_is_made_apart_from_what_the_user_set():
    mpl.rcParams["axes.facecolor"] = "black"
    try:
        first = png(lambda ax: ax.plot([1, 2]), 3, 2)
        assert mpl.rcParams["axes.facecolor"] == "black"
    finally:
        mpl.rcdefaults()
    assert first == png(lambda ax: ax.plot([1, 2]), 3, 2)
    assert first.startswith(b"\x89PNG")
    assert plt.get_fignums() == []


@pytest.mark.slow
def test_nothing_is_imported_before_the_first_plot_or_form():
    script = (
        "import sys, nbtrail; nbtrail.plot, nbtrail.widgets; "
        "print({'matplotlib', 'pandas', 'ipywidgets', 'anywidget'} & set(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], env={**os.environ}, capture_output=True, text=True,
        check=True,
    )  # fmt: skip
    assert done.stdout.strip() == "set()"
