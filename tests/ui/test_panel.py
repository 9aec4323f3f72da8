"""The side panel in a real JupyterLab, seen by a real browser."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect
from tests.ui.steps import ROW, command, run_all, section, show_panel

from nbtrail.entities.identity import new_id
from nbtrail.entities.run import Experiment, Metric, Run, RunStatus
from nbtrail.store import operations

pytestmark = pytest.mark.ui


def test_a_tracked_cell_appears_without_a_reload_and_opens(page):
    expect(page.locator(".nbt-notice")).to_contain_text("%load_ext nbtrail")
    page.evaluate("() => { window.stillTheSamePage = true; }")
    run_all(page)

    row = page.locator(".nbt-run", has_text="forest")
    expect(row).to_contain_text("0.9")
    expect(row).to_contain_text("accuracy")
    page.get_by_role(
        "button", name="This notebook", exact=True
    ).click()  # JupyterLab told the kernel which
    expect(row).to_contain_text("accuracy")
    expect(row.get_by_role("img", name="Finished")).to_be_visible()
    row.click()

    details = page.locator(".nbt-details")
    expect(details.locator("h2")).to_have_text("forest")
    expect(details.locator("[data-metric=accuracy]")).to_contain_text("0.9")
    expect(section(page, "Parameters")).to_contain_text("n_estimators")
    expect(section(page, "Data")).to_contain_text("X_train")
    expect(section(page, "Cells")).to_contain_text("model.score")
    expect(details.locator(".nbt-snippet")).to_contain_text("%track show forest")
    expect(section(page, "Models")).to_contain_text("RandomForestClassifier")
    assert page.evaluate("() => window.stillTheSamePage")


def test_runs_of_other_processes_come_in_live(page, add, store):
    run = add("nightly", status=RunStatus.RUNNING, ended_ms=None)
    row = page.locator(".nbt-run", has_text="nightly")
    expect(row).to_contain_text("running for")
    expect(row.get_by_role("img", name="Running")).to_be_visible()
    store.call(operations.end_run(run.run_id, RunStatus.FAILED, "ValueError: x", 1_790_000_000_000))
    expect(row.get_by_role("img", name="Failed")).to_be_visible()


def test_keys_move_open_and_come_back(page, add):
    for number in range(3):
        add(f"run-{number}", started_ms=1_790_000_000_000 + number)
    expect(page.locator(ROW)).to_have_count(3)
    page.locator(".nbt-list").focus()
    page.keyboard.press("ArrowDown")
    expect(page.locator(".nbt-run[data-active=true]")).to_contain_text("run-1")
    page.keyboard.press("End")
    page.keyboard.press("Enter")
    expect(page.locator(".nbt-details h2")).to_have_text("run-0")
    page.keyboard.press("Escape")
    expect(page.locator(".nbt-run[data-active=true]")).to_contain_text("run-0")
    page.keyboard.press("Home")
    expect(page.locator(".nbt-run[data-active=true]")).to_contain_text("run-2")


def test_search_order_and_this_notebook(page, add):
    def metric(value):
        return (Metric("log_loss", value, value, value),)

    add("poor forest", metrics=metric(0.9), started_ms=1_790_000_000_003)
    add("good forest", metrics=metric(0.1), started_ms=1_790_000_000_002)
    add("linear", metrics=metric(0.5), started_ms=1_790_000_000_001, source="train.ipynb")
    names = page.locator(".nbt-run-name")
    expect(names).to_have_text(["poor forest", "good forest", "linear"])
    page.get_by_label("Sort by").select_option("main")
    expect(names).to_have_text(["good forest", "linear", "poor forest"])
    page.get_by_label("Search runs").fill("metrics.log_loss >")
    expect(page.locator(".nbt-hint")).to_contain_text("can't be understood")
    page.get_by_label("Search runs").fill("forest")
    expect(page.locator(".nbt-hint")).to_have_count(0)
    expect(names).to_have_text(["good forest", "poor forest"])
    page.get_by_role("button", name="This notebook", exact=True).click()
    expect(page.locator(".nbt-notice")).to_contain_text("No run matches")
    page.get_by_role("button", name="Show all runs").click()
    expect(names).to_have_count(3)
    page.get_by_role("button", name="This notebook", exact=True).click()
    expect(names).to_have_text(["linear"])


def test_thousands_of_runs_are_a_handful_of_rows(page, store):
    now = 1_790_000_000_000
    for number in range(2000):
        run = Run(
            new_id(), f"run-{number:04}", Experiment("default"), RunStatus.FINISHED, now + number,
            ended_ms=now + number,
        )  # fmt: skip
        store.submit(operations.start_run(run))
    assert store.flush(30)
    expect(page.locator(".nbt-total")).to_have_text("2\u202f000 runs")
    expect(page.locator(".nbt-run").first).to_contain_text("run-1999")
    assert page.locator(".nbt-run").count() < 60
    page.locator(".nbt-list").evaluate("list => { list.scrollTop = list.scrollHeight; }")
    expect(page.locator(".nbt-run", has_text="run-0000")).to_be_visible()
    assert page.locator(".nbt-run").count() < 60


def test_a_silent_server_is_told_and_asked_again(page, add):
    add("one")
    expect(page.locator(ROW)).to_have_count(1)
    page.route("**/nbtrail/api/**", lambda route: route.abort())
    page.locator(ROW).click()
    alert = page.locator(".nbt-details").get_by_role("alert")
    expect(alert).to_contain_text("does not answer")
    page.unroute("**/nbtrail/api/**")
    alert.get_by_role("button", name="Retry").click()
    expect(page.locator(".nbt-details h2")).to_have_text("one")


def test_it_asks_nothing_while_hidden(page, add):
    add("one")
    expect(page.locator(ROW)).to_have_count(1)
    command(page, "application:toggle-left-area")
    expect(page.locator(".nbt-panel")).to_be_hidden()
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    add("two")
    page.wait_for_timeout(2000)
    assert [url for url in asked if "nbtrail/api" in url] == []
    show_panel(page)
    expect(page.locator(ROW)).to_have_count(2)


def test_hardly_anything_is_loaded_with_jupyterlab(lab, open_page):
    # the view itself is fetched three seconds after the start, or when somebody looks
    loaded = """() => {
        const parts = performance.getEntriesByType('resource')
            .filter(entry => entry.name.includes('/nbtrail-labextension/static/'));
        const begun = Math.min(...parts.map(entry => entry.startTime));
        return [begun + 3000, Infinity].map(end => parts
            .filter(entry => entry.startTime < end)
            .reduce((sum, entry) => sum + entry.decodedBodySize, 0));
    }"""
    page = open_page(lab, "lab")
    page.wait_for_function("() => window.jupyterapp.commands.hasCommand('nbtrail:compare')")
    page.wait_for_timeout(3000)
    show_panel(page)
    expect(page.get_by_role("tab", name="Runs", exact=True)).to_be_visible()
    start, whole = page.evaluate(loaded)
    assert 0 < start < 60_000
    assert whole > 2 * start
