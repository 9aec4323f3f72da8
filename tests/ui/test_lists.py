"""Groups, filters, columns and selection of the list; models and pipelines beside it."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect
from tests.ui.steps import ROW, run_all

from nbtrail.entities.identity import new_id
from nbtrail.entities.model import AliasMove, ModelRecord, ModelVersion
from nbtrail.entities.pipeline import Check, Manifest, Outcome, Scope, Verdict
from nbtrail.entities.run import Experiment, Metric, MetricPoint, Param, RunStatus
from nbtrail.store import operations

pytestmark = pytest.mark.ui
BORN = 1_790_000_000_000
NAMES = ".nbt-run-name"


def tab(page, name):
    page.locator(".nbt-tabs").get_by_role("tab", name=name).click()


def verified(run, outcome=Outcome.EXACT, culprit=""):
    checks = (Check("metric", "auc", "0.9", "0.9", equal=True),)
    verdict = Verdict(outcome, Scope.SAME_ENVIRONMENT, "a" * 64, checks, culprit, verified_ms=BORN)
    manifest = Manifest(1, run.run_id, run.name, BORN, "a" * 64, verdict=verdict)
    return operations.put_export(run.run_id, "pipelines/one", manifest)


def test_groups_fold_by_mouse_and_keys(page, add):
    for number, name in enumerate(["a", "b", "a"]):
        add(f"{name}-{number}", experiment=Experiment(f"exp {name}"), started_ms=BORN + number)
    expect(page.locator(".nbt-group")).to_have_count(2)
    expect(page.locator(NAMES)).to_have_text(["a-2", "a-0", "b-1"])
    page.locator(".nbt-group", has_text="exp a").click()
    expect(page.locator(NAMES)).to_have_text(["b-1"])
    page.locator(".nbt-list").focus()
    page.keyboard.press("Home")
    page.keyboard.press("ArrowRight")
    expect(page.locator(NAMES)).to_have_count(3)
    page.get_by_label("Group by").select_option("source")
    expect(page.locator(".nbt-group")).to_have_count(0)  # there is but one notebook
    expect(page.locator(NAMES)).to_have_text(["a-2", "b-1", "a-0"])


def test_quick_filters_stars_and_verdicts(page, add, store):
    good = add("good", started_ms=BORN)
    add("bad", status=RunStatus.FAILED, started_ms=BORN + 1)
    store.call(verified(good))
    badge = page.locator(ROW, has_text="good").locator("[data-verdict]")
    expect(badge).to_contain_text("verified")
    page.locator(ROW, has_text="bad").hover()
    page.locator(ROW, has_text="bad").get_by_label("Star this run").click()
    for quick, names in (("Reproducible", ["good"]), ("Failed", ["bad"]), ("Starred", ["bad"])):
        page.get_by_role("button", name=quick).click()
        expect(page.locator(NAMES)).to_have_text(names)
    assert "nbtrail.starred" in store.reader.run(store.reader.resolve("bad")).tags
    page.get_by_role("button", name="Running", exact=True).click()
    expect(page.locator(".nbt-notice")).to_contain_text("Nothing is running now")
    page.get_by_role("button", name="Show all runs").click()
    expect(page.locator(NAMES)).to_have_count(2)


def test_columns_are_chosen_and_remembered(page, add):
    add("one", params=(Param("depth", "3"),), metrics=(Metric("auc", 0.93, 0.9, 0.95),))
    page.get_by_label("Choose columns").click()
    page.get_by_label("Find a metric or param").fill("dep")
    page.get_by_label("params.depth").check()
    expect(page.locator(".nbt-run-columns")).to_have_text("depth 3")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog", name="Columns")).to_have_count(0)
    page.wait_for_timeout(1500)  # the state is saved a moment later
    page.reload()
    expect(page.locator(".nbt-run-columns")).to_have_text("depth 3")


def test_a_search_is_completed_and_its_error_placed(page, add):
    add("one", metrics=(Metric("auc", 0.93, 0.9, 0.95),))
    add("two", metrics=(Metric("auc", 0.5, 0.5, 0.5),), experiment=Experiment("other"))
    field = page.get_by_label("Search runs")
    field.click()
    field.press_sequentially("au")
    expect(page.get_by_role("option", name="metrics.auc")).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(field).to_have_value("metrics.auc ")
    field.press_sequentially(">")
    hint = page.locator(".nbt-hint")
    expect(hint).to_contain_text("at character 14")
    expect(hint.locator("pre")).to_contain_text("metrics.auc >\n")
    field.press_sequentially(" 0.9")
    expect(page.locator(NAMES)).to_have_text(["one"])
    expect(hint).to_have_count(0)


def test_space_selects_for_comparing(page, add):
    for number in range(3):
        add(f"run-{number}", started_ms=BORN + number)
    expect(page.locator(ROW)).to_have_count(3)
    page.locator(".nbt-list").focus()
    page.keyboard.press("Space")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Space")
    expect(page.locator(".nbt-run[aria-selected=true]")).to_have_count(2)
    bar = page.locator(".nbt-selection")
    expect(bar).to_contain_text("2 selected")
    page.locator(".nbt-list").focus()
    page.keyboard.press("ArrowDown")
    bar.get_by_role("button", name="Compare").click()
    expect(page.get_by_text("2 runs compared").first).to_be_visible()
    bar.get_by_role("button", name="Clear").click()
    expect(bar).to_have_count(0)


def test_a_running_run_shows_its_course(page, add, store):
    run = add("long", status=RunStatus.RUNNING, ended_ms=None)
    points = [MetricPoint("accuracy", i / 100, i, BORN + i) for i in range(50)]
    store.call(operations.log_metrics(run.run_id, points))
    row = page.locator(ROW, has_text="long")
    expect(row.get_by_role("img", name="Course of accuracy")).to_be_visible()
    expect(row).to_contain_text("0.49")


def test_models_and_pipelines(page, add, store):
    tab(page, "Models")
    expect(page.locator(".nbt-notice")).to_contain_text("%track promote best")
    tab(page, "Pipelines")
    expect(page.locator(".nbt-notice")).to_contain_text("%track export best")
    run = add("forest")
    model = ModelRecord("m-" + new_id(), "forest", "a.Forest", "xxh3-128/1:" + "9" * 32)
    store.call(operations.put_model(run.run_id, model))
    version = ModelVersion("penguin", 0, run.run_id, model.model_id, BORN, "ana")
    number = store.call(operations.register_version(version))
    move = AliasMove("penguin", "champion", None, number, BORN, "ana", "the first")
    store.call(operations.move_alias(move))
    store.call(verified(run, Outcome.NOT_REPRODUCIBLE, "auc is 0.8, not 0.9"))
    card = page.locator("[data-pipeline]")
    expect(card).to_contain_text("not reproducible")
    expect(card).to_contain_text("auc is 0.8, not 0.9")
    tab(page, "Models")
    card = page.locator("[data-model=penguin]")
    expect(card).to_contain_text("@champion")
    card.get_by_text("History of aliases").click()
    expect(card).to_contain_text("the first")
    card.get_by_role("button", name="Version 1").click()
    expect(page.locator(".nbt-details h2")).to_have_text("forest")


def test_fits_of_the_session_are_kept(page):
    page.evaluate("""() => {
      const shared = window.jupyterapp.shell.currentWidget.content.model.sharedModel;
      const source = shared.cells[2].getSource();
      shared.cells[2].setSource(source.replace('%%track forest -m accuracy:max\\n', ''));
    }""")
    run_all(page)
    session = page.locator(".nbt-session")
    expect(session).to_contain_text("This session: 1 fit")
    session.get_by_role("button", name="Keep").click()
    expect(page.locator(ROW)).to_have_count(1)
    expect(session).to_contain_text("all kept")
