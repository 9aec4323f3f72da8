"""More than one trail below the server's root: one is chosen, kept, and calmly missed."""

from __future__ import annotations

import shutil
import time

import pytest
from playwright.sync_api import expect
from tests.ui.steps import ROW

from nbtrail.entities.identity import new_id
from nbtrail.entities.run import Experiment, Run, RunStatus
from nbtrail.store import operations
from nbtrail.store.store import Store

pytestmark = pytest.mark.ui
SELECT = "Project whose runs are shown"
SHOW_LINK = """id => {
  const { sharedModel } = window.jupyterapp.shell.currentWidget.content.model;
  const html = `<a href="#nbtrail-run=${id}">a receipt</a>`;
  const outputs = [{ output_type: 'display_data', metadata: {}, data: { 'text/html': html } }];
  sharedModel.insertCell(0, { cell_type: 'code', source: '', outputs });
}"""


@pytest.fixture
def other(lab, make_project, request):
    """Another project with a run."""
    folder = make_project(lab.root, f"other_{request.node.name}")
    store = Store.open(folder / ".nbtrail", create=True)
    now = time.time_ns() // 1_000_000
    run = Run(new_id(), "elsewhere", Experiment("e"), RunStatus.FINISHED, now, ended_ms=now)
    store.call(operations.start_run(run))
    store.close()
    return folder


def test_another_trail_is_pinned_remembered_and_let_go(other, page, add):
    add("here")
    expect(page.locator(ROW)).to_contain_text("here")
    chosen = page.get_by_label(SELECT)
    expect(chosen).to_contain_text("of the notebook")
    chosen.select_option(other.name)
    expect(page.locator(ROW)).to_contain_text("elsewhere")
    page.locator(ROW).click()
    expect(page.locator(".nbt-details h2")).to_have_text("elsewhere")
    page.keyboard.press("Escape")
    page.wait_for_timeout(1500)  # the state is saved a moment later
    page.reload()
    expect(page.locator(ROW)).to_contain_text("elsewhere")
    expect(page.get_by_label(SELECT)).to_have_value(other.name)
    page.get_by_role("button", name="Unpin").click()
    expect(page.locator(ROW)).to_contain_text("here")


def test_what_stands_in_a_notebook_is_of_its_own_trail(other, page, add, project):
    here = add("here", source="train.ipynb")
    page.get_by_label(SELECT).select_option(other.name)
    expect(page.locator(ROW)).to_contain_text("elsewhere")
    page.evaluate(SHOW_LINK, here.run_id)
    page.locator(".jp-OutputArea a", has_text="a receipt").click()
    expect(page.locator(".nbt-details h2")).to_have_text("here")
    page.locator(".nbt-details").get_by_label("Open in a tab").click()
    tab = page.locator(".nbt-wide:visible")
    expect(tab.locator("h2")).to_have_text("here")
    tab.get_by_role("button", name="train.ipynb").click()
    expect(page.locator(".jp-Notebook:visible")).to_have_count(1)
    expect(page.locator(".jp-Dialog")).to_have_count(0)


def test_a_pinned_trail_that_goes_away_and_comes_back(other, page, add, project):
    add("here")
    page.get_by_label(SELECT).select_option(other.name)
    expect(page.locator(ROW)).to_contain_text("elsewhere")
    aside = project / "aside"
    shutil.move(other, aside)
    notice = page.locator(".nbt-notice")
    expect(notice).to_contain_text("The pinned trail is not there")
    expect(page.locator(ROW)).to_have_count(0)
    shutil.move(aside, other)
    expect(page.locator(ROW)).to_contain_text("elsewhere")
    shutil.rmtree(other)
    notice.get_by_role("button", name="Follow the notebook").click()
    expect(page.locator(ROW)).to_contain_text("here")
