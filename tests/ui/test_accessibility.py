"""axe-core finds no serious problem in the panel and on a run's page, in light and dark."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from playwright.sync_api import expect
from tests.exported import export_by_hand
from tests.ui.steps import ROW, command, dialog, open_run

from nbtrail.entities.model import ModelRecord
from nbtrail.entities.run import Experiment, Mark, MarkKind, Metric, MetricPoint, Param, RunStatus
from nbtrail.store import operations
from nbtrail.tracking import registry

pytestmark = pytest.mark.ui
AXE = Path(__file__).parents[2] / "labextension" / "node_modules" / "axe-core" / "axe.min.js"
BORN = 1_790_000_000_000
RUN_AXE = """async place => {
  const { violations } = await axe.run(place, { resultTypes: ['violations'] });
  return violations
    .filter(one => ['serious', 'critical'].includes(one.impact))
    .map(one => `${one.id}: ${one.nodes.map(node => node.html.slice(0, 160)).join(' | ')}`);
}"""


def problems(page):
    return page.evaluate(RUN_AXE, ".nbt-panel")


@pytest.fixture(params=["Light", "Dark"])
def theme(page, request):
    page.add_script_tag(path=AXE)
    name = f"JupyterLab {request.param}"
    command(page, "apputils:change-theme", theme=name)
    page.wait_for_selector(f"body[data-jp-theme-name='{name}']", state="attached")
    page.wait_for_timeout(500)
    page.wait_for_selector("#jupyterlab-splash", state="detached")
    return name


def test_panel_and_page(page, add, store, theme):
    assert problems(page) == []
    for number, status in enumerate(RunStatus):
        add(
            f"run-{number}", status=status, experiment=Experiment(f"exp {number % 2}"),
            started_ms=BORN + number, reason="ValueError: x" if number == 2 else "",
            marks=(Mark(MarkKind.STALE, "cell 3 was edited"), Mark(MarkKind.UNSEEDED, "numpy")),
            params=(Param("depth", "3"), Param("lr", "0.1", is_default=True)),
            metrics=(Metric("auc", 0.9, 0.5, 0.9),), tags={"stage": "draft"},
        )  # fmt: skip
    expect(page.locator(ROW)).to_have_count(4)
    page.locator(".nbt-list").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Space")
    assert problems(page) == []
    run = store.reader.resolve("run-1")
    points = [MetricPoint("loss", 1 / (1 + i), i, BORN + i) for i in range(20)]
    store.call(operations.log_metrics(run, points))
    open_run(page, "run-1")
    expect(page.locator("[data-curve=loss] canvas")).to_be_visible()
    page.locator(".nbt-details").evaluate(
        "place => place.querySelectorAll('details').forEach(one => { one.open = true; })"
    )
    assert problems(page) == []


def test_dialogs(page, add, store, theme):
    for number, (name, loss) in enumerate((("first", 0.1), ("second", 0.2))):
        run = add(name, metrics=(Metric("loss", loss, loss, loss),))
        digest = f"{number:032x}"
        model = ModelRecord(
            f"m-{digest}", "clf", "a.B", f"xxh3-128/1:{digest}", "sklearn-skops", "models/clf",
            "ready",
        )  # fmt: skip
        store.call(operations.put_model(run.run_id, model))
        if number == 0:
            registry.promote(store, run.run_id, "fraud@champion")
    open_run(page, "second").get_by_role("button", name="Promote…").click()
    expect(dialog(page, "Promote").locator("[data-gate=refused]")).to_be_visible()
    assert problems(page) == []
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Export…").click()
    expect(dialog(page, "Export second")).to_contain_text("What it is made of")
    expect(dialog(page, "Export second").get_by_role("alert").first).to_be_visible()
    assert problems(page) == []
    page.keyboard.press("Escape")
    for name in ("first", "second"):
        registry.promote(store, store.reader.resolve(name), "fraud@stable", force=True)
    page.get_by_role("button", name="Runs", exact=True).click()
    page.get_by_role("tab", name="Models").click()
    page.get_by_role("button", name="Roll back @stable to version 1…").click()
    expect(dialog(page, "Roll back").get_by_role("row", name="loss")).to_be_visible()
    assert problems(page) == []


def test_the_dialog_that_retrains(page, add, store, theme):
    export_by_hand(store, add("one"), "pipelines/one", sys.executable)
    page.get_by_role("tab", name="Pipelines").click()
    page.get_by_role("button", name="Retrain…").click()
    shown = dialog(page, "Retrain pipelines/one")
    shown.get_by_label("depth", exact=True).fill("deep")
    expect(shown.get_by_role("alert")).to_be_visible()
    assert problems(page) == []
    shown.get_by_label("depth", exact=True).fill("5")
    shown.get_by_role("button", name="Retrain", exact=True).click()
    expect(shown.get_by_role("row", name="auc")).to_be_visible()
    shown.get_by_text("Output of the script").click()
    assert problems(page) == []
