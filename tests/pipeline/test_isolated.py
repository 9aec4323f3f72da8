"""Verification in an environment that is built anew, with a real venv and a real installer."""

from __future__ import annotations

from dataclasses import replace

import pytest
from uv import find_uv_bin

from nbtrail.entities.pipeline import Outcome, Scope
from nbtrail.exceptions import VerifyError
from nbtrail.pipeline import isolated
from nbtrail.pipeline.export import export_run
from nbtrail.pipeline.manifest import read_manifest
from nbtrail.pipeline.verify import verify_folder

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def _without_uv(monkeypatch):
    """Let pip do it, unless a test asks for uv."""
    monkeypatch.setattr(isolated.shutil, "which", lambda _name: None)


@pytest.fixture
def uv(_without_uv, monkeypatch):
    """Have a real uv installed."""
    monkeypatch.setattr(isolated.shutil, "which", lambda _name: find_uv_bin())


@pytest.fixture
def folder(notebook, store, record):
    """Return an export that needs one small distribution."""
    notebook.run("from packaging.version import Version\nnewest = max('1.9', '1.10', key=Version)")
    notebook.run("m = float(newest)", quiet=False)
    place = notebook.folder / "out"
    manifest = export_run(store, record(expressions={"m": "m"}), place)
    assert manifest.verdict.outcome is Outcome.EXACT, manifest.verdict
    return place


def test_the_environment_comes_from_the_lock(folder):
    lock = (folder / "requirements.lock").read_text().splitlines()
    assert [line.partition("==")[0] for line in lock] == ["packaging"]
    verdict = verify_folder(folder, isolated=True)
    assert (verdict.outcome, verdict.scope) == (Outcome.EXACT, Scope.REBUILT)
    assert any("venv and pip" in text for text in verdict.guard)
    assert verify_folder(folder).scope is Scope.SAME_ENVIRONMENT


@pytest.mark.usefixtures("uv")
def test_uv_builds_it_where_it_is_installed(folder):
    verdict = verify_folder(folder, isolated=True)
    assert (verdict.outcome, verdict.scope) == (Outcome.EXACT, Scope.REBUILT)
    assert any("by uv" in text for text in verdict.guard), verdict.guard


@pytest.mark.usefixtures("uv")
def test_pip_does_what_uv_cannot(folder, monkeypatch):
    monkeypatch.setenv("UV_OFFLINE", "1")
    monkeypatch.setenv("UV_NO_CACHE", "1")
    verdict = verify_folder(folder, isolated=True)
    assert (verdict.outcome, verdict.scope) == (Outcome.EXACT, Scope.REBUILT)
    assert any("venv and pip" in text for text in verdict.guard), verdict.guard


def test_what_the_lock_lacks_is_not_there(folder):
    (folder / "requirements.lock").write_text("")
    verdict = verify_folder(folder, isolated=True)
    assert verdict.outcome is Outcome.NOT_REPRODUCIBLE
    assert "No module named 'packaging'" in verdict.culprit


def test_an_environment_that_cannot_be_built_is_told(folder):
    (folder / "requirements.lock").write_text("packaging==0.0.0.999\n")
    with pytest.raises(VerifyError, match=r"can't be rebuilt from requirements\.lock") as told:
        verify_folder(folder, isolated=True)
    assert "0.0.0.999" in str(told.value)


def test_another_python_is_told(folder, tmp_path):
    manifest = replace(read_manifest(folder), python="2.7.18")
    with pytest.raises(VerifyError, match=r"The run used Python 2\.7"):
        isolated.rebuild(folder, manifest, tmp_path / "env", lambda _text: None)
