"""A verdict never claims what is not so, tried from the notebook to the end."""

from __future__ import annotations

import hashlib
import json

import pytest

import nbtrail
from nbtrail.entities.pipeline import Outcome
from nbtrail.exceptions import ExportError, VerifyError

pytestmark = pytest.mark.slow


def exported(run="last", folder="out"):
    return nbtrail.export(run, folder, quiet=True).value


def test_a_file_that_changed_since_the_run_is_named(notebook, project):
    (project / "d.csv").write_text("a\n1\n2\n")
    notebook.run("%%track -m rows\nimport pandas as pd\ndf = pd.read_csv('d.csv')\nrows = len(df)")
    assert exported().verdict.outcome is Outcome.EXACT
    (project / "d.csv").write_text("a\n8\n9\n")
    manifest = exported(folder="again")
    assert manifest.verdict.outcome is Outcome.NOT_REPRODUCIBLE
    assert "d.csv" in manifest.verdict.culprit
    assert nbtrail.verify("again", quiet=True).outcome is Outcome.NOT_REPRODUCIBLE


def test_so_is_one_that_an_earlier_cell_read(notebook, project):
    (project / "d.csv").write_text("a\n1\n2\n")
    notebook.run("import pandas as pd\ndf = pd.read_csv('d.csv')")
    (project / "d.csv").write_text("a\n8\n9\n")
    notebook.run("%%track -m rows\nrows = len(df)")
    manifest = exported()
    assert manifest.verdict.outcome is Outcome.NOT_REPRODUCIBLE
    assert "d.csv" in manifest.verdict.culprit


def test_the_right_value_is_not_picked_among_several(notebook):
    notebook.run(
        "%%track\nimport numpy as np\n"
        "def score(k):\n    return accuracy_score(y_test, np.full(len(y_test), k))\n"
        "scores = [score(k) for k in (2, 0, 1)]"
    )
    verdict = exported().verdict
    assert not any(check.kind == "metric" for check in verdict.checks)
    assert any("accuracy" in text for text in verdict.unchecked)
    assert verdict.outcome is Outcome.NOT_REPRODUCIBLE


def test_a_model_without_a_variable_is_compared_too(notebook):
    notebook.run(
        "%%track\nfrom sklearn.tree import DecisionTreeClassifier\n"
        "import numpy as np\nrng = np.random.RandomState()\n"
        "acc = DecisionTreeClassifier(splitter='random', random_state=rng).fit(X_train, y_train)"
        ".score(X_train, y_train)"
    )
    assert notebook.session.tracker.models.wait(60)
    verdict = exported().verdict
    models = [check for check in verdict.checks if check.kind == "model"]
    assert [check.equal for check in models] == [False]
    assert verdict.outcome is Outcome.NOT_REPRODUCIBLE


def test_the_state_of_the_global_generator_is_restored(notebook):
    notebook.run(
        "%%track\nfrom sklearn.tree import DecisionTreeClassifier\n"
        "tree = DecisionTreeClassifier(splitter='random', max_depth=2).fit(X_train, y_train)\n"
        "tree.score(X_test, y_test)"
    )
    assert notebook.session.tracker.models.wait(60)
    verdict = exported().verdict
    assert verdict.outcome is Outcome.EXACT, verdict
    assert [check.equal for check in verdict.checks if check.kind == "model"] == [True]
    assert any("random_state.json" in text for text in verdict.unchecked)


def test_unseeded_luck_is_told(notebook):
    notebook.run(
        "%%track -m v\nimport numpy as np\nrng = np.random.default_rng()\n"
        "v = float(rng.random() < 2)"
    )
    verdict = exported().verdict
    assert any("seed" in text for text in verdict.unchecked)
    assert any("seed" in text for text in nbtrail.verify("out", quiet=True).unchecked)


def test_a_forged_folder_is_refused(notebook, project):
    notebook.run("%%track -m v\nv = sum(range(10))")
    exported()
    script = project / "out" / "pipeline.py"
    text = script.read_text().replace("sum(range(10))", "99")
    assert text != script.read_text()
    script.write_text(text)
    path = project / "out" / "manifest.json"
    manifest = json.loads(path.read_text())
    manifest["pipeline_sha256"] = hashlib.sha256(text.encode()).hexdigest()
    manifest["metrics"]["v"] = 99.0
    path.write_text(json.dumps(manifest))
    with pytest.raises(VerifyError, match="edited"):
        nbtrail.verify("out", quiet=True)


def test_what_ran_before_loading_is_part_of_the_history(bare, project):
    (project / "d.csv").write_text("a,y\n" + "\n".join(f"{n},{n % 2}" for n in range(40)))
    bare.run("import pandas as pd\ntable = pd.read_csv('d.csv')")
    bare.run("table['b'] = table['a'] * 2\nunused = 1")
    bare.run("%load_ext nbtrail\nfrom sklearn.linear_model import LogisticRegression")
    bare.run(
        "%%track\nm = LogisticRegression(C=0.5).fit(table[['a', 'b']], table['y'])\n"
        "m.score(table[['a', 'b']], table['y'])"
    )
    assert bare.session.tracker.models.wait(60)
    manifest = exported()
    assert manifest.verdict.outcome is Outcome.EXACT, manifest.verdict
    text = (project / "out" / "pipeline.py").read_text()
    assert "unused" not in text
    assert '"--data"' in text


@pytest.mark.parametrize(
    "line",
    [
        "cross_val_score(m, X, y, cv=3).mean()",
        "print(cross_val_score(m, X, y, cv=3).mean())",
        "folds = cross_val_score(m, X, y, cv=3)",
    ],
)
def test_a_cross_validation_reproduces_however_it_is_shown(notebook, line):
    notebook.run(
        "%%track\nfrom sklearn.model_selection import cross_val_score\n"
        f"m = LogisticRegression(C=0.5, max_iter=300)\n{line}"
    )
    verdict = exported().verdict
    assert verdict.outcome is Outcome.EXACT, verdict
    assert {c.name for c in verdict.checks if c.kind == "metric"} == {
        "cv_accuracy_mean",
        "cv_accuracy_std",
    }


def test_a_folder_is_relative_to_where_the_kernel_started(notebook, project):
    notebook.run("%%track -m v\nv = sum(range(10))")
    notebook.run("import os\nos.makedirs('deep/er')\nos.chdir('deep/er')")
    notebook.run("shown = %track export last -o out")
    assert (project / "out" / "pipeline.py").exists()
    assert not (project / "deep" / "er" / "out").exists()
    assert nbtrail.verify("out", quiet=True).outcome is Outcome.EXACT


def test_a_run_that_only_holds_others_names_them(notebook):
    notebook.run(
        "%%track\nfrom sklearn.tree import DecisionTreeClassifier\n"
        "for depth in (1, 2):\n"
        "    DecisionTreeClassifier(max_depth=depth, random_state=0).fit(X_train, y_train)"
        ".score(X_train, y_train)"
    )
    runs = [notebook.store.reader.run(run_id) for run_id in notebook.store.reader.runs().run_id]
    (parent,) = [run for run in runs if run.parent_run_id is None]
    with pytest.raises(ExportError) as told:
        exported(parent.run_id)
    assert f"{parent.name}.1, {parent.name}.2" in str(told.value)
