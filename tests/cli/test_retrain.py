"""``nbtrail retrain``: an exported pipeline with other values, from a terminal."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from tests.exported import export_by_hand

from nbtrail.entities.identity import new_id
from nbtrail.entities.run import Experiment, Run, RunStatus
from nbtrail.store import operations
from nbtrail.store.store import Store

pytestmark = pytest.mark.slow


@pytest.fixture
def store(project):
    store = Store.open(project / ".nbtrail", create=True)
    run = Run(new_id(), "one", Experiment("e"), RunStatus.FINISHED, 1_790_000_000_000)
    store.call(operations.start_run(run))
    export_by_hand(store, run, "pipelines/one", sys.executable)
    yield store
    store.close()


def nbtrail(*words):
    command = [sys.executable, "-m", "nbtrail.cli", *words]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout, done.stderr


def test_a_terminal_shows_the_script_and_both_numbers(store):
    code, out, _ = nbtrail("retrain", "pipelines/one", "-p", "depth=7", "--param", "balanced=yes")
    assert code == 0
    lines = out.splitlines()
    assert lines[0].endswith("python pipelines/one/pipeline.py --track --depth=7 --balanced")
    assert "| rows 3 True" in lines
    assert any(line.split()[:3] == ["depth", "3", "→"] for line in lines)
    row = next(line.split() for line in lines if line.split()[:1] == ["auc"])
    assert row == ["auc", "0.3000", "0.7000", "better"]
    assert any(line.split() == ["rows", "3", "3", "equal"] for line in lines)


def test_json_stays_alone_on_standard_output(store):
    code, out, err = nbtrail("retrain", "pipelines/one", "--json")
    found = json.loads(out)
    assert code == 0
    assert store.reader.run(found["run_id"]).source == "pipelines/one/pipeline.py"
    assert "| rows 3 False" in err.splitlines()


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("-p", "depth"), 2, "NAME=VALUE"),
        (("-p", "dept=1"), 2, "no parameter 'dept'. It has depth."),
        (("-p", "depth=one"), 2, "depth must be a whole number"),
        (("-p", "depth=-1"), 1, "ValueError: depth must not be negative (exit code 1)"),
    ],
)
def test_refusals_and_failures_are_one_line(store, words, code, said):
    found, _, err = nbtrail("retrain", "pipelines/one", *words)
    assert found == code
    assert said in err
    assert len(err.strip().splitlines()) == 1
