"""The toolbar's button shows what the kernel does, whoever told it to."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect
from tests.ui.steps import KERNEL_IS_READY, command

pytestmark = pytest.mark.ui
RUN_SOURCE = """source => {
  const content = window.jupyterapp.shell.currentWidget.content;
  content.activeCellIndex = 0;
  content.activeCell.model.sharedModel.setSource(source);
  window.jupyterapp.commands.execute('notebook:run-cell');
}"""
EXECUTIONS = """() => {
  window.executions = [];
  const { kernel } = window.jupyterapp.shell.currentWidget.sessionContext.session;
  kernel.anyMessage.connect((_, { msg, direction }) => {
    if (direction === 'send' && msg.header.msg_type === 'execute_request') {
      window.executions.push(msg.content.code);
    }
  });
}"""


def button(page):
    return page.locator("[data-jp-item-name=nbtrail-tracking] jp-button:visible")


def run_cell(page, source):
    page.wait_for_function(KERNEL_IS_READY)
    page.evaluate(RUN_SOURCE, source)


def test_it_follows_what_is_typed_in_cells(page):
    page.wait_for_function(KERNEL_IS_READY)
    page.evaluate(EXECUTIONS)
    expect(button(page)).to_have_attribute("aria-pressed", "false")
    run_cell(page, "%load_ext nbtrail\n%track on\nimport time; time.sleep(3)")
    expect(button(page)).to_have_attribute("aria-pressed", "true", timeout=15_000)
    expect(button(page)).to_have_attribute("title", re.compile("Every training becomes a run"))
    run_cell(page, "%track off")
    expect(button(page)).to_have_attribute("aria-pressed", "false")
    run_cell(page, "%track start <b>mine</b>")
    expect(button(page)).to_have_attribute("title", re.compile("Run <b>mine</b> is open"))
    button(page).click()
    expect(button(page)).to_have_attribute("aria-pressed", "false")
    # nothing was run to find out: three cells, and the click
    assert len(page.evaluate("() => window.executions")) == 4


def test_it_follows_clicks_restarts_and_reloads(page, lab, project, open_page):
    page.wait_for_function(KERNEL_IS_READY)
    button(page).click()
    expect(button(page)).to_have_attribute("aria-pressed", "true")
    other = open_page(lab, f"lab/tree/{project.name}/train.ipynb")  # the same kernel
    other.wait_for_selector(".jp-Notebook")
    expect(button(other)).to_have_attribute("aria-pressed", "true")
    run_cell(page, "%track off")
    expect(button(other)).to_have_attribute("aria-pressed", "false")
    expect(button(page)).to_have_attribute("aria-pressed", "false")
    button(page).click()
    expect(button(page)).to_have_attribute("aria-pressed", "true")
    command(page, "kernelmenu:restart")
    page.locator(".jp-Dialog").get_by_role("button", name="Confirm Kernel Restart").click()
    expect(button(page)).to_have_attribute("aria-pressed", "false")
