"""Models are written by another process, and the kernel loads nothing for it."""

from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression

from nbtrail.exceptions import ModelError
from nbtrail.flavors import SavingProcess, load_model


@pytest.fixture
def process():
    process = SavingProcess()
    yield process
    process.close()


@pytest.fixture
def fitted():
    X, y = load_iris(return_X_y=True, as_frame=True)
    return LogisticRegression(max_iter=500).fit(X, y), X


def test_a_model_comes_back_from_the_folder(process, fitted, tmp_path):
    model, X = fitted
    files = process.save(pickle.dumps(model), tmp_path, X.head(3), "LogisticRegression")
    assert files.signature is not None
    assert [field.name for field in files.signature.inputs] == list(X.columns)
    assert (load_model(tmp_path).predict(X) == model.predict(X)).all()


def test_a_class_of_the_notebook_is_named(process, tmp_path):
    code = (
        "import pickle, sys\nclass Mine:\n    pass\nsys.stdout.buffer.write(pickle.dumps(Mine()))"
    )
    snapshot = subprocess.run([sys.executable, "-c", code], stdout=subprocess.PIPE, check=True)
    with pytest.raises(ModelError, match="it holds Mine, which is defined in the notebook"):
        process.save(snapshot.stdout, tmp_path, None, "Mine")


def test_a_killed_process_costs_one_model(process, fitted, tmp_path):
    model, X = fitted
    process.save(pickle.dumps(model), tmp_path / "a", None, "LogisticRegression")
    os.kill(process._process.pid, signal.SIGKILL)
    with pytest.raises(ModelError, match="ended before this one was saved"):
        process.save(pickle.dumps(model), tmp_path / "b", None, "LogisticRegression")
    process.save(pickle.dumps(model), tmp_path / "c", None, "LogisticRegression")
    assert (load_model(tmp_path / "c").predict(X) == model.predict(X)).all()


def test_nothing_heavy_is_loaded_where_the_model_was_fitted(tmp_path):
    code = (
        "import sys, nbtrail\n"
        "from sklearn.linear_model import Ridge\n"
        "before = set(sys.modules)\n"
        "with nbtrail.start_run('r'):\n"
        "    model = Ridge().fit([[1.0], [2.0]], [1.0, 2.0])\n"
        "from nbtrail.tracking.process import present_tracker\n"
        "tracker = present_tracker()\n"
        "assert tracker.models.wait(120)\n"
        "tracker.store.flush(10)\n"
        "print(nbtrail.get_run('r').models[0].status)\n"
        "tops = {n.partition('.')[0] for n in set(sys.modules) - before}\n"
        "print(sorted(tops & {'skops', 'torch', 'array_api_compat'}))\n"
        "print([n for n in sys.modules if 'array_api_compat.torch' in n])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert done.stdout.split("\n")[:3] == ["ready", "[]", "[]"]


def test_the_folder_of_the_process_is_where_modules_are_found(process, tmp_path, monkeypatch):
    (tmp_path / "parts_of_mine.py").write_text(
        "from sklearn.linear_model import Ridge\nclass Own(Ridge):\n    pass\n"
    )
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", ["", *sys.path])
    from parts_of_mine import Own

    model = Own().fit([[1.0], [2.0]], [1.0, 2.0])
    files = process.save(pickle.dumps(model), Path("saved").absolute(), None, "Own")
    assert files.flavor
