"""Training episodes from plain scikit-learn code, without a change to it."""

from __future__ import annotations

import gc
import pickle

import numpy as np
import pytest
from sklearn.compose import ColumnTransformer
from sklearn.datasets import load_iris
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import (
    accuracy_score,
    classification_report,
    confusion_matrix,
    f1_score,
    make_scorer,
    roc_auc_score,
)
from sklearn.model_selection import (
    GridSearchCV,
    LeaveOneOut,
    cross_val_score,
    cross_validate,
    train_test_split,
)
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from nbtrail.capture.collector import Collector
from nbtrail.entities.dataset import DatasetContext
from nbtrail.fingerprint.estimators import digest_estimator

X, y = load_iris(return_X_y=True)
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=0)


@pytest.fixture
def collector():
    collector = Collector(
        name_of=lambda value: next((n for n, v in globals().items() if v is value), "")
    )
    collector.start()
    yield collector
    collector.stop()


def only(collector):
    (training,) = [t for t in collector.drain() if t.is_model]
    return training


def test_a_fit_gives_params_and_datasets(collector):
    LogisticRegression(C=0.5, max_iter=200).fit(X_train, y_train)
    training = only(collector)
    params = {p.key: p for p in training.params}
    assert training.class_name == "sklearn.linear_model._logistic.LogisticRegression"
    assert (params["C"].value, params["C"].is_default) == ("0.5", False)
    assert params["fit_intercept"].is_default
    assert [(d.name, d.context) for d in training.datasets] == [
        ("X_train", DatasetContext.TRAINING),
        ("y_train", DatasetContext.TRAINING),
    ]


def test_a_class_as_a_default_is_written_by_name(collector):
    columns = ColumnTransformer([("kind", OneHotEncoder(), [0])], remainder="passthrough")
    make_pipeline(columns, LogisticRegression(max_iter=500)).fit(X_train, y_train)
    params = {p.key: p for p in only(collector).params}
    dtype = params["columntransformer__kind__dtype"]
    assert (dtype.value, dtype.is_default) == ("numpy.float64", True)


def test_metrics_find_their_model_by_identity_view_and_content(collector):
    first = LogisticRegression(max_iter=200).fit(X_train, y_train)
    second = RandomForestClassifier(5, random_state=0).fit(X_train, y_train)
    predicted, proba = first.predict(X_test), first.predict_proba(X_test)
    accuracy_score(y_test, predicted)
    f1_score(y_test, predicted.copy(), average="macro")
    roc_auc_score(y_test == 1, proba[:, 1])
    of_first, of_second = (t for t in collector.drain() if t.is_model)
    assert of_first.alive() is first
    assert {k: m.link for k, m in of_first.metrics.items()} == {
        "accuracy": "identity",
        "f1_macro": "content",
        "roc_auc": "identity",
    }
    assert of_second.alive() is second
    assert of_second.metrics == {}


def test_the_role_of_the_data_is_told_apart(collector):
    model = LogisticRegression(max_iter=200).fit(X_train, y_train)
    model.score(X_train, y_train)
    model.score(X_test, y_test)
    accuracy_score(y_train, model.predict(X_train))
    training = only(collector)
    assert set(training.metrics) == {"train/accuracy", "accuracy"}
    assert training.metrics["train/accuracy"].count == 2
    assert training.metrics["accuracy"].role == "test"


def test_a_function_of_predictions_is_inferred(collector):
    model = LogisticRegression(max_iter=200).fit(X_train, y_train)
    accuracy_score(y_test, 2 - model.predict(X_test))
    assert only(collector).metrics["accuracy"].link == "inferred"


def test_a_pipeline_is_one_episode_and_a_transformer_none(collector):
    make_pipeline(StandardScaler(), LogisticRegression(C=2.0)).fit(X_train, y_train)
    StandardScaler().fit_transform(X_train)
    trainings = collector.drain()
    assert [t.is_model for t in trainings] == [True, False]
    params = {p.key: p for p in trainings[0].params}
    assert params["logisticregression__C"].value == "2.0"
    assert not params["logisticregression__C"].is_default
    assert params["standardscaler__with_mean"].is_default
    assert "steps" not in params


@pytest.mark.parametrize("n_jobs", [None, 2])
def test_a_search_is_one_episode(collector, n_jobs):
    def scorer(a, b):
        return accuracy_score(a, b)

    search = GridSearchCV(
        LogisticRegression(max_iter=300),
        {"C": [0.1, 1.0]},
        cv=3,
        n_jobs=n_jobs,
        scoring=make_scorer(scorer) if n_jobs is None else None,
    )
    search.fit(X_train, y_train)
    training = only(collector)
    params = {p.key: p.value for p in training.params}
    assert params["best.C"] == repr(search.best_params_["C"])
    (metric,) = training.metrics.values()
    assert metric.last == search.best_score_


def test_cross_validation_is_an_episode_without_a_model(collector):
    scores = cross_val_score(LogisticRegression(max_iter=300), X, y, cv=4)
    training = only(collector)
    assert training.metrics["cv_accuracy_mean"].last == scores.mean()
    assert training.metrics["cv_accuracy_std"].last == scores.std()
    folds = training.metrics["folds/cv_accuracy"]
    assert (folds.count, folds.last, folds.last_step) == (4, scores[-1], 3)
    assert [p.value for p in training.history if p.key == folds.key] == scores.tolist()
    result = cross_validate(LogisticRegression(max_iter=300), X, y, cv=3, scoring="f1_macro")
    assert only(collector).metrics["cv_f1_macro_mean"].last == result["test_score"].mean()
    several = cross_validate(GaussianNB(), X, y, cv=3, scoring=["accuracy", "f1_macro"])
    found = [p for p in only(collector).history if p.key.startswith("folds/")]
    assert [(p.key, p.step, p.value) for p in found] == [
        (f"folds/cv_{name}", step, value)
        for name in ("accuracy", "f1_macro")
        for step, value in enumerate(several[f"test_{name}"].tolist())
    ]


def test_leaving_one_out_has_no_series_of_folds(collector):
    rows = np.random.default_rng(0).normal(size=(1001, 2))
    scores = cross_val_score(GaussianNB(), rows, rows[:, 0] > 0, cv=LeaveOneOut())
    assert set(only(collector).metrics) == {"cv_accuracy_mean", "cv_accuracy_std"}
    assert len(scores) == 1001


def test_partial_fit_continues_an_episode_and_fit_begins_one(collector):
    from sklearn.linear_model import SGDClassifier

    model = SGDClassifier(random_state=0)
    model.partial_fit(X_train, y_train, classes=[0, 1, 2])
    model.partial_fit(X_train, y_train)
    first = only(collector)
    model.fit(X_train, y_train)
    assert only(collector) is not first


def test_results_that_are_no_number_are_not_metrics(collector):
    model = LogisticRegression(max_iter=200).fit(X_train, y_train)
    confusion_matrix(y_test, model.predict(X_test))
    classification_report(y_test, model.predict(X_test))
    assert only(collector).metrics == {}


def test_a_failed_fit_leaves_nothing(collector):
    with pytest.raises(ValueError, match="inconsistent"):
        LogisticRegression().fit(X_train, y_train[:-1])
    collector.refresh()
    assert collector.drain() == ()


def test_user_objects_stay_as_they_are(collector):
    model = LogisticRegression(max_iter=200).fit(X_train, y_train)
    again = pickle.loads(pickle.dumps([model, accuracy_score, LogisticRegression.fit]))
    assert again[1] is accuracy_score
    assert np.array_equal(again[0].predict(X_test), model.predict(X_test))


def test_models_are_not_kept_in_memory(collector):
    model = LogisticRegression(max_iter=200).fit(X_train, y_train)
    training = only(collector)
    training.release()
    del model
    gc.collect()
    assert training.alive() is None


def test_a_search_with_a_named_scorer_has_the_same_digest_under_taps():
    def digest():
        search = GridSearchCV(LogisticRegression(), {"C": [1]}, cv=2, scoring="f1_macro")
        return digest_estimator(search.fit(X_train[:, :2], y_train))

    untapped = digest()
    collector = Collector(name_of=lambda value: "")
    collector.start()
    try:
        assert digest() == untapped
    finally:
        collector.stop()


def test_stop_restores_everything(collector):
    collector.stop()
    model = LogisticRegression(max_iter=200).fit(X_train, y_train)
    model.score(X_test, y_test)
    accuracy_score(y_test, model.predict(X_test))
    assert collector.drain() == ()
    collector.start()
    model.fit(X_train, y_train)
    assert len(collector.drain()) == 1


def test_a_class_defined_later_is_seen(collector):
    class Mine(LogisticRegression):
        def fit(self, X, y):
            return super().fit(X, y)

    collector.refresh()
    Mine(max_iter=200).fit(X_train, y_train)
    assert only(collector).class_name.endswith("Mine")
