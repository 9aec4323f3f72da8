"""Where the trail lies, and settings with their origins."""

from __future__ import annotations

from pathlib import Path

import pytest

from nbtrail.config import find_store, load_settings
from nbtrail.exceptions import UsageError


@pytest.fixture(autouse=True)
def _clean(monkeypatch, tmp_path):
    monkeypatch.delenv("NBTRAIL_DIR", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    (tmp_path / "home").mkdir()


def test_the_trail_belongs_to_the_nearest_repository(tmp_path):
    (tmp_path / "repo" / ".git").mkdir(parents=True)
    notebook_folder = tmp_path / "repo" / "notebooks" / "deep"
    notebook_folder.mkdir(parents=True)
    assert find_store(notebook_folder) == tmp_path / "repo" / ".nbtrail"


def test_without_a_repository_it_lies_beside_the_notebook(tmp_path):
    folder = tmp_path / "plain"
    folder.mkdir()
    assert find_store(folder) == folder / ".nbtrail"


def test_a_repository_in_the_home_folder_is_not_used(tmp_path):
    (tmp_path / "home" / ".git").mkdir()
    work = tmp_path / "home" / "work"
    work.mkdir()
    assert find_store(work) == work / ".nbtrail"


def test_an_existing_trail_is_found_from_below(tmp_path):
    (tmp_path / "repo" / ".git").mkdir(parents=True)
    (tmp_path / "repo" / "a").mkdir()
    assert find_store(tmp_path / "repo" / "a", existing=True) is None
    (tmp_path / "repo" / ".nbtrail").mkdir()
    assert find_store(tmp_path / "repo" / "a", existing=True) == tmp_path / "repo" / ".nbtrail"


def test_environment_and_pyproject_override(tmp_path, monkeypatch):
    project = tmp_path / "repo"
    (project / ".git").mkdir(parents=True)
    (project / "pyproject.toml").write_text('[tool.nbtrail]\ndir = "var/trail"\nmodel_max_mb = 5\n')
    assert find_store(project) == project / "var/trail"
    settings = load_settings(project)
    assert (settings.model_max_mb, settings.origins["model_max_mb"]) == (5, "pyproject.toml")
    monkeypatch.setenv("NBTRAIL_MODEL_MAX_MB", "7")
    assert load_settings(project).model_max_mb == 7
    monkeypatch.setenv("NBTRAIL_DIR", str(tmp_path / "elsewhere"))
    assert find_store(project) == Path(tmp_path / "elsewhere")


@pytest.mark.parametrize(
    "line",
    [
        "model_max_mb = 0",
        "models_kept = -1",
        'keep_output = "perhaps"',
        'model_max_mb = "big"',
        "colour = 1",
        "dir = 3",
    ],
)
def test_a_bad_setting_is_named(tmp_path, line):
    (tmp_path / ".git").mkdir()
    (tmp_path / "pyproject.toml").write_text(f"[tool.nbtrail]\n{line}\n")
    read = find_store if line.startswith("dir") else load_settings
    with pytest.raises(UsageError, match=line.split()[0]):
        read(tmp_path)
