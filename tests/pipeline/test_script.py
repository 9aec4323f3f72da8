"""The text of the script: shape, names, parameters, translations."""

from __future__ import annotations

import ast
import contextlib
import io
import subprocess
import sys

import pytest

from nbtrail.pipeline.emit import write_script
from nbtrail.pipeline.plan import Form, full_plan, make_plan

REQUIREMENTS = {
    "pandas": "pandas==3.1.1",
    "numpy": "numpy==2.4.6",
    "sklearn": "scikit-learn==1.9.1",
}


@pytest.fixture
def script(notebook, store, record):
    """Run cells, and write the script of a run with the given metric expressions."""

    def write(*cells, form=Form.STAGES, full=False, **facts):
        for cell in cells:
            notebook.run(cell, quiet=False)
        run = store.reader.run(record(**facts))
        plan = make_plan(run, notebook.cells, "work.ipynb", ".")
        plan = full_plan(plan) if full else plan
        return write_script(plan, form, REQUIREMENTS, "3.11.7")

    return write


def execute(text, *arguments):
    """Run a script in this process; return its globals and what it printed."""
    printed = io.StringIO()
    namespace = {"__name__": "__main__"}
    before, sys.argv = sys.argv, ["pipeline.py", *arguments]
    try:
        with contextlib.redirect_stdout(printed):
            exec(compile(text, "pipeline.py", "exec"), namespace)
    finally:
        sys.argv = before
    return namespace, printed.getvalue()


def functions(text):
    return [n.name for n in ast.parse(text).body if isinstance(n, ast.FunctionDef)]


IRIS = [
    (
        "%precision 3\nfrom sklearn.datasets import load_iris\nimport numpy as np, os\n"
        "from sklearn.linear_model import LogisticRegression\n"
        "from sklearn.model_selection import train_test_split"
    ),
    (
        "# the flowers\nX, y = load_iris(return_X_y=True, as_frame=True)\nX.describe()\n"
        "assert len(X) == 150"
    ),
    'X = X.assign(area=X["petal length (cm)"] * X["petal width (cm)"])',
    "X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.3, random_state=7)",
    "rejected = LogisticRegression(C=99, max_iter=9000).fit(X_train, y_train)",
    (
        "# small C: few flowers\nmodel = LogisticRegression(C=0.05, max_iter=300)\n"
        "model.fit(X_train, y_train)"
    ),
    "acc = model.score(X_test, y_test)\nprint(acc)",
]


def test_stages_in_the_words_of_the_field(script, notebook, tmp_path, monkeypatch):
    text = script(*IRIS, expressions={"accuracy": "acc"}, models=("model",)).text
    stages = [
        n
        for n in functions(text)
        if n in {"ingest", "validate", "preprocess", "split", "train", "evaluate"}
    ]
    assert stages == ["ingest", "validate", "preprocess", "split", "train", "evaluate"]
    assert "# the flowers" in text
    assert "# small C: few flowers" in text
    for gone in ("rejected", "describe", "precision", "nbtrail.log_metric(", "import os", "numpy"):
        assert gone not in text
    monkeypatch.chdir(tmp_path)
    _, printed = execute(text, "--output", "o")
    assert f"accuracy = {notebook.values['acc']:.6g}" in printed
    assert (tmp_path / "o" / "model.skops").exists()


def test_parameters_on_the_command_line(script, tmp_path, monkeypatch):
    written = script(*IRIS, expressions={"accuracy": "acc"})
    assert {p.name: p.value for p in written.parameters} == {
        "test_size": 0.3,
        "seed": 7,
        "C": 0.05,
        "max_iter": 300,
    }
    monkeypatch.chdir(tmp_path)
    _, default = execute(written.text)
    _, other = execute(written.text, "--C", "0.0001", "--seed", "8", "--test-size", "0.5")
    assert default != other


@pytest.mark.slow
@pytest.mark.parametrize("form", [Form.STAGES, Form.FLAT])
def test_ruff_has_nothing_to_say(script, form, tmp_path):
    path = tmp_path / "pipeline.py"
    path.write_text(
        script(*IRIS, form=form, expressions={"a/b": "acc * 1"}, models=("model",)).text
    )
    ruff = [sys.executable, "-m", "ruff"]
    select = ["--isolated", "--select", "E4,E7,E9,F,I,UP,B,SIM"]
    checked = subprocess.run(
        [*ruff, "check", *select, path], check=False, capture_output=True, text=True
    )
    assert checked.returncode == 0, checked.stdout
    shaped = subprocess.run(
        [*ruff, "format", "--isolated", "--diff", path],
        check=False,
        capture_output=True,
        text=True,
    )
    assert shaped.returncode == 0, shaped.stdout


@pytest.mark.parametrize(
    ("cells", "gone", "there"),
    [
        (
            [
                (
                    "import nbtrail\nwith nbtrail.start_run('a') as run:\n    # kept\n    x = 3\n"
                    "    run.log_metric('m', x * 2)\n    nbtrail.log_param('p', 1)"
                )
            ],
            ["start_run('a')", "log_param(", "import nbtrail\nwith"],
            ["kept (default", "m = x * 2"],
        ),
        (
            ["import nbtrail as nb\nx = 3", "nb.log_metrics({'m': x * 2, 'k': 1})"],
            ["nb."],
            ["m = x * 2"],
        ),
        (
            [
                "from nbtrail import track\n@track(experiment='e')\ndef m(a):\n    return a * 2.0",
                "out = m(3)",
            ],
            ["@track", "from nbtrail"],
            ["def m(a):", "out = m(3)"],
        ),
        (
            [
                "from nbtrail import track\n@track\ndef fit(a):\n    return {'m': a * 2.0, 'z': 'text'}",
                "fit(3)",
            ],
            ["@track"],
            ["result = fit(3)", 'm = result["m"]'],
        ),
    ],
)
def test_our_own_calls_are_translated_away(script, monkeypatch, cells, gone, there, tmp_path):
    monkeypatch.setenv("NBTRAIL_DIR", str(tmp_path / "elsewhere"))
    from nbtrail.entities.run import Metric

    metric = Metric(
        "m", 6.0, 6.0, 6.0, cell_seq=len(cells) - 1, statement=1 if len(cells) == 1 else 0
    )
    written = script(*cells, metrics=(metric,))
    assert written.missing == {}
    for text in gone:
        assert text not in written.text
    for text in there:
        assert text in written.text
    _, printed = execute(written.text, "--output", str(tmp_path / "o"))
    assert "m = 6" in printed


def test_calls_of_metric_functions_are_named(script, tmp_path):
    from nbtrail.entities.run import Metric

    def metric(key, function, statement, role="test"):
        return Metric(
            key,
            0,
            0,
            0,
            origin=f"sklearn.metrics.{function}",
            role=role,
            cell_seq=1,
            statement=statement,
        )

    written = script(
        "from sklearn.metrics import accuracy_score, f1_score, mean_squared_error\n"
        "y, p = [0, 1, 1, 0], [0, 1, 0, 0]\ny_train = [1, 0]",
        "acc = float(accuracy_score(y, p))\n"
        "f1_score(y, p)\n"
        "print(f'{mean_squared_error(y, p):.3f}')\n"
        "print(accuracy_score(y_train, y_train), accuracy_score(y, p))\n"
        "best = []\nfor k in (0, 1):\n    best.append(f1_score(y, [k] * 4))",
        metrics=(
            metric("accuracy", "accuracy_score", 0),
            metric("f1", "f1_score", 1),
            metric("mean_squared_error", "mean_squared_error", 2),
            metric("train/accuracy", "accuracy_score", 3, "training"),
            metric("f1_last", "f1_score", 5),
        ),
    )
    assert written.missing == {}
    assert "print(acc" not in written.text
    _, printed = execute(written.text, "--output", str(tmp_path / "o"))
    lines = printed.splitlines()
    for line in (
        "accuracy = 0.75",
        "f1 = 0.666667",
        "mean_squared_error = 0.25",
        "train/accuracy = 1",
        "f1_last = 0.666667",
    ):
        assert line in lines


def test_metric_inside_of_a_function_is_said_to_be_missing(script):
    from nbtrail.entities.run import Metric

    written = script(
        "from sklearn.metrics import accuracy_score\ndef look(y):\n    return accuracy_score(y, y)",
        "seen = look([1])",
        metrics=(
            Metric(
                "accuracy",
                1,
                1,
                1,
                origin="sklearn.metrics.accuracy_score",
                cell_seq=1,
                statement=0,
            ),
        ),
    )
    assert "accuracy" in written.missing


def test_cross_validation(script, tmp_path):
    from nbtrail.entities.run import Metric

    def metric(key, statement, function="cross_val_score"):
        origin = f"sklearn.model_selection.{function}:{key[-4:].strip('_')}"
        return Metric(key, 0, 0, 0, origin=origin, cell_seq=1, statement=statement)

    written = script(
        "from sklearn.datasets import load_iris\nfrom sklearn.tree import DecisionTreeClassifier\n"
        "from sklearn.model_selection import cross_val_score, cross_validate\n"
        "X, y = load_iris(return_X_y=True)\ntree = DecisionTreeClassifier(random_state=0)",
        "scores = cross_val_score(tree, X, y)\n"
        "cross_validate(tree, X, y, scoring=['accuracy', 'f1_macro'])",
        metrics=(metric("cv_accuracy_mean", 0), metric("cv_f1_macro_mean", 1, "cross_validate")),
    )
    assert written.missing == {}
    assert "cv_accuracy_mean = scores.mean()" in written.text
    assert '["test_f1_macro"].mean()' in written.text
    execute(written.text, "--output", str(tmp_path / "o"))


@pytest.mark.parametrize(
    ("cell", "there"),
    [
        ("!echo 5 > five.txt", 'subprocess.run("echo 5 > five.txt", shell=True, check=True)'),
        ("n = 5\n!echo {n} > five.txt", 'f"echo {n} > five.txt"'),
        ("n = 5\n!echo $n > five.txt", 'f"echo {n} > five.txt"'),
        (
            "%%bash\necho 5 > five.txt",
            'subprocess.run(["bash", "-c", "echo 5 > five.txt\\n"], check=True)',
        ),
        ("%%writefile five.txt\n5", 'pathlib.Path("five.txt").write_text('),
        (
            (
                "%env ZZ_FIVE=5\nimport os\nfrom pathlib import Path\n"
                "_n = Path('five.txt').write_text(os.environ['ZZ_FIVE'])"
            ),
            'os.environ["ZZ_FIVE"] = "5"',
        ),
    ],
)
@pytest.mark.slow
def test_magics_and_shell_lines(script, cell, there, tmp_path, monkeypatch):
    written = script(
        cell,
        "from pathlib import Path\nm = float(Path('five.txt').read_text())",
        expressions={"m": "m"},
    )
    assert there in written.text
    assert "get_ipython" not in written.text
    monkeypatch.chdir(tmp_path)
    _, printed = execute(written.text)
    assert "m = 5" in printed


def test_top_level_await(script, tmp_path):
    written = script(
        "import asyncio\nv = await asyncio.sleep(0, result=4.0)",
        "m = v + 1",
        expressions={"m": "m"},
    )
    _, printed = execute(written.text, "--output", str(tmp_path / "o"))
    assert "m = 5" in printed


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        (["def f(): return 1", "a = f()", "def f(): return 2", "m = a + f()"], "more than once"),
        (["k = len('ab')\ndef f(): return k", "m = f()"], "reads a variable"),
        (["exec('a = 3')", "m = a"], "dynamically"),
        (
            [
                (
                    "import os, sys\nsys.path.insert(0, os.getcwd())\nimport json\n"
                    "m = len(json.dumps(sys.path[0] == os.getcwd()))"
                )
            ],
            "import",
        ),
    ],
)
def test_what_has_no_clean_functions_keeps_its_order(script, cells, reason, tmp_path):
    written = script(*cells, expressions={"m": "m"})
    assert reason in written.flat
    assert "ingest" not in functions(written.text)
    namespace, _ = execute(written.text, "--output", str(tmp_path / "o"))
    assert namespace["m"]


def test_names_of_the_user_win_over_ours(script, tmp_path):
    written = script(
        "args = 2\nresults = [args]\nmain = 'x'\ntrain = 3\njson = 4",
        "m = args + len(results) + len(main) + train + json",
        expressions={"m": "m"},
    )
    _, printed = execute(written.text, "--output", str(tmp_path / "o"))
    assert "m = 11" in printed


def test_text_of_the_user_stays_text(script, notebook, tmp_path):
    source = (
        "a = '''x\"\"\"\n  y'''\n"
        'if len(a):\n    b = """\n  kept\n"""\n'
        "m = float(len(a) * 100 + len(b))"
    )
    written = script(source, expressions={'k"1\\': "m"})
    _, printed = execute(written.text, "--output", str(tmp_path / "o"))
    assert f"= {notebook.values['m']:g}" in printed


def test_semicolons_comments_and_unicode(script, tmp_path):
    written = script("ä = 1; b = 2  # zwei\n# über\nm = ä + b", expressions={"m": "m"})
    assert "# über" in written.text
    _, printed = execute(written.text, "--output", str(tmp_path / "o"))
    assert "m = 3" in printed


def test_out_of_order_history_is_written_as_it_ran(script, notebook, tmp_path):
    written = script("n = 1", "n += 2", "n += 2", "n += 2", "m = float(n)", expressions={"m": "m"})
    assert written.text.count("n += 2") == 3
    _, printed = execute(written.text, "--output", str(tmp_path / "o"))
    assert "m = 7" in printed
