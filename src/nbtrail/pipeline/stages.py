"""Which stage of the pipeline each statement belongs to, and the order that keeps them together."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Mapping
from enum import IntEnum

from nbtrail.lineage.graph import Graph
from nbtrail.lineage.names import root_name
from nbtrail.pipeline.step import Step

__all__ = ["Stage", "arrange", "label"]


class Stage(IntEnum):
    """The stages, in their order."""

    INGEST = 0
    VALIDATE = 1
    PREPROCESS = 2
    SPLIT = 3
    TRAIN = 4
    EVALUATE = 5

    @property
    def summary(self) -> str:
        """One line for the docstring of its function."""
        return _SUMMARIES[self]


_SUMMARIES = {
    Stage.INGEST: "Read the data.",
    Stage.VALIDATE: "Check the data.",
    Stage.PREPROCESS: "Prepare the features.",
    Stage.SPLIT: "Split the data for training and testing.",
    Stage.TRAIN: "Fit the model.",
    Stage.EVALUATE: "Measure how well the model does.",
}

_READ = re.compile(
    r"^(read_\w+|load_\w+|load|fetch_\w+|open|connect|genfromtxt|loadtxt|fromfile|scan_\w+)$"
)
_MAKE = re.compile(r"^make_(?!pipeline|column|scorer|union)\w+$")
_SPLIT = re.compile(r"^(train_test_split|\w*KFold|\w*ShuffleSplit|TimeSeriesSplit|LeaveOne\w+)$")
_MEASURE = re.compile(
    r"^(\w+_score|score|\w+_error|\w+_loss|predict\w*|decision_function|confusion_matrix|auc|"
    r"classification_report|roc_curve|precision_recall_curve|cross_val\w*|permutation_importance)$"
)
_FIT = re.compile(r"^(fit|partial_fit|fit_predict|train|cv)$")
_TRANSFORMER = re.compile(
    r"(Scaler|Encoder|Imputer|Transformer|Vectorizer|Normalizer|Binarizer|Discretizer|PCA|SVD|"
    r"PolynomialFeatures|SelectKBest|SelectPercentile|Binner)$|^make_column_transformer$"
)
_ESTIMATOR = re.compile(
    r"(Classifier|Regressor|Regression|Ridge|Lasso|ElasticNet|SVC|SVR|NB|KMeans|Pipeline|SearchCV|"
    r"Perceptron|Booster|DMatrix|Forest|DBSCAN|Clustering|Mixture|Dataset)\w*$|^make_pipeline$"
)


def arrange(
    steps: list[Step], graph: Graph, measured: set[int], imports: Mapping[str, str]
) -> list[tuple[Stage, list[Step]]]:
    """Group steps by stage without ever moving one across something it depends on.

    Parameters
    ----------
    measured : set of int
        Ids of the steps that compute a metric.
    imports : mapping of str to str
        Imported name to the module it came from.
    """
    levels: dict[int, Stage] = {}
    made: dict[str, Stage] = {}
    position = {id(step): number for number, step in enumerate(steps)}
    by_node: dict[tuple[int, int], list[Step]] = {}
    for step in steps:
        own = label(step, made, imports, measured=id(step) in measured)
        for name in step.names.stores:
            made[name] = own
        level = own
        before = graph.needs.get(step.node, set()) | graph.before.get(step.node, set())
        earlier = [s for node in before for s in by_node.get(node, [])]
        earlier += by_node.get(step.node, [])
        for other in earlier:
            level = max(level, levels[id(other)])
        if own is Stage.PREPROCESS and level is Stage.SPLIT:
            level = Stage.TRAIN  # fitted on the training part: belongs to the training
        levels[id(step)] = level
        by_node.setdefault(step.node, []).append(step)
    ordered = sorted(steps, key=lambda s: (levels[id(s)], position[id(s)]))
    groups: list[tuple[Stage, list[Step]]] = []
    for step in ordered:
        if not groups or groups[-1][0] is not levels[id(step)]:
            groups.append((levels[id(step)], []))
        groups[-1][1].append(step)
    return groups


def label(
    step: Step, made: Mapping[str, Stage], imports: Mapping[str, str], *, measured: bool
) -> Stage:
    """Tell the stage of one statement by what it calls."""
    if measured:
        return Stage.EVALUATE
    calls = [n for t in step.body for n in ast.walk(t) if isinstance(n, ast.Call)]
    names = [_called(c) for c in calls]
    if any(_SPLIT.match(n) for n in names):
        return Stage.SPLIT
    for call, name in zip(calls, names, strict=True):
        if _FIT.match(name) or name == "fit_transform":
            root = root_name(call.func) or ""
            prepares = made.get(root) is Stage.PREPROCESS or _TRANSFORMER.search(root)
            return Stage.PREPROCESS if prepares or name == "fit_transform" else Stage.TRAIN
    if any(_MEASURE.match(n) for n in names):
        return Stage.EVALUATE
    if any(_TRANSFORMER.search(n) for n in names):
        pipeline = any(_ESTIMATOR.search(n) for n in names)
        return Stage.TRAIN if pipeline else Stage.PREPROCESS
    if any(_ESTIMATOR.search(n) or _from_models(n, imports) for n in names):
        return Stage.TRAIN
    if any(_READ.match(n) or _MAKE.match(n) for n in names):
        return Stage.INGEST
    if _checks(step.body):
        return Stage.VALIDATE
    if isinstance(step.tree, ast.Expr) and _only_settings(step.facts.channels_written):
        return Stage.INGEST
    return Stage.PREPROCESS


def _called(call: ast.Call) -> str:
    if isinstance(call.func, ast.Attribute):
        return call.func.attr
    return call.func.id if isinstance(call.func, ast.Name) else ""


def _from_models(name: str, imports: Mapping[str, str]) -> bool:
    module = imports.get(name, "")
    return name[:1].isupper() and module.startswith(
        (
            "sklearn.linear_model",
            "sklearn.ensemble",
            "sklearn.tree",
            "sklearn.svm",
            "sklearn.neighbors",
            "sklearn.naive_bayes",
            "sklearn.cluster",
            "sklearn.neural_network",
            "xgboost",
            "lightgbm",
            "catboost",
        )
    )


def _checks(body: list[ast.stmt]) -> bool:
    return any(
        isinstance(node, ast.Assert)
        or (isinstance(node, ast.If) and all(isinstance(s, ast.Raise) for s in node.body))
        for node in body
    )


def _only_settings(channels: Iterable[str]) -> bool:
    found = list(channels)
    return bool(found) and all(c.startswith(("rng:", "config:", "env:", "sys.path")) for c in found)
