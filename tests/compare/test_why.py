"""Causes of another result, the most direct one first."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from nbtrail.compare.runs import compare_runs
from nbtrail.compare.why import why
from nbtrail.entities.causes import CauseKind
from nbtrail.entities.cell import CellExecution, CellStatus
from nbtrail.entities.dataset import DatasetContext, DatasetUse, Seen
from nbtrail.entities.provenance import Environment, StartState
from nbtrail.entities.run import Experiment, Mark, MarkKind, Metric, Param, Run, RunStatus
from nbtrail.fingerprint import digest
from nbtrail.views.text import text_why


def run(name, accuracy, **facts):
    metrics = (Metric("accuracy", accuracy, accuracy, accuracy),)
    return Run(
        name.ljust(32, "0"), name, Experiment("e"), RunStatus.FINISHED, 0, metrics=metrics, **facts
    )


def cell(code):
    return (CellExecution("s", 0, "", 1, code, code, 0, 0, CellStatus.OK),)


def use(name, context, values):
    return DatasetUse(digest(pd.DataFrame(values)), name, context, Seen.CONSUMED)


def causes(first, second, code=("a = 1", "a = 1")):
    comparison = compare_runs([first, second], [cell(text) for text in code])
    return why(first, second, comparison)


def test_the_order_is_data_params_code_seed_environment():
    environment = Environment(
        "0" * 64, "3.11", "CPython", "x", "y", "p", {"numpy": "1", "tqdm": "1"}
    )
    first = run(
        "a",
        0.8,
        params=(Param("C", "1"), Param("random_state", "0")),
        datasets=(
            use("X_train", DatasetContext.TRAINING, {"v": [1, 2]}),
            use("X_test", DatasetContext.TEST, {"v": [1, 2]}),
        ),
        environment=environment,
        start=StartState(seeds={"numpy": "0"}),
    )
    second = run(
        "b",
        0.9,
        params=(Param("C", "2"), Param("random_state", "1")),
        datasets=(
            use("X_train", DatasetContext.TRAINING, {"v": [1, 3]}),
            use("X_test", DatasetContext.TEST, {"v": [5, 2], "w": [1, 1]}),
        ),
        environment=replace(environment, packages={"numpy": "2", "tqdm": "2"}),
        start=StartState(seeds={"numpy": "5"}),
    )
    found = causes(first, second, ("a = 1", "a = 2"))
    assert [(c.kind, c.what) for c in found.causes[:4]] == [
        (CauseKind.DATA, "X_test (test)"),
        (CauseKind.DATA, "X_train (training)"),
        (CauseKind.PARAMS, "C"),
        (CauseKind.CODE, "In [1] changed"),
    ]
    rest = [(c.kind, c.what) for c in found.causes[4:]]
    assert rest[:2] == [(CauseKind.SEED, "random_state"), (CauseKind.SEED, "generator of numpy")]
    assert rest[2:] == [(CauseKind.ENVIRONMENT, "numpy"), (CauseKind.ENVIRONMENT, "tqdm")]
    assert found.metrics == {"accuracy": (0.8, 0.9)}
    assert found.causes[0].moves == ("accuracy",)
    assert any("w added" in text for text in found.causes[0].details)
    page = text_why(found)
    assert page.index("X_test") < page.index("C") < page.index("In [1]") < page.index("tqdm")
    assert "0.8000 → 0.9000" in page


def test_nothing_differs_but_a_generator_was_not_seeded():
    mark = Mark(MarkKind.UNSEEDED, "`v = random()` drew from an unseeded generator")
    found = causes(run("a", 0.8, marks=(mark,)), run("b", 0.9))
    assert found.causes == ()
    assert found.doubts == (f"a: {mark.reason}",)
    assert "Nothing that was recorded differs" in text_why(found)


def test_code_that_is_not_at_hand_is_said():
    first, second = run("a", 0.8), run("b", 0.8)
    found = why(first, second, compare_runs([first, second]))
    assert any("not compared" in text for text in found.doubts)
    assert "Their metrics are the same." in text_why(found)
