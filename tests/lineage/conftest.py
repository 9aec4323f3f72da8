"""The recorder in a real shell."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "pipeline"))

from harness import Notebook


@pytest.fixture
def notebook(tmp_path):
    notebook = Notebook(tmp_path)
    yield notebook
    notebook.close()


@pytest.fixture
def facts(notebook):
    """Run cells, and return the facts of the last statement of the last one."""

    def run(*sources):
        for source in sources:
            notebook.run(source)
        return notebook.cells[-1].statements[-1]

    return run
