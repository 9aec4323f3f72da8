"""An exported pipeline is trained again: with which values, and what is recorded of it."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nbtrail.entities.model import ModelRecord
from nbtrail.entities.pipeline import PipelineParam
from nbtrail.entities.run import RETRAINED_TAG, RunStatus
from nbtrail.exceptions import RetrainError, UsageError, VerifyError
from nbtrail.pipeline.choices import argument, as_text, choose, parse_values
from nbtrail.pipeline.export import export_run
from nbtrail.pipeline.retrain import retrain_folder

TRAINING = [
    "import pandas as pd\nfrom sklearn.linear_model import LogisticRegression",
    "shuffle = True  # mix the rows",
    "table = pd.read_csv('data.csv')",
    "rows = table.sample(frac=1, random_state=1) if shuffle else table",
    "model = LogisticRegression(C=0.5)\nmodel.fit(rows[['a', 'b']], rows['y'])",
    "acc = model.score(table[['a', 'b']], table['y'])",
]


def written(path, rows):
    lines = [f"{n % 7},{(n * 5) % 11},{int(n % 7 > 3)}" for n in range(rows)]
    path.write_text("a,b,y\n" + "\n".join(lines) + "\n")


@pytest.fixture
def exported(notebook, store, record):
    """The pipeline of a small training in ``out``; returns the id of its run."""
    written(notebook.folder / "data.csv", 60)
    for cell in TRAINING:
        notebook.run(cell, quiet=False)
    run_id = record(expressions={"accuracy": "acc"}, models=("model",))
    export_run(store, run_id, notebook.folder / "out")
    return run_id


@pytest.mark.slow
def test_the_recorded_values_give_the_recorded_metrics(exported, store, notebook):
    heard, said = [], []
    found = retrain_folder(
        store, notebook.folder / "out", {}, progress=said.append, hear=heard.append
    )
    (metric,) = found.metrics
    assert (metric.key, metric.found) == ("accuracy", metric.recorded)
    assert found.changed == ()
    assert (found.source_id, found.folder) == (exported, "out")
    assert heard[0] == f"run: {found.run_id}"
    assert "out/pipeline.py --track" in said[0]
    run = store.reader.run(found.run_id)
    assert run.name != store.reader.run(exported).name
    assert (run.status, run.source, run.experiment.name) == (
        RunStatus.FINISHED, "out/pipeline.py", "default",
    )  # fmt: skip
    assert run.tags == {RETRAINED_TAG: exported}
    assert store.reader.previous(run) == exported
    assert [(m.key, m.count) for m in run.metrics] == [("accuracy", 1)]
    model = next(m for m in run.models)
    assert isinstance(model, ModelRecord)
    assert model.digest == store.reader.run(exported).models[0].digest


@pytest.mark.slow
def test_other_values_and_data_are_a_new_run(exported, store, notebook):
    written(notebook.folder / "more.csv", 90)
    before = sorted(p.name for p in (notebook.folder / "out").iterdir())
    values = {"C": "0.25", "shuffle": "no", "data": "more.csv"}
    found = retrain_folder(store, notebook.folder / "out", values)
    assert [(p.name, p.recorded, p.value) for p in found.changed] == [
        ("shuffle", "true", "false"),
        ("data", "data.csv", "more.csv"),
        ("C", "0.5", "0.25"),
    ]
    run = store.reader.run(found.run_id)
    params = {p.key: p.value for p in run.params}
    assert (params["C"], params["shuffle"], params["data"]) == ("0.25", "False", "'more.csv'")
    assert [u.source for u in run.datasets if u.source] == ["more.csv"]
    assert sorted(p.name for p in (notebook.folder / "out").iterdir()) == before
    assert not list(notebook.folder.glob("output-*"))


@pytest.mark.slow
def test_a_failure_is_a_failed_run_and_says_how_to_repeat_it(exported, store, notebook):
    heard = []
    with pytest.raises(RetrainError, match=r"InvalidParameterError.*--track --C=-1\.0") as caught:
        retrain_folder(store, notebook.folder / "out", {"C": "-1"}, hear=heard.append)
    assert "\n" not in str(caught.value)
    run = store.reader.run(heard[0].removeprefix("run: "))
    assert run.status is RunStatus.FAILED
    assert run.reason.startswith("InvalidParameterError")


@pytest.mark.slow
def test_what_stands_against_it_is_said_before_anything_runs(exported, store, notebook):
    folder, runs = notebook.folder / "out", store.reader.runs().total
    for values, said in (
        ({"c": "1"}, "no parameter 'c'"),
        ({"C": "much"}, "C must be a number"),
        ({"data": "none.csv"}, "there is no file none.csv"),
    ):
        with pytest.raises(UsageError, match=said):
            retrain_folder(store, folder, values)
    (notebook.folder / "data.csv").unlink()
    with pytest.raises(RetrainError, match=r"data\.csv is gone"):
        retrain_folder(store, folder, {})
    with pytest.raises(VerifyError, match="no exported pipeline"):
        retrain_folder(store, notebook.folder, {})
    assert store.reader.runs().total == runs


@pytest.mark.slow
def test_a_script_without_its_recording_is_told(exported, store, notebook):
    script = notebook.folder / "out" / "pipeline.py"
    script.write_text(script.read_text().replace("start_tracking() if args.track", "None if 1"))
    with pytest.raises(RetrainError, match=r"recorded no run\. It was edited"):
        retrain_folder(store, notebook.folder / "out", {})


VALUES = st.one_of(
    st.booleans(), st.integers(), st.floats(), st.text(st.characters(exclude_characters="\0"))
)


def param(value):
    return PipelineParam("p", repr(value), type(value).__name__, "--p")


@given(VALUES)
def test_the_recorded_value_is_no_change(value):
    recorded = as_text(value)
    (chosen,) = choose([param(value)], {"p": recorded})
    assert (chosen.recorded, chosen.changed, chosen.problem) == (recorded, False, "")


@given(VALUES, VALUES)
def test_another_value_of_its_type_is_a_change_and_an_argument(recorded, value):
    if type(recorded) is not type(value):
        return
    (chosen,) = choose([param(recorded)], {"p": as_text(value)})
    same = repr(value) == repr(recorded)
    assert (chosen.changed, chosen.problem) == (not same, "")
    spelled = argument(chosen)
    if isinstance(value, bool):
        assert spelled == ("--p" if value else "--no-p")
    elif isinstance(value, float) and not math.isnan(value):
        assert float(spelled.removeprefix("--p=")) == value
    elif isinstance(value, (int, str)):
        assert type(value)(spelled.removeprefix("--p=")) == value


@pytest.mark.parametrize(
    ("recorded", "text"), [(1, "1.5"), (1, ""), (1.0, "x"), (True, "2"), (False, ""), ("a", "\0")]
)
def test_a_value_of_another_type_is_a_problem_that_names_it(recorded, text):
    (chosen,) = choose([param(recorded)], {"p": text})
    assert chosen.problem.startswith("p ")


def test_values_are_written_name_equals_value():
    assert parse_values(["n-rows=3", "query=a=b", "path="]) == {
        "n_rows": "3", "query": "a=b", "path": "",
    }  # fmt: skip
    for text in ("n_rows", "=3"):
        with pytest.raises(UsageError, match="NAME=VALUE"):
            parse_values([text])
