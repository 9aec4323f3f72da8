"""Export and verification through the store, with what can go wrong."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from nbtrail.entities.pipeline import Outcome
from nbtrail.entities.run import Metric
from nbtrail.exceptions import ExportError, VerifyError
from nbtrail.pipeline.export import export_run
from nbtrail.pipeline.manifest import read_manifest
from nbtrail.pipeline.verify import verify_folder

pytestmark = pytest.mark.slow

TRAINING = [
    "import pandas as pd\nfrom sklearn.linear_model import LogisticRegression",
    "table = pd.read_csv('data.csv')",
    "model = LogisticRegression(C=0.5)\nmodel.fit(table[['a', 'b']], table['y'])",
    "acc = model.score(table[['a', 'b']], table['y'])",
]


@pytest.fixture
def data(notebook):
    path = notebook.folder / "data.csv"
    rows = [f"{n % 7},{(n * 5) % 11},{int(n % 7 > 3)}" for n in range(60)]
    path.write_text("a,b,y\n" + "\n".join(rows) + "\n")
    return path


@pytest.fixture
def trained(notebook, store, record, data):
    for cell in TRAINING:
        notebook.run(cell, quiet=False)
    return record(expressions={"accuracy": "acc"}, models=("model",))


def outcome(verdict):
    return verdict.outcome, verdict.culprit


def test_export_verifies_metrics_and_model(trained, store, notebook):
    said = []
    folder = notebook.folder / "out"
    manifest = export_run(store, trained, folder, progress=said.append)
    assert outcome(manifest.verdict) == (Outcome.EXACT, "")
    assert {(c.kind, c.name) for c in manifest.verdict.checks} == {
        ("run", "pipeline.py"),
        ("metric", "accuracy"),
        ("model", "model"),
    }
    assert manifest.inputs[0].path == "data.csv"
    assert manifest.inputs[0].name == "data"
    assert said
    assert read_manifest(folder) == manifest
    assert store.reader.exports(trained) == (manifest,)
    lock = (folder / "requirements.lock").read_text()
    assert "pandas==" in lock
    assert "numpy==" in lock
    assert "ipython" not in lock
    assert "**Reproduced exactly**" in (folder / "README.md").read_text()
    assert "C = 0.5" in (folder / "params.toml").read_text()
    assert outcome(verify_folder(folder)) == (Outcome.EXACT, "")
    verdict = verify_folder(folder, store=store)
    assert outcome(verdict) == (Outcome.EXACT, "")
    assert store.reader.exports(trained)[-1].verdict == verdict  # gates ask for the latest


def test_a_later_verdict_is_the_one_that_counts(trained, store, notebook, data):
    folder = notebook.folder / "out"
    export_run(store, trained, folder)
    data.write_text("a,b,y\n1,2,0\n2,3,1\n")
    assert verify_folder(folder, store=store).outcome is Outcome.NOT_REPRODUCIBLE
    assert store.reader.exports(trained)[-1].verdict.outcome is Outcome.NOT_REPRODUCIBLE
    table = store.reader.runs(query="verdict = not-reproducible")
    assert table.run_id == (trained,)


def test_script_runs_without_nbtrail(trained, store, notebook, tmp_path):
    export_run(store, trained, notebook.folder / "out")
    blocker = "import sys; sys.modules['nbtrail'] = None; import runpy; sys.argv = sys.argv[1:]; "
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            blocker + "runpy.run_path(sys.argv[0], run_name='__main__')",
            "out/pipeline.py",
            "--C",
            "0.01",
            "--output",
            str(tmp_path / "o"),
        ],
        cwd=notebook.folder,
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert "accuracy" in json.loads((tmp_path / "o" / "metrics.json").read_text())


def test_edited_script_is_refused(trained, store, notebook):
    folder = notebook.folder / "out"
    export_run(store, trained, folder)
    path = folder / "pipeline.py"
    path.write_text(path.read_text().replace("0.5", "0.6"))
    with pytest.raises(VerifyError, match=r"pipeline\.py was edited"):
        verify_folder(folder)


def test_changed_expectation_is_not_reproduced(trained, store, notebook):
    folder = notebook.folder / "out"
    export_run(store, trained, folder)
    path = folder / "manifest.json"
    plain = json.loads(path.read_text())
    plain["metrics"]["accuracy"] = 0.123
    path.write_text(json.dumps(plain))
    verdict = verify_folder(folder)
    assert verdict.outcome is Outcome.NOT_REPRODUCIBLE
    assert "accuracy" in verdict.culprit


def test_changed_data_is_named(trained, store, notebook, data):
    folder = notebook.folder / "out"
    export_run(store, trained, folder)
    data.write_text(data.read_text().replace("1,5,0", "1,6,0", 1))
    verdict = verify_folder(folder)
    assert verdict.outcome is Outcome.NOT_REPRODUCIBLE
    assert "data.csv" in verdict.culprit
    assert verdict.unchecked


def test_data_that_is_gone(trained, store, notebook, data):
    folder = notebook.folder / "out"
    export_run(store, trained, folder)
    data.unlink()
    with pytest.raises(VerifyError, match=r"data\.csv is gone"):
        verify_folder(folder)
    with pytest.raises(ExportError, match=r"data\.csv, which is gone"):
        export_run(store, trained, notebook.folder / "again")
    assert not (notebook.folder / "again").exists()


def test_input_is_neither_copied_nor_written(notebook, store, record, data):
    before = data.read_bytes()
    for cell in (
        "from pathlib import Path\ntext = Path('data.csv').read_text()\nm = float(len(text))",
    ):
        notebook.run(cell)
    run_id = record(expressions={"m": "m"})
    folder = notebook.folder / "out"
    manifest = export_run(store, run_id, folder)
    assert manifest.verdict.outcome is Outcome.EXACT
    assert data.read_bytes() == before


def test_script_that_writes_its_input_is_stopped(notebook, store, record, data):
    before = data.read_bytes()
    notebook.run(
        "from pathlib import Path\nq = Path('data.csv')\ntext = q.read_text()\n"
        "n = q.write_text(text)\nm = float(len(text) + n)"
    )
    manifest = export_run(store, record(expressions={"m": "m"}), notebook.folder / "out")
    assert manifest.verdict.outcome is Outcome.NOT_REPRODUCIBLE
    assert "PermissionError" in manifest.verdict.culprit
    assert data.read_bytes() == before


def test_foreign_folder_is_refused(trained, store, notebook):
    folder = notebook.folder / "mine"
    folder.mkdir()
    (folder / "thesis.tex").write_text("x")
    with pytest.raises(ExportError, match=r"thesis\.tex"):
        export_run(store, trained, folder)
    assert [p.name for p in folder.iterdir()] == ["thesis.tex"]
    with pytest.raises(ExportError, match="is a file"):
        export_run(store, trained, folder / "thesis.tex")


def test_earlier_export_is_replaced(trained, store, notebook):
    folder = notebook.folder / "out"
    export_run(store, trained, folder)
    assert export_run(store, trained, folder).verdict.outcome is Outcome.EXACT


def test_run_without_cells(store, record, notebook):
    with pytest.raises(ExportError, match="no recorded cells"):
        export_run(store, record(), notebook.folder / "out")


def test_run_without_anything_to_compute(store, record, notebook):
    notebook.run("a = 1")
    with pytest.raises(ExportError, match="no metric and no model"):
        export_run(store, record(), notebook.folder / "out")


def test_folder_that_is_no_export(tmp_path):
    with pytest.raises(VerifyError, match=r"no manifest\.json"):
        verify_folder(tmp_path)
    (tmp_path / "manifest.json").write_text("{")
    with pytest.raises(VerifyError, match="can't be read"):
        verify_folder(tmp_path)
    (tmp_path / "manifest.json").write_text("{}")
    with pytest.raises(VerifyError, match="damaged"):
        verify_folder(tmp_path)


def test_unseeded_randomness_is_named(notebook, store, record):
    notebook.run("import numpy as np\nm = float(np.random.default_rng().random())")
    manifest = export_run(store, record(expressions={"m": "m"}), notebook.folder / "out")
    assert manifest.verdict.outcome is Outcome.NOT_REPRODUCIBLE
    assert "seed" in manifest.verdict.culprit


def test_lines_of_the_error_are_named(notebook, store, record):
    notebook.run("import os\nos.environ['ZZ_SECRET'] = '1'", quiet=False)
    notebook.values["hidden"] = 3
    notebook.run("m = float(hidden)", quiet=False)
    manifest = export_run(store, record(expressions={"m": "m"}), notebook.folder / "out")
    assert manifest.verdict.outcome is Outcome.NOT_REPRODUCIBLE
    assert "m = float(hidden)" in manifest.verdict.culprit
    assert "NameError" in manifest.verdict.culprit


def test_history_is_the_last_resort(notebook, store, record):
    notebook.run("class Box:\n    pass")
    notebook.run("import types\nbox = types.SimpleNamespace(n=0)")
    notebook.run("import ctypes\nbuffer = ctypes.create_string_buffer(b'1')")
    notebook.run("view = memoryview(buffer)")
    notebook.run("view[:1] = b'7'")
    notebook.run("m = float(buffer.value)", quiet=False)
    manifest = export_run(store, record(expressions={"m": "m"}), notebook.folder / "out")
    assert manifest.verdict.outcome in {Outcome.EXACT, Outcome.FULL_HISTORY}


def test_time_limit(notebook, store, record):
    notebook.run(
        "import time\ntime.sleep(0.1)\nm = 1.0\nfor k in range(1):\n    m += time.sleep(3) or 0"
    )
    manifest = export_run(
        store, record(expressions={"m": "m"}), notebook.folder / "out", timeout_s=1.5
    )
    assert manifest.verdict.outcome is Outcome.NOT_REPRODUCIBLE
    assert "1.5 s" in manifest.verdict.culprit


def test_network_is_off(notebook, store, record):
    notebook.run(
        "import socket\ntry:\n    socket.getaddrinfo('nbtrail.invalid', 80)\nexcept OSError as e:\n"
        "    m = float(isinstance(e, ConnectionRefusedError))"
    )
    manifest = export_run(store, record(expressions={"m": "m"}), notebook.folder / "out")
    assert manifest.verdict.outcome is Outcome.NOT_REPRODUCIBLE
    assert "1.0 instead of 0.0" in manifest.verdict.culprit


def test_metric_that_cannot_be_named_is_unchecked_or_tapped(notebook, store, record):
    notebook.run(
        "from sklearn.metrics import accuracy_score\n"
        "def look(y, p):\n    return accuracy_score(y, p)\nm = look([1, 0, 1, 0], [1, 1, 0, 0])"
    )
    metric = Metric(
        "accuracy", 0.5, 0.5, 0.5, origin="sklearn.metrics.accuracy_score", cell_seq=0, statement=2
    )
    manifest = export_run(store, record(metrics=(metric,)), notebook.folder / "out")
    assert manifest.verdict.outcome is Outcome.EXACT
    assert manifest.missing
    wrong = Metric(
        "no_such", 0.5, 0.5, 0.5, origin="sklearn.metrics.no_such", cell_seq=0, statement=2
    )
    manifest = export_run(store, record(metrics=(wrong,)), notebook.folder / "other")
    assert manifest.verdict.outcome is Outcome.NOT_REPRODUCIBLE
    assert "Nothing could be compared" in manifest.verdict.culprit


def test_environment_variables_that_are_read_are_named(notebook, store, record, monkeypatch):
    monkeypatch.setenv("FACTOR_OF_MINE", "3")
    monkeypatch.setenv("UNRELATED_TOKEN", "x")
    notebook.run(
        "import os\nfactor = float(os.environ['FACTOR_OF_MINE'])\n"
        "m = factor + float('UNRELATED_TOKEN' in os.environ)"
    )
    folder = notebook.folder / "out"
    manifest = export_run(store, record(expressions={"m": "m"}), folder)
    assert manifest.variables == ("FACTOR_OF_MINE",)
    # the script asks for the other one in a way that nobody can foresee: told, not passed
    assert manifest.verdict.outcome is Outcome.NOT_REPRODUCIBLE
    assert "3.0 instead of 4.0" in manifest.verdict.culprit
    assert "`FACTOR_OF_MINE`" in (folder / "README.md").read_text()
    text = (folder / "manifest.json").read_text()
    assert '"3"' not in text
    monkeypatch.delenv("FACTOR_OF_MINE")
    verdict = verify_folder(folder)
    assert "FACTOR_OF_MINE" in verdict.culprit
