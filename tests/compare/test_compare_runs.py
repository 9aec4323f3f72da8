"""A comparison puts what differs first, and claims nothing that it did not see."""

from __future__ import annotations

import math

import pandas as pd
import pytest

from nbtrail.compare.runs import compare_runs
from nbtrail.entities import codec
from nbtrail.entities.cell import CellExecution, CellStatus
from nbtrail.entities.comparison import ColumnChange, Comparison
from nbtrail.entities.dataset import DatasetContext, DatasetUse, Seen
from nbtrail.entities.directions import direction_of
from nbtrail.entities.provenance import CodeVersion, Environment
from nbtrail.entities.run import Direction, Experiment, Metric, Param, Run, RunStatus
from nbtrail.exceptions import UsageError
from nbtrail.fingerprint import digest


def use(frame, name="X", context=DatasetContext.TRAINING):
    return DatasetUse(digest(frame), name, context, Seen.CONSUMED)


def run(number, *, params=(), metrics=(), experiment=None, **facts):
    return Run(
        run_id=f"{number:032x}",
        name=f"run-{number}",
        experiment=experiment or Experiment("default"),
        status=RunStatus.FINISHED,
        started_ms=1000,
        ended_ms=3000,
        params=tuple(Param(k, v) for k, v in dict(params).items()),
        metrics=tuple(Metric(k, v, v, v) for k, v in dict(metrics).items()),
        **facts,
    )


def cell(seq, source, cell_id=""):
    code = source.replace("%%track\n", "\n")
    return CellExecution("s", seq, cell_id, seq + 1, source, code, 0, 0, CellStatus.OK)


def test_differing_params_come_first():
    first = run(1, params={"a": "1", "C": "1.0", "only": "True"})
    found = compare_runs([first, run(2, params={"a": "1", "C": "2.0"})])
    assert [(r.key, r.values, r.differs) for r in found.params] == [  # noqa: PD011
        ("C", ("1.0", "2.0"), True),
        ("only", ("True", None), True),
        ("a", ("1", "1"), False),
    ]
    assert found.runs[0].duration_ms == 2000


def test_the_best_is_marked_by_direction():
    one = run(1, metrics={"accuracy": 0.9, "log_loss": 0.3, "odd": 1.0, "r2": 0.5, "nan": math.nan})
    two = run(2, metrics={"accuracy": 0.8, "log_loss": 0.2, "odd": 2.0, "r2": 0.5, "nan": math.nan})
    rows = {r.key: r for r in compare_runs([one, two]).metrics}
    assert rows["accuracy"].best == (0,)
    assert rows["log_loss"].best == (1,)
    assert (rows["odd"].direction, rows["odd"].best) == (None, ())
    assert (rows["r2"].differs, rows["r2"].best) == (False, ())
    assert not rows["nan"].differs
    lower = Experiment("e", "accuracy", Direction.MIN)
    found = compare_runs([run(1, metrics={"accuracy": 1.0}, experiment=lower), two])
    assert next(r for r in found.metrics if r.key == "accuracy").best == (1,)


@pytest.mark.parametrize(
    ("key", "direction"),
    [
        ("train/accuracy", "max"),
        ("mean_squared_error", "min"),
        ("val_loss", "min"),
        ("cv_neg_log_loss_mean", "max"),
        ("explained_variance", "max"),
        ("cv_accuracy_std", None),
        ("tomatoes", None),
    ],
)
def test_known_directions(key, direction):
    assert direction_of(key) == direction


def test_datasets_say_what_changed_by_column():
    frame = pd.DataFrame({"a": [1, 2, 3], "b": [1.0, 2.0, 3.0]})
    changed = frame.assign(a=[1, 9, 3])
    one = run(1, datasets=(use(frame), use(frame, "y", DatasetContext.TEST)))
    two = run(2, datasets=(use(changed), use(frame, "y", DatasetContext.TEST)))
    rows = compare_runs([one, two]).datasets
    assert [(r.name, r.context, r.differs) for r in rows] == [
        ("X", "training", True),
        ("y", "test", False),
    ]
    diff = rows[0].diffs[1]
    assert [(c.name, c.change) for c in diff.columns] == [("a", ColumnChange.CHANGED)]
    assert rows[0].diffs[0] is None
    missing = compare_runs([run(1), two]).datasets
    assert missing[0].digests[0] is None
    assert missing[0].differs


def test_code_is_compared_cell_by_cell():
    one = (
        cell(0, "import x"),
        cell(1, "%%track\nfit(C=1)\nscore()", "k"),
        cell(2, "gone = 123456"),
    )
    two = (cell(0, "import x"), cell(4, "fit(C=2)\nscore()", "k"), cell(6, "@@@\n???"))
    found = compare_runs([run(1), run(2)], [one, two])
    assert [(c.change, c.label) for c in found.code] == [
        ("changed", "In [2] → In [5]"),
        ("removed", "In [3]"),
        ("added", "In [7]"),
    ]
    assert "-fit(C=1)" in found.code[0].diff
    assert "+fit(C=2)" in found.code[0].diff
    assert found.same_cells[run(2).run_id] == 1
    assert found.code_compared


def test_without_cells_nothing_is_said_of_code():
    assert not compare_runs([run(1), run(2)]).code_compared


def test_git_and_environment():
    packages = {"numpy": "2.0", "pandas": "3.0"}
    env = Environment("d", "3.11.2", "CPython", "Linux", "x86_64", "py", packages)
    other = Environment(
        "e", "3.11.2", "CPython", "Linux", "x86_64", "py", {**packages, "numpy": "2.1"}
    )
    one = run(1, code=CodeVersion("a" * 40, "main", dirty=False), environment=env)
    two = run(
        2, code=CodeVersion("a" * 40, "main", dirty=True, changed=("x.py",)), environment=other
    )
    found = compare_runs([one, two])
    assert [(r.key, r.values) for r in found.git if r.differs] == [  # noqa: PD011
        ("uncommitted changes", ("no", "yes")),
        ("changed files", ("", "x.py")),
    ]
    assert [(r.key, r.values) for r in found.environment if r.differs] == [  # noqa: PD011
        ("numpy", ("2.0", "2.1"))
    ]
    assert found.same_packages == 1
    assert compare_runs([run(1), run(2)]).git == ()


def test_more_than_two_runs_and_the_codec():
    found = compare_runs([run(i, metrics={"auc": i / 10}) for i in range(4)])
    assert found.metrics[0].best == (3,)
    assert codec.loads(Comparison, codec.dumps(found)) == found


def test_one_run_is_no_comparison():
    with pytest.raises(UsageError, match="two runs"):
        compare_runs([run(1)])
    with pytest.raises(UsageError, match="all or none"):
        compare_runs([run(1), run(2)], [()])
