"""A script that is over before git has looked at the working tree."""

from __future__ import annotations

import subprocess
import sys

import pytest

from nbtrail.store.store import Store

SCRIPT = """
import nbtrail
with nbtrail.start_run("quick"):
    nbtrail.log_metric("x", 1)
"""


@pytest.mark.slow
def test_uncommitted_changes_are_known_in_the_end(project):
    git = ["git", "-c", "user.name=a", "-c", "user.email=a@example.org"]
    subprocess.run([*git, "commit", "-q", "--allow-empty", "-m", "a"], cwd=project, check=True)
    (project / "quick.py").write_text(SCRIPT, encoding="utf-8")
    subprocess.run([sys.executable, "quick.py"], cwd=project, check=True)
    store = Store.open(project / ".nbtrail")
    code = store.reader.run(store.reader.resolve("quick")).code
    store.close()
    assert code is not None
    assert code.dirty
    assert "quick.py" in code.changed
