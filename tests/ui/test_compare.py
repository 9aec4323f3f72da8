"""The compare view in a real JupyterLab: what differs, drawn, tested, saved and found again."""

from __future__ import annotations

import csv
import math
import os
import zlib
from base64 import b64encode
from contextlib import closing
from pathlib import Path
from struct import pack

import pytest
from playwright.sync_api import expect
from tests.ui.steps import ROW, command, show_panel, write_notebook
from tests.ui.test_accessibility import AXE, RUN_AXE
from tests.ui.test_bad_input import CORPUS, hostile

from nbtrail.entities.cell import CellExecution, CellStatus
from nbtrail.entities.dataset import Column, Dataset, DatasetContext, DatasetUse, Digest, Seen
from nbtrail.entities.identity import new_id
from nbtrail.entities.model import Artifact
from nbtrail.entities.profile import ColumnProfile, Profile
from nbtrail.entities.provenance import Environment, Session
from nbtrail.entities.run import (
    Direction,
    Experiment,
    Mark,
    MarkKind,
    Metric,
    MetricPoint,
    Param,
    Run,
    RunStatus,
)
from nbtrail.store import operations
from nbtrail.store.purge import purge
from nbtrail.store.store import Store

pytestmark = pytest.mark.ui
BORN = 1_790_000_000_000
PARTS = ("table", "curves", "why", "data", "code", "images", "statistics", "plots")
SESSION = "5" * 32
INK = """canvas => {
  const pixels = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
  let ink = 0;
  for (let i = 3; i < pixels.length; i += 4) ink += pixels[i] > 0;
  return ink;
}"""

# whether the strip below a saved plot has the colours of the first runs, as the theme gives them
IN_LEGEND = """async ([png, scale]) => {
  const image = new Image();
  image.src = `data:image/png;base64,${png}`;
  await image.decode();
  const pen = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  const columns = Math.floor((image.width / scale - 24) / 200);
  const rows = (12 + 20 * Math.ceil(3 / columns)) * scale;
  [pen.canvas.width, pen.canvas.height] = [image.width, rows];
  pen.drawImage(image, 0, rows - image.height);
  const strip = pen.getImageData(0, 0, image.width, rows).data;
  return ['--jp-brand-color1', '--jp-warn-color1', '--jp-success-color1'].map(name => {
    pen.fillStyle = getComputedStyle(document.body).getPropertyValue(name);
    pen.fillRect(0, 0, 1, 1);
    const wanted = pen.getImageData(0, 0, 1, 1).data;
    for (let i = 0; i < strip.length; i += 4) {
      if ([0, 1, 2].every(k => Math.abs(strip[i + k] - wanted[k]) < 3)) return true;
    }
    return false;
  });
}"""
LAYOUT_IS_KEPT = """async () => {
  const answer = await fetch('/hub/user/lab/api/workspaces/default');
  const { data } = await answer.json();
  const shown = data['layout-restorer:data']?.main.current ?? '';
  return shown.startsWith('nbtrail-compare') && data[shown]?.data.part === 'why';
}"""


def picture(grey):
    """A PNG of 8 x 8 pixels of one grey."""

    def chunk(kind, data):
        return pack(">I", len(data)) + kind + data + pack(">I", zlib.crc32(kind + data))

    rows = b"".join(b"\0" + bytes([grey]) * 8 for _ in range(8))
    head = pack(">IIBBBBB", 8, 8, 8, 0, 0, 0, 0)
    chunks = (chunk(b"IHDR", head), chunk(b"IDAT", zlib.compress(rows)), chunk(b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def dataset(number):
    """Data whose one column moves with the number."""
    quantiles = tuple(number / 4 + value for value in (0.0, 0.5, 1.0, 1.5, 2.0, 3.0, 4.0))
    bill = ColumnProfile("bill", number, -1, quantiles[0], quantiles[-1], 1.7, quantiles, ())
    top = (("Adelie", 152 - number), ("Gentoo", 124))
    island = ColumnProfile("species", 0, 2, None, None, None, (), top)
    rows = 344 + number
    columns = (
        Column("bill", "float64", f"{number:032x}", (f"{number:032x}",)),
        Column("species", "str", f"{number + 9:032x}", (f"{number + 9:032x}",)),
    )
    content = ("5f3a91c7", "b08e24d1", "2c97f60a")[number] * 4
    digest = Digest(f"xxh3-128/1:{content}", "xxh3-128/1:" + "cd" * 16)
    profile = Profile(rows, (bill, island), rows)
    return DatasetUse(
        Dataset(digest, "table", rows, columns, profile=profile),
        "X_train",
        DatasetContext.TRAINING,
        Seen.CONSUMED,
    )


@pytest.fixture
def trained(add, store):
    """Three runs that differ in all that can, and three that differ in their seed alone."""
    store.call(operations.start_session(Session(SESSION, BORN, "", ".", "3.11", "p", "h")))
    runs = []
    for number, name in enumerate(("baseline", "deep", "gentle")):
        score = 0.90 + 0.02 * min(number, 1)
        code = f"model = forest(depth={3 + number})\nmodel.fit(X, y)"
        cell = CellExecution(
            SESSION, number, f"c{number}", number + 1, code, code, BORN + number, BORN + number + 5,
            CellStatus.OK,
        )  # fmt: skip
        store.call(operations.record_cell(cell))
        run = add(
            name, experiment=Experiment("birds", "auc", Direction.MAX),
            started_ms=BORN + number, ended_ms=BORN + 4300 * (number + 1), session_id=SESSION, first_cell=number, last_cell=number,
            params=(
                Param("depth", str(3 + number)), Param("cv", "5"),
                Param("tol", "0.1", is_default=True),
            ),
            metrics=(Metric("auc", score, score, score), Metric("gap", -0.5, -0.5, -0.5)),
            marks=(Mark(MarkKind.UNSEEDED, "numpy"),) if number else (),
            datasets=(dataset(number),),
        )  # fmt: skip
        packages = {"pandas": "3.0.0", "scikit-learn": f"1.{number}"}
        place = Environment(f"{number:064x}", "3.11.7", "CPython", "Linux", "x86_64", "p", packages)
        store.call(operations.set_environment(run.run_id, place))
        points = [
            MetricPoint("loss", math.exp(-i / 9) + number / 9, i, BORN + 100 * i) for i in range(60)
        ]
        folds = [
            MetricPoint("cv_auc", score + fold / 100 + number * fold / 1000, fold, BORN)
            for fold in range(5)
        ]
        store.call(operations.log_metrics(run.run_id, [*points, *folds]))
        sha, size = store.objects.put_bytes(picture(60 * number))
        artifact = Artifact("figures/roc.png", sha, size, "image/png")
        store.call(operations.log_artifact(run.run_id, artifact))
        runs.append(run)
    for seed in range(3):
        score = 0.8 + seed / 100
        runs.append(
            add(
                f"seed-{seed}", started_ms=BORN + 10 + seed,
                params=(Param("depth", "3"), Param("seed", str(seed))), metrics=(Metric("auc", score, score, score),),
            )
        )  # fmt: skip
    return runs


def compare(page, runs, part="table"):
    """Open a comparison by its command; returns its view."""
    command(page, "nbtrail:compare", ids=[run.run_id for run in runs], part=part)
    view = page.locator(".nbt-compare:visible")
    expect(view.get_by_role("tab", selected=True)).to_have_attribute("data-part", part)
    return view


def show(view, part):
    view.locator(f"[data-part={part}]").click()
    return view.get_by_role("tabpanel")


def await_layout(page):
    """JupyterLab keeps its layout a while after it changed."""
    for _ in range(150):
        if page.evaluate(LAYOUT_IS_KEPT):
            return
        page.wait_for_timeout(200)
    raise AssertionError("the layout was not kept")


def row(view, key):
    return view.locator(f".nbt-grid-row[data-key='{key}']")


def columns(view):
    return view.locator(".nbt-grid-run .nbt-run-link")


def test_chosen_runs_are_compared_against_one_of_them(page, trained):
    for name in ("gentle", "deep", "baseline"):
        item = page.locator(ROW, has_text=name)
        item.hover()
        item.get_by_label("Select").check()
    page.locator(".nbt-selection").get_by_role("button", name="Compare").click()
    view = page.locator(".nbt-compare:visible")
    expect(columns(view)).to_have_text(["gentle", "deep", "baseline"])
    expect(row(view, "auc").locator(".nbt-best")).to_have_text(["tie", "tie"])
    expect(row(view, "depth").get_by_role("gridcell")).to_have_text(["5", "4", "3"])
    expect(row(view, "scikit-learn")).to_have_count(1)
    expect(row(view, "gap")).to_have_count(0)
    view.get_by_role("button", name="Only differences").click()
    expect(row(view, "gap")).to_contain_text("−0.5")
    names = [text.strip() for text in view.locator(".nbt-grid-name").all_inner_texts()]
    assert names.index("depth") < names.index("cv") < names.index("tol")

    view.get_by_label("The run that the others are held against").select_option("baseline")
    expect(columns(view)).to_have_text(["baseline", "gentle", "deep"])
    expect(row(view, "auc").locator(".nbt-gap")).to_have_text(["+0.02", "+0.02"])
    expect(view.locator(".nbt-grid-run").first).to_contain_text("reference")
    view.locator(".nbt-grid-run").nth(1).hover()
    view.get_by_role("button", name="Remove gentle from the comparison").click()
    expect(columns(view)).to_have_text(["baseline", "deep"])
    expect(page.locator(".lm-TabBar-tab.lm-mod-current", has_text="deep against")).to_be_visible()
    view.get_by_role("button", name="Add runs").click()
    page.get_by_label("Search runs to add").fill("seed-1")
    page.locator(".nbt-add-runs").get_by_role("button", name="seed-1").click()
    expect(columns(view)).to_have_text(["baseline", "deep", "seed-1"])
    page.keyboard.press("Escape")

    view.get_by_label("Find a row").fill("dep")
    expect(view.locator(".nbt-grid-name")).to_have_text(["depth"])
    columns(view).nth(1).click()
    expect(page.locator(".nbt-wide .nbt-details h2:visible")).to_have_text("deep")


def test_the_table_is_walked_by_keys(page, trained):
    view = compare(page, trained[:3])
    expect(columns(view)).to_have_count(3)
    view.get_by_role("grid").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowRight")
    expect(view.locator(".nbt-grid-foot")).to_contain_text("auc · deep0.92")
    page.keyboard.press("Home")
    page.keyboard.press("Enter")
    expect(view.locator("[data-section=metrics]")).to_have_attribute("aria-expanded", "false")
    expect(row(view, "auc")).to_have_count(0)
    view.locator("[data-part=table]").focus()
    page.keyboard.press("ArrowRight")
    expect(view.locator("[data-part=curves]")).to_be_focused()
    expect(view.get_by_role("tab", selected=True)).to_have_text("Curves")


def test_curves_are_drawn_pointed_at_and_hidden(page, trained):
    view = compare(page, trained[:3], "curves")
    canvas = view.locator("[data-curve=loss] canvas")
    expect(canvas).to_be_visible()
    whole = canvas.evaluate(INK)
    assert whole > 1000
    box = canvas.bounding_box()
    for x in range(60, 300, 8):  # somewhere there is a curve below the pointer
        page.mouse.move(box["x"] + x, box["y"] + box["height"] * 0.6)
        if view.locator(".nbt-pointed").inner_text():
            break
    expect(view.locator(".nbt-pointed")).to_contain_text(": 0.")
    expect(view.locator(".nbt-legend [data-focus=true]")).to_have_count(1)
    page.mouse.move(5, 5)
    expect(view.locator(".nbt-pointed")).to_be_empty()
    view.locator(".nbt-legend").get_by_role("button", name="deep").click()
    page.mouse.move(5, 5)
    expect(view.get_by_role("button", name="deep", pressed=False)).to_be_visible()
    page.wait_for_function(f"([c, whole]) => ({INK})(c) < whole", arg=[
        canvas.element_handle(), whole
    ])  # fmt: skip
    view.get_by_label("Horizontal axis").select_option("time")
    view.get_by_role("button", name="Log scale").click()
    view.get_by_label("Smoothing").fill("0.9")
    expect(view.locator("output")).to_have_text("0.90")
    expect(canvas).to_be_visible()
    view.get_by_role("button", name="Metrics (1 of 1)").click()
    page.get_by_role("dialog").get_by_label("loss").uncheck()
    expect(canvas).to_have_count(0)


def test_data_code_images_and_why_of_two_runs(page, trained):
    view = compare(page, trained[:3], "data")
    data = view.get_by_role("tabpanel")
    expect(data).to_contain_text("344 → 345 rows")
    expect(data.locator("[data-column=bill] svg")).to_be_visible()
    expect(data.locator("[data-column=species] svg")).to_contain_text("Gentoo")
    data.get_by_label("The run that is held against baseline").select_option("gentle")
    expect(data).to_contain_text("344 → 346 rows")

    why = show(view, "why")
    causes = why.locator("[data-cause]")
    expect(causes.first).to_contain_text("X_train (training)")
    expect(why.locator("[data-cause=params]")).to_contain_text("3 → 5")
    expect(why.locator("[data-cause=environment]")).to_contain_text("1.0 → 1.2")
    expect(why).to_contain_text("What stays in doubt")

    code = show(view, "code")
    expect(code.locator("[data-kind=removed]")).to_contain_text("depth=3")
    expect(code.locator("[data-kind=added]")).to_contain_text("depth=5")
    expect(code.locator(".nbt-facts-table")).to_contain_text("scikit-learn")

    images = show(view, "images").locator("img")
    expect(images).to_have_count(3)
    page.wait_for_function(
        "() => [...document.querySelectorAll('.nbt-image img')].every(one => one.naturalWidth === 8)"
    )


def test_seeds_folds_and_plots(page, trained):
    view = compare(page, trained, "statistics")
    seeds = view.locator("[data-table=seeds]")
    expect(seeds).to_contain_text("0.81 ± 0.025")
    folds = view.locator("[data-table=folds]")
    expect(folds.get_by_role("row").nth(1)).to_contain_text("deep")
    expect(folds).to_contain_text("better")

    plots = show(view, "plots")
    expect(plots.locator("circle")).to_have_count(6)
    plots.get_by_label("Horizontal axis of the scatter plot").select_option("params.seed")
    expect(plots.locator("circle")).to_have_count(3)
    expect(plots).to_contain_text("3 runs have no value")
    expect(plots.locator(".nbt-parallel > path")).to_have_count(6)
    plots.locator("circle").first.hover()
    expect(plots.locator(".nbt-parallel > [data-faded=true]")).to_have_count(5)
    expect(plots.locator(".nbt-pointed")).to_have_text(["seed-0", "seed-0"])
    expect(plots.get_by_role("heading", name="Params that go with auc")).to_be_visible()


def test_files_that_are_saved(page, trained, tmp_path):
    view = compare(page, trained[:3])
    expect(columns(view)).to_have_count(3)

    def saved(button):
        with page.expect_download() as download:
            button.click()
        path = tmp_path / download.value.suggested_filename
        download.value.save_as(path)
        return path

    view.get_by_role("button", name="Export").click()
    table = saved(page.get_by_role("button", name="Table as CSV"))
    assert table.name == "3-runs.csv"
    with table.open(newline="", encoding="utf-8") as file:
        rows = list(csv.reader(file))
    assert rows[0] == ["", "name", "baseline", "deep", "gentle"]
    assert ["metrics", "auc", "0.9", "0.92", "0.92"] in rows
    assert ["params", "tol", "0.1", "0.1", "0.1"] in rows
    view.get_by_role("button", name="Export").click()
    kept = saved(page.get_by_role("button", name="Page as HTML"))
    assert "baseline" in kept.read_text(encoding="utf-8")
    assert kept.read_text(encoding="utf-8").count("data:image/png;base64,") == 3
    curves = show(view, "curves")
    expect(curves.locator("[data-curve=loss] canvas")).to_be_visible()
    pictures = [saved(curves.get_by_role("button", name="Save loss as a picture"))]
    plots = show(view, "plots")
    expect(plots.locator(".nbt-parallel")).to_be_visible()
    pictures += [
        saved(plots.get_by_role("button", name=f"Save {name} as a picture"))
        for name in ("Scatter", "Parallel coordinates")
    ]
    for path in pictures:
        assert path.read_bytes().startswith(b"\x89PNG")
        assert path.stat().st_size > 5000, path.name
        # the legend below the plot has the colour of each run
        png = b64encode(path.read_bytes()).decode()
        scale = 1 if path == pictures[0] else 2
        assert page.evaluate(IN_LEGEND, [png, scale]) == [True] * 3


def test_a_link_and_a_reload_bring_it_back(page, lab, open_page, trained):
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    view = compare(page, trained[:2])
    expect(columns(view)).to_have_text(["baseline", "deep"])
    show(view, "why")
    view.get_by_label("The run that the others are held against").select_option("deep")
    expect(view.locator(".nbt-other-run strong")).to_have_text(["deep", "baseline"])
    view.get_by_role("button", name="Copy link").click()
    link = page.evaluate("() => navigator.clipboard.readText()")
    assert link.startswith(f"{lab.url}lab?nbtrail=")
    await_layout(page)
    page.reload()
    page.wait_for_selector("#jupyterlab-splash", state="detached")
    expect(page.locator(".nbt-compare:visible .nbt-other-run strong")).to_have_text(
        ["deep", "baseline"]
    )
    fresh = open_page(lab, link.removeprefix(lab.url))
    expect(fresh.locator(".nbt-compare:visible .nbt-other-run strong")).to_have_text(
        ["deep", "baseline"]
    )


def test_runs_that_go_and_servers_that_stop_are_told(page, trained, store, project):
    view = compare(page, trained[:3])
    expect(columns(view)).to_have_count(3)
    gone = trained[1].run_id
    store.call(operations.delete_run(gone))
    store.close()
    purge(project / ".nbtrail")
    alert = view.get_by_role("alert")
    expect(alert).to_contain_text("The run deep is not in this trail any more.")
    expect(columns(view)).to_have_count(3)
    alert.get_by_role("button", name="Go on without it").click()
    expect(columns(view)).to_have_text(["baseline", "gentle"])
    expect(alert).to_have_count(0)
    page.route("**/nbtrail/api/compare**", lambda route: route.abort())
    show(view, "statistics")
    expect(view.get_by_role("tabpanel")).to_contain_text("does not answer")
    show(view, "table")
    view.get_by_label("The run that the others are held against").select_option("gentle")
    expect(alert).to_contain_text("does not answer")
    page.unroute("**/nbtrail/api/compare**")
    alert.get_by_role("button", name="Retry").click()
    expect(columns(view)).to_have_text(["gentle", "baseline"])


def test_a_hundred_runs_of_thousands_of_metrics(page, add):
    runs = [
        add(
            f"run-{n:02}",
            params=(Param("text", str(n) + "x" * (1_000_000 if n < 2 else 1)),),
            metrics=tuple(Metric(f"m{i:05}", i + n, i, i) for i in range(10_000 if n < 2 else 50)),
        )
        for n in range(100)
    ]
    view = compare(page, runs)
    expect(columns(view).first).to_have_text("run-00")
    assert view.get_by_role("gridcell").count() < 600
    view.get_by_role("grid").evaluate("grid => { grid.scrollLeft = grid.scrollWidth; }")
    expect(columns(view).last).to_have_text("run-99")
    view.get_by_label("Find a row").fill("m09999")
    expect(view.locator(".nbt-grid-name")).to_have_text(["m09999"])
    view.get_by_label("Find a row").fill("text")
    expect(view.locator(".nbt-grid-name")).to_have_text(["text"])
    assert len(view.inner_text()) < 10_000


def test_what_users_wrote_stays_text(page, add, store):
    runs = []
    for number, text in enumerate(CORPUS):
        fields = hostile(text) | {"started_ms": BORN + number}
        run = add(f"{number} {text}", **fields)
        place = Environment(f"{number:064x}", text, text, text, text, text, {text: str(number)})
        store.submit(operations.set_environment(run.run_id, place))
        points = [MetricPoint(CORPUS[0], i + number, i, BORN + i) for i in range(5)]
        store.call(operations.log_metrics(run.run_id, points))
        runs.append(run)
    view = compare(page, runs)
    expect(columns(view).first).to_have_text(f"0 {CORPUS[0]}")
    for part in PARTS:
        if part != "images":
            show(view, part)
            page.wait_for_load_state("networkidle")
        assert view.locator(":is(img, script, iframe, b, style, a)").count() == 0
    assert page.evaluate("() => window.hacked") is None


@pytest.mark.parametrize("theme", ["Light", "Dark"])
def test_axe_finds_nothing_serious(page, trained, theme):
    page.add_script_tag(path=AXE)
    name = f"JupyterLab {theme}"
    command(page, "apputils:change-theme", theme=name)
    page.wait_for_selector(f"body[data-jp-theme-name='{name}']", state="attached")
    page.wait_for_timeout(500)
    page.wait_for_selector("#jupyterlab-splash", state="detached")
    view = compare(page, trained)
    found = {}
    for part in PARTS:
        panel = show(view, part)
        page.wait_for_load_state("networkidle")
        expect(panel.get_by_text("Loading …")).to_have_count(0)
        if problems := page.evaluate(RUN_AXE, ".nbt-compare"):
            found[part] = problems
    view.get_by_role("button", name="Add runs").click()
    if problems := page.evaluate(RUN_AXE, ".nbt-compare"):
        found["popup"] = problems
    assert found == {}


def test_in_notebook_it_opens_jupyterlab(notebook_app, open_page, make_project):
    folder = make_project(notebook_app.root, "compared")
    write_notebook(folder / "train.ipynb")
    with closing(Store.open(folder / ".nbtrail", create=True)) as store:
        for name in ("one", "two"):
            run = Run(new_id(), name, Experiment("e"), RunStatus.FINISHED, BORN, ended_ms=BORN)
            store.call(operations.start_run(run))
    page = open_page(notebook_app, "notebooks/compared/train.ipynb")
    page.wait_for_selector(".jp-Notebook")
    show_panel(page)
    for name in ("one", "two"):
        page.locator(ROW, has_text=name).hover()
        page.get_by_label(f"Select {name}").check()
    with page.context.expect_page() as opened:
        page.locator(".nbt-selection").get_by_role("button", name="Compare").click()
    expect(columns(opened.value.locator(".nbt-compare"))).to_have_text(["one", "two"])


def test_picture_of_the_differences(page, trained, tmp_path):
    """``NBTRAIL_PICTURES=docs/images`` puts it where the documentation shows it."""
    folder = Path(os.environ.get("NBTRAIL_PICTURES") or tmp_path)
    command(page, "application:toggle-left-area")
    view = compare(page, trained[:3])
    expect(columns(view)).to_have_count(3)
    expect(row(view, "auc").locator(".nbt-gap")).to_have_count(2)
    path = folder / "compare-tab.png"
    view.screenshot(path=path)
    assert path.stat().st_size > 10_000
