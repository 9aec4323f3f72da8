"""What is stored is what is read back."""

from __future__ import annotations

import math
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from nbtrail.entities.cell import CellExecution, CellStatus, Mutation, StatementFacts
from nbtrail.entities.codec import dumps
from nbtrail.entities.dataset import Column, Dataset, DatasetContext, DatasetUse, Digest, Seen
from nbtrail.entities.episode import Episode
from nbtrail.entities.identity import new_id
from nbtrail.entities.model import Artifact, ModelRecord, Signature, SignatureField
from nbtrail.entities.pipeline import Manifest, Outcome, Scope, Verdict
from nbtrail.entities.provenance import CodeVersion, Environment, Session
from nbtrail.entities.run import (
    Direction,
    Experiment,
    Lifecycle,
    Mark,
    MarkKind,
    Metric,
    MetricPoint,
    Param,
    Run,
    RunStatus,
)
from nbtrail.store import operations as do
from nbtrail.store.store import Store

texts = st.text(st.characters(exclude_categories=("Cs",)), max_size=30)
keys = st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=12)
floats = st.floats(allow_nan=True, allow_infinity=True)
whole = st.integers(-(2**63), 2**63 - 1)
digests = st.builds(Digest, content=texts, schema=texts)
uses = st.builds(
    DatasetUse,
    dataset=st.builds(
        Dataset,
        digest=digests,
        kind=st.sampled_from(["table", "array", "file"]),
        rows=whole,
        columns=st.lists(
            st.builds(
                Column,
                name=texts,
                dtype=texts,
                content=texts,
                blocks=st.lists(texts, max_size=2).map(tuple),
            ),
            max_size=2,
        ).map(tuple),
    ),
    name=texts,
    context=st.sampled_from(DatasetContext),
    seen=st.sampled_from(Seen),
    source=texts,
)


def metric(key: str, value: float, origin: str) -> Metric:
    return Metric(key, value, value, value, origin=origin, role="test", cell_seq=3, statement=1)


runs = st.builds(
    Run,
    run_id=st.builds(new_id),
    name=texts,
    experiment=st.builds(Experiment, name=keys),
    status=st.sampled_from([RunStatus.FINISHED, RunStatus.FAILED]),
    started_ms=st.integers(0, 2**41),
    reason=texts,
    ended_ms=st.none() | st.integers(0, 2**41),
    parent_run_id=st.none() | st.builds(new_id),
    source=texts,
    session_id=texts,
    first_cell=whole,
    last_cell=whole,
    user=texts,
    note=texts,
    code=st.none()
    | st.builds(
        CodeVersion,
        commit=texts,
        branch=texts,
        dirty=st.none() | st.booleans(),
        changed=st.lists(texts, max_size=2).map(tuple),
        remote=texts,
    ),
    params=st.dictionaries(keys, texts, max_size=3).map(
        lambda d: tuple(Param(k, v, "literal", is_default=len(v) > 3) for k, v in d.items())
    ),
    metrics=st.dictionaries(keys, floats, max_size=3).map(
        lambda d: tuple(metric(k, v, "logged") for k, v in d.items())
    ),
    tags=st.dictionaries(keys, texts, max_size=3),
    datasets=st.lists(uses, max_size=2, unique_by=dumps).map(tuple),
    marks=st.lists(st.builds(Mark, kind=st.sampled_from(MarkKind), reason=texts), max_size=2).map(
        tuple
    ),
)


@settings(max_examples=60)
@given(run=runs)
def test_a_run_comes_back_as_it_was(run: Run) -> None:
    with tempfile.TemporaryDirectory() as folder:
        store = Store.open(Path(folder) / ".nbtrail", create=True)
        try:
            store.call(do.start_run(run))
            found = store.reader.run(run.run_id)
            if not run.experiment.main_metric and found.experiment.main_metric:
                # readers fill in a well-known metric that nobody declared
                assert found.metric(found.experiment.main_metric) is not None
                found = replace(found, experiment=run.experiment)
            # compared as text: NaN differs from itself
            assert dumps(found) == dumps(run)
            table = store.reader.runs()
            assert table.run_id == (run.run_id,)
            assert {k: v[0] for k, v in table.params.items()} == {
                p.key: p.value for p in run.params
            }
        finally:
            store.close()


@settings(max_examples=40)
@given(values=st.lists(st.tuples(floats, whole, whole), min_size=1, max_size=20))
def test_points_keep_value_step_and_order(values: list[tuple[float, int, int]]) -> None:
    points = tuple(MetricPoint("loss", *value) for value in values)
    run = Run(new_id(), "r", Experiment("e"), RunStatus.RUNNING, 1)
    with tempfile.TemporaryDirectory() as folder:
        store = Store.open(Path(folder) / ".nbtrail", create=True)
        try:
            store.submit(do.start_run(run))
            for point in points:
                store.submit(do.log_metrics(run.run_id, (point,)))
            assert store.flush(30)
            assert repr(store.reader.history(run.run_id, "loss")) == repr(points)
            summary = store.reader.run(run.run_id).metric("loss")
            numbers = [p.value for p in points if not math.isnan(p.value)]
            assert summary is not None
            assert summary.count == len(points)
            assert repr(summary.last) == repr(points[-1].value)
            # of bounds, other than of values, the sign of zero means nothing and is not kept
            assert repr(summary.minimum + 0.0) == repr(min(numbers, default=math.nan) + 0.0)
            assert repr(summary.maximum + 0.0) == repr(max(numbers, default=math.nan) + 0.0)
        finally:
            store.close()


def test_every_operation_leaves_what_a_second_one_leaves(
    store: Store, make_run: Callable[..., Run]
) -> None:
    run = make_run(metrics=(metric("accuracy", 0.5, "logged"),))
    environment = Environment("d" * 64, "3.11", "CPython", "Linux", "x86", "/bin/py", {"a": "1"})
    signature = Signature((SignatureField("x", "float64"),), (SignatureField("y", "int64", (-1,)),))
    model = ModelRecord(
        "m-" + "0" * 32, "clf", "a.B", "x:1", "sklearn-skops", "models/clf", "ready", "", signature
    )
    use = DatasetUse(Dataset(Digest("c", "s"), "table"), "X", DatasetContext.TEST, Seen.CONSUMED)
    manifest = Manifest(1, run.run_id, run.name, 5, "f" * 64, metrics={"loss": math.nan})
    verdict = Verdict(Outcome.EXACT, Scope.SAME_ENVIRONMENT, "f" * 64)
    operations = [
        do.start_run(run),
        do.log_params(run.run_id, (Param("a", "1"),)),
        do.log_metrics(
            run.run_id,
            (MetricPoint("loss", math.nan, 0, 1), MetricPoint("loss", 0.5, 1, 2)),
            (metric("f1", 0.25, "sklearn.metrics.f1_score"),),
        ),
        do.set_tags(run.run_id, {"k": "v"}),
        do.set_note(run.run_id, "note"),
        do.log_datasets(run.run_id, (use,)),
        do.log_artifact(run.run_id, Artifact("plots/a.png", "a" * 64, 3, "image/png")),
        do.put_model(run.run_id, model),
        do.set_code(run.run_id, CodeVersion("c" * 40, "main", dirty=True, changed=("a.py",))),
        do.set_environment(run.run_id, environment),
        do.set_marks(run.run_id, (Mark(MarkKind.STALE, "why"),)),
        do.end_run(run.run_id, RunStatus.FAILED, "ValueError: no", run.started_ms + 9, 7),
        do.rename_run(run.run_id, "other"),
        do.delete_run(run.run_id),
        do.set_main_metric("default", "f1", Direction.MAX),
        do.put_export(run.run_id, "out", replace(manifest, verdict=verdict)),
    ]
    for operation in operations:
        store.call(operation)
    once = store.reader.run(run.run_id)
    for operation in operations:
        store.call(operation)
    assert dumps(store.reader.run(run.run_id)) == dumps(once)
    assert once.status is RunStatus.FAILED
    assert (once.last_cell, once.name, once.lifecycle) == (7, "other", Lifecycle.DELETED)
    assert once.models == (model,)
    assert once.environment == environment
    assert once.experiment == Experiment("default", "f1", Direction.MAX)
    assert [m.key for m in once.metrics] == ["accuracy", "loss", "f1"]
    assert once.metric("loss").count == 2
    (export,) = store.reader.exports(run.run_id)
    assert dumps(export) == dumps(replace(manifest, verdict=verdict))


def test_cells_episodes_and_sessions_come_back(store: Store) -> None:
    session = Session("s" * 32, 1, "a.ipynb", ".", "3.11", "/bin/python", "host")
    facts = StatementFacts(0, 1, 2, ("a",), ("b",), (), (Mutation("c", certain=False),), ("cwd",))
    cells = [
        CellExecution("s" * 32, n, "id", n, "%%track\nx", "x", 1, 2, CellStatus.OK, "", (facts,))
        for n in range(4)
    ]
    episode = Episode("e" * 32, "s" * 32, 1, 1, 2, "clf", "a.B", "x", (Param("a", "1"),))
    store.submit(do.start_session(session))
    for cell in [*cells, cells[1]]:
        store.submit(do.record_cell(cell))
    store.submit(do.put_episode(episode))
    store.submit(do.put_episode(replace(episode, run_id="r")))
    store.submit(do.end_session(session.session_id, 99))
    assert store.flush(30)
    assert store.reader.session("s" * 32) == session
    assert store.reader.cells("s" * 32) == tuple(cells)
    assert store.reader.cells("s" * 32, 1, 2) == tuple(cells[1:3])
    assert store.reader.episodes() == (replace(episode, run_id="r"),)
    assert store.reader.episodes("other") == ()


def test_values_that_sqlite_refuses_are_kept_as_near_as_possible(
    store: Store, make_run: Callable[..., Run], warnings: list[str]
) -> None:
    run = make_run(
        "half \ud800 pair",
        params=(Param("k\ud800", "v\udfff"), Param("nul", "a\0b"), Param("long", "x" * 1_500_000)),
        tags={"t": "\ud800"},
    )
    store.call(do.start_run(run))
    store.call(do.log_metrics(run.run_id, (MetricPoint("m", 10**400, 2**70, 1),)))
    found = store.reader.run(run.run_id)
    assert found.name == "half \\ud800 pair"
    assert found.param("nul").value == "a\0b"
    assert found.param("long").value.endswith("(500000 characters cut by nbtrail)")
    assert store.reader.history(run.run_id, "m") == (MetricPoint("m", math.inf, 2**63 - 1, 1),)
    assert warnings == []


def test_lone_surrogates_inside_of_json_come_back_exactly(store: Store) -> None:
    facts = (StatementFacts(0, 1, 1, error="\ud800"),)
    cell = CellExecution("s", 0, "", 1, "'\\ud800'", "", 1, 2, CellStatus.OK, "", facts)
    store.call(do.record_cell(cell))
    assert store.reader.cells("s") == (cell,)
