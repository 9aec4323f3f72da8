"""What the views say, and that it survives in a saved, untrusted notebook."""

from __future__ import annotations

import ast
import dataclasses
import math
import os
import re
import subprocess
import sys
import warnings
from html.parser import HTMLParser

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nbtrail.compare.replicates import replicate_groups
from nbtrail.compare.runs import compare_runs
from nbtrail.compare.why import why
from nbtrail.entities.ancestry import Ancestry, CellLink, UsedCell
from nbtrail.entities.pipeline import Check, Outcome
from nbtrail.entities.provenance import ModuleSource
from nbtrail.entities.run import Metric, Param, RunStatus
from nbtrail.entities.table import RunTable
from nbtrail.entities.uncommitted import FileChange, UncommittedChanges
from nbtrail.fingerprint import digest
from nbtrail.fingerprint.diff import diff_values
from nbtrail.views import html, text
from nbtrail.views.bundle import mime_bundle
from nbtrail.views.formats import duration, numbers
from nbtrail.views.frame import runs_frame
from nbtrail.views.markup import to_html
from nbtrail.views.plain import to_text
from nbtrail.views.receipt import receipt
from nbtrail.views.run import run_detail

EVIL = "<script>alert(1)</script>&\"'"
# What Jupyter's sanitizer is known to leave in place.
TAGS = {"div", "span", "table", "thead", "tbody", "tr", "th", "td", "details", "summary", "img"}
PICTURE = re.compile(r"data:image/png;base64,[A-Za-z0-9+/=]+")


class Checker(HTMLParser):
    def __init__(self):
        super().__init__()
        self.open, self.problems = [], []

    def handle_starttag(self, tag, attrs):
        self.open.append(tag)
        if tag == "img":  # has no end
            self.open.pop()
        if tag not in TAGS:
            self.problems.append(tag)
        for name, value in attrs:
            if tag == "img" and (name == "alt" or (name == "src" and PICTURE.fullmatch(value))):
                continue
            if (tag, name, value) == ("div", "class", "mathjax_ignore tex2jax_ignore"):
                continue
            if name != "style" or re.search(
                r"var\(|currentcolor|inherit|url\(", value, re.IGNORECASE
            ):
                self.problems.append((tag, name, value))

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.problems.append(f"/{tag}")


def everything(samples):
    cells = (
        UsedCell(0, 1, f"a = {EVIL!r}", ((1, 1),), "edited since"),
        UsedCell(4, 5, "m = a", ((1, 1),)),
    )
    return {
        "ancestry": (Ancestry(EVIL, "work.ipynb", 9, cells, (CellLink(0, 4, ("a", EVIL)),)),),
        "receipt": (samples.run(),),
        "run": (samples.run(),),
        "runs": (samples.table(),),
        "replicates": (replicate_groups(samples.table()),),
        "code": (
            samples.run(),
            samples.cells("1.0"),
            [ModuleSource("m", "m.py", "ab" * 32)],
        ),
        "uncommitted": (
            samples.run(),
            UncommittedChanges(
                "c" * 40,
                True,
                (FileChange(EVIL, "changed", ("-a", f"+{EVIL}"), EVIL, 3),),
                2,
                (EVIL,),
            ),
        ),
        "comparison": (samples.comparison(),),
        "models": ([samples.model()],),
        "model": (samples.model(), samples.MOVES),
        "gates": (samples.GATES,),
        "promotion": (samples.model().versions[0],),
        "verdict": (samples.verdict(Outcome.NOT_REPRODUCIBLE),),
        "episodes": (samples.episodes(),),
        "why": (why(samples.run(), samples.run(), samples.comparison()),),
        "export": (samples.manifest(), "out"),
        "data_diff": (diff_values(samples.frame(1), samples.frame(2)),),
    }


@pytest.mark.parametrize("name", [n.removeprefix("html_") for n in html.__all__])
def test_html_is_plain_enough_for_an_untrusted_notebook(name, samples):
    rendered = getattr(html, f"html_{name}")(*everything(samples)[name])
    checker = Checker()
    checker.feed(rendered)
    assert checker.problems == []
    assert checker.open == []
    assert len(rendered) < 60_000


@pytest.mark.parametrize("name", [n.removeprefix("text_") for n in text.__all__])
def test_text_is_free_of_markup(name, samples):
    said = getattr(text, f"text_{name}")(*everything(samples)[name])
    assert said
    assert "style=" not in said
    assert all(line == line.rstrip() for line in said.splitlines())


def test_everything_is_escaped(samples):
    run = dataclasses.replace(
        samples.run(),
        name=EVIL,
        note=EVIL,
        reason=EVIL,
        tags={EVIL: EVIL},
        params=(Param(EVIL, EVIL),),
        metrics=(Metric(EVIL, 1.0, 1.0, 1.0, expression=EVIL),),
    )
    for rendered in (
        html.html_run(run),
        to_html(receipt(run)),
        html.html_comparison(compare_runs([run, samples.run(2)])),
    ):
        assert "<script" not in rendered
        assert "&lt;script&gt;" in rendered


def test_the_receipt_in_one_line(samples):
    said = text.text_receipt(samples.run())
    assert said == (
        "● brisk-otter-12 · FINISHED in 1.2 s · accuracy 0.9737 · log_loss 0.0831 · 1 more metric "
        "· 4 params · 2 datasets · 1 model · a1b2c3d+dirty · %track show brisk-otter-12"
    )
    assert "\n" not in text.text_receipt(samples.failed())
    assert "ValueError: Input X contains NaN." in text.text_receipt(samples.failed())
    running = dataclasses.replace(samples.run(), status=RunStatus.RUNNING, ended_ms=None)
    assert "RUNNING" in text.text_receipt(running)


def test_the_runs_table_marks_the_best_and_leaves_out_what_is_equal(samples):
    said = text.text_runs(samples.table())
    assert re.search(r"brisk-otter-12 .*★ 0\.9737", said)
    assert said.count("★") == 1
    assert "solver" not in said
    assert "57 more runs not shown" in said
    assert "%%track" in text.text_runs(RunTable(0))
    assert "No run matches" in text.text_runs(RunTable(0), filtered=True)


def test_a_run_shows_what_its_data_look_like(samples):
    wide = pd.DataFrame({f"c{i}": [i, None, i + 1] for i in range(23)})
    wide["c1"] = pd.to_datetime(["2024-02-03", None, "2024-02-05"])
    wide["c2"] = ["red", "red", "red"]
    use = dataclasses.replace(samples.run().datasets[0], dataset=digest(wide, profile=True))
    document = run_detail(samples.run(datasets=(use,)))
    said = to_text(document, unfold=True)
    assert re.search(r"\bc0 +float64 +1 +0\.0 +0\.5000 +1\.0 +2 different", said)
    assert re.search(r"\bc1 +datetime64\[.s\] +1 +2024-02-03 00:00 UTC", said)
    assert re.search(r"\bc2 .* red 3", said)
    assert "c19" in said
    assert "c20" not in said
    assert "and 3 more columns" in said
    assert "float64" not in to_text(document)  # folded
    assert "X_train: 23 columns" in to_text(document)


def test_an_index_shifts_no_dtype(samples):
    frame = pd.DataFrame({"a": ["u", "u"], "b": [1.5, 2.5]}, index=pd.Index([7, 9], name="key"))
    use = dataclasses.replace(samples.run().datasets[0], dataset=digest(frame, profile=True))
    said = to_text(run_detail(samples.run(datasets=(use,))), unfold=True)
    assert re.search(r"\bb +float64 +0 +1\.5000", said)
    matrix = dataclasses.replace(use, dataset=digest(np.ones((3, 2), "f4"), profile=True))
    said = to_text(run_detail(samples.run(datasets=(matrix,))), unfold=True)
    assert re.search(r"\b1 +float32 +0 +1\.0", said)


def test_a_comparison_folds_what_is_equal(samples):
    rendered = html.html_comparison(samples.comparison())
    before, _, folded = rendered.partition("<details")
    assert "train/accuracy" not in before
    assert "train/accuracy" in folded
    said = text.text_comparison(samples.comparison())
    assert "-model = LogisticRegression(C=1.0)" in said
    assert "X_test: bill changed within rows 0 to 568 (mean 40." in said
    assert "scipy" in said
    assert "numpy" not in said
    one, two = samples.run(), samples.run(2)
    assert "not compared" in text.text_comparison(compare_runs([one, two]))


def test_a_verdict_puts_the_numbers_side_by_side(samples):
    good = text.text_verdict(samples.verdict())
    assert good.startswith("✔ Reproduced exactly: accuracy 0.9737 = 0.9737")
    bad = text.text_verdict(samples.verdict(Outcome.NOT_REPRODUCIBLE))
    assert bad.startswith("✘ Not reproduced: accuracy 0.9737 ≠ 0.9649")
    assert "because train_test_split drew other rows" in bad
    assert "The figure roc.png was not compared." in bad
    assert "nothing" in bad


def test_a_tolerance_is_never_written_as_equality(samples):
    check = Check("metric", "auc", "0.30000000000000004", "0.3", equal=True)
    verdict = dataclasses.replace(
        samples.verdict(), outcome=Outcome.WITHIN_TOLERANCE, checks=(check,)
    )
    assert "auc 0.30000000000000004 ≈ 0.3" in text.text_verdict(verdict)


def test_untracked_fits_say_how_to_keep_them(samples):
    said = text.text_episodes(samples.episodes())
    assert said.startswith("1 fit is not tracked yet: keep with %track keep")
    assert "All 1 fit" in text.text_episodes(samples.episodes()[1:])


@pytest.mark.parametrize(
    ("values", "written"),
    [
        ([0.9737, 0.95], ["0.9737", "0.9500"]),
        ([0.97371, 0.97372], ["0.97371", "0.97372"]),
        ([1.0, 1.0], ["1.0", "1.0"]),
        ([1e-9, 2e-9], ["1e-09", "2e-09"]),
        ([12345.678], ["12,345.6780"]),
        ([None, math.nan, math.inf, -math.inf], ["—", "NaN", "∞", "-∞"]),
    ],
)
def test_different_numbers_never_look_equal(values, written):
    assert numbers(values) == written


@pytest.mark.parametrize(
    ("milliseconds", "written"),
    [(12, "12 ms"), (2345, "2.3 s"), (59_990, "1 min 0 s"), (3_720_000, "1 h 2 min"), (None, "—")],
)
def test_durations(milliseconds, written):
    assert duration(milliseconds) == written


def test_times_are_absolute(samples):
    for rendered in (html.html_run(samples.run()), html.html_runs(samples.table())):
        assert "ago" not in rendered
        assert "2025-11-21 09:0" in rendered


def test_a_bundle_has_both(samples):
    bundle = mime_bundle(receipt(samples.run()))
    assert set(bundle) == {"text/html", "text/plain"}


def test_the_frame(samples):
    frame = runs_frame(samples.table())
    assert list(frame.columns) == [
        *("run_id", "name", "experiment", "status", "started", "duration_s", "notebook"),
        *("commit", "dirty", "params.C", "params.solver", "params.scale"),
        *("metrics.train/accuracy", "metrics.accuracy", "metrics.log_loss"),
    ]
    assert frame["params.C"].tolist()[:3] == [1.0, 0.1, 10.0]
    assert frame["params.C"].dtype == "float64"
    assert frame["params.scale"].dtype == "bool"
    assert set(frame["params.solver"]) == {"lbfgs"}
    assert str(frame["started"].dt.tz) == "UTC"
    assert frame["started"][0] == pd.Timestamp(samples.NOW, unit="ms", tz="UTC")
    assert frame["duration_s"][0] == 1.2
    assert math.isnan(frame["duration_s"][3])
    assert frame["metrics.accuracy"].idxmax() == 0
    assert len(runs_frame(RunTable(0))) == 0


def as_python_reads_it(written: str) -> object:
    if written in {"nan", "inf", "-inf"}:
        return float(written)
    try:
        value = ast.literal_eval(written)
    except (ValueError, SyntaxError):
        return written
    return value if isinstance(value, (bool, int, float, str)) else written


@given(
    st.one_of(
        st.integers().map(str),
        st.floats().map(repr),
        st.text().map(repr),
        st.text("0123456789.e+-_ '", max_size=8),
        st.sampled_from(["007", "1e5", "1_0", " 1", "1.", "-0", "True", "None", "[1, 2]", "٣"]),
    )
)
def test_params_in_a_frame_are_what_python_reads(written):
    with warnings.catch_warnings(action="ignore", category=SyntaxWarning):
        table = RunTable(
            1, run_id=("r",), name=("r",), experiment=("e",), status=("FINISHED",), reason=("",),
            started_ms=(1,), ended_ms=(None,), source=("",), commit=("",), dirty=(None,),
            params={"p": (written,)},
        )  # fmt: skip
        (found,) = runs_frame(table)["params.p"].tolist()
        expected = as_python_reads_it(written)
    assert type(found) is type(expected)
    assert repr(found) == repr(expected)


@pytest.mark.slow
def test_views_of_the_server_are_light():
    script = (
        "import sys, nbtrail.views.html, nbtrail.views.text, nbtrail.views.bundle; "
        "print({'numpy', 'pandas', 'sklearn', 'IPython'} & set(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        env={**os.environ},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "set()"
