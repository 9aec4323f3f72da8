"""The tutorial runs in a real kernel, and what it exports runs without nbtrail."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sysconfig
import venv
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from nbtrail.entities.pipeline import Outcome
from nbtrail.pipeline.export import export_run
from nbtrail.store.store import Store

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore::DeprecationWarning:(jupyter_client|zmq|nbclient).*"),
]

TUTORIAL = Path(__file__).parents[2] / "notebooks"
# the run of each notebook whose pipeline is tried
NOTEBOOKS = {
    "01-first-run": "baseline",
    "02-compare-runs": "tuesday",
    "03-promote-a-model": "forest",
    "04-export-a-pipeline": "winner",
}


@pytest.fixture(scope="module")
def python_without_nbtrail(tmp_path_factory):
    """An interpreter that has every installed package but nbtrail."""
    folder = tmp_path_factory.mktemp("bare")
    packages = folder / "packages"
    packages.mkdir()
    for place in {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}:
        for entry in Path(place).iterdir():
            if "nbtrail" not in entry.name and entry.suffix != ".pth":
                target = packages / entry.name
                if not target.exists():
                    target.symlink_to(entry)
    venv.create(folder / "venv", with_pip=False)
    python = folder / "venv" / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    (own,) = subprocess.run(
        [python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"],
        capture_output=True, text=True, check=True, env=bare_environment(),
    ).stdout.split()  # fmt: skip
    (Path(own) / "rest.pth").write_text(f"{packages}\n")
    missing = subprocess.run(
        [python, "-c", "import nbtrail"], capture_output=True, text=True, check=False,
        env=bare_environment(),
    )  # fmt: skip
    assert "ModuleNotFoundError" in missing.stderr
    return python


def bare_environment():
    return {k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "NBTRAIL_DIR")}


def execute(name, project):
    shutil.copytree(TUTORIAL, project)
    for arguments in (
        ("init", "-q", "-b", "main"),
        ("add", "."),
        ("-c", "user.name=t", "-c", "user.email=t@t", "commit", "-qm", "start"),
    ):
        subprocess.run(["git", *arguments], cwd=project, check=True)
    path = project / f"{name}.ipynb"
    notebook = nbformat.read(path, as_version=4)
    client = NotebookClient(
        notebook,
        timeout=300,
        kernel_name="python3",
        resources={"metadata": {"path": str(project)}},
        extra_arguments=["--log-level=ERROR"],
    )
    client.create_kernel_manager().shutdown_wait_time = 60  # it may still write models
    client.execute(env=os.environ | {"NBTRAIL_NOTEBOOK": str(path)})
    return notebook


@pytest.mark.parametrize(("name", "run"), NOTEBOOKS.items())
def test_a_notebook_runs_and_its_pipeline_needs_no_nbtrail(
    name, run, tmp_path, monkeypatch, python_without_nbtrail
):
    project = tmp_path / "tutorial"
    notebook = execute(name, project)
    assert any(cell.cell_type == "code" for cell in notebook.cells)

    monkeypatch.chdir(project)
    store = Store.open(project / ".nbtrail")
    record = store.reader.run(store.reader.resolve(run))
    manifest = export_run(
        store, record.run_id, project / "exported", progress=lambda _message: None
    )
    store.close()
    assert manifest.verdict.outcome is Outcome.EXACT, manifest.verdict

    subprocess.run(
        [python_without_nbtrail, "exported/pipeline.py", "--output", "bare"],
        cwd=project, check=True, env=bare_environment(), capture_output=True, text=True,
    )  # fmt: skip
    found = json.loads((project / "bare" / "metrics.json").read_text())
    assert found == {metric.key: metric.last for metric in record.metrics}


def test_notebooks_are_stored_without_outputs():
    for path in TUTORIAL.glob("*.ipynb"):
        for cell in nbformat.read(path, as_version=4).cells:
            assert not cell.get("outputs"), path.name
            assert cell.get("execution_count") is None, path.name
