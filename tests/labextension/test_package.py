"""What the package says about its front end, and what ends up in a wheel."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

import nbtrail

ROOT = Path(__file__).parents[2]
FRONT_END = ROOT / "labextension"
SHARED = "nbtrail-0.1.0.data/data/"
ASSETS = "share/jupyter/labextensions/nbtrail-labextension/"


def read(name):
    return json.loads((FRONT_END / name).read_text(encoding="utf-8"))


def test_both_sides_have_one_version():
    assert read("package.json")["version"] == nbtrail.__version__
    assert read("package-lock.json")["version"] == nbtrail.__version__


def test_the_front_end_is_published_nowhere():
    assert read("package.json")["private"] is True


def test_the_lock_names_no_registry():
    text = (FRONT_END / "package-lock.json").read_text(encoding="utf-8")
    assert '"resolved": "http' not in text
    assert "registry." not in text
    assert "omit-lockfile-registry-resolved=true" in (FRONT_END / ".npmrc").read_text()


def test_jupyter_finds_both_extensions():
    assert nbtrail._jupyter_labextension_paths() == [
        {"src": "labextension", "dest": "nbtrail-labextension"}
    ]
    (point,) = nbtrail._jupyter_server_extension_points()
    assert point["app"].name == "nbtrail"


def test_colours_come_from_the_theme_alone():
    style = (FRONT_END / "style" / "base.css").read_text(encoding="utf-8")
    assert re.findall(r"#[0-9a-fA-F]{3,8}\b|\brgba?\(|\bhsla?\(", style) == []


def test_nothing_a_user_wrote_becomes_markup():
    sources = [*FRONT_END.glob("src/**/*.ts"), *FRONT_END.glob("src/**/*.tsx")]
    assert len(sources) > 10
    for source in sources:
        text = source.read_text(encoding="utf-8")
        assert not re.search(r"innerHTML|dangerouslySetInnerHTML|insertAdjacentHTML", text), source


def test_ci_and_readme_run_one_command():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    commands = re.findall(r"<!-- command: test -->\n```sh\n(.+)\n```", readme)
    assert len(commands) == 1
    assert commands[0].endswith(" && .venv/bin/python -m tests")


@pytest.mark.slow
@pytest.mark.parametrize("mode", ["build", "skip"])
def test_a_wheel_brings_panel_and_server(tmp_path, mode):
    environment = os.environ | {"NBTRAIL_LABEXT": "skip" if mode == "skip" else ""}
    subprocess.run(
        [
            sys.executable,
            "-m",
            "pip",
            "wheel",
            "--quiet",
            "--no-deps",
            "--wheel-dir",
            tmp_path,
            ROOT,
        ],
        env=environment,
        check=True,
    )
    (wheel,) = tmp_path.glob("*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    assert f"{SHARED}etc/jupyter/jupyter_server_config.d/nbtrail.json" in names
    assert "nbtrail/server/events.yml" in names
    assert "nbtrail/store/schema.sql" in names
    assert "nbtrail/cli/demo_files/penguins.csv" in names
    assert not [name for name in names if name.startswith("nbtrail/labextension/")]
    assets = {name.removeprefix(SHARED + ASSETS) for name in names if ASSETS in name}
    if mode == "skip":
        assert assets == set()
    else:
        assert {"package.json", "install.json", "inputs.sha256"} <= assets
        assert [name for name in assets if name.startswith("static/remoteEntry.")]


def test_the_lab_extra_is_what_the_panel_needs():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    lab = " ".join(project["optional-dependencies"]["lab"])
    assert "jupyterlab>=4.2" in lab
    assert "jupyterlab" not in " ".join(project["dependencies"])
