"""A saved model comes back bit for bit, and only from types that are trusted."""

from __future__ import annotations

import json
import sys
import types
import zipfile

import numpy as np
import pandas as pd
import pytest
import skops.io
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import (
    TransformedTargetRegressor,
    make_column_selector,
    make_column_transformer,
)
from sklearn.datasets import make_classification
from sklearn.ensemble import (
    AdaBoostClassifier,
    BaggingClassifier,
    ExtraTreesClassifier,
    GradientBoostingClassifier,
    GradientBoostingRegressor,
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
    IsolationForest,
    RandomForestClassifier,
    RandomForestRegressor,
    StackingClassifier,
    VotingClassifier,
)
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.feature_selection import SelectKBest, mutual_info_classif
from sklearn.gaussian_process import GaussianProcessClassifier
from sklearn.gaussian_process.kernels import RBF, WhiteKernel
from sklearn.impute import KNNImputer, SimpleImputer
from sklearn.linear_model import (
    GammaRegressor,
    LogisticRegression,
    Ridge,
    SGDClassifier,
    TweedieRegressor,
)
from sklearn.metrics import f1_score, make_scorer
from sklearn.model_selection import GridSearchCV, RandomizedSearchCV, StratifiedKFold
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier, LocalOutlierFactor
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import (
    FunctionTransformer,
    OneHotEncoder,
    PolynomialFeatures,
    SplineTransformer,
    StandardScaler,
)
from sklearn.svm import SVC, LinearSVC
from sklearn.tree import DecisionTreeClassifier

from nbtrail.exceptions import ModelError, UntrustedModelError
from nbtrail.fingerprint.estimators import digest_estimator
from nbtrail.flavors import load_model, save_model

X, y = make_classification(90, n_features=6, random_state=0)
target = X[:, 0] + 5
frame = pd.DataFrame(X[:, :3], columns=["a", "b", "c"]).assign(kind=np.where(y, "u", "v"))
by_name = make_column_transformer(
    (make_pipeline(SimpleImputer(), StandardScaler()), make_column_selector("[abc]")),
    (OneHotEncoder(handle_unknown="ignore"), ["kind"]),
)
texts = np.array(["good wine", "bad beer", "good beer", "bad wine"] * 5)

CLASSIFIERS = [
    make_pipeline(StandardScaler(), LogisticRegression()),
    make_pipeline(SelectKBest(k=3), KNNImputer(), GaussianNB()),
    make_pipeline(SelectKBest(mutual_info_classif, k=3), PolynomialFeatures(), Ridge()),
    make_pipeline(SplineTransformer(), FunctionTransformer(np.tanh), SGDClassifier(random_state=0)),
    RandomForestClassifier(5, random_state=np.random.RandomState(1)),
    ExtraTreesClassifier(4, random_state=0),
    GradientBoostingClassifier(n_estimators=4, random_state=0),
    GradientBoostingClassifier(loss="exponential", n_estimators=4, random_state=0),
    HistGradientBoostingClassifier(max_iter=4, min_samples_leaf=5, random_state=0),
    AdaBoostClassifier(n_estimators=3, random_state=0),
    BaggingClassifier(n_estimators=3, max_features=0.5, random_state=0),
    IsolationForest(n_estimators=3, random_state=0),
    SVC(),
    KNeighborsClassifier(algorithm="kd_tree"),
    KNeighborsClassifier(algorithm="ball_tree", metric="manhattan"),
    LocalOutlierFactor(novelty=True),
    MLPClassifier((4,), solver="lbfgs", max_iter=500, tol=0.1, random_state=0),
    MLPClassifier((4,), max_iter=500, tol=0.1, random_state=0),
    CalibratedClassifierCV(LinearSVC()),
    CalibratedClassifierCV(GaussianNB(), method="isotonic"),
    GaussianProcessClassifier(1.0 * RBF() + WhiteKernel(), optimizer=None),
    GridSearchCV(make_pipeline(StandardScaler(), SVC()), {"svc__C": [1, 2]}, scoring="f1"),
    GridSearchCV(
        LogisticRegression(), {"C": [1]}, scoring=make_scorer(f1_score), cv=StratifiedKFold(3)
    ),
    RandomizedSearchCV(DecisionTreeClassifier(), {"max_depth": [1, 2]}, n_iter=2, random_state=0),
    VotingClassifier([("a", LogisticRegression()), ("b", DecisionTreeClassifier(random_state=0))]),
    StackingClassifier([("a", GaussianNB()), ("b", DecisionTreeClassifier(random_state=0))]),
]
REGRESSORS = [
    Ridge(),
    TweedieRegressor(power=1.5),
    GammaRegressor(),
    RandomForestRegressor(4, random_state=0),
    GradientBoostingRegressor(loss="huber", n_estimators=4, random_state=0),
    HistGradientBoostingRegressor(loss="poisson", max_iter=4, random_state=0),
    TransformedTargetRegressor(Ridge(), func=np.log1p, inverse_func=np.expm1),
]
CASES = [
    *[(model, X, y) for model in CLASSIFIERS],
    *[(model, X, target) for model in REGRESSORS],
    (make_pipeline(by_name, RandomForestClassifier(3, random_state=0)), frame, y),
    (
        HistGradientBoostingClassifier(max_iter=3, categorical_features="from_dtype"),
        frame.assign(kind=frame.kind.astype("category")),
        y,
    ),
    (make_pipeline(TfidfVectorizer(), LogisticRegression()), texts, np.arange(20) % 2),
]


@pytest.mark.parametrize(("model", "data", "labels"), CASES, ids=lambda v: type(v).__name__)
def test_predictions_are_equal_bit_for_bit(model, data, labels, tmp_path):
    fitted = model.fit(data, labels)
    saved = save_model(fitted, tmp_path / "m", example=data)
    loaded = load_model(tmp_path / "m")
    assert loaded.predict(data).tobytes() == fitted.predict(data).tobytes()
    assert digest_estimator(loaded) == digest_estimator(fitted)
    assert sorted(p.name for p in (tmp_path / "m").iterdir()) == sorted(saved.files)


def test_the_folder_describes_the_model(tmp_path):
    model = make_pipeline(by_name, LogisticRegression()).fit(frame, y)
    saved = save_model(model, tmp_path, example=frame)
    assert [(f.name, f.dtype) for f in saved.signature.inputs] == [
        ("a", "float64"),
        ("b", "float64"),
        ("c", "float64"),
        ("kind", str(frame["kind"].dtype)),
    ]
    assert saved.signature.outputs[0].dtype == "int64"
    described = json.loads((tmp_path / "MLmodel").read_text())
    assert described["flavors"]["sklearn-skops"]["class"] == "sklearn.pipeline.Pipeline"
    assert json.loads(described["signature"]["inputs"])[0] == {
        "type": "double",
        "name": "a",
        "required": True,
    }
    assert "scikit-learn==" in (tmp_path / "requirements.txt").read_text()


def test_the_signature_without_an_example(tmp_path):
    saved = save_model(LogisticRegression().fit(X, y), tmp_path)
    assert saved.signature.inputs[0].shape == (-1, 6)
    assert saved.signature.outputs[0].dtype == "int64"
    named = save_model(Ridge().fit(frame[["a", "b"]], target), tmp_path)
    assert [f.name for f in named.signature.inputs] == ["a", "b"]


class Local(TransformerMixin, BaseEstimator):
    def fit(self, X, y=None):
        return self


@pytest.mark.parametrize(
    "step",
    [FunctionTransformer(lambda x: x), type("Inner", (Local,), {"__module__": "__main__"})()],
)
def test_what_no_other_process_can_load_is_refused(step, tmp_path):
    with pytest.raises(ModelError, match="top level of a module"):
        save_model(step, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_foreign_types_are_named_and_only_built_when_allowed(tmp_path, monkeypatch):
    module = types.ModuleType("their_package")
    module.Theirs = type("Theirs", (Local,), {"__module__": "their_package"})
    monkeypatch.setitem(sys.modules, "their_package", module)
    save_model(module.Theirs(), tmp_path)
    with pytest.raises(UntrustedModelError, match=r"their_package\.Theirs"):
        load_model(tmp_path)
    assert isinstance(load_model(tmp_path, ["their_package.Theirs"]), module.Theirs)


@pytest.mark.parametrize(
    "model",
    [
        RandomForestClassifier(2, random_state=0),
        HistGradientBoostingClassifier(max_iter=2, min_samples_leaf=5),
        KNeighborsClassifier(algorithm="kd_tree"),
    ],
    ids=lambda m: type(m).__name__,
)
@pytest.mark.parametrize("forge", ["child", "feature"])
def test_forged_trees_are_refused_before_they_are_used(model, forge, tmp_path):
    model.fit(X, y)
    if hasattr(model, "_predictors"):
        nodes = model._predictors[0][0].nodes
        nodes["left" if forge == "child" else "feature_idx"][0] = 10**6
        save_model(model, tmp_path)
    elif hasattr(model, "_tree"):
        state = list(model._tree.__getstate__())
        changed = np.array(state[1 if forge == "child" else 2])
        (changed if forge == "child" else changed["idx_end"])[0] = 10**6
        state[1 if forge == "child" else 2] = changed
        model._tree.__setstate__(tuple(state))
        save_model(model, tmp_path)
    else:
        tree = model.estimators_[0].tree_
        state = tree.__getstate__()
        state["nodes"] = state["nodes"].copy()
        state["nodes"]["left_child" if forge == "child" else "feature"][0] = 10**6
        try:
            tree.__setstate__(state)
        except ValueError:
            return  # this scikit-learn checks by itself
        save_model(model, tmp_path)
    with pytest.raises(ModelError, match="damaged or forged"):
        load_model(tmp_path)


def test_no_model_another_flavor_and_damage_are_told_apart(tmp_path):
    with pytest.raises(ModelError, match="no MLmodel file"):
        load_model(tmp_path)
    (tmp_path / "MLmodel").write_text('{"flavors": {"sklearn": {"pickled_model": "m.pkl"}}}')
    with pytest.raises(ModelError, match="only sklearn-skops is loaded here"):
        load_model(tmp_path)
    (tmp_path / "MLmodel").write_text("flavors: yaml")
    with pytest.raises(ModelError, match="can't be read"):
        load_model(tmp_path)
    save_model(Ridge().fit(X, target), tmp_path)
    path = tmp_path / "model.skops"
    path.write_bytes(path.read_bytes()[:200])
    with pytest.raises(ModelError, match="can't be loaded"):
        load_model(tmp_path)


def test_the_file_holds_no_pickle(tmp_path):
    save_model(RandomForestClassifier(2).fit(X, y), tmp_path)
    with zipfile.ZipFile(tmp_path / "model.skops") as archive:
        names = archive.namelist()
    assert {name.rpartition(".")[2] for name in names} <= {"json", "npy"}
    assert skops.io.get_untrusted_types(file=tmp_path / "model.skops") == [
        "sklearn.tree._tree.Tree"
    ]
