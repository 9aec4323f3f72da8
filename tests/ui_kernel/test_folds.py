"""The scores of single folds are kept, so that two cross-validations can be tested in pairs."""

from __future__ import annotations

import pytest
from scipy import stats

from nbtrail.tracking.gathering import Gathering

FOLDS = (
    "%%track {name}\n"
    "from sklearn.model_selection import cross_val_score\n"
    "from sklearn.naive_bayes import GaussianNB\n"
    "{name} = cross_val_score({model}, X_train, y_train, cv=4)"
)


def test_runs_are_tested_over_the_folds_of_their_cross_validations(notebook):
    notebook.run(FOLDS.format(name="nb", model="GaussianNB()"))
    notebook.run(FOLDS.format(name="lr", model="LogisticRegression(C=0.01)"))
    notebook.run(
        "%%track g\nfrom sklearn.model_selection import GridSearchCV\n"
        "GridSearchCV(LogisticRegression(), {'C': [0.01]}, cv=4).fit(X_train, y_train)"
    )
    reader = notebook.store.reader
    values = notebook.shell.user_ns
    gathered = Gathering(reader, [reader.resolve(name) for name in ("nb", "lr", "g.c0")])
    first, second = gathered.statistics(gathered.comparison(code=False)).tests
    assert (first.key, first.run, second.run) == ("cv_accuracy", 1, 2)
    assert first.difference == pytest.approx((values["lr"] - values["nb"]).mean())
    assert second.difference == pytest.approx(first.difference), "the same model and folds"
    plain = stats.ttest_rel(values["lr"], values["nb"])
    assert first.p > plain.pvalue
    series = reader.history(gathered.runs[0].run_id, "folds/cv_accuracy")
    assert [(p.step, p.value) for p in series] == list(enumerate(values["nb"].tolist()))


def test_the_same_cross_validation_twice_in_a_run_is_no_series_of_folds(notebook):
    notebook.run(FOLDS.format(name="nb", model="GaussianNB()"))
    notebook.run(
        FOLDS.format(name="twice", model="GaussianNB()") + "\n"
        "cross_val_score(LogisticRegression(), X_train, y_train, cv=4)"
    )
    reader = notebook.store.reader
    gathered = Gathering(reader, [reader.resolve(name) for name in ("nb", "twice")])
    assert gathered.statistics(gathered.comparison(code=False)).tests == ()


def test_a_name_of_the_users_is_not_mixed_with_the_folds(notebook):
    notebook.run(
        FOLDS.format(name="nb", model="GaussianNB()")
        + "\nimport nbtrail\nnbtrail.log_metric('cv_accuracy', nb.mean())"
    )
    run = notebook.named("nb")
    assert run.metric("cv_accuracy").last == notebook.shell.user_ns["nb"].mean()
    assert run.metric("cv_accuracy").count == 1
    assert run.metric("folds/cv_accuracy").count == 4
