"""Actions with their consequences shown: promote, roll back, delete, export, verify, insert."""

from __future__ import annotations

import json
import sys

import pytest
from playwright.sync_api import expect
from tests.ui.steps import ROW, command, dialog, open_run

from nbtrail.entities.model import ModelRecord
from nbtrail.entities.provenance import Environment
from nbtrail.entities.run import Direction, Experiment, Metric
from nbtrail.store import operations
from nbtrail.tracking import registry

pytestmark = pytest.mark.ui
SOURCES = """() => window.jupyterapp.shell.currentWidget.content.model.sharedModel.cells
  .map(cell => cell.getSource())"""
SLOW = """\
import sys, time
print('one: 3 of 5 executed statements made the result.', file=sys.stderr)
print('[0 s] the slice: 3 statements in a fresh process ...', file=sys.stderr, flush=True)
time.sleep(120)
"""


@pytest.fixture
def candidate(add, store):
    """A run with a kept model and an auc."""

    def make(name, auc):
        metrics = (Metric("auc", auc, auc, auc, role="test"), Metric("loss", 1 - auc, 0, 1))
        run = add(name, experiment=Experiment("fraud", "auc", Direction.MAX), metrics=metrics)
        number = f"{int(auc * 100):032x}"
        model = ModelRecord(
            f"m-{number}", "forest", "sklearn.tree.Tree", f"xxh3-128/1:{number}",
            "sklearn-skops", "models/forest", "ready", variable="clf",
        )  # fmt: skip
        store.call(operations.put_model(run.run_id, model))
        return run

    return make


@pytest.fixture
def made_by(add, store):
    """A run that was made by a given Python."""

    def make(name, executable):
        run = add(name)
        environment = Environment("e" * 64, "3", "CPython", "Linux", "x86_64", executable, {})
        store.call(operations.set_environment(run.run_id, environment))
        return run

    return make


def test_a_refused_promotion_says_why_and_is_forced_with_a_reason(page, candidate, store):
    registry.promote(store, candidate("best", 0.9).run_id, "fraud@champion")
    candidate("worse", 0.8)
    open_run(page, "worse").get_by_role("button", name="Promote…").click()
    promoting = dialog(page, "Promote the model of worse")
    expect(promoting.get_by_label("Registered model")).to_have_value("fraud")
    row = promoting.get_by_role("row", name="auc")
    expect(row).to_contain_text("0.90.8")
    expect(row.locator("[data-sign=worse]")).to_be_visible()
    refused = promoting.locator("[data-gate=refused]")
    expect(refused).to_contain_text("no regression")
    expect(refused).to_contain_text("What helps: promote a better run")
    expect(promoting).to_contain_text("fraud@champion moves from version 1 to version 2")
    button = promoting.get_by_role("button", name="Promote all the same")
    expect(button).to_be_disabled()
    promoting.get_by_role("checkbox").check()
    expect(button).to_be_disabled()
    promoting.get_by_label("Why all the same").fill("half the size")
    button.click()
    expect(promoting).to_have_count(0)
    move = store.reader.alias_history("fraud")[-1]
    assert (move.to_version, move.forced) == (2, True)
    assert move.reason.startswith("half the size; forced past no regression")


def test_roll_back_shows_both_versions(page, candidate, store):
    for name, auc in (("first", 0.8), ("second", 0.9)):
        registry.promote(store, candidate(name, auc).run_id, "fraud@champion")
    page.get_by_role("tab", name="Models").click()
    page.get_by_role("button", name="Roll back @champion to version 1…").click()
    asking = dialog(page, "Roll back fraud@champion")
    expect(asking).to_contain_text("moves from version 2 back to version 1")
    expect(asking.get_by_role("row", name="auc")).to_contain_text("0.90.8")
    asking.get_by_label("Why").fill("too slow")
    asking.get_by_role("button", name="Roll back", exact=True).click()
    expect(asking).to_have_count(0)
    expect(page.get_by_role("button", name="Roll back @champion to version 1…")).to_have_count(0)
    assert store.reader.model_version("fraud@champion").version == 1


def test_what_another_window_did_meanwhile_is_told(page, candidate, store):
    for name, auc in (("first", 0.8), ("second", 0.9)):
        registry.promote(store, candidate(name, auc).run_id, "fraud@champion")
    page.get_by_role("tab", name="Models").click()
    page.get_by_role("button", name="Roll back @champion to version 1…").click()
    registry.promote(store, candidate("third", 0.95).run_id, "fraud@champion")
    asking = dialog(page, "Roll back fraud@champion")
    asking.get_by_role("button", name="Roll back", exact=True).click()
    expect(asking.get_by_role("alert")).to_contain_text("was moved meanwhile")
    page.keyboard.press("Escape")
    expect(asking).to_have_count(0)
    assert store.reader.model_version("fraud@champion").version == 3


def test_deleting_is_undone(page, add, store):
    kept, parent = add("kept"), add("parent")
    add("child", parent_run_id=parent.run_id)
    expect(page.locator(ROW)).to_have_count(3)
    open_run(page, "parent").get_by_role("button", name="Delete").click()
    toast = page.locator(".Toastify__toast", has_text="in the trash")
    expect(toast).to_contain_text("parent and 1 more are in the trash.")
    expect(page.locator(ROW)).to_have_count(1)
    toast.get_by_role("button", name="Undo").click()
    expect(page.locator(ROW)).to_have_count(3)
    page.locator(ROW, has_text="kept").click(button="right")
    page.get_by_role("menuitem", name="Delete this run").click()
    expect(page.locator(ROW)).to_have_count(2)
    assert store.reader.runs(deleted=True).run_id == (kept.run_id,)
    command(page, "nbtrail:open-run", id=kept.run_id)
    page.get_by_role("button", name="Restore", exact=True).click()
    expect(page.get_by_role("toolbar", name="Actions")).to_be_visible()
    assert store.reader.runs(deleted=True).total == 0


def test_a_trail_that_is_only_read_is_told(page, candidate, project):
    candidate("one", 0.9)
    open_run(page, "one").get_by_role("button", name="Promote…").click()
    promoting = dialog(page, "Promote the model of one")
    promoting.get_by_label("Registered model").fill("fraud")
    expect(promoting).to_contain_text("fraud gets version 1")
    refusal = {"code": "store-read-only", "message": "nothing was changed", "reasons": []}
    page.route(
        "**/promote?*",
        lambda route: route.fulfill(status=403, body=json.dumps({"error": refusal})),
    )
    promoting.get_by_role("button", name="Promote", exact=True).click()
    expect(promoting.get_by_role("alert")).to_contain_text("nothing was changed")
    expect(promoting.get_by_role("button", name="Promote", exact=True)).to_be_enabled()


def test_a_run_that_went_meanwhile_is_told(page, candidate, store):
    run = candidate("one", 0.9)
    open_run(page, "one").get_by_role("button", name="Promote…").click()
    promoting = dialog(page, "Promote the model of one")
    expect(promoting.get_by_role("button", name="Promote", exact=True)).to_be_enabled()
    store.call(operations.delete_run(run.run_id))
    promoting.get_by_role("button", name="Promote", exact=True).click()
    expect(promoting.get_by_role("alert").first).to_contain_text("is in the trash")


def test_a_running_export_is_stopped(page, made_by, tmp_path, project):
    program = tmp_path / "python3.99"
    program.write_text(f"#!{sys.executable}\n{SLOW}")
    program.chmod(0o755)
    made_by("one", str(program))
    open_run(page, "one").get_by_role("button", name="Export…").click()
    exporting = dialog(page, "Export one")
    exporting.get_by_label("Folder").fill("../elsewhere")
    expect(exporting.get_by_role("alert")).to_contain_text("Give a folder inside of the project")
    expect(exporting.get_by_role("button", name="Export and verify")).to_be_disabled()
    exporting.get_by_label("Folder").fill("pipelines/one")
    exporting.get_by_role("button", name="Export and verify").click()
    expect(exporting.locator(".nbt-rungs [data-current=true]")).to_contain_text("the slice")
    exporting.get_by_role("button", name="Stop").click()
    expect(exporting).to_contain_text("Stopped. Nothing was written.")
    expect(exporting.get_by_label("Folder")).to_have_value("pipelines/one")
    expect(exporting.get_by_role("button", name="Export and verify")).to_be_enabled()
    assert not (project / "pipelines").exists()


def test_an_interpreter_that_is_gone_is_told_with_the_command(page, made_by):
    run = made_by("one", "/gone/bin/python3")
    open_run(page, "one").get_by_role("button", name="Export…").click()
    exporting = dialog(page, "Export one")
    expect(exporting.get_by_role("alert").first).to_contain_text("/gone/bin/python3")
    expect(exporting.locator(".nbt-snippet")).to_have_text(
        f"nbtrail export {run.run_id[:16]} -o pipelines/one"
    )
    expect(exporting.get_by_role("button", name="Export and verify")).to_be_disabled()


def test_cells_bring_a_run_back(page, candidate):
    run = candidate("one", 0.9)
    details = open_run(page, "one")
    details.get_by_role("button", name="Insert a cell that loads its model").click()
    page.wait_for_function(f"() => ({SOURCES})().length === 4")
    assert f'clf = nbtrail.load_model("runs:/{run.run_id}")' in page.evaluate(SOURCES)[1]
    details.get_by_role("button", name="Insert a cell that writes its code").click()
    page.wait_for_function(f"() => ({SOURCES})().length === 5")
    assert f'nbtrail.restore_code("{run.run_id}", "restored/one")' in page.evaluate(SOURCES)[2]


def test_the_selection_offers_what_fits(page, candidate):
    for name, auc in (("a", 0.8), ("b", 0.9)):
        candidate(name, auc)
    expect(page.locator(ROW)).to_have_count(2)
    page.locator(".nbt-list").focus()
    page.keyboard.press("Space")
    bar = page.get_by_role("region", name="Selected runs")
    bar.get_by_role("button", name="Export…").click()
    expect(dialog(page, "Export b")).to_be_visible()
    page.keyboard.press("Escape")
    page.locator(".nbt-list").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Space")
    expect(bar.get_by_role("button", name="Export…")).to_have_count(0)
    bar.get_by_role("button", name="Delete").click()
    expect(page.locator(ROW)).to_have_count(0)
