"""Estimators that the notebook itself defines, also fitted in the cell that defines them."""

from __future__ import annotations

import copy
import inspect
import pickle
import sys

import cloudpickle
import numpy as np
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score
from sklearn.model_selection import GridSearchCV

from nbtrail.capture.collector import Collector

X, y = load_iris(return_X_y=True)
DEFINITION = '''
class Nearest(ClassifierMixin, BaseEstimator):
    """Nearest mean."""
    def __init__(self, shrink=0.0):
        self.shrink = shrink
    def fit(self, X, y):
        self.classes_ = np.unique(y)
        self.means_ = np.stack([X[y == c].mean(axis=0) for c in self.classes_])
        self.means_ += self.shrink * (X.mean(axis=0) - self.means_)
        return self
    def predict(self, X):
        return self.classes_[((X[:, None] - self.means_) ** 2).sum(axis=2).argmin(axis=1)]
'''


@pytest.fixture
def collector():
    collector = Collector()
    collector.start()
    yield collector
    collector.stop()


@pytest.fixture
def main():
    """A namespace whose classes belong to ``__main__``, as those of a notebook do."""
    space = vars(sys.modules["__main__"])
    before = dict(space)
    space.update(BaseEstimator=BaseEstimator, ClassifierMixin=ClassifierMixin, np=np, X=X, y=y)
    yield space
    space.clear()
    space.update(before)


def test_a_class_fitted_where_it_is_defined_is_seen(collector, main):
    exec(DEFINITION + "m = Nearest(0.1).fit(X, y)\np = m.predict(X[::2])", main)
    accuracy_score(y[::2], main["p"])
    (training,) = collector.drain()
    assert training.class_name == "__main__.Nearest"
    assert training.alive() is main["m"]
    assert set(training.metrics) == {"train/accuracy"}


def test_a_class_with_a_fit_of_its_base(collector, main):
    main["LogisticRegression"] = LogisticRegression
    exec("class Mine(LogisticRegression): pass\nMine(max_iter=500).fit(X, y).score(X, y)", main)
    (training,) = collector.drain()
    assert training.class_name == "__main__.Mine"
    assert set(training.metrics) == {"train/accuracy"}


@pytest.mark.parametrize("backend", ["loky", "threading"])
def test_it_travels_to_workers_and_counts_once(collector, main, backend):
    from joblib import parallel_config

    exec(DEFINITION, main)
    with parallel_config(backend, n_jobs=2):
        search = GridSearchCV(main["Nearest"](), {"shrink": [0, 0.5]}, cv=3).fit(X, y)
    assert search.best_score_ > 0.8
    assert len(collector.drain()) == 1


def test_pickles_copies_and_questions_are_as_without_us(collector, main):
    exec(DEFINITION, main)
    cls = main["Nearest"]
    model = cls().fit(X, y)
    sent = cloudpickle.dumps(model)
    assert b"nbtrail" not in sent
    assert np.array_equal(pickle.loads(sent).predict(X), model.predict(X))
    assert str(inspect.signature(cls.fit)) == "(self, X, y)"
    assert str(inspect.signature(model.fit)) == "(X, y)"
    assert inspect.isfunction(cls.fit)
    assert cls.fit.__qualname__ == "Nearest.fit"
    assert clone(model).fit(X, y).score(X, y) == copy.deepcopy(model).score(X, y)


def test_what_the_user_redefines_is_not_put_back(main):
    collector = Collector()
    collector.start()
    exec(DEFINITION, main)
    cls = main["Nearest"]
    original = cls.predict

    def mine(self, X):
        return np.zeros(len(X))

    cls.predict = mine
    collector.stop()
    assert cls.predict is mine
    assert vars(cls)["fit"] is cls.fit
    assert original is not mine
