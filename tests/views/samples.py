"""Records that look like real ones, for the tests of views."""

from __future__ import annotations

import pandas as pd

from nbtrail.compare.runs import compare_runs
from nbtrail.entities.cell import CellExecution, CellStatus
from nbtrail.entities.dataset import DatasetContext, DatasetUse, Seen
from nbtrail.entities.episode import Episode
from nbtrail.entities.gate import Gate, GateName, GateStatus
from nbtrail.entities.model import AliasMove, Artifact, ModelRecord, ModelVersion, RegisteredModel
from nbtrail.entities.pipeline import Check, Manifest, Outcome, Scope, Verdict
from nbtrail.entities.provenance import CodeVersion, Environment
from nbtrail.entities.retraining import ChosenParam, Retrained, RetrainedMetric
from nbtrail.entities.run import (
    Direction,
    Experiment,
    Mark,
    MarkKind,
    Metric,
    Param,
    Run,
    RunStatus,
)
from nbtrail.entities.table import RunTable
from nbtrail.fingerprint import digest

NOW = 1_763_716_055_000
EXPERIMENT = Experiment("churn", "accuracy", Direction.MAX)
PACKAGES = {"numpy": "2.4.6", "pandas": "3.1.1", "scikit-learn": "1.9.1", "scipy": "1.17.1"}


def environment(**changed):
    return Environment(
        "e" * 64, "3.11.2", "CPython", "Linux-6.1", "x86_64", "python", {**PACKAGES, **changed}
    )


def frame(changed=0):
    table = pd.DataFrame({"age": range(569), "bill": [i / 7 for i in range(569)]})
    table.loc[3, "bill"] += changed
    return table


def run(number=1, name="brisk-otter-12", accuracy=0.9737, C="1.0", **facts):
    digits = f"{number:02x}"
    shared = {
        "code": CodeVersion("a1b2c3d4" * 5, "main", dirty=number % 2 == 1, changed=("model.py",)),
        "environment": environment(),
        "datasets": (
            DatasetUse(
                digest(frame(), profile=True), "X_train", DatasetContext.TRAINING, Seen.CONSUMED
            ),
            DatasetUse(
                digest(frame(number), profile=True),
                "X_test",
                DatasetContext.TEST,
                Seen.CONSUMED,
                "data/churn.csv",
            ),
        ),
        "marks": (Mark(MarkKind.DIRTY_TREE, "model.py was changed and not committed."),),
    } | facts
    return Run(
        run_id="0195b2f0" + digits * 12,
        name=name,
        experiment=EXPERIMENT,
        status=shared.pop("status", RunStatus.FINISHED),
        started_ms=NOW + number * 61_000,
        ended_ms=shared.pop("ended_ms", NOW + number * 61_000 + 1234),
        source="notebooks/churn.ipynb",
        first_cell=4,
        last_cell=7,
        user="ada",
        params=(
            Param("C", C, "estimator"),
            Param("max_iter", "1000", "estimator"),
            Param("penalty", "'l2'", "estimator", is_default=True),
            Param("tol", "0.0001", "estimator", is_default=True),
        ),
        metrics=(
            Metric("train/accuracy", 0.991, 0.991, 0.991, role="training", origin="model.score"),
            Metric("accuracy", accuracy, accuracy, accuracy, role="test", origin="model.score"),
            Metric("log_loss", 0.0831 * number, 0.05, 0.7, count=40, role="test"),
        ),
        models=(
            ModelRecord(
                "m-1",
                "model",
                "sklearn.pipeline.Pipeline",
                "xxh3-128/1:" + "c0ffee42" * 4,
                status="ready",
            ),
        ),
        artifacts=(Artifact("figures/roc.png", "d" * 64, 48_213, "image/png"),),
        **shared,
    )


def failed():
    return run(
        3,
        "calm-heron-7",
        status=RunStatus.FAILED,
        reason="ValueError: Input X contains NaN.\nLogisticRegression does not accept missing values",
    )


def cells(C):
    def cell(seq, source):
        return CellExecution("s", seq, "", seq + 1, source, source, 0, 0, CellStatus.OK)

    return (
        cell(0, "import pandas as pd\nfrom sklearn.linear_model import LogisticRegression"),
        cell(1, f"model = LogisticRegression(C={C})\nmodel.fit(X_train, y_train)\nif a < b: pass"),
    )


def comparison():
    other = run(2, "quiet-lynx-3", 0.9561, "0.1", environment=environment(scipy="1.16.0"))
    return compare_runs([run(), other], [cells("1.0"), cells("0.1")])


def table():
    return RunTable(
        total=61,
        run_id=("a" * 32, "b" * 32, "c" * 32, "d" * 32),
        name=("brisk-otter-12", "quiet-lynx-3", "calm-heron-7", "warm-wren-9"),
        experiment=("churn",) * 4,
        status=("FINISHED", "FINISHED", "FAILED", "RUNNING"),
        reason=("", "", "ValueError: Input X contains NaN.", ""),
        started_ms=(NOW, NOW + 60_000, NOW + 120_000, NOW + 180_000),
        ended_ms=(NOW + 1200, NOW + 60_830, NOW + 120_040, None),
        source=("notebooks/churn.ipynb",) * 4,
        commit=("a1b2c3d" * 5, "a1b2c3d" * 5, "", "ffee123" * 5),
        dirty=(True, False, None, False),
        parent_run_id=(None,) * 4,
        marks=(("dirty-tree",), (), (), ("unseeded",)),
        main_metric=("accuracy",) * 4,
        main_value=(0.9737, 0.9561, None, None),
        main_direction=(Direction.MAX,) * 4,
        params={
            "C": ("1.0", "0.1", "10", None),
            "solver": ("'lbfgs'",) * 4,
            "scale": ("True", "False", "True", "True"),
        },
        metrics={
            "train/accuracy": (0.991, 0.98, None, None),
            "accuracy": (0.9737, 0.9561, None, None),
            "log_loss": (0.0831, 0.1123, None, 0.5),
        },
    )


def manifest() -> Manifest:
    """Give the manifest of an exported pipeline."""
    return Manifest(
        version=1,
        run_id="0" * 32,
        run_name="winner",
        created_ms=1,
        pipeline_sha256="ab" * 32,
        cells=("s:0", "s:3"),
        left_out=5,
        verdict=verdict(Outcome.EXACT),
    )


def retrained(text="winner") -> Retrained:
    """Give what came of training a pipeline again with two other values."""
    changed = tuple(
        ChosenParam(name, "str", f"--{name}", "", recorded, value, changed=True)
        for name, recorded, value in (("depth", "3", "5"), (text, text, text))
    )
    metrics = (
        RetrainedMetric("accuracy", 0.97, 0.98, Direction.MAX),
        RetrainedMetric("loss", 0.1, 0.2, Direction.MIN),
        RetrainedMetric(text, 1.0, 2.0),
        RetrainedMetric("auc", 0.5, None, Direction.MAX),
        RetrainedMetric("r2", 0.5, 0.5, Direction.MAX),
    )
    return Retrained("1" * 32, text, "0" * 32, text, text, metrics, changed, 4.0)


def verdict(outcome=Outcome.EXACT):
    good = outcome is Outcome.EXACT
    found = "0.9736842105263158" if good else "0.9649122807017544"
    return Verdict(
        outcome,
        Scope.SAME_ENVIRONMENT,
        "9f" * 32,
        (
            Check("metric", "accuracy", "0.9736842105263158", found, good),
            Check("data", "X_train", "xxh3-128/1:" + "ab" * 16, "xxh3-128/0:" + "ab" * 16, True),
            Check(
                "model",
                "model",
                "xxh3-128/1:" + "cd" * 16,
                "" if not good else "xxh3-128/1:" + "cd" * 16,
                good,
            ),
        ),
        "" if good else "train_test_split drew other rows: it has no random_state.",
        () if good else ("The figure roc.png was not compared.",),
        3.42,
        NOW,
    )


GATES = (
    Gate(GateName.THRESHOLD, GateStatus.PASSED, "accuracy is 0.9737, at least 0.9"),
    Gate(
        GateName.NO_REGRESSION,
        GateStatus.REFUSED,
        "accuracy is 0.9, but version 1 <b>, which holds the alias, has 0.95",
        "promote a better run",
    ),
    Gate(
        GateName.REPRODUCIBILITY,
        GateStatus.NOT_CHECKED,
        "the run was never exported and verified",
        "export and verify it: %track export aaaaaaaaaaaa -o DIR",
    ),
)


def model():
    versions = tuple(
        ModelVersion(
            *("fraud", n, f"{n}" * 32, f"m-{n}", NOW, "ada", "after cleaning", "accuracy", v),
            aliases,
            gates=GATES,
            tags={"reviewed": "yes"},
        )
        for n, v, aliases in ((2, 0.9737, ("champion",)), (1, 0.9561, ()))
    )
    return RegisteredModel("fraud", NOW, versions, {"champion": 2}, "finds fraud", {"team": "risk"})


MOVES = (
    AliasMove(
        "fraud", "champion", 1, 2, NOW + 60_000, "ada", "better on the new data", forced=True
    ),
    AliasMove("fraud", "champion", None, 1, NOW, "ada", "first one"),
)


def episodes():
    source = run()
    return (
        Episode(
            "1" * 32,
            "s",
            4,
            NOW,
            NOW + 320,
            "model",
            "sklearn.linear_model.LogisticRegression",
            "",
            source.params,
            source.metrics[1:2],
        ),
        Episode(
            "2" * 32,
            "s",
            6,
            NOW,
            NOW + 2400,
            "forest",
            "sklearn.ensemble.RandomForestClassifier",
            "",
            (),
            source.metrics[:2],
            run_id="a" * 32,
        ),
    )
