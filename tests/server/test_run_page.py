"""What the page of one run asks for, and what it may change."""

from __future__ import annotations

import json
import sqlite3

import pytest
from tornado.httpclient import HTTPClientError

from nbtrail.entities.identity import new_id
from nbtrail.entities.model import Artifact
from nbtrail.entities.provenance import CodeVersion
from nbtrail.entities.run import Experiment, Metric, MetricPoint, Param, RunStatus
from nbtrail.store import operations
from nbtrail.store.snapshots import Snapshot

NOTEBOOK = "project/notebooks/train.ipynb"
BORN = 1_790_000_000_000


@pytest.fixture
def patch(jp_fetch):
    async def send(run_id, body):
        try:
            answer = await jp_fetch(
                "nbtrail", "api", "runs", run_id,
                method="PATCH", body=json.dumps(body), params={"notebook": NOTEBOOK},
            )  # fmt: skip
        except HTTPClientError as error:
            return error.code, json.loads(error.response.body)
        return answer.code, json.loads(answer.body)

    return send


async def test_groups_count_what_matches(get, check, add):
    for number in range(3):
        add(f"alpha-{number}", experiment=Experiment("a"), started_ms=BORN + number)
    add("beta", experiment=Experiment("b"), started_ms=BORN + 9)
    _, document = await get("groups", notebook=NOTEBOOK, by="experiment")
    check("groups_page", document)
    assert [(g["key"], g["total"]) for g in document["groups"]] == [("b", 1), ("a", 3)]
    _, document = await get("groups", notebook=NOTEBOOK, by="experiment", q="alpha-1")
    assert [(g["key"], g["total"]) for g in document["groups"]] == [("a", 1)]
    _, document = await get("groups", notebook=NOTEBOOK)
    assert [(g["key"], g["total"]) for g in document["groups"]] == [("", 4)]
    _, page = await get("runs", notebook=NOTEBOOK, by="experiment", group="a", desc=0, count=0)
    assert [row["name"] for row in page["runs"]] == ["alpha-0", "alpha-1", "alpha-2"]


async def test_quick_filters_and_columns(get, check, add, store):
    good = add("good", params=(Param("depth", "3"),), metrics=(Metric("auc", 0.9, 0.9, 0.9),))
    add("bad", status=RunStatus.FAILED)
    add("now", status=RunStatus.RUNNING, ended_ms=None)
    store.call(operations.set_tags(good.run_id, {"nbtrail.starred": ""}))
    store.flush(5)
    for quick, names in (("starred", ["good"]), ("failed", ["bad"]), ("running", ["now"]),
                         ("reproducible", [])):  # fmt: skip
        _, page = await get("runs", notebook=NOTEBOOK, quick=quick)
        check("runs_page", page)
        assert [row["name"] for row in page["runs"]] == names
    _, page = await get(
        "runs", notebook=NOTEBOOK, quick="starred", columns="params.depth\nmetrics.auc\nparams.no"
    )
    assert page["runs"][0]["values"] == {"params.depth": "3", "metrics.auc": 0.9}
    assert page["runs"][0]["starred"]
    _, keys = await get("keys", notebook=NOTEBOOK)
    check("known_keys", keys)
    assert (keys["params"], keys["metrics"]) == (["depth"], ["auc"])


async def test_running_runs_show_their_course(get, check, add, store):
    run = add("now", status=RunStatus.RUNNING, ended_ms=None)
    points = [MetricPoint("val_loss", float(i % 7), i, BORN + i) for i in range(900)]
    store.call(operations.log_metrics(run.run_id, points))
    _, page = await get("runs", notebook=NOTEBOOK)
    check("runs_page", page)
    assert 2 < len(page["runs"][0]["spark"]) <= 32
    _, curves = await get(f"runs/{run.run_id}/curves", notebook=NOTEBOOK, key="val_loss", points=50)
    check("run_curves", curves)
    (curve,) = curves["curves"]
    assert curve["count"] == 900
    assert len(curve["x"]) == len(curve["y"]) <= 50
    assert (min(curve["y"]), max(curve["y"])) == (0, 6)


async def test_changes_name_the_run_before(get, check, add):
    add("one", params=(Param("depth", "3"),), started_ms=BORN)
    two = add("two", params=(Param("depth", "4"),), started_ms=BORN + 1)
    _, document = await get(f"runs/{two.run_id}/changes", notebook=NOTEBOOK)
    check("run_changes", document)
    assert document["against"]["name"] == "one"
    assert document["params"] == [{"key": "depth", "before": "3", "after": "4"}]


async def test_lineage_is_followed_without_a_kernel(get, check, rich_run):
    code, document = await get(f"runs/{rich_run.run_id}/lineage", notebook=NOTEBOOK)
    assert code == 200
    check("ancestry", document)
    assert document["result"] == "forest"


async def test_a_run_without_cells_has_no_lineage_and_says_so(get, check, add):
    code, document = await get(f"runs/{add('script').run_id}/lineage", notebook=NOTEBOOK)
    check("error", document)
    assert (code, document["error"]["code"]) == (400, "usage")
    assert "no recorded cells" in document["error"]["message"]


async def test_words_of_a_run_are_changed(get, check, patch, add):
    run = add("one", note="old")
    code, document = await patch(
        run.run_id, {"name": "two", "note": "new", "tags": {"a": "1", "b": ""}}
    )
    check("run_detail", document)
    assert code == 200
    assert (document["name"], document["note"], document["tags"]) == (
        "two", "new", {"a": "1", "b": ""},
    )  # fmt: skip
    _, document = await patch(run.run_id, {"tags": {"a": None}})
    assert document["tags"] == {"b": ""}


@pytest.mark.parametrize(
    "body",
    [[], {"status": "FINISHED"}, {"name": " "}, {"note": 1}, {"tags": []}, {"tags": {"a": 1}},
     {"tags": {" ": "x"}}, {"note": "x" * 100_001}],
)  # fmt: skip
async def test_other_changes_are_refused(patch, check, add, body):
    code, document = await patch(add("one").run_id, body)
    check("error", document)
    assert (code, document["error"]["code"]) == (400, "usage")


async def test_a_trail_that_may_only_be_read_is_not_changed(patch, check, add, store, newer):
    run = add("one", note="old")
    newer()
    code, document = await patch(run.run_id, {"note": "new"})
    check("error", document)
    assert (code, document["error"]["code"]) == (403, "store-read-only")
    assert store.reader.run(run.run_id).note == "old"


async def test_artifacts_are_shown_only_as_pictures_and_text(jp_fetch, get, check, add, store):
    run = add("one")
    for name, kind, data in (
        ("a.png", "image/png", b"\x89PNG"),
        ("page.html", "text/html", b"<script>alert(1)</script>"),
        ("draw.svg", "image/svg+xml", b"<svg onload='alert(1)'/>"),
    ):
        sha, size = store.objects.put_bytes(data)
        store.call(operations.log_artifact(run.run_id, Artifact(name, sha, size, kind)))
    path = ("nbtrail", "api", "runs", run.run_id, "artifact")
    shown = await jp_fetch(*path, params={"notebook": NOTEBOOK, "path": "a.png"})
    assert (shown.headers["Content-Type"], shown.body) == ("image/png", b"\x89PNG")
    shown = await jp_fetch(*path, params={"notebook": NOTEBOOK, "path": "page.html"})
    assert shown.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert shown.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    code, document = await get(f"runs/{run.run_id}/artifact", notebook=NOTEBOOK, path="draw.svg")
    check("error", document)
    assert code == 400
    code, _ = await get(f"runs/{run.run_id}/artifact", notebook=NOTEBOOK, path="../a.png")
    assert code == 404


async def test_an_unknown_run_has_no_page(get, check, add):
    add("one")
    for part in ("changes", "lineage", "artifact"):
        code, document = await get(f"runs/{new_id()}/{part}", notebook=NOTEBOOK)
        check("error", document)
        assert code == (400 if part == "lineage" else 404)


async def test_a_trail_of_a_newer_version_is_only_read(get, check, jp_root_dir, add, store):
    add("one")
    store.close()
    db = sqlite3.connect(jp_root_dir / "project" / ".nbtrail" / "nbtrail.db")
    db.execute("PRAGMA user_version = 99")
    db.close()
    _, document = await get("status", notebook=NOTEBOOK)
    check("status_report", document)
    assert (document["store"], document["runs"], document["writable"]) == ("found", 1, False)


async def test_the_diff_of_what_was_not_committed(get, check, add, store):
    # the folder .git of this project is empty: the commit can't be there
    blob = store.snapshots.put_blob(b"<b>1</b>\n")
    snapshot = store.snapshots.put(Snapshot("a" * 40, {b"x.py": ("100644", blob)}))
    run = add("dirty", code=CodeVersion("a" * 40, "main", dirty=True, snapshot=snapshot))
    code, document = await get(f"runs/{run.run_id}/diff", notebook=NOTEBOOK)
    assert code == 200
    check("uncommitted_changes", document)
    assert document["base_missing"]
    assert document["files"][0]["diff"][1:] == ["+<b>1</b>"]
    store.snapshots.path(snapshot).unlink()
    code, document = await get(f"runs/{run.run_id}/diff", notebook=NOTEBOOK)
    assert code == 503
    assert "git" not in document["error"]["message"]  # no path of the server's
    assert (await get(f"runs/{'0' * 32}/diff", notebook=NOTEBOOK))[0] == 400
