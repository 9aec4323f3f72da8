"""Where an export may be written, and what it never overwrites."""

from __future__ import annotations

import json

import pytest

from nbtrail.entities.pipeline import Outcome
from nbtrail.exceptions import ExportError
from nbtrail.pipeline import export as exporting
from nbtrail.pipeline.export import export_run

pytestmark = pytest.mark.slow


@pytest.fixture
def run_id(notebook, record):
    notebook.run("m = float(sum(range(5)))", quiet=False)
    return record(expressions={"m": "m"})


@pytest.fixture
def folder(notebook):
    return notebook.folder / "out"


def test_an_edited_script_is_not_overwritten(store, run_id, folder):
    export_run(store, run_id, folder)
    script = folder / "pipeline.py"
    mine = script.read_text() + "# my own line\n"
    script.write_text(mine)
    with pytest.raises(ExportError, match=r"pipeline\.py was edited since it was exported"):
        export_run(store, run_id, folder)
    assert script.read_text() == mine
    manifest = export_run(store, run_id, folder, overwrite=True)
    assert manifest.verdict.outcome is Outcome.EXACT
    assert "my own line" not in script.read_text()


def test_a_manifest_of_something_else_is_no_export_of_ours(store, run_id, folder):
    folder.mkdir()
    theirs = folder / "manifest.json"
    theirs.write_text(json.dumps({"name": "a web page", "version": 3}))
    with pytest.raises(ExportError, match="no earlier export"):
        export_run(store, run_id, folder)
    assert [p.name for p in folder.iterdir()] == ["manifest.json"]
    assert json.loads(theirs.read_text())["version"] == 3


def test_files_beside_an_earlier_export_stay(store, run_id, folder):
    export_run(store, run_id, folder)
    (folder / "notes.txt").write_text("mine")
    export_run(store, run_id, folder)
    assert (folder / "notes.txt").read_text() == "mine"


@pytest.mark.parametrize("at", ["check", "climb", "write"])
def test_an_interruption_leaves_no_half_folder(store, run_id, folder, monkeypatch, at):
    def interrupt(*_args, **_options):
        raise KeyboardInterrupt

    target = {
        "check": (exporting, "make_plan"),
        "climb": (exporting, "climb"),
        "write": (exporting.files, "_move"),
    }
    monkeypatch.setattr(*target[at], interrupt)
    with pytest.raises(KeyboardInterrupt):
        export_run(store, run_id, folder)
    assert not folder.exists()
    assert not [p for p in folder.parent.iterdir() if p.name.endswith(".tmp")]


def test_a_failed_write_leaves_the_earlier_export_as_it_was(store, run_id, folder, monkeypatch):
    export_run(store, run_id, folder)
    before = {p.name: p.read_bytes() for p in folder.iterdir()}

    def fail(*_args):
        raise OSError("disk full")

    monkeypatch.setattr(exporting.files, "_move", fail)
    with pytest.raises(ExportError, match="disk full"):
        export_run(store, run_id, folder)
    assert {p.name: p.read_bytes() for p in folder.iterdir()} == before
