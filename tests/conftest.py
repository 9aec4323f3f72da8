"""A fresh project with a real shell, in a folder of its own."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import settings

settings.register_profile("nbtrail", deadline=None)  # how long a machine takes is no failure
settings.load_profile("nbtrail")


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A git repository with one commit, as the working folder."""
    folder = tmp_path / "project"
    folder.mkdir()
    monkeypatch.chdir(folder)
    monkeypatch.delenv("NBTRAIL_DIR", raising=False)
    monkeypatch.delenv("NBTRAIL_NOTEBOOK", raising=False)
    (folder / "README.md").write_text("a project\n")
    for arguments in (
        ("init", "-q", "-b", "main"),
        ("add", "."),
        ("-c", "user.name=t", "-c", "user.email=t@t", "commit", "-qm", "start"),
    ):
        subprocess.run(["git", *arguments], cwd=folder, check=True)
    return folder


@pytest.fixture(autouse=True)
def _figures_of_no_other_shell():
    """Forget the figures, and the shell, that pyplot has from an earlier test of this process."""
    pyplot = sys.modules.get("matplotlib.pyplot")
    if pyplot is not None:
        pyplot.close("all")
        pyplot._REPL_DISPLAYHOOK = pyplot._ReplDisplayHook.NONE
