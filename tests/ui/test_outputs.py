"""What %track leaves below a cell, drawn by our MIME types: live, saved, damaged, hostile.

``NBTRAIL_PICTURES=docs/images pytest tests/ui/test_outputs.py`` renews the pictures of the docs.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

import nbformat
import pytest
from playwright.sync_api import expect
from tests.ui.hostile import BORN, CORPUS, hostile
from tests.ui.steps import KERNEL_IS_READY, change_theme, command, run_all, write_notebook

from nbtrail.entities.causes import Cause, CauseKind, Why
from nbtrail.entities.cell import CellExecution, CellStatus
from nbtrail.entities.provenance import Environment
from nbtrail.entities.run import Experiment, Metric, MetricPoint, Param, Run, RunStatus
from nbtrail.store import operations
from nbtrail.tracking.gathering import Gathering
from nbtrail.views import contract
from nbtrail.views.contract_compare import notebook_comparison, why_document

pytestmark = pytest.mark.ui
KINDS = ("runs", "run", "compare", "why")
MARKUP = ".nbt-output :is(img, script, iframe, b, style, a)"

TRAIN = """\
import nbtrail
from sklearn.datasets import load_wine
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score
from sklearn.model_selection import train_test_split
X, y = load_wine(return_X_y=True, as_frame=True)
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=0)
for name, C in (("loose", 10.0), ("plain", 0.1), ("strict", 1e-5)):
    with nbtrail.start_run(name, experiment="wine"):
        model = LogisticRegression(C=C, max_iter=30).fit(X_train, y_train)
        accuracy_score(y_test, model.predict(X_test))
        for step in range(30):
            nbtrail.log_metric("loss", C ** 0.1 / (1 + step), step=step)"""
CELLS = {
    "load": "%load_ext nbtrail",
    "train": TRAIN,
    "runs": "%track runs",
    "show": "%track show strict",
    "compare": "%track compare loose plain strict",
    "why": "%track why loose strict",
}
SHOWN = (("runs", "Light"), ("show", "Dark"))  # in docs/panel.md
TO_CELL = """index => {
  const notebook = window.jupyterapp.shell.currentWidget.content;
  notebook.activeCellIndex = index;
  return notebook.scrollToItem(index, 'start');
}"""
ALL_RAN = """count => {
  const cells = window.jupyterapp.shell.currentWidget.content.widgets;
  return cells.length === count && cells[count - 1].model.executionCount > 0;
}"""


@pytest.fixture
def folder(tmp_path):
    chosen = Path(os.environ.get("NBTRAIL_PICTURES") or tmp_path)
    chosen.mkdir(parents=True, exist_ok=True)
    return chosen


def output(page, name):
    """Scroll to a cell and return what our MIME type drew below it."""
    page.evaluate(TO_CELL, list(CELLS).index(name))
    cell = page.locator(".jp-CodeCell", has_text=CELLS[name].splitlines()[0]).first
    return cell.locator(".nbt-output")


@pytest.fixture
def ran(lab, project, open_page):
    """A notebook with the cells above, run by a real kernel, and saved."""
    write_notebook(project / "wine.ipynb", list(CELLS.values()))
    page = open_page(lab, f"lab/tree/{project.name}/wine.ipynb", scale=2)
    page.set_viewport_size({"width": 1200, "height": 1000})
    page.wait_for_selector(".jp-Notebook")
    run_all(page)
    page.wait_for_function(ALL_RAN, arg=len(CELLS), timeout=120_000)
    page.wait_for_function(KERNEL_IS_READY)
    command(page, "docmanager:save")
    expect(page.locator(".jp-mod-current .jp-mod-dirty")).to_have_count(0)
    page.wait_for_timeout(1000)
    yield page
    assert [error for error in page.errors if "nbtrail-labextension" in error] == []


def test_pictures(ran, folder, tmp_path):
    for theme, suffix in (("Light", ""), ("Dark", "-dark")):
        change_theme(ran, theme)
        for name in ("runs", "show", "compare", "why"):
            drawn = output(ran, name)
            expect(drawn).to_be_visible()
            ran.wait_for_timeout(800)
            shown = (name, theme) in SHOWN
            drawn.screenshot(path=(folder if shown else tmp_path) / f"output-{name}{suffix}.png")


def test_runs_are_sorted_opened_and_compared(ran, store):
    runs = output(ran, "runs")
    names = runs.locator("tbody [data-run]")
    expect(names).to_have_text(["strict", "plain", "loose"])
    runs.get_by_role("button", name="accuracy").click()
    expect(names).to_have_text(["plain", "loose", "strict"])
    runs.get_by_role("button", name="run", exact=True).click()
    expect(names).to_have_text(["loose", "plain", "strict"])
    expect(runs.get_by_role("button", name="Compare")).to_be_disabled()
    for name in ("strict", "loose"):
        runs.get_by_label(f"Select {name}").check()
    names.first.click()
    tab = ran.locator(".nbt-wide:visible")
    expect(tab.locator("h2")).to_have_text("loose")
    command(ran, "application:close")
    output(ran, "runs").get_by_role("button", name="Compare").click()
    expect(ran.locator(".nbt-compare:visible .nbt-grid-run")).to_have_count(2)
    expect(ran.locator(".nbt-compare:visible")).to_contain_text("accuracy")


def test_a_saved_comparison_needs_no_kernel_trust_or_server(ran, lab, project, open_page):
    saved = json.loads((project / "wine.ipynb").read_text(encoding="utf-8"))
    saved["metadata"] = {}
    (project / "copy.ipynb").write_text(json.dumps(saved), encoding="utf-8")
    page = open_page(lab, f"lab/tree/{project.name}/copy.ipynb")
    page.route("**/nbtrail/api/**", lambda route: route.abort())
    page.wait_for_selector(".jp-Notebook")
    page.locator(".jp-Dialog").get_by_role("button", name="No Kernel").click()
    compared = output(page, "compare")
    expect(compared.locator("[data-key=accuracy]")).to_contain_text("0.9")
    compared.get_by_role("tab", name="Curves").click()
    expect(compared.locator("[data-curve=loss] canvas")).to_be_visible()
    compared.get_by_role("tab", name="Plots").click()
    expect(compared.locator(".nbt-part-body")).to_contain_text("C")
    show = output(page, "show")
    expect(show.locator("[data-metric=accuracy]")).to_contain_text("0.")
    show.locator("summary", has_text="Cells").click()
    expect(show.locator(".nbt-cell")).to_contain_text("LogisticRegression")
    expect(output(page, "why").locator("[data-cause=params]").first).to_contain_text("C")
    expect(output(page, "runs").locator("tbody tr")).to_have_count(3)
    assert [error for error in page.errors if "nbtrail-labextension" in error] == []


def made(kind, document, **others):
    """An output cell's bundle with a document of ours."""
    data = {f"application/vnd.nbtrail.{kind}+json": document} | others
    return nbformat.v4.new_output("display_data", data=data)


def opened(lab, project, open_page, outputs):
    """Open an untrusted notebook whose cells have these outputs; nothing runs."""
    cells = [
        nbformat.v4.new_code_cell(f"# cell {i}:", outputs=[one]) for i, one in enumerate(outputs)
    ]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), project / "made.ipynb")
    page = open_page(lab, f"lab/tree/{project.name}/made.ipynb")
    page.wait_for_selector(".jp-Notebook")
    page.locator(".jp-Dialog").get_by_role("button", name="No Kernel").click()
    return page


def test_what_is_not_understood_is_shown_as_html(lab, project, open_page):
    html = {"text/html": "<p>as HTML<img src=x onerror='window.hacked=1'></p>"}
    good = {"total": 0, "offset": 0, "runs": []}
    damaged = [
        made("runs.v1", {"total": 1}, **html),
        made("runs.v1", good | {"more": 1}, **html),
        made("run.v1", {"run_id": "x"}, **html),
        made("compare.v1", {"comparison": 1}, **html),
        made("why.v1", {}, **html),
        made("runs.v2", good, **html),
    ]
    plain = made("runs.v1", {}, **{"text/plain": "as text"})
    page = opened(lab, project, open_page, [*damaged, plain, made("why.v1", {})])
    cells = page.locator(".jp-CodeCell")
    for number in range(len(damaged)):
        expect(cells.nth(number).locator(".jp-RenderedHTML")).to_have_text("as HTML")
    expect(cells.nth(len(damaged))).to_contain_text("as text")
    expect(cells.nth(len(damaged) + 1)).to_contain_text("Run its cell again")
    assert page.evaluate("() => window.hacked") is None
    assert [error for error in page.errors if "nbtrail-labextension" in error] == []


def test_nothing_of_the_corpus_is_run_in_outputs(lab, project, open_page, store, add):
    outputs = []
    for number, text in enumerate(CORPUS):
        pair = [add(f"{number} {text} {i}", **hostile(text)) for i in range(2)]
        ids = [run.run_id for run in pair]
        for run_id in ids:
            points = [MetricPoint(text, 0.1 * i, i, BORN + i) for i in range(5)]
            store.call(operations.log_metrics(run_id, points))
        store.call(operations.log_params(ids[1], (Param("e", text),)))
        environment = Environment("e" * 64, text, text, text, text, text, {text: text})
        store.call(operations.set_environment(ids[0], environment))
        reader = store.reader
        cell = CellExecution("s", 0, text, 1, text, text, BORN, BORN, CellStatus.ERROR, text)
        table = reader.runs(limit=2)
        gathering = Gathering.named(reader, ids)
        compared = gathering.comparison()
        curves = gathering.curves(compared.curves, 10)
        causes = tuple(Cause(kind, text, (text,), (text,)) for kind in CauseKind)
        why = Why(compared, causes, (text,), {text: (0.5, 0.4)})
        columns = [f"metrics.{text}", f"params.{text}"]
        outputs += [
            made("runs.v1", contract.runs_page(table, columns=columns)),
            made("run.v1", contract.run_detail(reader.run(ids[0]), [cell])),
            made(
                "compare.v1",
                notebook_comparison(compared, gathering.statistics(compared), curves, limit=50),
            ),
            made("why.v1", why_document(why)),
        ]
    page = opened(lab, project, open_page, outputs)
    for number in range(len(outputs)):
        page.evaluate(TO_CELL, number)
        drawn = page.locator(".jp-CodeCell", has_text=f"# cell {number}:").first.locator(
            ".nbt-output"
        )
        expect(drawn.locator(".nbt-panel")).to_be_visible()
        expect(drawn).to_contain_text(CORPUS[number // len(KINDS)][:12])
        drawn.evaluate(
            "place => place.querySelectorAll('details').forEach(one => { one.open = true; })"
        )
        for tab in drawn.get_by_role("tab").all():
            tab.click()
        assert page.locator(MARKUP).count() == 0
    assert page.evaluate("() => window.hacked") is None
    assert [error for error in page.errors if "nbtrail-labextension" in error] == []


def test_large_documents_do_not_stop_it(lab, project, open_page):
    metrics = tuple(Metric(f"m{i:05}", i, i, i) for i in range(10_000))
    params = (Param("text", "x" * 1_000_000),)
    run = Run(
        "a" * 32, "large", Experiment("default"), RunStatus.FINISHED, BORN,
        ended_ms=BORN, metrics=metrics, params=params,
    )  # fmt: skip
    rows = 5000
    row = {
        "run_id": "b" * 32, "name": "many", "experiment": "default", "status": "FINISHED",
        "reason": "", "started_ms": BORN, "ended_ms": BORN, "source": "", "commit": "",
        "dirty": None, "parent_run_id": None, "marks": [], "main_metric": None, "starred": False,
        "verdict": "", "values": {"metrics.auc": 0.5}, "spark": [],
    }  # fmt: skip
    listed = {"total": rows, "offset": 0, "runs": [row] * rows}
    outputs = [made("run.v1", contract.run_detail(run)), made("runs.v1", listed)]
    page = opened(lab, project, open_page, outputs)
    shown = page.locator(".nbt-output [data-kind=run]")
    expect(shown.locator(".nbt-metric")).to_have_count(24)
    shown.get_by_label("Find a metric").fill("m09999")
    expect(shown.locator(".nbt-metric")).to_have_count(1)
    table = page.locator(".nbt-output [data-kind=runs]")
    expect(table.locator("tbody tr")).to_have_count(100)
    table.get_by_role("button", name="auc").click()
    expect(table.locator("tbody tr")).to_have_count(100)
    assert len(shown.inner_text()) < 10_000
