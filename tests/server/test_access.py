"""Who may ask, and how far the server looks."""

from __future__ import annotations

import json
import shutil

import pytest
from tornado.httpclient import HTTPClientError

from nbtrail.server.extension import ALL_ROUTES

ID = "0" * 32
PARTS = ("changes", "curves", "diff", "lineage", "artifact", "gates", "export")
PATHS = [
    *("status", "runs", "groups", "keys", "models", "pipelines", f"runs/{ID}"),
    *(f"runs/{ID}/{part}" for part in PARTS),
    *("compare", "compare/page", "compare/statistics", "compare/curves"),
    *("models/penguin", "pipelines/retrain", f"jobs/{ID}"),
]
CHANGES = [
    *(f"runs/{ID}/{part}" for part in ("promote", "trash", "restore", "export")),
    *("models/penguin/rollback", "pipelines/verify", "pipelines/retrain"),
]


def test_every_route_is_tried_below():
    assert len(ALL_ROUTES) == len({*PATHS, *CHANGES})


@pytest.mark.parametrize("path", PATHS)
async def test_without_a_token_nothing_is_told(jp_fetch, check, path):
    with pytest.raises(HTTPClientError) as caught:
        await jp_fetch("nbtrail", "api", *path.split("/"), headers={"Authorization": "token no"})
    assert caught.value.code == 403
    check("error", json.loads(caught.value.response.body))


@pytest.mark.parametrize("path", CHANGES)
async def test_without_a_token_nothing_is_changed(jp_fetch, check, path):
    with pytest.raises(HTTPClientError) as caught:
        await jp_fetch(
            "nbtrail", "api", *path.split("/"),
            method="POST", body="{}", headers={"Authorization": "token no"},
        )  # fmt: skip
    assert caught.value.code == 403
    check("error", json.loads(caught.value.response.body))


@pytest.mark.parametrize("path", CHANGES)
async def test_a_cookie_alone_changes_nothing(jp_serverapp, jp_fetch, path):
    """Another site may have the browser send the cookie, but doesn't know the token for it."""
    with pytest.raises(HTTPClientError) as caught:
        await jp_fetch(
            "nbtrail", "api", *path.split("/"), method="POST", body="{}",
            headers={"Authorization": "", "Cookie": "_xsrf=unknown"},
        )  # fmt: skip
    assert caught.value.code == 403


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
async def test_nothing_can_be_changed(jp_fetch, method):
    body = None if method == "DELETE" else "{}"
    with pytest.raises(HTTPClientError) as caught:
        await jp_fetch("nbtrail", "api", "runs", method=method, body=body)
    assert caught.value.code == 405


@pytest.mark.parametrize("run_id", ["x", "A" * 32, "..%2f" * 8, "0" * 33])
async def test_other_ids_have_no_route(jp_fetch, run_id):
    with pytest.raises(HTTPClientError) as caught:
        await jp_fetch("nbtrail", "api", "runs", run_id)
    assert caught.value.code == 404


async def test_answers_are_json_and_not_kept(jp_fetch):
    answer = await jp_fetch("nbtrail", "api", "status")
    assert answer.headers["Content-Type"].startswith("application/json")
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


async def test_a_trail_above_the_root_is_not_opened(get, add, jp_root_dir):
    add("secret")
    inner = jp_root_dir / "project" / ".nbtrail"
    shutil.move(inner, jp_root_dir.parent / ".nbtrail")
    (jp_root_dir / "project" / ".git").rmdir()
    (jp_root_dir.parent / ".git").mkdir()
    _, status = await get("status")
    assert (status["store"], status["runs"]) == ("outside", 0)
    _, page = await get("runs")
    assert page["total"] == 0


@pytest.mark.parametrize("linked", [".nbtrail", "folder"])
async def test_links_lead_nowhere_outside(get, add, tmp_path, jp_root_dir, linked):
    add("secret")
    outside = tmp_path / "outside"
    shutil.move(jp_root_dir / "project", outside)
    if linked == "folder":
        (jp_root_dir / "project").symlink_to(outside)
    else:
        (jp_root_dir / "project").mkdir()
        (jp_root_dir / "project" / ".nbtrail").symlink_to(outside / ".nbtrail")
    _, status = await get("status", notebook="project/n.ipynb")
    assert status["store"] == "outside"
    _, page = await get("runs", notebook="project/n.ipynb")
    assert page["total"] == 0


async def test_a_linked_database_is_not_opened(get, add, tmp_path, jp_root_dir):
    add("secret")
    database = jp_root_dir / "project" / ".nbtrail" / "nbtrail.db"
    other = jp_root_dir / ".nbtrail"
    other.mkdir()
    (other / "nbtrail.db").symlink_to(database)
    _, status = await get("status")
    assert status["store"] == "unreadable"
