"""No text of a run gets out of the page: names, params, notes, cells, columns, figures."""

from __future__ import annotations

import dataclasses

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nbtrail.compare.replicates import replicate_groups
from nbtrail.compare.runs import compare_runs
from nbtrail.compare.statistics import run_statistics
from nbtrail.compare.why import why
from nbtrail.entities.ancestry import Ancestry, CellLink, UsedCell
from nbtrail.entities.cell import CellExecution, CellStatus
from nbtrail.entities.curve import Curve
from nbtrail.entities.dataset import DatasetContext, DatasetUse, Seen
from nbtrail.entities.episode import Episode
from nbtrail.entities.gate import Gate, GateName, GateStatus
from nbtrail.entities.model import AliasMove, Artifact, ModelRecord, ModelVersion, RegisteredModel
from nbtrail.entities.origin import FileOrigin
from nbtrail.entities.pipeline import Check, Manifest, Outcome, Scope, Verdict
from nbtrail.entities.provenance import CodeVersion, Environment, ModuleSource
from nbtrail.entities.run import Experiment, Mark, MarkKind, Metric, Param, Run, RunStatus
from nbtrail.entities.table import RunTable
from nbtrail.entities.uncommitted import FileChange, UncommittedChanges
from nbtrail.fingerprint import digest
from nbtrail.fingerprint.diff import diff_values
from nbtrail.views import html
from nbtrail.views.comparison import comparison_detail
from nbtrail.views.document import Fold, Line, Picture, Section, Span
from nbtrail.views.markup import to_html
from nbtrail.views.models import promotion_preview
from nbtrail.views.pictures import curve_pictures, data_pictures
from nbtrail.views.plain import to_text
from nbtrail.views.receipt import receipt


def hostile_run(text, number):
    people = pd.DataFrame({text: [float(n + number) for n in range(40)], "city": [text, "b"] * 20})
    use = DatasetUse(digest(people, profile=True), text, DatasetContext.TEST, Seen.LOGGED, text)
    return Run(
        run_id=f"{number:032x}",
        name=f"{text}{number}",
        experiment=Experiment(text, text),
        status=RunStatus.FAILED,
        started_ms=0,
        ended_ms=9,
        reason=text,
        source=text,
        user=text,
        note=text,
        code=CodeVersion(text, f"{text}{number}", dirty=True, changed=(text,), remote=text),
        environment=Environment("e" * 64, text, text, text, text, text, {text: f"{number}"}),
        params=(Param(text, f"{text}{number}", text), Param("seed", str(number))),
        metrics=(
            Metric(text, number, 0, 9, origin=text, expression=text, role=text),
            Metric(f"cv_{text}", 0.5, 0, 1, count=3, last_step=2),
        ),
        tags={text: text},
        datasets=(use,),
        models=(ModelRecord("m-1", text, text, text, text, text, text, text),),
        artifacts=(Artifact(text, "f" * 64, 10, "image/svg+xml"),),
        marks=(Mark(MarkKind.UNSEEDED, text),),
    )


def pages(text):
    runs = [hostile_run(text, number) for number in (1, 2)]
    cells = [
        (CellExecution("s", 0, "", 1, f"{text}\n{n}", f"{text}\n{n}", 0, 0, CellStatus.OK, text),)
        for n in (1, 2)
    ]
    found = compare_runs(runs, cells)
    folds = [{f"cv_{text}": (0.1 * n, 0.2, 0.3)} for n in (1, 3)]
    table = RunTable(
        total=1,
        run_id=("a" * 32,),
        name=(text,),
        experiment=(text,),
        status=("FAILED",),
        reason=(text,),
        started_ms=(0,),
        ended_ms=(1,),
        source=(text,),
        commit=(text,),
        dirty=(True,),
        parent_run_id=(None,),
        marks=((text,),),
        main_metric=(text,),
        main_value=(0.5,),
        main_direction=(None,),
        params={text: (text,)},
        metrics={text: (0.5,)},
    )
    version = ModelVersion(text, 1, "1" * 32, "m-1", 0, text, text, text, 0.5, (text,))
    model = RegisteredModel(text, 0, (version,), {text: 1})
    used = (UsedCell(0, 1, text, ((1, 1),), text), UsedCell(1, 2, text, ((1, 1),)))
    origin = FileOrigin(text, "c", "s", 0, 0, 1, text, changed=True)
    ancestry = Ancestry(text, text, 2, used, (CellLink(0, 1, (text,)),), (origin,))
    detail = comparison_detail(found, run_statistics(runs, found, folds))
    yield "comparison", to_html(detail)
    yield "receipt", to_html(receipt(runs[0], text))
    yield "run", html.html_run(runs[0], (origin,))
    yield "runs", html.html_runs(table)
    yield "why", html.html_why(why(*runs, found))
    yield "code", html.html_code(runs[0], cells[0], [ModuleSource(text, text, "ab" * 32)])
    yield "ancestry", html.html_ancestry(ancestry)
    file = FileChange(text, "changed", (f"+{text}",), text, 1)
    uncommitted = UncommittedChanges(text, True, (file,), 1, (text,))
    yield "uncommitted", html.html_uncommitted(runs[0], uncommitted)
    yield "models", html.html_models([model])
    yield "model", html.html_model(model, [AliasMove(text, text, None, 1, 0, text, text)])
    finished = dataclasses.replace(table, status=("FINISHED",))
    yield "replicates", html.html_replicates(replicate_groups(finished))
    gates = [Gate(GateName.THRESHOLD, GateStatus.REFUSED, text, text)]
    yield "gates", html.html_gates(gates)
    yield "promotion", html.html_promotion(dataclasses.replace(version, gates=tuple(gates)))
    yield "preview", to_html(promotion_preview(text, text, gates, version, found))
    verdict = Verdict(
        Outcome.NOT_REPRODUCIBLE,
        Scope.SAME_ENVIRONMENT,
        text,
        (Check("metric", text, text, text, equal=False),),
        text,
        (text,),
        1.0,
        0,
    )
    yield "verdict", html.html_verdict(verdict)
    manifest = Manifest(
        version=1,
        run_id="0" * 32,
        run_name=text,
        created_ms=1,
        pipeline_sha256="ab" * 32,
        cells=(text,),
        left_out=1,
        verdict=verdict,
    )
    yield "export", html.html_export(manifest, text)
    episode = Episode("1" * 32, "s", 4, 0, 1, text, text, text, runs[0].params, runs[0].metrics)
    yield "episodes", html.html_episodes([episode])
    before, after = (pd.DataFrame({text: [f"{text}{n}", "b"]}) for n in (1, 2))
    yield "data_diff", html.html_data_diff(diff_values(before, after))
    yield (
        "new",
        to_html((Fold(Line(((Span(text),),)), (Picture(b"x", text), Section(text, (), text))),)),
    )


@pytest.mark.parametrize("number", range(21))
def test_no_hostile_text_becomes_markup(number, hostile):
    said = hostile.CORPUS[number]
    for name, page in pages(said):
        read = hostile.Page(page)
        assert read.problems == [], name
        start = " ".join(said.split())[:20]
        assert start[:8] in " ".join(read.text.split()), name  # shown, not swallowed
        assert len(page) < 400_000, name


@given(st.text(alphabet="<>&\"'/=$\\`;:(){} abcsriptonlx\n", min_size=1, max_size=40))
@settings(max_examples=20, deadline=None)
def test_no_text_at_all_becomes_markup(hostile, text):
    for name, page in pages(text):
        assert hostile.Page(page).problems == [], name


def test_pictures_take_any_text(hostile):
    for text in hostile.CORPUS:
        runs = [hostile_run(text, number) for number in (1, 2)]
        curves = [Curve(n, text, (0.0, 1.0), (0.5, 0.2), 2) for n in (0, 1)]
        shown = curve_pictures([run.name for run in runs], curves)
        shown += data_pictures(compare_runs(runs))
        assert shown
        assert all(picture.data.startswith(b"\x89PNG") for picture in shown)
        assert hostile.Page(to_html(shown)).problems == []
        assert "\n" not in to_text(shown[:1])


def test_every_view_is_attacked(hostile):
    attacked = {name for name, _ in pages("x")}
    assert {name.removeprefix("html_") for name in html.__all__} <= attacked


def test_dollar_signs_are_left_alone():
    assert 'class="mathjax_ignore' in html.html_run(hostile_run("a$b$c", 1))
