"""A notebook in a folder of its own, and a store beside it."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from harness import Notebook, record_run

from nbtrail.store.store import Store


@pytest.fixture
def notebook(tmp_path):
    folder = tmp_path / "project"
    folder.mkdir()
    notebook = Notebook(folder)
    yield notebook
    notebook.close()


@pytest.fixture
def store(notebook):
    store = Store.open(notebook.folder / ".nbtrail", create=True)
    yield store
    store.close()


@pytest.fixture
def record(notebook, store):
    """Turn what the notebook ran into a run of the store."""
    return lambda **facts: record_run(notebook, store, **facts)
