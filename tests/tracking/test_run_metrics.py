"""Values that two threads hand to the store at once are counted once and keep their order."""

from __future__ import annotations

import tempfile
import threading
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nbtrail.capture.location import Location
from nbtrail.entities.identity import new_id
from nbtrail.entities.run import Experiment, Metric, Run, RunStatus
from nbtrail.store import operations
from nbtrail.store.store import Store
from nbtrail.tracking import runmetrics
from nbtrail.tracking.runmetrics import RunMetrics


def test_what_is_collected_first_may_be_written_last(tmp_path):
    store = Store.open(tmp_path / ".nbtrail", create=True)
    run = Run(new_id(), "a", Experiment("e"), RunStatus.RUNNING, 1)
    store.call(operations.start_run(run))
    metrics = RunMetrics(store, run)
    metrics._ask = lambda: None  # collected by hand
    for value in (0.1, 0.2, 0.3, 0.4):
        metrics.log("f1", value, None, Location())
    early = metrics.collect()
    metrics.log("f1", 0.5, None, Location())
    late = metrics.collect()
    for operation in (*late, *early):
        store.submit(operation)
    assert store.flush(30)
    metric = store.reader.run(run.run_id).metric("f1")
    assert (metric.count, metric.last, metric.last_step) == (5, 0.5, 4)
    assert [p.value for p in store.reader.history(run.run_id, "f1")] == [0.1, 0.2, 0.3, 0.4, 0.5]
    store.close()


@pytest.mark.parametrize("moment", ["summary", "log_metrics", "submit"])
def test_an_interrupt_while_values_are_handed_over_loses_none(tmp_path, monkeypatch, moment):
    store = Store.open(tmp_path / ".nbtrail", create=True)
    run = Run(new_id(), "a", Experiment("e"), RunStatus.RUNNING, 1)
    store.call(operations.start_run(run))
    metrics = RunMetrics(store, run)
    metrics._ask = lambda: None  # collected by hand
    for value in (0.1, 0.2, 0.3):
        metrics.log("f1", value, None, Location())

    def interrupted(*_args):
        raise KeyboardInterrupt

    owner = {"summary": runmetrics._Growing, "log_metrics": operations, "submit": store}[moment]
    with monkeypatch.context() as patched:
        patched.setattr(owner, moment, interrupted)
        with pytest.raises(KeyboardInterrupt):
            metrics.settle()
    metrics.log("f1", 0.4, None, Location())
    metrics.settle()
    assert store.flush(30)
    assert [(p.step, p.value) for p in store.reader.history(run.run_id, "f1")] == [
        (0, 0.1),
        (1, 0.2),
        (2, 0.3),
        (3, 0.4),
    ]
    assert store.reader.run(run.run_id).metric("f1").count == 4
    store.close()


def test_many_threads(tmp_path):
    store = Store.open(tmp_path / ".nbtrail", create=True)
    run = Run(new_id(), "a", Experiment("e"), RunStatus.RUNNING, 1)
    store.call(operations.start_run(run))
    metrics = RunMetrics(store, run)

    def log():
        for number in range(200):
            metrics.log("m", float(number), None, Location())
            if number % 7 == 0:
                metrics.settle()

    threads = [threading.Thread(target=log) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    metrics.settle()
    assert store.flush(30)
    assert store.reader.run(run.run_id).metric("m").count == 800
    steps = [p.step for p in store.reader.history(run.run_id, "m")]
    assert steps == list(range(800))
    store.close()


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from("ab"),
            st.floats(),
            st.sampled_from([Location(), Location(3, 1)]),
            st.booleans(),
        ),
        max_size=8,
    )
)
def test_the_store_and_the_open_run_say_the_same_of_a_metric(logged):
    """Whatever came when, by hand or seen; plain values are told by their points alone."""
    run = Run(new_id(), "a", Experiment("e"), RunStatus.RUNNING, 1)
    with tempfile.TemporaryDirectory() as folder:
        store = Store.open(Path(folder) / ".nbtrail", create=True)
        store.call(operations.start_run(run))
        metrics = RunMetrics(store, run)
        for key, value, place, seen in logged:
            if seen:
                metrics.add(Metric(key, value, value, value, origin="f", role="test"))
            else:
                metrics.log(key, value, None, place)
            if value == value and value > 0:  # noqa: PLR0124 - not for NaN
                metrics.settle()
        mine = metrics.summaries()
        assert store.flush(30)
        found = {m.key: m for m in store.reader.run(run.run_id).metrics}
        store.close()
    described = [
        {
            key: (repr(m.last), m.count, m.last_step, m.origin, m.role, m.cell_seq, m.statement)
            for key, m in summaries.items()
        }
        for summaries in (mine, found)
    ]
    assert described[0] == described[1]
