"""A value that was captured and named by the user is one metric, under the user's name."""

from __future__ import annotations

FIT = "m = LogisticRegression(max_iter=300).fit(X_train, y_train)\np = m.predict(X_test)\n"


def metrics(run):
    return {m.key: (m.count, m.origin) for m in run.metrics}


def test_a_name_of_the_cell_option_takes_the_captured_value(notebook):
    notebook.run(f"%%track a -m final\n{FIT}final = accuracy_score(y_test, p)")
    assert metrics(notebook.named("a")) == {"final": (1, "sklearn.metrics.accuracy_score")}
    assert notebook.named("a").metric("final").link == "identity"


def test_two_calls_with_the_same_value_stay_apart(notebook):
    notebook.run(
        f"%%track a -m final\n{FIT}final = accuracy_score(y_test, p)\n"
        "from sklearn.metrics import recall_score\nrecall_score(y_test, p, average='micro')"
    )
    assert set(metrics(notebook.named("a"))) == {"accuracy", "recall_micro", "final"}


def test_what_a_tracked_function_returns(notebook):
    notebook.run(
        "from nbtrail import track\n@track(name='f')\ndef f(C):\n"
        "    m = LogisticRegression(C=C, max_iter=300).fit(X_train, y_train)\n"
        "    return {'quality': accuracy_score(y_test, m.predict(X_test)), 'twice': 2 * C}\n"
        "f(0.5)"
    )
    assert metrics(notebook.named("f")) == {
        "quality": (1, "sklearn.metrics.accuracy_score"),
        "twice": (1, "logged"),
    }


def test_a_model_changed_by_hand_is_said(notebook):
    notebook.run(f"%%track a\n{FIT}accuracy_score(y_test, p)\nm.coef_ *= 0")
    (mark,) = [m for m in notebook.named("a").marks if m.kind == "hidden-state"]
    assert "m.coef_" in mark.reason
    notebook.run(f"%%track b\n{FIT}accuracy_score(y_test, p)")
    assert not [m for m in notebook.named("b").marks if m.kind == "hidden-state"]


def test_a_change_inside_a_pipeline_is_said(notebook):
    notebook.run(
        "%%track a\nfrom sklearn.pipeline import make_pipeline\n"
        "from sklearn.preprocessing import StandardScaler\n"
        "m = make_pipeline(StandardScaler(), LogisticRegression()).fit(X_train, y_train)\n"
        "accuracy_score(y_test, m.predict(X_test))\nm[-1].intercept_[:] = 9"
    )
    assert any("intercept_" in m.reason for m in notebook.named("a").marks)
