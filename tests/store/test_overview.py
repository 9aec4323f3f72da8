"""What a panel asks of a trail as a whole."""

from __future__ import annotations

from dataclasses import replace

import pytest

from nbtrail.entities.cell import CellExecution, CellStatus
from nbtrail.entities.episode import Episode
from nbtrail.entities.identity import new_id
from nbtrail.entities.pipeline import Manifest, Outcome, Scope, Verdict
from nbtrail.entities.provenance import Session
from nbtrail.entities.run import STARRED_TAG, Experiment, Metric, Param, Run, RunStatus
from nbtrail.store import operations
from nbtrail.store.store import Store

BORN = 1_790_000_000_000


@pytest.fixture
def store(tmp_path):
    opened = Store.open(tmp_path / ".nbtrail", create=True)
    yield opened
    opened.close()


@pytest.fixture
def add(store):
    def write(name, **fields):
        plain = {
            "run_id": new_id(), "experiment": Experiment("e"), "status": RunStatus.FINISHED,
            "started_ms": BORN, "source": "n.ipynb",
        }  # fmt: skip
        run = Run(name=name, **(plain | fields))
        store.call(operations.start_run(run))
        return run

    return write


def names(store, **question):
    return list(store.reader.runs(**question).name)


def exported(store, run, outcome, number=1):
    verdict = Verdict(outcome, Scope.SAME_ENVIRONMENT, "a" * 64)
    manifest = Manifest(1, run.run_id, run.name, BORN + number, "a" * 64, verdict=verdict)
    store.call(operations.put_export(run.run_id, "out", manifest))


def test_two_queries_must_both_hold(store, add):
    add("forest a")
    add("forest b", status=RunStatus.FAILED)
    assert names(store, query="forest", also="status = FAILED") == ["forest b"]
    (group,) = store.reader.groups("experiment", query="forest", also="status = FAILED")
    assert (group.key, group.total, group.latest_ms) == ("e", 1, BORN)


def test_the_latest_verdict_of_a_run_counts(store, add):
    run = add("one")
    add("two")
    exported(store, run, Outcome.NOT_REPRODUCIBLE, 1)
    assert names(store, query="verdict = not-reproducible") == ["one"]
    exported(store, run, Outcome.EXACT, 2)
    assert names(store, query="verdict = not-reproducible") == []
    table = store.reader.runs(query="verdict = verified-exact")
    assert (table.name, table.verdict) == (("one",), ("verified-exact",))
    (pipeline,) = store.reader.pipelines(10)  # the same folder, exported again
    assert pipeline.manifest.verdict.outcome is Outcome.EXACT


def test_tags_are_taken_away(store, add):
    run = add("one", tags={"a": "1", STARRED_TAG: ""})
    assert store.reader.runs().starred == (True,)
    store.call(operations.set_tags(run.run_id, {STARRED_TAG: None, "b": ""}))
    assert store.reader.runs().starred == (False,)
    assert dict(store.reader.run(run.run_id).tags) == {"a": "1", "b": ""}


def test_runs_are_found_by_a_cell_of_the_notebook(store, add):
    for seq, cell_id in enumerate(["one", "two"]):
        cell = CellExecution("s" * 32, seq, cell_id, seq + 1, "x", "x", BORN, BORN, CellStatus.OK)
        store.call(operations.record_cell(cell))
    add("first", session_id="s" * 32, first_cell=0, last_cell=0)
    add("both", session_id="s" * 32, first_cell=0, last_cell=1, started_ms=BORN + 1)
    assert names(store, query='cell = "one"') == ["both", "first"]
    assert names(store, query='cell = "two"') == ["both"]
    assert names(store, query='cell != "two"') == ["first"]


def test_keys_of_the_latest_runs(store, add):
    add("one", params=(Param("depth", "3"),), metrics=(Metric("auc", 1, 1, 1),), tags={"t": ""})
    keys = store.reader.keys()
    assert (keys.params, keys.metrics, keys.tags) == (("depth",), ("auc",), ("t",))
    assert keys.experiments == ("e",)


def test_the_run_before_is_the_parent_or_an_earlier_one_of_the_notebook(store, add):
    first = add("first")
    add("elsewhere", source="other.ipynb", started_ms=BORN + 1)
    second = add("second", started_ms=BORN + 2)
    child = add("child", parent_run_id=first.run_id, started_ms=BORN + 3)
    third = add("third", started_ms=BORN + 4)
    previous = store.reader.previous
    assert previous(first) is None
    assert previous(second) == first.run_id
    assert previous(child) == first.run_id
    assert previous(third) == second.run_id


def test_fits_of_the_session_that_is_alive(store):
    session = Session("s" * 32, BORN, "n.ipynb", ".", "3", "/p", "h")
    store.call(operations.start_session(session))
    assert store.reader.session_fits("n.ipynb").fits == 0
    for number, (auc, run_id) in enumerate([(0.8, ""), (0.93, "r" * 32), (float("nan"), "")]):
        episode = Episode(
            f"{number:032}", session.session_id, number, BORN, BORN, "model", "a.Model", "x",
            metrics=(Metric("auc", auc, auc, auc),), run_id=run_id,
        )  # fmt: skip
        store.call(operations.put_episode(episode))
    fits = store.reader.session_fits("n.ipynb")
    assert (fits.fits, fits.waiting, fits.best_key, fits.best_value) == (3, 2, "auc", 0.93)
    assert store.reader.session_fits("other.ipynb") is None
    newer = replace(session, session_id="t" * 32, started_ms=BORN + 1)
    store.call(operations.start_session(newer))
    assert store.reader.session_fits("n.ipynb").session_id == "t" * 32
    store.call(operations.end_session("t" * 32, BORN + 2))
    assert store.reader.session_fits("n.ipynb").session_id == "s" * 32
