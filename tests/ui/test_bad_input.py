"""What users wrote stays text; what breaks is told calmly, with the way out."""

from __future__ import annotations

import shutil
import sqlite3

import pytest
from playwright.sync_api import expect
from tests.ui.steps import ROW, open_run, section, show_panel

from nbtrail.entities.dataset import Column, Dataset, DatasetContext, DatasetUse, Digest, Seen
from nbtrail.entities.identity import new_id
from nbtrail.entities.model import AliasMove, Artifact, ModelRecord, ModelVersion
from nbtrail.entities.provenance import CodeVersion, Environment
from nbtrail.entities.run import (
    Amendment,
    Experiment,
    Mark,
    MarkKind,
    Metric,
    MetricPoint,
    Param,
    RunStatus,
)
from nbtrail.store import operations

pytestmark = pytest.mark.ui
BORN = 1_790_000_000_000
CORPUS = (
    "<img src=x onerror='window.hacked=1'>",
    '"><script>window.hacked=1</script>',
    "<svg/onload=window.hacked=1>",
    "javascript:window.hacked=1//",
    "'-window.hacked=1-'",
    "${window.hacked=1}{{constructor.constructor('window.hacked=1')()}}",
    "</textarea><iframe srcdoc='<script>parent.hacked=1</script>'>",
    "<a href='javascript:window.hacked=1'>x</a>",
    "\u202e<b onmouseover=window.hacked=1>",
    "<style>*{display:none}</style>",
)
MARKUP = ".nbt-panel :is(img, script, iframe, b, style, a)"


def hostile(text):
    """Fields of a run with `text` wherever a user's text can stand."""
    digest = Digest("xxh3-128/1:" + "ab" * 16, "xxh3-128/1:" + "cd" * 16)
    columns = (Column(text, text, "0" * 32, ("1" * 32,)), Column("b", "int64", "2" * 32))
    dataset = Dataset(digest, "table", 3, columns)
    return {
        "experiment": Experiment(text, text),
        "note": text,
        "user": text,
        "reason": text,
        "status": RunStatus.FAILED,
        "source": f"{text}.ipynb",
        "params": (Param(text, text), Param("d", text, is_default=True)),
        "metrics": (Metric(text, 0.5, 0.1, 0.9, 3, origin=text, role=text),),
        "tags": {text: text},
        "marks": (Mark(MarkKind.UNSEEDED, text),),
        "code": CodeVersion("a" * 40, text, dirty=True, changed=(text,), remote=text),
        "datasets": (DatasetUse(dataset, text, DatasetContext.TRAINING, Seen.CONSUMED, text),),
        "amendments": (Amendment("param", text, text, text, BORN, text),),
    }


def test_nothing_of_the_corpus_is_run(page, add, store):
    for number, text in enumerate(CORPUS):
        run = add(f"{number} {text}", started_ms=BORN + number, **hostile(text))
        store.submit(operations.log_metrics(run.run_id, [
            MetricPoint(text, 0.1 * i, i, BORN + i) for i in range(5)
        ]))  # fmt: skip
        environment = Environment("e" * 64, text, text, text, text, text, {text: text})
        store.submit(operations.set_environment(run.run_id, environment))
        model = ModelRecord(
            "m-" + new_id(), text, text, "xxh3-128/1:" + "9" * 32, status="failed", problem=text
        )
        store.call(operations.put_model(run.run_id, model))
        version = ModelVersion(text, 0, run.run_id, model.model_id, BORN, text, text, text, 0.5)
        made = store.call(operations.register_version(version))
        store.call(operations.move_alias(AliasMove(text, "a", None, made, BORN, text, text)))
        sha, size = store.objects.put_bytes(text.encode())
        store.call(operations.log_artifact(run.run_id, Artifact(f"{text}.txt", sha, size, text)))
    page.get_by_label("Group by").select_option("")
    expect(page.locator(ROW)).to_have_count(len(CORPUS))
    for number, text in enumerate(CORPUS):
        page.locator(ROW, has_text=f"{number} ").first.hover()
        page.locator(f"{ROW}[aria-posinset='{len(CORPUS) - number}']").click()
        heading = page.locator(".nbt-details h2")
        expect(heading).to_have_text(f"{number} {text}")
        page.locator(".nbt-details").evaluate(
            "place => place.querySelectorAll('details').forEach(one => { one.open = true; })"
        )
        expect(page.locator(".nbt-note")).to_have_text(text)
        assert page.locator(MARKUP).count() == 0
        page.get_by_role("button", name="Runs", exact=True).click()
    page.locator(".nbt-tabs").get_by_role("tab", name="Models").click()
    expect(page.locator("[data-model]")).to_have_count(len(CORPUS))
    assert page.locator(MARKUP).count() == 0
    assert page.evaluate("() => window.hacked") is None


def test_large_values_and_many_metrics_do_not_stop_it(page, add):
    metrics = tuple(Metric(f"m{i:05}", i, i, i) for i in range(10_000))
    add("large", params=(Param("text", "x" * 1_000_000),), note="n" * 20_000, metrics=metrics)
    details = open_run(page, "large")
    expect(details.locator(".nbt-metric")).to_have_count(24)
    details.get_by_label("Find a metric").fill("m09999")
    expect(details.locator(".nbt-metric")).to_have_count(1)
    expect(section(page, "Parameters")).to_contain_text("characters")
    assert len(section(page, "Parameters").inner_text()) < 5000


def test_a_trail_that_disappears_and_comes_back(page, add, store, project):
    add("one")
    expect(page.locator(ROW)).to_have_count(1)
    store.close()
    aside = project / "aside"
    shutil.move(project / ".nbtrail", aside)
    expect(page.locator(".nbt-notice")).to_contain_text("%load_ext nbtrail")
    shutil.move(aside, project / ".nbtrail")
    expect(page.locator(ROW)).to_have_count(1)


def test_a_damaged_trail_names_the_way_out(page, add, store, project):
    add("one")
    expect(page.locator(ROW)).to_have_count(1)
    store.close()
    for name in ("nbtrail.db-wal", "nbtrail.db-shm"):
        (project / ".nbtrail" / name).unlink(missing_ok=True)
    (project / ".nbtrail" / "nbtrail.db").write_bytes(b"no database" * 5000)
    expect(page.locator(".nbt-notice")).to_contain_text("nbtrail store doctor")


def test_a_trail_of_a_newer_version_is_only_read(page, add, store, project):
    add("one")
    store.close()
    db = sqlite3.connect(project / ".nbtrail" / "nbtrail.db")
    db.execute("PRAGMA user_version = 99")
    db.close()
    expect(page.locator(ROW)).to_have_count(1)


def test_what_may_only_be_read_is_told_when_it_is_changed(page, add, store, project):
    add("one")
    expect(page.locator(ROW)).to_have_count(1)
    store.close()
    trail = project / ".nbtrail"
    for path in (*trail.rglob("*"), trail):
        path.chmod(0o555 if path.is_dir() else 0o444)
    details = open_run(page, "one")
    details.get_by_role("button", name="Add a note").click()
    page.get_by_role("textbox", name="Note").fill("kept while it can't be saved")
    details.get_by_role("button", name="Save").click()
    expect(details.get_by_role("alert")).to_contain_text("may only read this trail")
    expect(page.get_by_role("textbox", name="Note")).to_have_value("kept while it can't be saved")
    trail.chmod(0o755)
    for path in trail.rglob("*"):
        path.chmod(0o755 if path.is_dir() else 0o644)
    page.wait_for_timeout(600)  # it is not tried again at once
    details.get_by_role("button", name="Save").click()
    expect(page.locator(".nbt-note")).to_have_text("kept while it can't be saved")


def test_a_tab_of_before_an_upgrade_says_so(page, add):
    add("one")
    expect(page.locator(ROW)).to_have_count(1)
    page.route(
        "**/nbtrail/api/runs/*",
        lambda route: route.fulfill(status=200, body="{}", content_type="application/json"),
    )
    page.locator(ROW).click()
    expect(page.locator(".nbt-panel").get_by_role("alert")).to_contain_text("reload the page")


def test_two_windows_show_the_same(page, add, lab, project, open_page):
    add("one")
    other = open_page(lab, f"lab/tree/{project.name}/train.ipynb")
    other.wait_for_selector(".jp-Notebook")
    show_panel(other)
    details = open_run(other, "one")
    details.get_by_role("button", name="Add a note").click()
    other.get_by_role("textbox", name="Note").fill("from the other window")
    other.keyboard.press("Control+Enter")
    open_run(page, "one")
    expect(page.locator(".nbt-note")).to_have_text("from the other window")
    add("two")
    page.get_by_role("button", name="Runs", exact=True).click()
    expect(page.locator(ROW)).to_have_count(2)
