"""The %track line magic."""

from __future__ import annotations

import pytest
from IPython.core.completer import provisionalcompleter

from nbtrail.entities.run import RunStatus

KNN = "from sklearn.neighbors import KNeighborsClassifier\nk = KNeighborsClassifier(3).fit(X_train, y_train)"


def test_a_run_over_several_cells(notebook):
    notebook.run("%track start long -e other -m auc:max")
    notebook.run("auc = 0.75")
    notebook.run("%track metric auc=auc, twice=2 * auc")
    notebook.run("%track param depth=3 kind='tree'")
    notebook.run("%track tag stage=try")
    notebook.run("%track note 'worth a look'")
    notebook.run("%track end")
    run = notebook.named("long")
    assert run.status is RunStatus.FINISHED
    assert {m.key: m.last for m in run.metrics} == {"auc": 0.75, "twice": 1.5}
    assert {p.key: p.value for p in run.params} == {"depth": "3", "kind": "'tree'"}
    assert run.tags["stage"] == "try"
    assert run.note == "worth a look"
    assert run.experiment.main_metric == "auc"


def test_metric_in_a_tracked_cell(notebook):
    notebook.run("%%track\nfor i in range(3):\n    value = i / 2\n%track metric half=value")
    assert notebook.last().metric("half").last == 1.0


def test_keep_makes_a_run_of_an_untracked_fit(notebook, capsys):
    notebook.run(KNN)
    notebook.run("k.score(X_test, y_test)")
    assert notebook.count() == 0
    notebook.run("%track")
    assert "1 untracked" in capsys.readouterr().out
    notebook.run("%track keep")
    run = notebook.last()
    assert run.metric("accuracy").role == "test"
    assert run.param("n_neighbors").value == "3"
    assert notebook.session.tracker.models.wait(60)
    assert notebook.last().models[0].status == "ready"
    notebook.run("%track keep")
    assert "no untracked fit" in capsys.readouterr().err
    assert notebook.count() == 1


def test_keep_chooses_by_cell(notebook, capsys):
    notebook.run(KNN)
    notebook.run("j = KNeighborsClassifier(7).fit(X_train, y_train)")
    notebook.run(f"%track keep {notebook.shell.execution_count - 1}")
    assert notebook.count() == 1
    assert notebook.last().param("n_neighbors").value == "7"
    notebook.run(KNN)
    notebook.run(f"%track keep [{notebook.shell.execution_count - 1}]")
    assert notebook.count() == 2
    notebook.run("%track keep 999")
    assert "999" in capsys.readouterr().err


def test_on_and_off(notebook):
    notebook.run("%track on")
    notebook.run(KNN)
    assert notebook.count() == 1
    notebook.run("%track off")
    notebook.run("j = KNeighborsClassifier(7).fit(X_train, y_train)")
    assert notebook.count() == 1


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("%track nope", "no such verb"),
        ("%track metric a=1", "No run is open"),
        ("%track end", "No run is open"),
        ("%track show nothing-here", "no run"),
        ("%track compare last", "two runs"),
        ("%track promote last", "required"),
        ("%track promote last x@y --what", "--what"),
        ("%track export last", "-o"),
        ("%track verify missing-folder", "missing-folder"),
        ("%track keep x", "numbers of cells"),
    ],
)
def test_a_mistake_is_one_message_and_no_exception(notebook, capsys, line, told):
    notebook.run(f"{line}\nafter = 1")
    assert notebook.shell.user_ns["after"] == 1
    message = capsys.readouterr().err
    assert told in message
    assert "Traceback" not in message


def test_a_bad_metric_value_is_told(notebook, capsys):
    notebook.run("%%track\n%track metric a='text'\n%track metric b=missing\nafter = 1")
    message = capsys.readouterr().err
    assert "must be a number" in message
    assert "missing" in message
    assert notebook.last().status is RunStatus.FINISHED


def test_runs_show_and_compare_are_displayed(notebook, capsys):
    notebook.run("%%track one\nC = 1")
    notebook.run("%%track two\nC = 2")
    for line, told in (
        ("%track runs", "two"),
        ("%track show one", "one"),
        ("%track compare one two", "C"),
    ):
        capsys.readouterr()
        notebook.run(line)
        assert told in capsys.readouterr().out


def test_help_names_every_verb(notebook, capsys):
    notebook.run("%track help")
    told = capsys.readouterr().out
    magic = notebook.shell.find_line_magic("track")
    assert "%%track" in magic.__doc__
    for verb in ("start", "keep", "promote", "export", "verify", "compare"):
        assert verb in told


def test_completion_offers_verbs(notebook):
    with provisionalcompleter():
        found = notebook.shell.Completer.completions("%track pro", 10)
        assert "promote" in {completion.text for completion in found}


def test_with_on_several_fits_of_a_cell_are_children_of_one_run(notebook):
    notebook.run("%track on")
    notebook.run(
        "for C in (0.1, 1.0):\n"
        "    m = LogisticRegression(C=C, max_iter=300).fit(X_train, y_train)\n"
        "    acc = accuracy_score(y_test, m.predict(X_test))"
    )
    notebook.run("only = LogisticRegression(C=9.0, max_iter=300).fit(X_train, y_train)")
    notebook.run("%track off")
    table = notebook.store.reader.runs(descending=False)
    parents = [i for i, parent in enumerate(table.parent_run_id) if parent is None]
    assert len(parents) == 2
    children = [p for p in table.parent_run_id if p]
    assert children == [table.run_id[parents[0]]] * 2
    assert "nbtrail.kept" not in notebook.last().tags


def test_a_run_can_be_told_to_keep_its_files(notebook, capsys):
    notebook.run("%%track chosen\nx = 1")
    notebook.run("%track keep chosen")
    assert "chosen keeps the files" in capsys.readouterr().out
    assert notebook.named("chosen").tags["nbtrail.kept"] == "by hand"
    notebook.run("%track keep 3 chosen")
    assert "either numbers of cells" in capsys.readouterr().err


def test_a_run_goes_to_the_trash_and_comes_back(notebook, capsys):
    notebook.run("%%track doomed\nx = 1")
    notebook.run("%track delete doomed")
    assert "Run doomed is in the trash." in capsys.readouterr().out
    assert "doomed" not in notebook.store.reader.runs().name
    notebook.run("%track delete doomed")
    assert "'doomed' is in the trash" in capsys.readouterr().err
    notebook.run("%track restore doomed")
    assert notebook.named("doomed").lifecycle == "active"
    notebook.run("%track restore doomed")
    assert "in the trash (it is empty)" in capsys.readouterr().err
    notebook.run("%track delete")
    assert "take one run or more" in capsys.readouterr().err


def test_a_metric_named_by_hand_is_the_captured_one_under_that_name(notebook):
    notebook.run("%track start named")
    notebook.run(
        "m = LogisticRegression(max_iter=300).fit(X_train, y_train)\n"
        "acc = accuracy_score(y_test, m.predict(X_test))\n"
        "%track metric acc=acc\n"
        "%track metric twice=2*acc\n"
    )
    notebook.run("%track end")
    run = notebook.named("named")
    assert {m.key for m in run.metrics} == {"acc", "twice"}
    assert "accuracy_score" in run.metric("acc").origin


def test_runs_over_seeds_and_in_mlflows_way(notebook):
    import nbtrail

    for seed in range(3):
        notebook.run(
            f"%%track -e seeds\nseed = {seed}\n"
            "m = RandomForestClassifier(3, random_state=seed).fit(X_train, y_train)\n"
            "acc = accuracy_score(y_test, m.predict(X_test))\n"
        )
    notebook.store.flush(5)
    (row,) = nbtrail.runs(experiment="seeds", over="seed").to_dict("records")[:1]
    assert row["runs"] == 1  # the forest's own random_state differs as well
    (row,) = nbtrail.runs(experiment="seeds", over=("seed", "random_state")).to_dict("records")
    assert row["runs"] == 3
    assert row["metrics.accuracy±"] >= 0
    found = nbtrail.search_runs(
        "params.seed > 0 or params.seed = 0",
        experiment_names=["seeds", "other"],
        max_results=2,
        order_by=["params.seed DESC"],
    )
    assert list(found["params.seed"]) == [2, 1]
    shown = notebook.run("%track runs experiment = seeds --over seed,random_state").result
    assert "±" in repr(shown) or shown is None


def test_what_was_not_committed_is_shown(notebook, project, capsys):
    (project / "README.md").write_text("a project\nthat grows\n")
    notebook.run("%%track -m twice\ntwice = 2.0")
    notebook.run("%track show last --diff")
    shown = capsys.readouterr().out
    assert "README.md" in shown
    assert "+that grows" in shown


def test_lineage_of_a_run_and_of_a_variable(notebook, capsys):
    notebook.run("width = 3")
    notebook.run("unused = 4")
    notebook.run("%%track -m twice\ntwice = float(width * 2)")
    receipt = capsys.readouterr().out
    first, last = notebook.shell.execution_count - 3, notebook.shell.execution_count - 1
    assert f"used cells {first}, {last} of {last}" in receipt
    notebook.run("%track show last --lineage")
    shown = capsys.readouterr().out
    assert "width = 3" in shown
    assert "unused" not in shown
    notebook.run("%track show unused --lineage")
    shown = capsys.readouterr().out
    assert "unused = 4" in shown
    assert "width" not in shown
    notebook.run("%track show nowhere --lineage")
    assert "neither a run nor a variable" in capsys.readouterr().err


def test_code_of_a_run_is_that_of_the_cells_it_used(notebook, capsys):
    notebook.run("width = 3")
    notebook.run("unused = 4")
    notebook.run("%%track -m twice\ntwice = float(width * 2)")
    capsys.readouterr()
    notebook.run("%track show last --code")
    code = capsys.readouterr().out
    assert "width = 3" in code
    assert "unused" not in code
