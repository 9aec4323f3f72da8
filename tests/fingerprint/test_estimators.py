"""The digest of a fitted model: stable where nothing was learned anew, different where it was."""

from __future__ import annotations

import pickle

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.datasets import make_classification
from sklearn.ensemble import (
    AdaBoostClassifier,
    GradientBoostingClassifier,
    HistGradientBoostingClassifier,
    RandomForestClassifier,
)
from sklearn.linear_model import LogisticRegression, SGDClassifier
from sklearn.model_selection import GridSearchCV
from sklearn.neighbors import KNeighborsClassifier
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler
from sklearn.svm import SVC

from nbtrail.fingerprint.estimators import digest_estimator

X, y = make_classification(300, random_state=0)

MODELS = [
    LogisticRegression(),
    make_pipeline(StandardScaler(), FunctionTransformer(np.tanh), LogisticRegression()),
    RandomForestClassifier(10, random_state=0),
    RandomForestClassifier(5, random_state=np.random.RandomState(3)),
    GradientBoostingClassifier(n_estimators=5, random_state=0),
    HistGradientBoostingClassifier(max_iter=5, random_state=0),
    SVC(random_state=0),
    MLPClassifier((5,), max_iter=300, tol=0.1, random_state=0),
    KNeighborsClassifier(algorithm="kd_tree"),
    KNeighborsClassifier(algorithm="ball_tree"),
    GridSearchCV(LogisticRegression(), {"C": [0.1, 1.0]}),
    AdaBoostClassifier(n_estimators=4, random_state=0),
    SGDClassifier(random_state=np.random.RandomState(1)),
]


@pytest.mark.parametrize("model", MODELS, ids=lambda m: type(m).__name__)
def test_stable_over_pickling_prediction_and_a_second_fit(model):
    fitted = clone(model).fit(X, y)
    expected = digest_estimator(fitted)
    fitted.predict(X)
    assert digest_estimator(fitted) == expected
    assert digest_estimator(pickle.loads(pickle.dumps(fitted))) == expected
    assert digest_estimator(clone(model).fit(X, y)) == expected
    assert digest_estimator(clone(model).fit(X[:-1], y[:-1])) != expected
    assert digest_estimator(clone(model)) != expected


def test_parameters_and_classes_count():
    assert digest_estimator(LogisticRegression(C=1.0)) == digest_estimator(LogisticRegression())
    assert digest_estimator(LogisticRegression(C=2.0)) != digest_estimator(LogisticRegression())
    assert digest_estimator(SVC()) != digest_estimator(LogisticRegression())


def test_functions_count_by_their_code():
    def wrapped(function):
        return digest_estimator(FunctionTransformer(function))

    assert wrapped(lambda x: x + 1) == wrapped(lambda x: x + 1)
    assert wrapped(lambda x: x + 1) != wrapped(lambda x: x + 2)
    assert wrapped(np.log1p) != wrapped(np.exp)
    offset = 1
    first = wrapped(lambda x: x + offset)
    offset = 2
    assert wrapped(lambda x: x + offset) != first


def test_cycles_and_sharing_are_safe():
    class Node:
        def __init__(self, name):
            self.name, self.peer = name, None

    def ring(*names):
        nodes = [Node(n) for n in names]
        for i, node in enumerate(nodes):
            node.peer = nodes[(i + 1) % len(nodes)]
        return nodes[0]

    assert digest_estimator(ring("a", "b")) == digest_estimator(ring("a", "b"))
    assert digest_estimator(ring("a", "b")) != digest_estimator(ring("a", "c"))
    shared = [1, 2]
    assert digest_estimator([shared, shared]) == digest_estimator([[1, 2], [1, 2]])
    assert digest_estimator({"a": 1, "b": {3, "x"}}) == digest_estimator({"b": {"x", 3}, "a": 1})


def test_random_state_counts():
    def drawn(times):
        state = np.random.RandomState(0)
        state.random_sample(times)
        return digest_estimator({"state": state, "generator": np.random.default_rng(times)})

    assert drawn(3) == drawn(3)
    assert drawn(3) != drawn(4)
