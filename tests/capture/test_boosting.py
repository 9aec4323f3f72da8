"""xgboost and lightgbm: values per iteration without a callback, and their own functions."""

from __future__ import annotations

import warnings

import lightgbm as lgb
import numpy as np
import pytest
import xgboost as xgb
from sklearn.datasets import load_breast_cancer
from sklearn.metrics import accuracy_score, roc_auc_score
from sklearn.model_selection import GridSearchCV, train_test_split

from nbtrail.capture.collector import Collector

X, y = load_breast_cancer(return_X_y=True)
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=0)
X_fit, X_val, y_fit, y_val = train_test_split(X_train, y_train, random_state=0)
QUIET = {"verbose": -1, "num_threads": 1}


@pytest.fixture
def collector():
    collector = Collector(
        name_of=lambda value: next((n for n, v in globals().items() if v is value), "")
    )
    collector.start()
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=".*eval_set.*")
        warnings.filterwarnings("ignore", message="X does not have valid feature names")
        yield collector
    collector.stop()


def only(collector):
    (training,) = collector.drain()
    return training


def history(training, key):
    return [(p.step, p.value) for p in training.history if p.key == key]


def test_xgboost_estimators(collector):
    model = xgb.XGBClassifier(n_estimators=5, early_stopping_rounds=2, n_jobs=1)
    model.fit(X_fit, y_fit, eval_set=[(X_fit, y_fit), (X_val, y_val)], verbose=False)
    accuracy_score(y_test, model.predict(X_test))
    training = only(collector)
    result = model.evals_result()
    assert history(training, "train/logloss") == list(enumerate(result["validation_0"]["logloss"]))
    assert history(training, "val/logloss") == list(enumerate(result["validation_1"]["logloss"]))
    assert training.metrics["accuracy"].role == "test"
    assert training.metrics["best_iteration"].last == model.best_iteration
    params = {p.key: p for p in training.params}
    assert (params["n_estimators"].value, params["max_depth"].is_default) == ("5", True)
    assert {(d.name, d.context.value) for d in training.datasets} == {
        ("X_fit", "training"),
        ("y_fit", "training"),
        ("X_val", "validation"),
        ("X_test", "test"),
    }


def test_lightgbm_estimators(collector):
    model = lgb.LGBMClassifier(n_estimators=5, verbose=-1, n_jobs=1)
    model.fit(X_fit, y_fit, eval_set=[(X_val, y_val)], eval_metric="auc")
    training = only(collector)
    values = model.evals_result_["valid_0"]
    assert history(training, "val/auc") == list(enumerate(values["auc"]))
    assert history(training, "val/binary_logloss") == list(enumerate(values["binary_logloss"]))


def test_training_with_xgboost_itself(collector):
    dtrain = xgb.DMatrix(X_fit, y_fit)
    dval, dtest = xgb.DMatrix(X_val, y_val), xgb.DMatrix(X_test, label=y_test)
    kept = {}
    booster = xgb.train(
        {"objective": "binary:logistic", "max_depth": 3, "nthread": 1},
        dtrain,
        4,
        evals=[(dtrain, "train"), (dval, "eval")],
        evals_result=kept,
        verbose_eval=False,
    )
    roc_auc_score(y_test, booster.predict(dtest))
    accuracy_score(y_fit, booster.predict(dtrain) > 0.5)
    training = only(collector)
    assert training.alive() is booster
    params = {p.key: p.value for p in training.params}
    assert params["model"] == "'Booster(binary:logistic)'"
    assert (params["max_depth"], params["num_boost_round"]) == ("3", "4")
    assert history(training, "train/logloss") == list(enumerate(kept["train"]["logloss"]))
    assert history(training, "val/logloss") == list(enumerate(kept["eval"]["logloss"]))
    assert training.metrics["roc_auc"].role == "test"
    assert training.metrics["train/accuracy"].link == "inferred"
    assert {d.name for d in training.datasets if d.context.value == "training"} == {
        "X_fit",
        "y_fit",
    }


def test_training_with_lightgbm_itself(collector):
    train_set = lgb.Dataset(X_fit, y_fit)
    kept: dict = {}
    booster = lgb.train(
        {"objective": "binary", "num_leaves": 7, **QUIET},
        train_set,
        4,
        valid_sets=[train_set, lgb.Dataset(X_val, y_val)],
        valid_names=["train", "held"],
        callbacks=[lgb.record_evaluation(kept)],
    )
    accuracy_score(y_test, booster.predict(X_test) > 0.5)
    training = only(collector)
    assert training.alive() is booster
    assert history(training, "train/binary_logloss") == list(
        enumerate(kept["train"]["binary_logloss"])
    )
    assert history(training, "val/binary_logloss") == list(
        enumerate(kept["held"]["binary_logloss"])
    )
    assert training.metrics["accuracy"].role == "test"
    assert {p.key: p.value for p in training.params}["num_leaves"] == "7"


def test_cross_validation_by_iteration(collector):
    table = xgb.cv({"objective": "binary:logistic", "nthread": 1}, xgb.DMatrix(X, y), 3, nfold=3)
    result = lgb.cv({"objective": "binary", **QUIET}, lgb.Dataset(X, y), 3, nfold=3)
    first, second = collector.drain()
    assert history(first, "cv_logloss_mean") == list(enumerate(table["test-logloss-mean"]))
    assert history(second, "cv_binary_logloss_mean") == list(
        enumerate(result["valid binary_logloss-mean"])
    )
    assert "train/cv_logloss_std" in first.metrics


def test_nothing_is_evaluated_where_the_user_evaluates_nothing(collector):
    xgb.XGBClassifier(n_estimators=2, n_jobs=1).fit(X_fit, y_fit)
    xgb.train({"nthread": 1}, xgb.DMatrix(X_fit, y_fit), 2)
    lgb.train(QUIET, lgb.Dataset(X_fit, y_fit), 2)
    trainings = collector.drain()
    assert [t.metrics for t in trainings] == [{}, {}, {}]


def test_a_search_over_boosters_is_one_training(collector):
    search = GridSearchCV(
        xgb.XGBClassifier(n_estimators=2, n_jobs=1), {"max_depth": [1, 2]}, cv=2, n_jobs=2
    )
    search.fit(X_fit, y_fit)
    training = only(collector)
    assert training.class_name.endswith("GridSearchCV")
    assert training.candidates.total == 2


def test_a_failed_training_leaves_nothing(collector):
    with pytest.raises(xgb.core.XGBoostError):
        xgb.train({"objective": "no such"}, xgb.DMatrix(X_fit, y_fit), 2)
    collector.refresh()
    xgb.train({"nthread": 1}, xgb.DMatrix(X_fit, y_fit), 2)
    assert len(collector.drain()) == 1


def test_the_matrix_does_not_keep_its_data_in_memory(collector):
    import gc
    import weakref

    data = np.ascontiguousarray(X_fit)[:100].copy()
    matrix, reference = xgb.DMatrix(data), weakref.ref(data)
    del data
    gc.collect()
    assert reference() is None
    assert matrix.num_row() == 100
