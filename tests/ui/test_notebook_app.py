"""Notebook 7 has one document and no tabs: everything still works there, or is offered elsewhere."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect
from tests.ui.steps import (
    KERNEL_IS_READY,
    ROW,
    change_theme,
    command,
    open_run,
    run_all,
    show_panel,
    write_notebook,
)

pytestmark = pytest.mark.ui
CELLS = [
    "%load_ext nbtrail",
    """\
import nbtrail
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression
X, y = load_iris(return_X_y=True, as_frame=True)
for name, C in (("loose", 10.0), ("strict", 1e-5)):
    with nbtrail.start_run(name, experiment="iris"):
        LogisticRegression(C=C, max_iter=500).fit(X, y).score(X, y)
        for step in range(5):
            nbtrail.log_metric("loss", 1 / (1 + step), step=step)""",
    "%track runs",
    "%track compare loose strict",
    "%track show strict",
]
ALL_RAN = """count => {
  const cells = window.jupyterapp.shell.currentWidget.content.widgets;
  return cells.length === count && cells[count - 1].model.executionCount > 0;
}"""


@pytest.fixture
def page(notebook_app, make_project, open_page, request):
    """A notebook in Notebook 7 whose cells ran, with the panel open."""
    folder = make_project(notebook_app.root, request.node.name.partition("[")[0])
    write_notebook(folder / "train.ipynb", CELLS)
    opened = open_page(notebook_app, f"notebooks/{folder.name}/train.ipynb")
    opened.wait_for_selector(".jp-Notebook")
    show_panel(opened)
    expect(opened.locator(".nbt-notice")).to_contain_text("%load_ext nbtrail")
    run_all(opened)
    opened.wait_for_function(ALL_RAN, arg=len(CELLS), timeout=120_000)
    opened.wait_for_function(KERNEL_IS_READY)
    yield opened
    assert [error for error in opened.errors if "nbtrail-labextension" in error] == []


def output(page, kind):
    return page.locator(f".nbt-output [data-kind={kind}].nbt-panel")


def test_list_search_and_run_page(page):
    expect(page.locator(ROW)).to_have_count(2)
    page.get_by_role("button", name="This notebook", exact=True).click()
    expect(page.locator(ROW)).to_have_count(2)
    page.get_by_label("Search runs").fill("loose")
    expect(page.locator(ROW)).to_have_count(1)
    panel = page.locator("#nbtrail-panel")
    assert panel.evaluate("place => place.scrollWidth <= place.clientWidth")  # narrow, and whole
    details = open_run(page, "loose")
    expect(details.get_by_label("Open in a tab")).to_have_count(0)  # there are none
    expect(details.locator(".nbt-section", has_text="Parameters").first).to_contain_text("C")
    expect(details.locator("[data-curve=loss] canvas")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator(ROW)).to_have_count(1)
    page.get_by_role("tab", name="Models").click()
    expect(page.locator(".nbt-notice")).to_contain_text("%track promote best")


def test_outputs_are_drawn_and_open_runs_in_the_panel(page):
    runs = output(page, "runs")
    expect(runs.locator("tbody tr")).to_have_count(2)
    runs.get_by_role("button", name="strict").click()
    expect(page.locator("#nbtrail-panel .nbt-details h2")).to_have_text("strict")
    compared = output(page, "compare")
    compared.scroll_into_view_if_needed()
    expect(compared.locator("[data-key=C]")).to_contain_text("10.0")
    expect(compared.get_by_role("button", name="Open in JupyterLab")).to_be_visible()
    compared.get_by_role("tab", name="Curves").click()
    expect(compared.locator("[data-curve=loss] canvas")).to_be_visible()
    shown = output(page, "run")
    shown.scroll_into_view_if_needed()
    expect(shown).to_contain_text("LogisticRegression")


def test_comparing_opens_in_jupyterlab(page):
    expect(page.locator(ROW)).to_have_count(2)
    for name in ("loose", "strict"):
        page.locator(ROW, has_text=name).hover()
        page.get_by_label(f"Select {name}").first.check()
    with page.expect_popup() as found:
        page.locator(".nbt-selection").get_by_role("button", name="Compare").click()
    other = found.value
    other.set_default_timeout(60_000)
    assert "/lab" in other.url
    expect(other.locator(".nbt-compare .nbt-grid-run")).to_have_count(2, timeout=60_000)
    expect(page.locator(".nbt-compare:not(.nbt-output *)")).to_have_count(0)


def test_dark_theme_and_the_toolbar(page, tmp_path):
    change_theme(page, "Dark")
    background = "one => getComputedStyle(one).backgroundColor"
    assert page.locator("#nbtrail-panel").evaluate(background) != "rgb(255, 255, 255)"
    colour = "one => getComputedStyle(one).color.match(/\\d+/g).slice(0, 3).map(Number)"
    assert min(output(page, "runs").locator("td code").first.evaluate(colour)) > 128
    page.screenshot(path=tmp_path / "notebook-dark.png")
    button = page.locator("[data-jp-item-name=nbtrail-tracking] jp-button")
    expect(button).to_have_attribute("aria-pressed", "false")
    button.click()
    expect(button).to_have_attribute("aria-pressed", "true")
    command(page, "kernelmenu:restart")
    page.locator(".jp-Dialog").get_by_role("button", name="Confirm Kernel Restart").click()
    expect(button).to_have_attribute("aria-pressed", "false")
