"""A metric goes to the model whose predictions it was computed from, or says that it guessed."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn import metrics
from sklearn.cluster import KMeans
from sklearn.datasets import load_breast_cancer, load_diabetes
from sklearn.dummy import DummyClassifier
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.metrics import accuracy_score, auc, mean_absolute_error, roc_auc_score, roc_curve
from sklearn.model_selection import train_test_split
from sklearn.naive_bayes import GaussianNB
from sklearn.tree import DecisionTreeClassifier

from nbtrail.capture.collector import Collector

X, y = load_breast_cancer(return_X_y=True)
X_train, X_test, y_train, y_test = train_test_split(X[:, :6], y, random_state=0)


@pytest.fixture
def collector():
    collector = Collector(open_run=lambda: "r")
    collector.start()
    yield collector
    collector.stop()


@pytest.fixture
def models(collector):
    """Three models that all predicted the test data."""
    models = [
        GaussianNB().fit(X_train, y_train),
        DecisionTreeClassifier(random_state=0).fit(X_train, y_train),
        LogisticRegression(max_iter=5000).fit(X_train, y_train),
    ]
    for model in models:
        model.predict_proba(X_test)
        model.predict(X_test)
    collector.drain()
    return models


def found(collector):
    """Class of the model, key and link of every metric that was seen since."""
    of_models = [
        (t.class_name.rpartition(".")[2], m.key, m.link)
        for t in collector.drain()
        for m in t.metrics.values()
    ]
    return of_models + [("", m.key, m.link) for _, m in collector.drain_loose()]


@pytest.mark.parametrize(
    "derive",
    [
        lambda p: p[:, 1] > 0.5,
        lambda p: (p[:, 1] > 0.3).astype(int),
        lambda p: np.argmax(p, axis=1),
        lambda p: np.array(["no", "yes"])[p.argmax(axis=1)],
        lambda p: np.round(p[:, 1], 1) > 0.45,
        lambda p: 1 - p.argmax(axis=1),
        lambda p: np.where(p[:, 1] > 0.5, 1.0, 0.0),
        lambda p: (p[:, 1] > 0.5).tolist(),
    ],
)
def test_what_follows_from_predictions_belongs_to_their_model(collector, models, derive):
    proba = models[0].predict_proba(X_test)
    later = derive(proba)
    truth = y_test if np.asarray(later).dtype.kind != "U" else np.array(["no", "yes"])[y_test]
    accuracy_score(truth, later)
    ((name, key, link),) = found(collector)
    assert (name, key) == ("GaussianNB", "accuracy")
    assert link in ("inferred", "content")  # some equal what predict() gave


def test_transformed_targets_of_a_regression(collector):
    X, y = load_diabetes(return_X_y=True)
    first = Ridge().fit(X[:300], np.log(y[:300]))
    second = Ridge(100).fit(X[:300], np.log(y[:300]))
    one, _two = first.predict(X[300:]), second.predict(X[300:])
    mean_absolute_error(y[300:], np.exp(one))
    mean_absolute_error(y[300:], np.clip(np.round(np.exp(one)), 0, 200))
    of_first, of_second = collector.drain()
    assert {k: (m.link, m.count) for k, m in of_first.metrics.items()} == {
        "mean_absolute_error": ("inferred", 2)
    }
    assert of_second.metrics == {}


def test_views_series_and_frames_around_predictions(collector, models):
    p = models[1].predict(X_test)
    for same in (p[:], p.reshape(-1, 1)[:, 0], pd.Series(p), pd.Series(p).to_numpy(), p.tolist()):
        accuracy_score(y_test, same)
    roc_auc_score(y_test, pd.DataFrame(models[1].predict_proba(X_test))[1])
    assert {(n, k) for n, k, _ in found(collector)} == {
        ("DecisionTreeClassifier", "accuracy"),
        ("DecisionTreeClassifier", "roc_auc"),
    }


def test_a_part_of_the_predictions_is_known_by_the_expression(collector, models):
    p, mask = models[2].predict(X_test), X_test[:, 0] > 14
    accuracy_score(y_test[mask], p[mask])
    accuracy_score(
        y_test[mask],
        y_pred=models[0].predict(X_test)[mask],
    )
    assert found(collector) == [
        ("LogisticRegression", "accuracy", "inferred"),
        ("GaussianNB", "accuracy", "inferred"),
    ]


def test_an_average_of_two_models_is_of_neither(collector, models):
    mean = (models[0].predict_proba(X_test) + models[2].predict_proba(X_test))[:, 1] / 2
    roc_auc_score(y_test, mean)
    assert found(collector) == [("", "other/roc_auc", "guess")]


def test_baselines_are_nobodys(collector, models):
    accuracy_score(y_test, np.zeros(len(y_test)))
    accuracy_score(y_test, [1] * len(y_test))
    dummy = DummyClassifier().fit(X_train, y_train)
    accuracy_score(y_test, dummy.predict(X_test))
    assert found(collector) == [
        ("DummyClassifier", "accuracy", "identity"),
        ("", "baseline/accuracy", "guess"),
        ("", "baseline/accuracy", "guess"),
    ]


def test_one_candidate_is_a_guess_on_it_and_several_are_a_guess_on_none(collector):
    rng = np.random.default_rng(0)
    noise = rng.random(len(y_test)) > 0.5
    only = GaussianNB().fit(X_train, y_train)
    only.predict(X_test)
    accuracy_score(y_test, noise)
    assert found(collector) == [("GaussianNB", "accuracy", "guess")]
    accuracy_score(y_test, only.predict(X_test))
    accuracy_score(y_test, ~noise)
    assert found(collector)[-1] == ("GaussianNB", "other/accuracy", "guess")
    DecisionTreeClassifier(random_state=0).fit(X_train, y_train).predict(X_test)
    collector.drain()
    accuracy_score(y_test, noise)
    assert found(collector) == [("", "other/accuracy", "guess")]


def test_equal_predictions_of_two_models_prove_nothing(collector):
    one = DecisionTreeClassifier(random_state=0).fit(X_train, y_train)
    two = DecisionTreeClassifier(random_state=0).fit(X_train, y_train)
    p, _q = one.predict(X_test), two.predict(X_test)
    accuracy_score(y_test, p)
    later = p.copy()
    accuracy_score(y_test, later)
    first, second = collector.drain()
    assert (first.metrics["accuracy"].count, second.metrics) == (1, {})
    ((_, loose),) = collector.drain_loose()
    assert (loose.key, loose.link) == ("other/accuracy", "guess")


def test_an_hour_later_after_other_fits(collector, models):
    p = models[0].predict(X_test)
    collector.drain()  # the cell ends
    for alpha in range(3):
        LogisticRegression(C=alpha + 1, max_iter=5000).fit(X_train, y_train).predict(X_test)
        collector.drain()
    accuracy_score(y_test, p)
    accuracy_score(y_test, p == 1)
    assert {(n, k) for n, k, _ in found(collector)} == {("GaussianNB", "accuracy")}


def test_the_area_under_a_curve_of_a_model(collector, models):
    false, true, _ = roc_curve(y_test, models[2].predict_proba(X_test)[:, 1])
    auc(false, true)
    assert found(collector) == [("LogisticRegression", "auc", "identity")]


def test_swapped_arguments_and_labels_of_clusters(collector, models):
    accuracy_score(models[0].predict(X_test), y_test)
    clusters = KMeans(2, n_init=1, random_state=0).fit(X_test)
    metrics.silhouette_score(X_test, clusters.labels_)
    metrics.adjusted_rand_score(y_test, clusters.predict(X_test))
    assert sorted((n, k) for n, k, _ in found(collector)) == [
        ("GaussianNB", "accuracy"),
        ("KMeans", "train/adjusted_rand"),
        ("KMeans", "train/silhouette"),
    ]


def test_predictions_are_let_go_when_the_cell_ends(collector, models):
    import gc
    import weakref

    reference = weakref.ref(models[0].predict_proba(X_test))
    collector.drain()
    gc.collect()
    assert reference() is None
