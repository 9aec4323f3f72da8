"""The project's own modules go with the pipeline as they were when it ran."""

from __future__ import annotations

import os
import subprocess
import sys
import time

import pytest

from nbtrail.entities.pipeline import Outcome
from nbtrail.exceptions import ExportError, VerifyError
from nbtrail.pipeline.export import export_run
from nbtrail.pipeline.verify import verify_folder

pytestmark = pytest.mark.slow


@pytest.fixture
def helper(notebook):
    """Write ``helper.py``; each text has a later time than the one before."""
    clock = [time.time()]

    def write(text, name="helper.py"):
        path = notebook.folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
        clock[0] += 5
        os.utime(path, (clock[0], clock[0]))

    return write


@pytest.fixture
def export(notebook, store, record):
    def run():
        return export_run(store, record(expressions={"m": "m"}), notebook.folder / "out")

    return run


def test_a_module_that_was_edited_since_is_used_as_it_ran(notebook, helper, export, tmp_path):
    helper("def f(x):\n    return x + 1\n")
    notebook.run("import helper\nv = helper.f(1)", quiet=False)
    notebook.run("m = float(v)")
    helper("raise ValueError('broken later')\n")
    manifest = export()
    assert manifest.verdict.outcome is Outcome.EXACT, manifest.verdict
    assert [(m.path, m.beside) for m in manifest.modules] == [("helper.py", "helper.py")]
    assert "x + 1" in (notebook.folder / "out" / "helper.py").read_text()
    done = subprocess.run(  # from the project, beside the broken one
        [sys.executable, "out/pipeline.py", "--output", str(tmp_path / "o")],
        cwd=notebook.folder,
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert "m = 2" in done.stdout
    assert verify_folder(notebook.folder / "out").outcome is Outcome.EXACT
    (notebook.folder / "out" / "helper.py").write_text("def f(x):\n    return 2\n")
    with pytest.raises(VerifyError, match=r"helper\.py is not what the run used"):
        verify_folder(notebook.folder / "out")


def test_two_versions_are_kept_when_both_are_needed(notebook, helper, export):
    helper("def f(x):\n    return x + 1\n")
    notebook.run("import importlib\nimport helper\nv = helper.f(1)", quiet=False)
    helper("def f(x):\n    return x * 100\n")
    notebook.run("importlib.reload(helper)", quiet=False)
    notebook.run("m = float(helper.f(v))", quiet=False)
    manifest = export()
    assert manifest.verdict.outcome is Outcome.EXACT, manifest.verdict
    assert sorted(m.beside for m in manifest.modules) == ["helper.py", "helper_2.py"]
    script = (notebook.folder / "out" / "pipeline.py").read_text()
    assert "import helper_2 as helper" in script
    assert "reload" not in script


def test_only_the_version_that_was_used_is_kept(notebook, helper, export):
    helper("def f(x):\n    return x + 1\n")
    notebook.run("import importlib\nimport helper", quiet=False)
    helper("def f(x):\n    return x * 100\n")
    notebook.run("importlib.reload(helper)", quiet=False)
    notebook.run("m = float(helper.f(3))", quiet=False)
    manifest = export()
    assert manifest.verdict.outcome is Outcome.EXACT, manifest.verdict
    assert [m.beside for m in manifest.modules] == ["helper.py"]
    assert manifest.form == "stages"


def test_packages_come_with_what_they_import(notebook, helper, export):
    helper("", "tools/__init__.py")
    helper("from .deep import g\n\ndef f(x):\n    return g(x) + 1\n", "tools/near.py")
    helper("import math\n\ndef g(x):\n    return math.floor(x)\n", "tools/deep.py")
    helper("raise ValueError('never imported')\n", "tools/other.py")
    notebook.run("from tools.near import f\nm = float(f(2.5))", quiet=False)
    manifest = export()
    assert manifest.verdict.outcome is Outcome.EXACT, manifest.verdict
    assert sorted(m.beside for m in manifest.modules) == [
        "tools/__init__.py",
        "tools/deep.py",
        "tools/near.py",
    ]


def test_what_only_a_module_imports_is_pinned(notebook, helper, export):
    helper("import packaging.version\n\ndef f(x):\n    return packaging.version.Version(x).major\n")
    notebook.run("import helper\nm = float(helper.f('3.1'))", quiet=False)
    export()
    lock = (notebook.folder / "out" / "requirements.lock").read_text()
    assert lock.startswith("packaging==")
    assert '"packaging==' in (notebook.folder / "out" / "pipeline.py").read_text()


def test_a_module_with_a_secret_is_refused(notebook, helper, store, record):
    from nbtrail.capture.secrets import PLACEHOLDER

    helper("def f(x):\n    return x + 1\n")
    notebook.run("import helper\nm = float(helper.f(1))", quiet=False)
    seq, source = notebook.loads[0]
    text = f"password = '{PLACEHOLDER}:password>'\n{source.text}"
    notebook.loads[0] = (seq, source._replace(text=text, sha256="0" * 64))
    with pytest.raises(ExportError, match=r"module helper\.py held a secret"):
        export_run(store, record(expressions={"m": "m"}), notebook.folder / "out")
    assert not (notebook.folder / "out").exists()
