"""What can't be stored is one warning, and nothing is raised in the user's code."""

from __future__ import annotations

import subprocess
import sys

import pytest

pytestmark = pytest.mark.slow

NO_PLACE = """
import warnings
import nbtrail
warnings.simplefilter("always")
with warnings.catch_warnings(record=True) as told:
    with nbtrail.start_run("a") as run:
        run.log_metric("m", 1.0)
        nbtrail.log_metric("m", 1.0)
        nbtrail.log_params({"C": 1})
        nbtrail.log_text("x", "x.txt")
        nbtrail.set_tag("k", "v")
    nbtrail.end_run()
(warning,) = told
assert "is not tracked" in str(warning.message), warning
"""

NO_FILES = """
import pathlib, warnings
import nbtrail
warnings.simplefilter("always")
def full(*_):
    raise OSError(28, "No space left on device")
with warnings.catch_warnings(record=True) as told:
    with nbtrail.start_run("a") as run:
        import nbtrail.store.objects as objects
        objects.write_synced = full
        for epoch in range(3):
            run.log_text("x", f"x{epoch}.txt")
            nbtrail.log_artifact("README.md", f"{epoch}")
(warning,) = told
assert "No space left on device" in str(warning.message), warning
"""


@pytest.mark.parametrize("code", [NO_PLACE, NO_FILES], ids=["no trail", "no files"])
def test_one_warning_is_told(project, monkeypatch, code):
    if code is NO_PLACE:
        (project / "file").write_text("no folder can be made below this")
        monkeypatch.setenv("NBTRAIL_DIR", str(project / "file" / ".nbtrail"))
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=project, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
