"""From an open notebook to a proven script in the editor, without a terminal."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect
from tests.ui.steps import ROW, command, dialog, open_run, run_all

pytestmark = pytest.mark.ui
EXPORT_MS = 180_000
RUN_AGAIN = """() => {
  const content = window.jupyterapp.shell.currentWidget.content;
  const cells = content.model.sharedModel.cells;
  const last = cells[cells.length - 1];
  last.setSource(last.getSource().replace('n_estimators=20', 'n_estimators=40'));
  content.activeCellIndex = cells.length - 1;
}"""
EDITED_TEXT = """() => {
  const { content, context } = window.jupyterapp.shell.currentWidget;
  return context?.path.endsWith('pipeline.py') ? content.model.sharedModel.getSource() : '';
}"""


def test_from_notebook_to_proven_script(page, project):
    run_all(page)
    expect(page.locator(ROW)).to_have_count(1)
    page.evaluate(RUN_AGAIN)
    command(page, "notebook:run-cell")
    expect(page.locator(ROW)).to_have_count(2)

    for box in page.locator(f"{ROW} input[type=checkbox]").all():
        box.check()
    page.locator(".nbt-selection").get_by_role("button", name="Compare").click()
    view = page.locator(".nbt-compare:visible")
    expect(view.locator(".nbt-grid-row[data-key=n_estimators]")).to_contain_text("40")
    page.locator(".nbt-selection").get_by_role("button", name="Clear").click()
    page.locator(".lm-TabBar-tab", has_text="train.ipynb").click()

    details = open_run(page, "forest")
    details.get_by_role("button", name="Promote…").click()
    promoting = dialog(page, "Promote the model of forest")
    promoting.get_by_label("Registered model").fill("iris")
    expect(promoting).to_contain_text("iris gets version 1")
    expect(promoting).to_contain_text("iris@champion is new and names version 1")
    promoting.get_by_role("button", name="Promote", exact=True).click()
    expect(promoting).to_have_count(0)

    details.get_by_role("button", name="Export…").click()
    exporting = dialog(page, "Export forest")
    exporting.get_by_label("Folder").fill("pipelines/iris")
    expect(exporting).to_contain_text("2 of 3 executed cells made the result")
    exporting.get_by_role("button", name="Export and verify").click()
    expect(exporting.locator(".nbt-rungs")).to_contain_text("the slice", timeout=EXPORT_MS)
    expect(exporting).to_have_count(0, timeout=EXPORT_MS)
    page.wait_for_function(f"() => ({EDITED_TEXT})().includes('def ')")
    assert "RandomForestClassifier" in page.evaluate(EDITED_TEXT)
    assert (project / "pipelines" / "iris" / "manifest.json").is_file()

    page.get_by_role("button", name="Runs", exact=True).click()
    page.get_by_role("tab", name="Pipelines").click()
    card = page.locator("[data-pipeline='pipelines/iris']")
    expect(card.locator("[data-verdict=verified-exact]")).to_be_visible()
    card.get_by_role("button", name="Verify again").click()
    verifying = dialog(page, "Verify pipelines/iris")
    expect(verifying.locator("[data-state=done]")).to_be_visible(timeout=EXPORT_MS)
    expect(verifying.locator("[data-verdict=verified-exact]")).to_be_visible()
    verifying.get_by_role("button", name="Close").last.click()
    page.get_by_role("tab", name="Models").click()
    expect(page.locator("[data-model=iris]")).to_contain_text("@champion")
