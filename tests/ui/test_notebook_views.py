"""What the notebook itself shows, in a real JupyterLab: outputs, forms and the live view.

``NBTRAIL_PICTURES=docs/images pytest tests/ui/test_notebook_views.py`` renews the pictures of
docs/tour.md.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

import nbformat
import pytest
from playwright.sync_api import expect

pytest.importorskip("anywidget")
pytestmark = pytest.mark.ui

READY = """() => {
  const kernel = window.jupyterapp.shell.currentWidget?.sessionContext?.session?.kernel;
  return kernel?.connectionStatus === 'connected' && kernel?.status === 'idle';
}"""
BUSY_OR_DONE = """count => {
  const cells = window.jupyterapp.shell.currentWidget.content.widgets;
  return cells[count - 1].model.executionCount > 0;
}"""
TO_CELL = """index => {
  const notebook = window.jupyterapp.shell.currentWidget.content;
  notebook.activeCellIndex = index;
  return notebook.scrollToItem(index, 'start');
}"""
EVIL = "<img src=x onerror=window.hacked=1>"
CELLS = {
    "load": "%load_ext nbtrail\nimport time, nbtrail",
    "data": (
        "from sklearn.datasets import load_breast_cancer\n"
        "from sklearn.linear_model import SGDClassifier\n"
        "from sklearn.metrics import accuracy_score, log_loss\n"
        "from sklearn.model_selection import train_test_split\n"
        "from sklearn.preprocessing import StandardScaler\n"
        "X, y = load_breast_cancer(return_X_y=True)\n"
        "X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=0)\n"
        "scaler = StandardScaler().fit(X_train)\n"
        "X_train, X_test = scaler.transform(X_train), scaler.transform(X_test)"
    ),
    "live": "%track widget live",
    "train": (
        "for name, eta in (('slow', 0.0005), ('steady', 0.005), ('hasty', 0.1)):\n"
        "    with nbtrail.start_run(name, experiment='cancer'):\n"
        "        model = SGDClassifier(loss='log_loss', learning_rate='constant', eta0=eta,\n"
        "                              random_state=0)\n"
        "        nbtrail.log_param('eta0', eta)\n"
        "        for epoch in range(40):\n"
        "            model.partial_fit(X_train, y_train, classes=[0, 1])\n"
        "            loss = log_loss(y_test, model.predict_proba(X_test))\n"
        "            nbtrail.log_metric('loss', loss, step=epoch)\n"
        "            time.sleep(0.02)\n"
        "        model.fit(X_train, y_train)\n"
        "        accuracy_score(y_test, model.predict(X_test))"
    ),
    "track": (
        "%%track final -e cancer -m accuracy\n"
        "final = SGDClassifier(loss='log_loss', random_state=0).fit(X_train, y_train)\n"
        "accuracy = accuracy_score(y_test, final.predict(X_test))"
    ),
    "compare": "%track compare slow steady",
    "form": "%track widget compare slow steady final",
    "promote": "%track widget promote final cancer@champion",
    "evil": f"with nbtrail.start_run({EVIL!r}, experiment={EVIL!r}):\n    nbtrail.log_metric('loss', 1)",
}


@pytest.fixture
def folder(tmp_path):
    chosen = Path(os.environ.get("NBTRAIL_PICTURES") or tmp_path)
    chosen.mkdir(parents=True, exist_ok=True)
    return chosen


def command(page, name, **arguments):
    page.evaluate(
        "([name, args]) => { window.jupyterapp.commands.execute(name, args); }", [name, arguments]
    )


def write(project, name="views"):
    cells = [nbformat.v4.new_code_cell(source) for source in CELLS.values()]
    metadata = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}
    path = project / f"{name}.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=metadata), path)
    return path


def cell_of(page, name):
    """Scroll to a cell and return it: those out of sight are not in the page."""
    page.evaluate(TO_CELL, list(CELLS).index(name))
    return page.locator(".jp-CodeCell", has_text=CELLS[name].splitlines()[0]).first


def test_outputs_forms_and_the_live_view(lab, project, open_page, folder):
    path = write(project)
    page = open_page(lab, f"lab/tree/{project.name}/{path.name}", scale=2)
    page.set_viewport_size({"width": 1100, "height": 1900})
    page.wait_for_selector(".jp-Notebook")
    page.wait_for_function(READY)
    command(page, "notebook:run-all-cells")
    live = cell_of(page, "live")
    expect(live.locator(".nbtrail-live-names")).to_contain_text("slow", timeout=90_000)
    expect(live.locator("canvas")).to_be_visible()  # drawn while the cell below still trains
    expect(live.locator(".nbtrail-live-names > span")).to_have_count(3, timeout=20_000)
    live.screenshot(path=folder / "live.png")
    page.wait_for_function(BUSY_OR_DONE, arg=len(CELLS), timeout=120_000)
    page.wait_for_function(READY)

    live = cell_of(page, "live")
    expect(live.locator(".nbtrail-live-names > span")).to_have_count(5, timeout=20_000)
    expect(live.locator(".nbtrail-live-names")).to_contain_text(EVIL)

    receipt = cell_of(page, "track").locator("details").first
    assert not receipt.evaluate("one => one.open")
    receipt.locator("summary").click()
    expect(receipt).to_contain_text("SGDClassifier")
    cell_of(page, "track").screenshot(path=folder / "receipt-open.png")

    compared = cell_of(page, "compare")
    expect(compared.locator("[data-key=eta0]")).to_contain_text("0.0005")
    compared.screenshot(path=folder / "compare.png")
    compared.get_by_role("tab", name="Curves").click()
    expect(compared.locator("[data-curve=loss] canvas")).to_be_visible()
    page.wait_for_timeout(500)
    compared.screenshot(path=folder / "compare-curves.png")

    form = cell_of(page, "form")
    expect(form.locator("select[multiple] option")).to_have_count(4)
    expect(form.locator(".jupyter-widgets img")).to_be_visible()
    box = form.bounding_box()
    page.screenshot(path=folder / "compare-form.png", clip=box | {"height": 640})
    drawn = form.locator(".jupyter-widgets img").get_attribute("src")
    form.locator("input[type=text]").first.fill("slow")
    form.locator("input[type=text]").first.press("Enter")
    form.locator("select:not([multiple])").nth(1).select_option("time")
    expect(form.locator(".jupyter-widgets img")).not_to_have_attribute("src", drawn)
    assert form.locator("select[multiple] option:checked").count() == 3

    promote = cell_of(page, "promote")
    expect(promote).to_contain_text("now nobody")
    promote.screenshot(path=folder / "promote-form.png")
    promote.get_by_role("button", name="Promote").click()
    expect(promote).to_contain_text("cancer version 1 @champion")

    assert page.evaluate("window.hacked") is None
    command(page, "docmanager:save")
    expect(page.locator(".jp-mod-current .jp-mod-dirty")).to_have_count(0)
    page.wait_for_timeout(1000)
    check_reopened(lab, project, open_page, path)


def check_reopened(lab, project, open_page, path):
    """Open the saved outputs where nothing is trusted, no kernel runs, and we are not known."""
    saved = json.loads(path.read_text(encoding="utf-8"))
    saved["metadata"] = {}
    for output in (one for cell in saved["cells"] for one in cell["outputs"]):
        for kind in [k for k in output.get("data", {}) if k.startswith("application/vnd.nbtrail")]:
            del output["data"][kind]
    copy = project / "copy.ipynb"
    copy.write_text(json.dumps(saved), encoding="utf-8")
    page = open_page(lab, f"lab/tree/{project.name}/{copy.name}")
    page.wait_for_selector(".jp-Notebook")
    page.locator(".jp-Dialog").get_by_role("button", name="No Kernel").click()
    compared = cell_of(page, "compare")
    expect(compared).to_contain_text("eta0")
    assert compared.locator("img").first.evaluate("one => one.naturalWidth") > 300
    assert compared.locator("td").first.evaluate("one => getComputedStyle(one).padding") != "0px"
    receipt = cell_of(page, "track").locator("details").first
    receipt.locator("summary").click()
    expect(receipt).to_contain_text("SGDClassifier")
    for name in ("form", "promote"):
        expect(cell_of(page, name)).not_to_contain_text("model not found")
        cell_of(page, name).locator("summary", has_text="as a page").click()
        expect(cell_of(page, name).locator("table").first).to_be_visible()
    assert page.evaluate("window.hacked") is None
