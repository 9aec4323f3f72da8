"""``nbtrail demo``: the main job, told step by step."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

pytestmark = pytest.mark.slow


def nbtrail(folder, *arguments):
    return subprocess.run(
        [sys.executable, "-m", "nbtrail.cli", *arguments],
        cwd=folder, capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip


def test_the_whole_thread(tmp_path):
    done = nbtrail(tmp_path, "demo")
    assert done.returncode == 0, done.stderr
    for step in ("project", "track", "compare", "promote", "export", "verify"):
        assert f"  {step}" in done.stdout
    assert "● baseline" in done.stdout
    assert "penguins@champion" in done.stdout
    assert "Reproduced exactly" in done.stdout
    assert "jupyter lab" in done.stdout

    project = tmp_path / "nbtrail-demo"
    manifest = json.loads((project / "pipeline" / "manifest.json").read_text())
    assert manifest["verdict"]["outcome"] == "verified-exact"
    assert any(check["kind"] == "metric" for check in manifest["verdict"]["checks"])
    head = subprocess.run(
        ["git", "rev-parse", "HEAD"], cwd=project, capture_output=True, text=True, check=True
    ).stdout.strip()
    runs = json.loads(nbtrail(project, "runs", "--json").stdout)["runs"]
    assert len(runs) == 3
    detail = json.loads(nbtrail(project, "show", "best", "--json").stdout)
    assert (detail["code"]["commit"], detail["code"]["dirty"]) == (head, False)


def test_a_folder_with_something_in_it_is_left_alone(tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "work.txt").write_text("precious")
    done = nbtrail(tmp_path, "demo", "mine")
    assert done.returncode == 0, done.stderr
    assert [p.name for p in (tmp_path / "mine").iterdir()] == ["work.txt"]
    assert (tmp_path / "mine-2" / "pipeline" / "pipeline.py").is_file()
