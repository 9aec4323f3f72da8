"""What belongs to a fit stays with it when the same object is fitted again."""

from __future__ import annotations

from nbtrail.fingerprint.estimators import digest_estimator

FIT = "LogisticRegression(C={}, max_iter=300).fit(X_train, y_train)\n"
SCORE = "accuracy_score(y_test, {}.predict(X_test))\n"


def models(notebook, name):
    assert notebook.session.tracker.models.wait(60)
    return [(m.status, m.digest) for m in notebook.named(name).models]


def test_a_refit_in_the_same_cell_is_not_kept_as_the_first_model(notebook):
    notebook.run(
        f"%%track twice\nm = {FIT.format(1e-4)}a = {SCORE.format('m')}"
        f"m.set_params(C=10).fit(X_train, y_train)\nb = {SCORE.format('m')}"
    )
    values = notebook.shell.user_ns
    assert notebook.named("twice.1").metric("accuracy").last == values["a"] != values["b"]
    assert models(notebook, "twice.1") == [("not-kept", "")]
    (lost,) = notebook.named("twice.1").models
    assert (lost.variable, "fitted again" in lost.problem) == ("m", True)
    assert models(notebook, "twice.2") == [("ready", digest_estimator(values["m"]))]


def test_keeping_a_training_later_does_not_keep_the_later_fit(notebook):
    notebook.run(f"m = {FIT.format(1e-4)}")
    notebook.run("m.set_params(C=10).fit(X_train, y_train)")
    first, second = notebook.session.tracker.collector.known()[-2:]
    from nbtrail.tracking.keep import keep

    kept = keep(notebook.session.tracker, {first.location.cell_seq})
    assert models(notebook, kept[0].name) == [("not-kept", "")]
    assert not second.run_id


def test_a_fit_continued_in_another_run_belongs_to_that_run(notebook):
    notebook.run(
        "%%track begun\nfrom sklearn.linear_model import SGDClassifier\n"
        "s = SGDClassifier(random_state=0).partial_fit(X_train, y_train, classes=[0, 1, 2])"
    )
    before = models(notebook, "begun")
    notebook.run(f"%%track continued\ns.partial_fit(X_train, y_train)\nb = {SCORE.format('s')}")
    assert models(notebook, "begun") == before
    assert not notebook.named("begun").metrics
    assert notebook.named("continued").metric("accuracy").last == notebook.shell.user_ns["b"]
    assert models(notebook, "continued") == [
        ("ready", digest_estimator(notebook.shell.user_ns["s"]))
    ]


def test_a_baseline_does_not_take_the_place_of_the_models_own_metric(notebook):
    notebook.run(
        f"%%track beside\nm = {FIT.format(1)}a = {SCORE.format('m')}"
        "zero = accuracy_score(y_test, [0] * len(y_test))\n"
    )
    run, values = notebook.named("beside"), notebook.shell.user_ns
    assert (run.metric("accuracy").last, run.metric("accuracy").count) == (values["a"], 1)
    assert (run.metric("baseline/accuracy").last, run.metric("baseline/accuracy").link) == (
        values["zero"],
        "guess",
    )


def test_of_a_thousand_fits_in_a_cell_the_best_hundred_are_runs(notebook):
    notebook.run(
        "%%track many\n"
        "from sklearn.linear_model import Ridge\n"
        "for alpha in range(1000):\n"
        "    Ridge(alpha=1.0 + alpha).fit(X_train, y_train).score(X_test, y_test)\n"
    )
    reader = notebook.store.reader
    run = notebook.named("many")
    children = reader.runs(query=f'parent = "{run.name}"', limit=1000)
    assert children.total == 100
    assert run.tags["nbtrail.children"].startswith("100 of 1000 fits")
    # nothing of the others is piled onto the run of the cell
    assert {p.key for p in run.params} == set()
    assert run.metrics == ()
    episodes = reader.episodes(run.session_id)
    assert len(episodes) == 1000
    kept = {e.episode_id for e in episodes if e.run_id}
    scores = {e.episode_id: e.metrics[0].last for e in episodes}
    assert len(kept) == 100
    assert min(scores[k] for k in kept) >= max(v for k, v in scores.items() if k not in kept)
