"""Data that a run used are summarized with it, files are not, and no secret is shown."""

from __future__ import annotations

import pandas as pd
import pytest

import nbtrail
from nbtrail.entities.dataset import DatasetContext
from nbtrail.fingerprint import cache
from nbtrail.views.plain import to_text
from nbtrail.views.run import run_detail

PANDAS = int(pd.__version__.partition(".")[0])
KEY = "AKIA" + "Q3EGR7XAMZLP5TN2"


def test_data_of_a_fit_and_of_options_have_profiles(notebook, project):
    (project / "d.csv").write_text("a,b\n1,2\n")
    notebook.run(
        "%%track -d X -d \"'d.csv'\"\nm = LogisticRegression(max_iter=300).fit(X_train, y_train)\n"
        "accuracy_score(y_test, m.predict(X_test))"
    )
    run = notebook.last()
    uses = {(use.name, use.context): use.dataset for use in run.datasets}
    space = notebook.shell.user_ns
    for name, context in (
        ("X_train", DatasetContext.TRAINING),
        ("y_train", DatasetContext.TRAINING),
        ("X_test", DatasetContext.TEST),
        ("X", DatasetContext.SOURCE),
    ):
        profile = uses[name, context].profile
        assert profile.rows == len(space[name])
        assert profile.columns[0].mean is not None
    (file,) = (use.dataset for use in run.datasets if use.source == "d.csv")
    assert file.profile is None
    assert "X_train: " in to_text(run_detail(run))


def test_arguments_of_a_tracked_function_have_profiles(notebook):
    notebook.run(
        "from nbtrail import track\n@track\ndef work(table):\n    return {'rows': len(table)}\n"
        "work(X_train)"
    )
    (use,) = notebook.last().datasets
    assert use.name == "table"
    assert use.dataset.profile.rows == len(notebook.shell.user_ns["X_train"])


def test_frequent_values_show_no_secret(notebook):
    notebook.run("%load_ext nbtrail\nimport pandas as pd, nbtrail")
    notebook.shell.user_ns["KEY"] = KEY
    with nbtrail.start_run("one"):
        notebook.run(
            "nbtrail.log_input(pd.DataFrame({'where': [KEY, 'here there', KEY, KEY] * 3}), 'd')"
        )
    (use,) = notebook.named("one").datasets
    top = dict(use.dataset.profile.columns[0].top)
    assert top["here there"] == 3
    assert KEY not in str(use.dataset.profile)
    assert 9 in top.values()


def test_logged_data_are_read_again_even_if_pandas_saw_no_write(notebook):
    notebook.run(
        "import numpy as np, pandas as pd, nbtrail\n"
        "big = pd.DataFrame({'a': np.arange(300_000.0)})\nview = big['a'].to_numpy()"
    )
    with nbtrail.start_run("twice"):
        notebook.run("nbtrail.log_input(big, 'first')")
        notebook.run("view.flags.writeable = True\nview[11] = -5.0\ndel view")
        notebook.run("nbtrail.log_input(big, 'second')")
    first, second = notebook.named("twice").datasets
    assert first.dataset.digest.content != second.dataset.digest.content
    assert second.dataset.profile.columns[0].minimum == -5


@pytest.mark.skipif(PANDAS < 3, reason="pandas 2 has no copy-on-write, and nothing is kept")
def test_memory_of_a_frame_that_was_written_to_is_let_go_at_the_end_of_its_cell(notebook):
    notebook.run(
        "import numpy as np, pandas as pd, nbtrail\nbig = pd.DataFrame({'a': np.arange(300_000.0)})"
    )
    with nbtrail.start_run("kept"):
        notebook.run("nbtrail.log_input(big)")
    held = id(notebook.shell.user_ns["big"])
    assert held in cache._pins
    notebook.run("big.loc[0, 'a'] = 7.0")
    assert held not in cache._pins
