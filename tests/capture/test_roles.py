"""What data was used for is told by its rows, whatever object holds them."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import polars as pl
import pytest
import scipy.sparse
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.datasets import load_iris, make_classification
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LinearRegression, LogisticRegression, SGDClassifier
from sklearn.metrics import accuracy_score
from sklearn.model_selection import KFold, cross_val_predict, train_test_split
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import make_pipeline

from nbtrail.capture.collector import Collector
from nbtrail.capture.rows import Overlap, RowKeys

FRAME, TARGET = load_iris(return_X_y=True, as_frame=True)
X_train, X_test, y_train, y_test = train_test_split(FRAME, TARGET, random_state=0)


@pytest.fixture
def collector():
    collector = Collector()
    collector.start()
    yield collector
    collector.stop()


@pytest.fixture(autouse=True)
def _names_may_be_missing():
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="X (does not have valid|has) feature names")
        yield


def roles(collector):
    """Metric keys of the only model with their roles."""
    (training,) = [t for t in collector.drain() if t.is_model]
    return {key: m.role for key, m in training.metrics.items()}


@pytest.mark.parametrize(
    "of",
    [
        lambda X: X.to_numpy(),
        lambda X: X.to_numpy(np.float32),
        lambda X: np.asfortranarray(X.to_numpy()),
        lambda X: X.copy(),
        lambda X: X.reset_index(drop=True),
        lambda X: X.iloc[:50],
        lambda X: X.iloc[np.arange(len(X))[::-1]],
        lambda X: X.sample(frac=0.4, random_state=1),
        lambda X: X.to_numpy().tolist(),
    ],
)
def test_training_rows_are_training_data_in_whatever_form(collector, of):
    model = GaussianNB().fit(X_train, y_train)
    given = of(X_train)
    model.predict(given)
    accuracy_score(np.ones(len(given)), model.predict(given))
    assert roles(collector) == {"train/accuracy": "training"}


def test_rows_that_were_held_out_are_test_data_in_whatever_form(collector):
    model = GaussianNB().fit(X_train.to_numpy(), y_train)
    for data in (X_test, X_test.to_numpy(), X_test.iloc[3:9], X_test.to_numpy().tolist()):
        accuracy_score(np.ones(len(data)), model.predict(data))
    assert roles(collector) == {"accuracy": "test"}


def test_data_of_both_kinds_has_no_role_and_a_group_of_its_own(collector):
    model = GaussianNB().fit(X_train, y_train)
    model.score(FRAME, TARGET)
    model.score(X_test, y_test)
    assert roles(collector) == {"mixed/accuracy": "", "accuracy": "test"}


def test_folds_by_index_are_held_out(collector):
    X, y = FRAME.to_numpy(), TARGET.to_numpy()
    seen = []
    for inner, outer in KFold(3, shuffle=True, random_state=0).split(X):
        model = GaussianNB().fit(X[inner], y[inner])
        model.score(X[inner], y[inner])
        model.score(X[outer], y[outer])
        seen.append(roles(collector))
    assert seen == [{"train/accuracy": "training", "accuracy": "test"}] * 3


def test_names_in_the_expression_tell_validation(collector):
    train, val_idx = np.arange(0, 150, 2), np.arange(1, 150, 2)
    X = FRAME.to_numpy()
    model = GaussianNB().fit(X[train], TARGET[train])
    model.score(X[val_idx], TARGET[val_idx])
    assert roles(collector) == {"val/accuracy": "validation"}


def test_a_split_in_two_steps_without_names(collector):
    a, b, c, d = train_test_split(FRAME.to_numpy(), TARGET.to_numpy(), random_state=0)
    e, f, g, h = train_test_split(a, c, random_state=0)
    model = GaussianNB().fit(e, g)
    model.score(f, h)
    model.score(b, d)
    assert roles(collector) == {"val/accuracy": "validation", "accuracy": "test"}


def test_which_half_of_a_held_out_part_is_validation_nobody_knows(collector):
    a, b, c, d = train_test_split(FRAME.to_numpy(), TARGET.to_numpy(), random_state=0)
    e, _f, g, _h = train_test_split(b, d, random_state=0)
    model = GaussianNB().fit(a, c)
    model.score(e, g)
    assert roles(collector) == {"accuracy": ""}


def test_few_distinct_rows_prove_nothing(collector):
    rng = np.random.default_rng(0)
    X = rng.integers(0, 2, (400, 2))
    y = X[:, 0]
    model = GaussianNB().fit(X[:200], y[:200])
    model.score(X[200:], y[200:])
    assert roles(collector) == {"accuracy": ""}


def test_few_distinct_rows_of_a_known_split(collector):
    rng = np.random.default_rng(0)
    X = rng.integers(0, 2, (400, 2))
    a, b, c, d = train_test_split(X, X[:, 0], random_state=0)
    model = GaussianNB().fit(a, c)
    model.score(b, d)
    model.score(a, c)
    assert roles(collector) == {"accuracy": "test", "train/accuracy": "training"}


def test_a_model_fitted_in_batches_knows_them_all(collector):
    X, y = make_classification(600, random_state=0)
    model = SGDClassifier(random_state=0)
    for start in range(0, 400, 100):
        model.partial_fit(X[start : start + 100], y[start : start + 100], classes=[0, 1])
    model.score(X[100:200], y[100:200])
    model.score(X[400:], y[400:])
    assert roles(collector) == {"train/accuracy": "training", "accuracy": "test"}


def test_texts_and_sparse_matrices(collector):
    texts = [f"word{i % 7} other{i % 11} third{i}" for i in range(120)]
    labels = [i % 2 for i in range(120)]
    make_pipeline(TfidfVectorizer(), LogisticRegression()).fit(texts[:90], labels[:90]).score(
        texts[:30], labels[:30]
    )
    assert roles(collector) == {"train/accuracy": "training"}
    matrix = TfidfVectorizer().fit_transform(texts)
    model = LogisticRegression().fit(matrix[:90], labels[:90])
    model.score(matrix[90:], labels[90:])
    model.score(matrix[:40].tocsc(), labels[:40])
    assert roles(collector) == {"accuracy": "test", "train/accuracy": "training"}


def test_predictions_of_a_cross_validation_are_validation(collector):
    predicted = cross_val_predict(GaussianNB(), FRAME, TARGET, cv=3)
    accuracy_score(TARGET, predicted)
    assert roles(collector) == {"val/accuracy": "validation"}


def test_the_rows_that_a_model_knows_are_counted(collector):
    model = LogisticRegression().fit(FRAME[:90], TARGET[:90])
    model.score(FRAME[90:], TARGET[90:])
    model.score(FRAME[60:], TARGET[60:])
    (training,) = collector.drain()
    found = [(use.context.value, use.shared) for use in training.datasets if use.name == "X"]
    assert found == [("training", -1), ("test", 0), ("source", 30)]


def test_other_columns_can_not_be_compared():
    rows = RowKeys.of(FRAME)
    assert rows.compare(FRAME.iloc[:, :2]).overlap is Overlap.UNKNOWN
    assert rows.compare(FRAME[FRAME.columns[::-1]]).overlap is Overlap.ALL
    assert (
        rows.compare(FRAME.rename(columns={FRAME.columns[0]: "other"})).overlap is Overlap.UNKNOWN
    )


def test_values_that_would_have_to_be_asked_are_left_alone():
    class Mine:
        def __hash__(self):
            raise RuntimeError

        def __eq__(self, other):
            raise RuntimeError

    assert RowKeys.of([Mine(), Mine()]) is None
    assert RowKeys.of(np.array([Mine(), 1], dtype=object)) is None
    assert RowKeys.of(iter([1, 2])) is None


@settings(max_examples=60)
@given(st.data())
def test_any_choice_of_rows_is_known_and_no_other(data):
    rng = np.random.default_rng(data.draw(st.integers(0, 10)))
    rows = data.draw(st.integers(60, 200))
    width = data.draw(st.integers(1, 130))
    table = rng.normal(size=(2 * rows, width))
    names = [f"c{i}" for i in range(width)]
    holders = [
        lambda a: a,
        np.asfortranarray,
        lambda a: pd.DataFrame(a, columns=names),
        lambda a: pl.DataFrame(a, schema=names),
        lambda a: pd.DataFrame(a, columns=names).astype(object),
    ]
    one = data.draw(st.sampled_from(holders))
    other = data.draw(st.sampled_from(holders))
    keys = RowKeys.of(one(table[:rows]))
    chosen = rng.integers(0, rows, data.draw(st.integers(3, rows)))
    assert keys.compare(other(table[chosen])).overlap is Overlap.ALL
    assert keys.compare(other(table[rows:])).overlap is Overlap.NONE
    assert keys.compare(other(table)).overlap is Overlap.SOME


def test_kinds_of_columns_have_keys():
    frame = pd.DataFrame(
        {
            "when": pd.date_range("2024-01-01", periods=80, freq="h"),
            "kind": pd.Categorical(list("abcd") * 20),
            "text": [f"t{i}" for i in range(79)] + [None],
            "whole": pd.array([*range(79), None], dtype="Int64"),
        }
    )
    keys = RowKeys.of(frame)
    assert keys.compare(frame.iloc[::3]).overlap is Overlap.ALL
    later = frame.assign(when=frame.when + np.timedelta64(30, "D"))
    assert keys.compare(later).overlap is Overlap.NONE
    sparse = scipy.sparse.random(90, 30, 0.4, random_state=0, format="csr")
    assert RowKeys.of(sparse[:60]).compare(sparse[60:]).overlap is Overlap.NONE


def test_a_regression_on_a_series_of_numbers(collector):
    X = np.linspace(0, 1, 60).reshape(-1, 1)
    model = LinearRegression().fit(X[:40], X[:40, 0])
    model.score(X[:40].copy(), pd.Series(X[:40, 0]))
    model.score(X[40:], X[40:, 0])
    assert roles(collector) == {"train/r2": "training", "r2": "test"}
