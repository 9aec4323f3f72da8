"""Every metric function, however it was imported, under a key that says what it is."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn import metrics
from sklearn.datasets import load_diabetes, load_iris
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.metrics import f1_score as f1
from sklearn.metrics import get_scorer, make_scorer

from nbtrail.capture.collector import Collector
from nbtrail.capture.metric_names import metric_origin

X, y = load_iris(return_X_y=True)
test = np.arange(0, 150, 3)
train = np.setdiff1d(np.arange(150), test)


@pytest.fixture
def collector():
    collector = Collector()
    collector.start()
    yield collector
    collector.stop()


@pytest.fixture
def predicted(collector):
    model = LogisticRegression(C=0.01, max_iter=500).fit(X[train], y[train])
    predicted = model.predict(X[test])
    yield predicted, model.predict_proba(X[test])
    del model


def measured(collector):
    (training,) = collector.drain()
    return {m.key: (m.last, m.origin) for m in training.metrics.values()}


CALLS = [
    ("accuracy", lambda t, p, q: metrics.accuracy_score(t, p)),
    ("accuracy_count", lambda t, p, q: metrics.accuracy_score(t, p, normalize=False)),
    (
        "accuracy_sample_weighted",
        lambda t, p, q: metrics.accuracy_score(t, p, sample_weight=np.arange(50)),
    ),
    ("f1_macro", lambda t, p, q: f1(t, p, average="macro")),
    ("fbeta_macro_0.5", lambda t, p, q: metrics.fbeta_score(t, p, beta=0.5, average="macro")),
    ("top_k_accuracy_1", lambda t, p, q: metrics.top_k_accuracy_score(t, q, k=1)),
    ("roc_auc_ovo", lambda t, p, q: metrics.roc_auc_score(t, q, multi_class="ovo")),
    (
        "balanced_accuracy_adjusted",
        lambda t, p, q: metrics.balanced_accuracy_score(t, p, adjusted=True),
    ),
    ("cohen_kappa_linear", lambda t, p, q: metrics.cohen_kappa_score(t, p, weights="linear")),
    ("roc_auc_max_fpr_0.2", lambda t, p, q: metrics.roc_auc_score(t == 0, q[:, 0], max_fpr=0.2)),
    ("f1_pos_0", lambda t, p, q: f1(t == 1, p == 1, pos_label=0)),
    ("log_loss", lambda t, p, q: metrics.log_loss(t, q)),
    ("matthews_corrcoef", lambda t, p, q: metrics.matthews_corrcoef(t, p)),
]


@pytest.mark.parametrize(("key", "call"), CALLS, ids=[key for key, _ in CALLS])
def test_the_key_carries_what_makes_it_another_number(collector, predicted, key, call):
    value = call(y[test], *predicted)
    ((found, (last, origin)),) = measured(collector).items()
    assert (found, last) == (key, float(value))
    assert origin.startswith("sklearn.metrics.")


def test_the_origin_names_the_arguments():
    given = {"y_true": y, "y_pred": y, "average": "macro", "beta": 0.5, "labels": [0, 1]}
    assert (
        metric_origin("fbeta_score", given)
        == "sklearn.metrics.fbeta_score(average='macro', beta=0.5)"
    )
    assert metric_origin("f1_score", {"average": "binary"}) == "sklearn.metrics.f1_score"


def test_several_values_of_one_call(collector, predicted):
    p, _ = predicted
    per_class = f1(y[test], p, average=None)
    precision, recall, score, _ = metrics.precision_recall_fscore_support(
        y[test], p, average="macro"
    )
    report = metrics.classification_report(y[test], p, output_dict=True)
    seen = {key: value for key, (value, _) in measured(collector).items()}
    assert [seen[f"f1[{i}]"] for i in range(3)] == per_class.tolist()
    assert (seen["precision_macro"], seen["recall_macro"], seen["f1_macro"]) == (
        precision,
        recall,
        score,
    )
    assert seen["recall[1]"] == report["1"]["recall"]
    assert seen["f1_weighted"] == report["weighted avg"]["f1-score"]
    assert seen["accuracy"] == report["accuracy"]


def test_one_value_for_each_output(collector):
    X, y = load_diabetes(return_X_y=True)
    both = np.column_stack([y, -2 * y])
    model = LinearRegression().fit(X[:300], both[:300])
    each = metrics.r2_score(both[300:], model.predict(X[300:]), multioutput="raw_values")
    metrics.r2_score(both[300:], model.predict(X[300:]), multioutput="variance_weighted")
    seen = measured(collector)
    assert (seen["r2[0]"][0], seen["r2[1]"][0]) == tuple(each)
    assert "r2_variance_weighted" in seen


def test_scorers_called_by_the_user(collector):
    model = LogisticRegression(C=0.01, max_iter=500).fit(X[train], y[train])
    values = {
        "f1_macro": get_scorer("f1_macro")(model, X[test], y[test]),
        "neg_log_loss": get_scorer("neg_log_loss")(model, X[test], y[test]),
        "fbeta_macro_2": make_scorer(metrics.fbeta_score, beta=2, average="macro")(
            model, X[test], y[test]
        ),
        "train/accuracy": get_scorer("accuracy")(model, X[train], y[train]),
    }
    seen = measured(collector)
    assert {key: value for key, (value, _) in seen.items()} == values
    assert seen["f1_macro"][1] == "scorer:f1_macro"
