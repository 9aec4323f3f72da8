"""A cell with %%track is a run, and behaves as it would without."""

from __future__ import annotations

import subprocess
import traceback

import pytest

from nbtrail.entities.dataset import DatasetContext
from nbtrail.entities.run import MarkKind, RunStatus

TRAIN = "m = LogisticRegression(C=0.5, max_iter=300).fit(X_train, y_train)\n"


def test_a_run_holds_what_the_cell_did(notebook, project, capsys):
    notebook.run(
        "%%track base -e species -m accuracy:max -p flag -d X -t team=blue\n"
        "flag = 'on'\nC = 0.5\n" + TRAIN + "acc = accuracy_score(y_test, m.predict(X_test))\n"
    )
    notebook.session.tracker.wait_for_git(10)
    assert notebook.session.tracker.models.wait(60)
    run = notebook.named("base")
    assert run.status is RunStatus.FINISHED
    assert run.experiment.name == "species"
    assert (run.experiment.main_metric, run.experiment.direction) == ("accuracy", "max")
    assert run.metric("accuracy").last == notebook.shell.user_ns["acc"]
    params = {p.key: p.value for p in run.params}
    assert (params["C"], params["max_iter"], params["flag"]) == ("0.5", "300", "'on'")
    assert params["model"] == "'LogisticRegression'"
    contexts = {(d.name, d.context) for d in run.datasets}
    assert contexts >= {
        ("X_train", DatasetContext.TRAINING),
        ("y_train", DatasetContext.TRAINING),
        ("X_test", DatasetContext.TEST),
        ("X", DatasetContext.SOURCE),
    }
    assert run.tags["team"] == "blue"
    head = subprocess.run(["git", "rev-parse", "HEAD"], capture_output=True, text=True, check=True)
    assert (run.code.commit, run.code.branch) == (head.stdout.strip(), "main")
    assert run.code.dirty is False
    assert run.environment.packages["scikit-learn"]
    assert run.ended_ms >= run.started_ms
    (model,) = run.models
    assert (model.name, model.status, model.problem) == ("m", "ready", "")
    (cell,) = notebook.store.reader.cells(run.session_id, run.first_cell, run.last_cell)
    assert cell.source.startswith("%%track base")
    assert "base" in capsys.readouterr().out  # the receipt


def test_uncommitted_changes_are_marked(notebook, project):
    (project / "README.md").write_text("changed\n")
    notebook.run("%%track\nx = 1")
    notebook.session.tracker.wait_for_git(10)
    run = notebook.last()
    assert run.code.dirty is True
    assert run.code.changed == ("README.md",)
    assert [m.kind for m in run.marks] == [MarkKind.DIRTY_TREE]


def test_an_exception_is_the_users_own(notebook):
    result = notebook.run("%%track\na = 1\nb = a / 0\n", ok=False)
    assert isinstance(result.error_in_exec, ZeroDivisionError)
    assert traceback.extract_tb(result.error_in_exec.__traceback__)[-1].lineno == 3
    run = notebook.last()
    assert (run.status, run.reason) == (RunStatus.FAILED, "ZeroDivisionError: division by zero")


def test_an_interrupt_kills_the_run(notebook):
    notebook.run("%%track\nraise KeyboardInterrupt", ok=False)
    run = notebook.last()
    assert (run.status, run.reason) == (RunStatus.KILLED, "interrupted")


def test_a_syntax_error_fails_the_run(notebook):
    notebook.run("%%track\nx = (", ok=False)
    assert notebook.last().status is RunStatus.FAILED


def test_top_level_await_and_time_work(notebook, capsys):
    notebook.run("%%track\nimport asyncio\nawait asyncio.sleep(0)\nwaited = True")
    assert notebook.shell.user_ns["waited"]
    notebook.run("%%track timed\n%%time\nresult = 6 * 7")
    assert notebook.shell.user_ns["result"] == 42
    assert "Wall time" in capsys.readouterr().out
    assert notebook.named("timed").status is RunStatus.FINISHED


def test_the_value_of_the_last_line_is_still_shown(notebook, capsys):
    result = notebook.run("%%track\n6 * 7")
    assert result.result == 42
    assert "42" in capsys.readouterr().out


def test_several_models_become_children(notebook):
    notebook.run(
        "%%track both\n"
        + TRAIN
        + "f = RandomForestClassifier(5, random_state=0).fit(X_train, y_train)\n"
        "m.score(X_test, y_test); f.score(X_test, y_test)"
    )
    parent = notebook.named("both")
    first, second = notebook.named("both.1"), notebook.named("both.2")
    assert first.parent_run_id == second.parent_run_id == parent.run_id
    assert first.metric("accuracy").last == notebook.shell.user_ns["m"].score(
        *(notebook.shell.user_ns[n] for n in ("X_test", "y_test"))
    )
    assert second.param("n_estimators").value == "5"


def test_a_late_metric_finds_its_run(notebook):
    notebook.run("%%track first\n" + TRAIN)
    notebook.run("%%track second\nf = RandomForestClassifier(5).fit(X_train, y_train)")
    notebook.run("%%track third\ng = RandomForestClassifier(7).fit(X_train, y_train)")
    notebook.run("accuracy_score(y_test, m.predict(X_test))")
    assert notebook.named("first").metric("accuracy").link == "identity"
    assert notebook.named("second").metrics == ()
    assert notebook.named("third").metrics == ()


def test_a_variable_named_by_m_is_a_metric(notebook, capsys):
    notebook.run("%%track -m loss:min gone\nloss = 0.25")
    run = notebook.last()
    assert run.metric("loss").last == 0.25
    assert run.experiment.direction == "min"
    assert "gone" in capsys.readouterr().err


def test_a_computed_metric_in_a_variable_of_its_name_counts_once(notebook):
    notebook.run("%%track -m accuracy:max\n" + TRAIN + "accuracy = m.score(X_test, y_test)")
    metric = notebook.last().metric("accuracy")
    assert (metric.count, metric.origin) == (1, "LogisticRegression.score")
    notebook.run("%%track -m accuracy\n" + TRAIN + "m.score(X_test, y_test)\naccuracy = 0.5")
    metric = notebook.last().metric("accuracy")
    assert (metric.count, metric.last, metric.expression) == (2, 0.5, "accuracy")


def test_a_bad_option_loses_nothing(notebook, capsys):
    notebook.run("%%track --nope\nx = 1")
    assert notebook.shell.user_ns["x"] == 1
    assert notebook.last().status is RunStatus.FINISHED
    assert "--nope" in capsys.readouterr().err


def test_files_read_by_the_cell_are_data(notebook, project):
    (project / "d.csv").write_text("a,b\n1,2\n")
    notebook.run("%%track\nimport pandas as pd\nframe = pd.read_csv('d.csv')")
    files = [d for d in notebook.last().datasets if d.source == "d.csv"]
    assert [d.context for d in files] == [DatasetContext.SOURCE]


@pytest.mark.parametrize(
    "code",
    [
        "class Odd:\n    def __eq__(self, other): raise RuntimeError\n    __hash__ = None\nodd = Odd()",
        "class Odd:\n    def __repr__(self): raise RuntimeError\n    def __getattr__(self, n): raise RuntimeError\nodd = Odd()",
        "class Odd(LogisticRegression):\n    def get_params(self, deep=True):\n        if deep: raise RuntimeError\n        return super().get_params(deep)\nodd = Odd(max_iter=300).fit(X_train, y_train)",
    ],
)
@pytest.mark.filterwarnings("ignore::nbtrail.capture.guard.NbtrailWarning")
def test_odd_objects_of_the_user_do_no_harm(notebook, code):
    notebook.run("%%track\n" + code + "\nafter = 1")
    notebook.run("odd2 = locals().get('odd')\nafter += 1")
    assert notebook.shell.user_ns["after"] == 2


def test_data_is_named_by_the_variables_of_the_function_that_used_it(notebook):
    notebook.run(
        "%%track\ndef work(features, labels):\n"
        "    return LogisticRegression(max_iter=300).fit(features, labels)\n"
        "work(X_train.copy(), y_train.copy())"
    )
    assert {d.name for d in notebook.last().datasets} == {"features", "labels"}


def test_a_run_keeps_the_numbers_it_ended_with(notebook):
    notebook.run("%%track first\n" + TRAIN + "accuracy_score(y_test, m.predict(X_test))")
    before = notebook.named("first").metric("accuracy")
    notebook.run("accuracy_score(y_test[:2], m.predict(X_test[:2]) * 0 + 5)")
    notebook.run("accuracy_score(y_test[:3], m.predict(X_test[:3]))")
    assert notebook.named("first").metric("accuracy") == before
    notebook.run("%%track second\nscore = accuracy_score(y_test[:5], m.predict(X_test[:5]))")
    assert notebook.named("first").metric("accuracy") == before
    second = notebook.named("second").metric("accuracy")
    assert second.last == notebook.shell.user_ns["score"]


def test_a_failing_cell_is_told_by_the_run_that_was_open(notebook):
    notebook.run("%track start careful")
    notebook.run("1 / 0", ok=False)
    notebook.run("x = 1")
    notebook.run("%track end")
    run = notebook.named("careful")
    assert run.status is RunStatus.FINISHED
    assert run.reason.startswith("cell [")
    assert "ZeroDivisionError" in run.reason


def test_below_time_a_cell_is_tracked_too(notebook):
    notebook.run("%%time\n%%track timed -m score:max\nscore = 0.5")
    assert notebook.named("timed").metric("score").last == 0.5


def test_an_out_of_order_run_is_marked(notebook):
    notebook.shell.run_cell("rows = [1, 2]", store_history=True, cell_id="a")
    notebook.shell.run_cell("rows.append(3)", store_history=True, cell_id="b")
    notebook.shell.run_cell("rows.append(3)", store_history=True, cell_id="b")
    notebook.shell.run_cell(
        "%%track grown -m size\nsize = len(rows)", store_history=True, cell_id="c"
    )
    notebook.session.tracker.judge_ended(10.0)
    (mark,) = (m for m in notebook.named("grown").marks if m.kind.value != "dirty-tree")
    assert mark.kind.value == "hidden-state"
    assert "'rows'" in mark.reason


def test_what_a_later_cell_measures_again_stands_beside_the_result(notebook):
    notebook.run("%%track first\n" + TRAIN + "acc = accuracy_score(y_test, m.predict(X_test))")
    notebook.run("accuracy_score(y_test, m.predict(X_test))")
    assert notebook.named("first").metric("later/accuracy") is None, "the same value again"
    notebook.run("part = accuracy_score(y_test[:7], m.predict(X_test[:7]))")
    run = notebook.named("first")
    values = notebook.shell.user_ns
    assert run.metric("accuracy").last == values["acc"]
    assert run.metric("later/accuracy").last == values["part"]


def test_data_without_a_digest_are_named(notebook):
    notebook.run(
        "%%track odd\n"
        "import threading\nimport pandas as pd\n"
        "from sklearn.dummy import DummyClassifier\n"
        "things = pd.DataFrame({'a': [threading.Lock(), threading.Lock()]})\n"
        "d = DummyClassifier().fit(things, [0, 1])"
    )
    run = notebook.named("odd")
    assert "things" not in {d.name for d in run.datasets}
    assert run.tags["nbtrail.not_digested"].startswith("things: ")
