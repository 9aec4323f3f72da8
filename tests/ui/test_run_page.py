"""The page of one run: everything that was recorded, edited in place, and ways to its cells."""

from __future__ import annotations

import base64
import subprocess

import pytest
from playwright.sync_api import expect
from tests.ui.steps import ROW, open_run, run_all, section

from nbtrail.entities.model import Artifact
from nbtrail.entities.provenance import CodeVersion
from nbtrail.entities.run import MetricPoint, Param
from nbtrail.store import operations
from nbtrail.store.snapshots import Snapshot

pytestmark = pytest.mark.ui
BORN = 1_790_000_000_000
PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
EDIT_THE_LAST_CELL = """() => {
  const cells = window.jupyterapp.shell.currentWidget.content.model.sharedModel.cells;
  const last = cells[cells.length - 1];
  last.setSource(last.getSource().replace('n_estimators=20', 'n_estimators=30'));
}"""
ACTIVE_CELL = """() => {
  const content = window.jupyterapp.shell.currentWidget.content;
  return content.widgets[content.activeCellIndex].model.sharedModel.getSource();
}"""


def test_curves_are_drawn(page, add, store):
    run = add("long")
    points = [MetricPoint("loss", 1 / (1 + i), i, BORN + i * 10) for i in range(3000)]
    store.call(operations.log_metrics(run.run_id, points))
    open_run(page, "long")
    chart = page.locator("[data-curve=loss]")
    expect(chart.locator("canvas")).to_be_visible()
    chart.locator(".u-over").hover()
    expect(chart.locator(".nbt-pointed")).to_contain_text(":")
    page.get_by_label("Horizontal axis").select_option("time")
    expect(chart.locator("canvas")).to_be_visible()
    page.get_by_role("button", name="Log scale").click()
    expect(chart.locator("canvas")).to_be_visible()


def test_changes_since_the_run_before_lead_to_it(page, add):
    add("first", params=(Param("depth", "3"),), started_ms=BORN)
    add("second", params=(Param("depth", "4"),), started_ms=BORN + 1)
    details = open_run(page, "second")
    changes = details.locator(".nbt-changes")
    expect(changes).to_contain_text("Since first: 1 params")
    changes.locator("summary").click(position={"x": 3, "y": 5})
    expect(changes).to_contain_text("3 → 4")
    changes.get_by_role("button", name="first").click()
    expect(page.locator(".nbt-details h2")).to_have_text("first")


def test_words_are_edited_where_they_stand(page, add, store):
    run = add("one")
    details = open_run(page, "one")
    details.get_by_role("button", name="Add a note").click()
    page.get_by_role("textbox", name="Note").fill("worth <b>another</b> look")
    page.keyboard.press("Control+Enter")
    expect(details.locator(".nbt-note")).to_have_text("worth <b>another</b> look")
    details.get_by_role("button", name="Add a tag").click()
    page.get_by_label("New tag, as key=value").fill("stage=draft")
    page.keyboard.press("Enter")
    expect(details.locator(".nbt-tag")).to_contain_text("stage")
    kept = store.reader.run(run.run_id)
    assert (kept.note, dict(kept.tags)) == ("worth <b>another</b> look", {"stage": "draft"})
    details.get_by_label("Remove tag stage").click()
    expect(details.locator(".nbt-tag")).to_have_count(0)
    assert dict(store.reader.run(run.run_id).tags) == {}


def test_artifacts_are_shown_on_demand(page, add, store):
    run = add("one")
    for name, kind, data in (
        ("plot.png", "image/png", PIXEL),
        ("page.html", "text/html", b"<script>window.hacked = true</script>"),
        ("draw.svg", "image/svg+xml", b"<svg onload='window.hacked = true'/>"),
    ):
        sha, size = store.objects.put_bytes(data)
        store.call(operations.log_artifact(run.run_id, Artifact(name, sha, size, kind)))
    open_run(page, "one")
    part = section(page, "Artifacts")
    part.locator("summary").first.click()
    part.locator("summary", has_text="plot.png").click()
    picture = part.get_by_role("img", name="plot.png")
    expect(picture).to_be_visible()
    page.wait_for_function("image => image.naturalWidth === 1", arg=picture.element_handle())
    part.locator("summary", has_text="page.html").click()
    expect(part.locator("pre")).to_have_text("<script>window.hacked = true</script>")
    expect(part.locator("summary", has_text="draw.svg")).to_have_count(0)
    assert page.evaluate("() => window.hacked") is None


def test_from_run_to_cell_and_from_cell_to_runs(page):
    run_all(page)
    details = open_run(page, "forest")
    cells = section(page, "Cells")
    expect(cells).to_contain_text("The result used 2 of 2 executed cells")
    expect(cells.locator(".nbt-cell[data-used=true]")).to_have_count(2)
    expect(cells.locator(".nbt-today")).to_have_count(0)
    page.evaluate(EDIT_THE_LAST_CELL)
    page.get_by_role("button", name="Runs", exact=True).click()
    open_run(page, "forest")
    today = section(page, "Cells").locator(".nbt-today")
    today.locator("summary").click()
    expect(today.locator("[data-kind=added]")).to_contain_text("n_estimators=30")

    page.evaluate("() => { window.jupyterapp.shell.currentWidget.content.activeCellIndex = 0; }")
    details.get_by_role("button", name="train.ipynb").click()
    page.wait_for_function(f"() => ({ACTIVE_CELL})().startsWith('%%track forest')")

    page.locator(".jp-CodeCell", has_text="%%track forest").click(button="right")
    page.get_by_role("menuitem", name="Show runs of this cell").click()
    expect(page.locator(ROW)).to_have_count(1)
    expect(page.get_by_label("Search runs")).to_have_value(
        page.evaluate(
            '() => `cell = "${window.jupyterapp.shell.currentWidget.content.activeCell.model.id}"`'
        )
    )


def test_a_receipt_leads_to_its_run(page):
    run_all(page)
    expect(page.locator(ROW)).to_have_count(1)
    page.locator(".jp-OutputArea a", has_text="forest").click()
    expect(page.locator(".nbt-details h2")).to_have_text("forest")


def test_lineage_is_followed_without_a_kernel(page, lab):
    run_all(page)
    # a kernel that is shut down earlier takes the facts of its last cell with it
    expect(page.locator(f"{ROW} [data-status=FINISHED]")).to_have_count(1)
    page.evaluate(
        "() => window.jupyterapp.shell.currentWidget.sessionContext.shutdown().then(() => {})"
    )
    open_run(page, "forest")
    part = section(page, "Lineage")
    part.locator("summary").click()
    expect(part.locator("li")).to_have_count(2, timeout=90_000)  # a process is started for it
    expect(part.locator("li").last).to_contain_text("uses")
    expect(part.locator("svg path")).not_to_have_count(0)


def test_uncommitted_changes_are_shown_line_by_line(page, project, add, store):
    def git(*arguments):
        command = ["git", "-c", "user.name=t", "-c", "user.email=t@t", *arguments]
        answer = subprocess.run(command, cwd=project, check=True, capture_output=True, text=True)
        return answer.stdout.strip()

    (project / "model.py").write_text("".join(f"x{n} = {n}\n" for n in range(40)))
    git("add", "model.py")
    git("commit", "-qm", "start")
    base = git("rev-parse", "HEAD")
    text = (project / "model.py").read_text().replace("x30 = 30", "x30 = '<b>new</b>'")
    files = {"model.py": text.encode(), "logo.png": PIXEL}
    blobs = {name.encode(): ("100644", store.snapshots.put_blob(d)) for name, d in files.items()}
    snapshot = store.snapshots.put(Snapshot(base, blobs))
    code = CodeVersion(
        base, "main", dirty=True, changed=("logo.png", "model.py"), snapshot=snapshot
    )
    add("dirty", code=code)
    details = section(open_run(page, "dirty"), "Git")
    details.locator("summary").first.click()
    details.get_by_text("2 uncommitted changes").click()
    lines = details.locator(".nbt-diff span")
    expect(lines).to_have_count(9)
    expect(lines.nth(0)).to_have_text("⋯ 28")
    expect(lines.nth(4)).to_have_text("- x30 = 30")
    expect(lines.nth(5)).to_have_text("+ x30 = '<b>new</b>'")
    expect(details.get_by_text("added, not a text")).to_be_visible()


def test_a_run_opens_in_a_tab_with_room(page, add, store):
    run = add("one", params=(Param("depth", "3"),))
    open_run(page, "one")
    page.get_by_label("Open in a tab").click()
    tab = page.locator(".nbt-wide")
    expect(tab.locator("h2")).to_have_text("one")
    store.call(operations.set_note(run.run_id, "from elsewhere"))
    expect(tab.locator(".nbt-note")).to_have_text("from elsewhere")
    page.get_by_label("Open in a tab").click()
    expect(page.locator(".nbt-wide")).to_have_count(1)
