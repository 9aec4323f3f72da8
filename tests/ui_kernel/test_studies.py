"""A study of optuna is one run, each trial a run below it with what the objective did."""

from __future__ import annotations

import pytest

STUDY = """
import optuna
from sklearn.model_selection import cross_val_score
optuna.logging.set_verbosity(optuna.logging.WARNING)
def objective(trial):
    C = trial.suggest_float("C", 1e-3, 1e1, log=True)
    model = LogisticRegression(C=C, max_iter=500).fit(X_train, y_train)
    return accuracy_score(y_test, model.predict(X_test))
def study(**options):
    return optuna.create_study(sampler=optuna.samplers.RandomSampler(seed=0), **options)
"""


def trials(notebook, parent):
    table = notebook.store.reader.runs(query=f'parent = "{parent}"', order="name", descending=False)
    return {run.name: run for run in map(notebook.store.reader.run, table.run_id)}


@pytest.mark.parametrize("n_jobs", [1, 2])
def test_trials_are_runs_below_the_study(notebook, n_jobs):
    notebook.run(STUDY)
    notebook.run(
        f"%%track s\ns = study(direction='maximize')\ns.optimize(objective, 5, n_jobs={n_jobs})"
    )
    study = notebook.shell.user_ns["s"]
    found = trials(notebook, "s")
    assert set(found) == {f"s.c{i}" for i in range(5)}
    for trial in study.trials:
        run = found[f"s.c{trial.number}"]
        assert run.status == "FINISHED"
        assert run.metric("value").last == trial.value
        assert run.metric("accuracy").last == trial.value
        assert run.param("C").value == repr(trial.params["C"])
    parent = notebook.named("s")
    assert parent.metric("best_value").last == study.best_value
    assert parent.param("best.C").value == repr(study.best_params["C"])
    assert notebook.count() == 1


def test_a_second_call_is_a_second_run_with_its_own_trials(notebook):
    notebook.run(STUDY + "s = study()\n%track on")
    notebook.run("s.optimize(objective, 2)")
    first = notebook.last()
    notebook.run("s.optimize(objective, 3)")
    second = notebook.last()
    assert len(trials(notebook, first.name)) == 2
    assert set(trials(notebook, second.name)) == {f"{second.name}.c{i}" for i in (2, 3, 4)}
    assert notebook.count() == 2


def test_failed_and_pruned_trials_say_so(notebook):
    notebook.run(STUDY)
    notebook.run(
        "%%track s\n"
        "def bad(trial):\n"
        "    trial.report(0.5, 3)\n"
        "    if trial.number == 0: raise ValueError('no')\n"
        "    if trial.number == 1: raise optuna.TrialPruned\n"
        "    return 1.0\n"
        "s = study()\ns.optimize(bad, 3, catch=(ValueError,))"
    )
    found = trials(notebook, "s")
    assert [found[f"s.c{i}"].status for i in range(3)] == ["FAILED", "KILLED", "FINISHED"]
    history = notebook.store.reader.history(found["s.c1"].run_id, "intermediate")
    assert [(p.step, p.value) for p in history] == [(3, 0.5)]


def test_a_study_that_is_interrupted_keeps_its_trials(notebook):
    notebook.run(STUDY)
    notebook.run(
        "%%track s\n"
        "def stops(trial):\n"
        "    if trial.number == 2: raise KeyboardInterrupt\n"
        "    return objective(trial)\n"
        "study().optimize(stops, 5)",
        ok=False,
    )
    assert {run.status for run in trials(notebook, "s").values()} >= {"FINISHED"}
    assert len(trials(notebook, "s")) == 3
    assert notebook.named("s").status == "KILLED"


def test_several_objectives_and_cross_validation_inside(notebook):
    notebook.run(STUDY)
    notebook.run(
        "%%track s\n"
        "def two(trial):\n"
        "    C = trial.suggest_float('C', 0.1, 1)\n"
        "    m = LogisticRegression(C=C, max_iter=500)\n"
        "    return cross_val_score(m, X, y, cv=3).mean(), C\n"
        "study(directions=['maximize', 'minimize']).optimize(two, 2)"
    )
    for run in trials(notebook, "s").values():
        assert run.metric("value_0").last == run.metric("cv_accuracy_mean").last
        assert run.metric("value_1") is not None
    assert notebook.count() == 1
