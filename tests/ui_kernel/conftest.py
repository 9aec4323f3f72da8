"""A real IPython shell in this process, with nbtrail loaded."""

from __future__ import annotations

import pytest
from IPython.core.interactiveshell import InteractiveShell

from nbtrail.ui import extension

SETUP = """
from sklearn.datasets import load_iris
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score
from sklearn.model_selection import train_test_split
X, y = load_iris(return_X_y=True)
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=0)
"""


class Notebook:
    """Runs cells and reads what was recorded."""

    def __init__(self, shell):
        self.shell = shell

    def run(self, code, *, ok=True):
        result = self.shell.run_cell(code, store_history=True)
        assert result.success is ok, result.error_in_exec or result.error_before_exec
        return result

    @property
    def session(self):
        return extension._session

    @property
    def store(self):
        self.session.tracker.absorb()
        assert self.session.store.flush(10.0)
        return self.session.store

    def last(self):
        reader = self.store.reader
        return reader.run(reader.resolve("last"))

    def named(self, name):
        reader = self.store.reader
        return reader.run(reader.resolve(name))

    def count(self):
        return self.store.reader.runs().total


@pytest.fixture
def bare(project):
    """The shell before ``%load_ext``."""
    InteractiveShell.clear_instance()
    shell = InteractiveShell.instance()
    shell.history_manager.enabled = False
    yield Notebook(shell)
    shell.run_cell("%unload_ext nbtrail")
    shell.history_manager.end_session()
    InteractiveShell.clear_instance()


@pytest.fixture
def notebook(bare, capsys):
    """The shell with nbtrail loaded and some data."""
    bare.run("%load_ext nbtrail")
    bare.run(SETUP)
    capsys.readouterr()
    return bare
