"""Training an exported pipeline again: its form, the script as it runs, the new run."""

from __future__ import annotations

import sys

import pytest
from playwright.sync_api import expect
from tests.exported import export_by_hand
from tests.ui.steps import ROW, dialog, open_run

from nbtrail.entities.run import RETRAINED_TAG, Experiment, Metric, RunStatus

pytestmark = pytest.mark.ui
FOLDER = "pipelines/one"


@pytest.fixture
def pipeline(add, store):
    """The pipeline of run ``one`` in ``pipelines/one``."""

    def export(executable=sys.executable):
        metrics = (Metric("auc", 0.3, 0.3, 0.3), Metric("rows", 3, 3, 3))
        run = add("one", experiment=Experiment("e", "auc"), metrics=metrics)
        export_by_hand(store, run, FOLDER, executable)
        return run

    return export


def retraining(page):
    """Open the form by the card of the pipeline."""
    page.get_by_role("tab", name="Pipelines").click()
    page.get_by_role("button", name="Retrain…").click()
    shown = dialog(page, f"Retrain {FOLDER}")
    expect(shown.get_by_label("depth", exact=True)).to_have_value("3")
    return shown


def start(shown):
    """Press the button once the values were checked."""
    button = shown.get_by_role("button", name="Retrain", exact=True)
    expect(button).to_be_enabled()
    button.click()


def test_other_values_become_a_run_that_is_opened_and_compared(page, pipeline, store, project):
    run = pipeline()
    (project / "more.csv").write_text("a\n" + "1\n" * 9)
    shown = retraining(page)
    expect(shown).to_contain_text("A new run is recorded, with its data and model")
    expect(shown).to_contain_text("nothing is overwritten")
    expect(shown.locator("[data-param=data]")).to_contain_text("as the run read it")
    shown.get_by_label("depth", exact=True).fill("7")
    shown.get_by_label("balanced", exact=True).check()
    shown.get_by_label("data", exact=True).fill("more.csv")
    expect(shown.locator("[data-changed=true]")).to_have_count(3)
    expect(shown.locator("[data-param=depth]")).to_contain_text("recorded: 3")
    shown.get_by_role("button", name="recorded value of balanced").click()
    expect(shown.locator("[data-changed=true]")).to_have_count(2)
    expect(shown.locator(".nbt-snippet")).to_have_text(
        f"python {FOLDER}/pipeline.py --track --depth=7 --data=more.csv"
    )
    start(shown)
    expect(shown.get_by_role("status").first).to_contain_text("A new run was recorded")
    expect(shown.get_by_role("row", name="auc")).to_contain_text("0.30.7")
    expect(shown.get_by_role("row", name="rows")).to_contain_text("310")
    expect(shown.locator(".nbt-changed li")).to_have_text(["depth 3 7", "data data.csv more.csv"])
    new = store.reader.run(store.reader.resolve("last"))
    assert new.tags == {RETRAINED_TAG: run.run_id}
    shown.get_by_role("button", name="Open the new run").click()
    expect(shown).to_have_count(0)
    details = page.locator(".nbt-details")
    expect(details.locator("h2").first).to_have_text(new.name)
    details.get_by_role("button", name="retrained").click()
    expect(details.locator("h2").first).to_have_text("one")


def test_a_run_is_retrained_from_its_page_and_compared(page, pipeline):
    pipeline()
    open_run(page, "one").get_by_role("button", name="Retrain…").click()
    shown = dialog(page, f"Retrain {FOLDER}")
    shown.get_by_label("depth", exact=True).fill("9")
    start(shown)
    shown.get_by_role("button", name="Compare the two runs").click()
    expect(shown).to_have_count(0)
    compared = page.locator(".nbt-compare")
    expect(compared).to_contain_text("2 runs compared")
    expect(compared).to_contain_text("0.9")


def test_a_run_without_a_pipeline_says_what_comes_first(page, add):
    add("alone")
    open_run(page, "alone").get_by_role("button", name="Retrain…").click()
    toast = page.locator(".Toastify__toast", has_text="Export alone first")
    toast.get_by_role("button", name="Export…").click()
    expect(dialog(page, "Export alone as a pipeline")).to_be_visible()


def test_values_are_checked_while_they_are_typed(page, pipeline, project):
    pipeline()
    script = project / FOLDER / "pipeline.py"
    script.write_text(script.read_text() + "# mine\n")
    (project / "data.csv").write_text("a\n2\n1\n")
    shown = retraining(page)
    expect(shown).to_contain_text("pipeline.py was edited since the export")
    expect(shown.locator("[data-param=data]")).to_contain_text("changed since the export")
    button = shown.get_by_role("button", name="Retrain", exact=True)
    shown.get_by_label("depth", exact=True).fill("deep")
    expect(shown.get_by_role("alert")).to_have_text("depth must be a whole number, but got 'deep'.")
    expect(button).to_be_disabled()
    shown.get_by_label("depth", exact=True).fill("4")
    expect(shown.get_by_role("alert")).to_have_count(0)
    shown.get_by_label("data", exact=True).fill("/etc/passwd")
    expect(shown.get_by_role("alert")).to_contain_text("leads out of the folder")
    expect(button).to_be_disabled()


def test_a_running_one_is_watched_and_stopped(page, pipeline, store):
    pipeline()
    shown = retraining(page)
    shown.get_by_label("depth", exact=True).fill("100")
    start(shown)
    expect(shown.get_by_role("log")).to_contain_text("rows 3 False")
    expect(page.locator(ROW)).to_have_count(0)  # another tab is open
    run = store.reader.run(store.reader.resolve("last"))
    assert run.status is RunStatus.RUNNING
    shown.get_by_role("button", name="Stop").click()
    expect(shown.get_by_role("status")).to_contain_text("Stopped. Its run is kept")
    assert store.reader.run(run.run_id).reason == "interrupted"
    shown.get_by_role("button", name="Other values…").click()
    expect(shown.get_by_label("depth", exact=True)).to_have_value("100")


def test_one_in_the_background_tells_its_end(page, pipeline):
    pipeline()
    shown = retraining(page)
    start(shown)
    shown.get_by_role("button", name="Go on in the background").click()
    toast = page.locator(".Toastify__toast", has_text="was trained again")
    toast.get_by_role("button", name="Open").click()
    expect(page.locator(".nbt-details .nbt-pill").first).to_contain_text("Finished")


def test_a_failure_shows_its_last_lines_and_the_command(page, pipeline):
    pipeline()
    shown = retraining(page)
    shown.get_by_label("depth", exact=True).fill("-1")
    start(shown)
    expect(shown.get_by_role("alert")).to_contain_text("ValueError: depth must not be negative")
    expect(shown.get_by_role("log")).to_contain_text("ValueError: depth must not be negative")
    expect(shown.locator(".nbt-snippet")).to_have_text(f"nbtrail retrain {FOLDER} -p depth=-1")
    shown.get_by_role("button", name="Open its run").click()
    expect(page.locator(".nbt-details .nbt-pill").first).to_contain_text("Failed")


def test_a_python_that_is_gone_is_told_with_the_command(page, pipeline):
    pipeline("/gone/bin/python3")
    shown = retraining(page)
    expect(shown.get_by_role("alert")).to_contain_text("/gone/bin/python3")
    expect(shown.locator(".nbt-snippet")).to_have_text(f"nbtrail retrain {FOLDER}")
    expect(shown.get_by_role("button", name="Retrain", exact=True)).to_be_disabled()
