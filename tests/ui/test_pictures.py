"""The pictures of the documentation, taken of the first tutorial notebook.

``NBTRAIL_PICTURES=docs/images pytest tests/ui/test_pictures.py`` puts them there; else
they are taken into a temporary folder, which shows that they can be.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.ui

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
READY = """() => {
  const kernel = window.jupyterapp.shell.currentWidget?.sessionContext?.session?.kernel;
  return kernel?.connectionStatus === 'connected' && kernel?.status === 'idle';
}"""
WIDEN = """() => {
  const split = window.jupyterapp.shell._hsplitPanel;
  split.setRelativeSizes([0.30, 0.70, 0]);
}"""

SHOW_THE_RECEIPT = """() => {
  const notebook = window.jupyterapp.shell.currentWidget.content;
  const index = notebook.widgets.findIndex(cell =>
    cell.model.sharedModel.getSource().startsWith('%%track baseline'));
  notebook.activeCellIndex = index;
  notebook.scrollToItem(index - 1, 'start');
}"""


EXPORT_THE_BEST = """() => {
  const content = window.jupyterapp.shell.currentWidget.content;
  content.activeCellIndex = content.widgets.length - 1;
  const shared = content.model.sharedModel;
  shared.insertCell(shared.cells.length, {
    cell_type: 'code', source: '%track export best -o pipeline'
  });
  content.activeCellIndex = content.widgets.length - 1;
}"""


def command(page, name, **arguments):
    page.evaluate(
        "([name, args]) => { window.jupyterapp.commands.execute(name, args); }", [name, arguments]
    )


@pytest.fixture
def folder(tmp_path):
    chosen = Path(os.environ.get("NBTRAIL_PICTURES") or tmp_path)
    chosen.mkdir(parents=True, exist_ok=True)
    return chosen


@pytest.fixture
def notebook(lab, make_project):
    project = make_project(lab.root, "penguins")
    shutil.copy(NOTEBOOKS / "01-first-run.ipynb", project)
    shutil.copytree(NOTEBOOKS / "data", project / "data")
    who = ("-c", "user.name=a", "-c", "user.email=a@b.invalid", "-c", "commit.gpgsign=false")
    (project / ".gitignore").write_text(".ipynb_checkpoints/\n")
    for arguments in (("add", "."), (*who, "commit", "--quiet", "-m", "A notebook and its data")):
        subprocess.run(["git", *arguments], cwd=project, check=True)
    return f"lab/tree/{project.name}/01-first-run.ipynb"


def test_panel_in_light_and_dark(lab, notebook, open_page, folder):
    page = open_page(lab, notebook, scale=2)
    page.wait_for_selector(".jp-Notebook")
    command(page, "nbtrail:show-runs")
    page.evaluate(WIDEN)
    page.wait_for_function(READY)
    command(page, "notebook:run-all-cells")
    panel = page.locator("#nbtrail-panel")  # outputs of the notebook hold runs, too
    expect(panel.locator(".nbt-run[data-run]")).to_have_count(3, timeout=120_000)
    expect(panel.get_by_role("img", name="Finished")).to_have_count(3)
    page.wait_for_function(READY)
    page.evaluate(SHOW_THE_RECEIPT)
    page.wait_for_timeout(3000)  # the rows that came in have faded
    page.locator(".jp-CodeCell", has_text="%%track baseline").screenshot(
        path=folder / "receipt.png"
    )
    for theme, suffix in (("Light", ""), ("Dark", "-dark")):
        command(page, "apputils:change-theme", theme=f"JupyterLab {theme}")
        page.wait_for_selector(f"body[data-jp-theme-name='JupyterLab {theme}']", state="attached")
        page.wait_for_timeout(500)  # the theme is there before its splash
        page.wait_for_selector("#jupyterlab-splash", state="detached")
        page.screenshot(path=folder / f"panel{suffix}.png")
        panel.locator(".nbt-run[data-run]", has_text="baseline").click()
        panel.locator(".nbt-section").first.wait_for()
        panel.screenshot(path=folder / f"run{suffix}.png")
        panel.get_by_role("button", name="Runs", exact=True).click()
    command(page, "apputils:change-theme", theme="JupyterLab Light")
    panel.locator(".nbt-run[data-run]", has_text="baseline").click()
    panel.get_by_label("Open in a tab").click()
    page.wait_for_selector(".nbt-wide .nbt-cell[data-used=true]")
    page.locator(".nbt-wide").screenshot(path=folder / "run-tab.png")
    command(page, "application:close")
    panel.get_by_role("button", name="Runs", exact=True).click()
    page.evaluate(EXPORT_THE_BEST)
    command(page, "notebook:run-cell")
    cell = page.locator(".jp-CodeCell", has_text="%track export best")
    expect(cell).to_contain_text("Reproduced exactly", timeout=120_000)
    page.wait_for_timeout(500)
    cell.screenshot(path=folder / "verdict.png")
    assert len(list(folder.glob("*.png"))) == 7
