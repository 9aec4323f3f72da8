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
