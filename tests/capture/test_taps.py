"""One event for each call that the user makes, and nothing else is different."""

from __future__ import annotations

import copy
import inspect
import pickle
import threading
import warnings

import numpy as np
import pytest
from joblib import Parallel, delayed, parallel_config
from sklearn import metrics
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.datasets import load_iris
from sklearn.ensemble import BaggingClassifier, RandomForestClassifier, StackingClassifier
from sklearn.linear_model import LogisticRegression, LogisticRegressionCV
from sklearn.model_selection import GridSearchCV, cross_validate
from sklearn.multiclass import OneVsRestClassifier
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeClassifier

from nbtrail.capture.collector import Collector

X, y = load_iris(return_X_y=True)
NESTED = [
    RandomForestClassifier(3, n_jobs=2),
    BaggingClassifier(GaussianNB(), 3, n_jobs=2),
    StackingClassifier([("a", GaussianNB()), ("b", DecisionTreeClassifier())], cv=2),
    OneVsRestClassifier(GaussianNB()),
    make_pipeline(StandardScaler(), make_pipeline(StandardScaler(), GaussianNB())),
    LogisticRegressionCV(Cs=2, cv=2, max_iter=500),
    GridSearchCV(make_pipeline(StandardScaler(), GaussianNB()), {}, cv=2),
]


@pytest.fixture(autouse=True)
def _quiet():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)
        yield


@pytest.fixture
def collector():
    collector = Collector()
    collector.start()
    yield collector
    collector.stop()


@pytest.mark.parametrize("estimator", NESTED, ids=lambda e: type(e).__name__)
@pytest.mark.parametrize("backend", ["loky", "threading"])
def test_nested_estimators_are_one_event(collector, estimator, backend):
    with parallel_config(backend, n_jobs=2):
        model = clone(estimator).fit(X, y)
        model.predict(X)
        model.score(X, y)
        metrics.accuracy_score(y, model.predict(X))
    (training,) = collector.drain()
    assert training.metrics["train/accuracy"].count == 2
    assert collector.drain_loose() == ()


def test_each_thread_is_told_apart(collector):
    models = [DecisionTreeClassifier(max_depth=d, random_state=0) for d in range(1, 9)]
    values = {}

    def work(model):
        model.fit(X[::2], y[::2])
        values[model.max_depth] = metrics.f1_score(y[1::2], model.predict(X[1::2]), average="macro")

    threads = [threading.Thread(target=work, args=(m,)) for m in models]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    trainings = collector.drain()
    assert len(trainings) == 8
    for training in trainings:
        assert training.metrics["f1_macro"].last == values[training.alive().max_depth]


def test_a_users_own_threads_by_joblib(collector):
    fitted = Parallel(n_jobs=2, backend="threading")(
        delayed(GaussianNB(var_smoothing=10.0**-k).fit)(X, y) for k in range(4)
    )
    assert len(collector.drain()) == len(fitted) == 4


def test_fits_that_fail_leave_nothing_pending(collector):
    for _ in range(20):
        with pytest.raises(ValueError, match="NaN"):
            GaussianNB().fit(np.full((4, 2), np.nan), [0, 1, 0, 1])
        with pytest.raises(ValueError, match="inconsistent"):
            metrics.accuracy_score([1, 2], [1])
    collector.refresh()
    book = collector._book
    assert book is not None
    assert not book._pending
    assert not getattr(collector._taps._backend, "_pending", ())
    assert collector.drain() == ()


def test_generators_are_not_consumed(collector):
    class Reads(BaseEstimator, ClassifierMixin):
        def fit(self, X, y=None):
            self.seen_ = list(X)
            return self

        def predict(self, X):
            return (x + 1 for x in X)

    collector.refresh()
    model = Reads().fit(x for x in range(5))
    assert model.seen_ == [0, 1, 2, 3, 4]
    assert list(model.predict(iter([1, 2]))) == [2, 3]
    assert len(collector.drain()) == 1


def test_ten_thousand_parameters(collector):
    class Many(BaseEstimator):
        def __init__(self, **options):
            self.options = options

        def get_params(self, deep=True):
            return self.options

        def fit(self, X, y=None):
            return self

        def predict(self, X):
            return np.zeros(len(X))

    collector.refresh()
    Many(**{f"p{i}": i for i in range(10_000)}).fit(X)
    (training,) = collector.drain()
    assert len(training.params) == 10_001


def _questions():
    """What anybody can ask of functions and classes that are tapped."""
    found = {}
    for name in metrics.__all__:
        function = getattr(metrics, name)
        if inspect.isfunction(function):
            found[name] = (str(inspect.signature(function)), function.__qualname__, id(function))
            assert pickle.loads(pickle.dumps(function)) is function
    for cls in (LogisticRegression, GridSearchCV, RandomForestClassifier, StandardScaler):
        for name in ("fit", "predict", "score", "fit_transform", "partial_fit", "predict_proba"):
            if hasattr(cls, name):
                method = getattr(cls, name)
                found[cls, name] = (
                    str(inspect.signature(method)),
                    method.__qualname__,
                    method.__module__,
                    method.__doc__,
                    inspect.getsource(method),
                )
    for method in (LogisticRegression.fit, LogisticRegression.score, GaussianNB.predict):
        assert pickle.loads(pickle.dumps(method)) is method
    return found


def test_functions_answer_as_without_taps():
    before = _questions()
    collector = Collector()
    collector.start()
    try:
        assert _questions() == before
        model = GridSearchCV(LogisticRegression(max_iter=500), {"C": [1]}, cv=2).fit(X, y)
        for again in (
            clone(model).fit(X, y),
            copy.deepcopy(model),
            pickle.loads(pickle.dumps(model)),
        ):
            assert np.array_equal(again.predict(X), model.predict(X))
    finally:
        collector.stop()
    assert _questions() == before


def test_another_patch_before_and_after(monkeypatch):
    calls = []

    def patched(name):
        original = getattr(GaussianNB, name)

        def wrapper(self, *args, **options):
            calls.append(name)
            return original(self, *args, **options)

        return wrapper

    monkeypatch.setattr(GaussianNB, "fit", patched("fit"))
    collector = Collector()
    collector.start()
    monkeypatch.setattr(GaussianNB, "predict_joint_log_proba", patched("predict_joint_log_proba"))
    monkeypatch.setattr(GaussianNB, "fit", patched("fit"))
    ours = GaussianNB.fit
    model = GaussianNB().fit(X, y)
    model.score(X, y)
    (training,) = collector.drain()
    assert set(training.metrics) == {"train/accuracy"}
    assert calls == ["fit", "fit"]
    collector.stop()
    assert GaussianNB.fit is ours
    GaussianNB().fit(X, y)
    assert calls == ["fit"] * 4
    assert collector.drain() == ()


def test_stopping_puts_every_function_back():
    owners = [c for c in BaseEstimator.__subclasses__() if c.__module__.startswith("sklearn")]
    before = {(c, n): vars(c)[n] for c in owners for n in vars(c) if inspect.isfunction(vars(c)[n])}
    cells = {k: [c.cell_contents for c in f.__closure__ or ()] for k, f in before.items()}
    collector = Collector()
    for _ in range(2):
        collector.start()
        cross_validate(GaussianNB(), X, y, cv=2)
        collector.stop()
    assert all(vars(c)[n] is f for (c, n), f in before.items())
    for key, function in before.items():
        assert [c.cell_contents for c in function.__closure__ or ()] == cells[key]
