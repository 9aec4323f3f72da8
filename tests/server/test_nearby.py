"""Trails below the server's root: which are found, and what bounds the search."""

from __future__ import annotations

import shutil

import pytest

from nbtrail.server import nearby
from nbtrail.store.store import Store


@pytest.fixture
def make(tmp_path):
    """Make trails in folders below a root."""

    def trail(*places):
        for place in places:
            folder = tmp_path / place
            folder.mkdir(parents=True, exist_ok=True)
            (folder / ".git").mkdir(exist_ok=True)
            Store.open(folder / ".nbtrail", create=True).close()

    return trail


def projects(root, **given):
    page = nearby.trails(root, **given)
    return [one["project"] for one in page["trails"]], page["complete"]


def test_trails_at_every_level_are_listed(tmp_path, make):
    make("", "a", "a/inner", "b/c/d")
    assert projects(tmp_path) == (["", "a", "a/inner", "b/c/d"], True)
    page = nearby.trails(tmp_path)
    assert all(one["changed_ms"] > 1_600_000_000_000 for one in page["trails"])


def test_what_can_hold_none_is_passed_over(tmp_path, make):
    make("web/node_modules/x", ".hidden/x", "env/lib/x", "kept")
    (tmp_path / "env" / "pyvenv.cfg").touch()
    (tmp_path / "loop").symlink_to(tmp_path)
    (tmp_path / "kept" / "pyvenv.cfg").touch()  # an environment in the project's own folder
    (tmp_path / "empty" / ".nbtrail").mkdir(parents=True)
    (tmp_path / "linked").mkdir()
    (tmp_path / "linked" / ".nbtrail").symlink_to(tmp_path / "kept" / ".nbtrail")
    assert projects(tmp_path) == (["kept"], True)


def test_the_search_ends_at_its_bounds_and_says_so(tmp_path, make, monkeypatch):
    make("a", "b", "deep/1/2/3/4/5/6/7")
    assert projects(tmp_path) == (["a", "b"], True)  # the depth is told beforehand
    assert projects(tmp_path, stopped=lambda: True) == ([], False)
    monkeypatch.setattr(nearby, "TRAILS", 1)
    assert projects(tmp_path) == (["a"], False)
    monkeypatch.setattr(nearby, "TRAILS", 100)
    monkeypatch.setattr(nearby, "FOLDERS", 3)
    assert projects(tmp_path) == (["a", "b"], False)
    monkeypatch.setattr(nearby, "SECONDS", -1)
    assert projects(tmp_path) == ([], False)


def test_one_trail_for_all_is_no_choice(tmp_path, make, monkeypatch):
    make("a")
    monkeypatch.setenv("NBTRAIL_DIR", str(tmp_path / "a" / ".nbtrail"))
    assert projects(tmp_path) == ([], True)


async def test_a_folder_is_asked_about_as_a_notebook_is(get, check, add, jp_root_dir):
    add("one")
    _, page = await get("trails")
    check("trails_page", page)
    assert [one["project"] for one in page["trails"]] == ["project"]
    _, status = await get("status", notebook="project/")
    check("status_report", status)
    assert (status["project"], status["notebook"], status["runs"]) == ("project", "", 1)
    _, runs = await get("runs", notebook="project/")
    assert [row["name"] for row in runs["runs"]] == ["one"]
    for wrong in ("/", "//", "project//", "../project/", "project/../"):
        code, _ = await get("status", notebook=wrong)
        assert code == 400, wrong
    shutil.rmtree(jp_root_dir / "project")
    _, status = await get("status", notebook="project/")
    assert (status["store"], status["project"]) == ("absent", "")
