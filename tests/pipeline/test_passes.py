"""Runs that are passes of one loop."""

from __future__ import annotations

import pytest

from nbtrail.entities.cell import StatementFacts
from nbtrail.entities.pipeline import Outcome
from nbtrail.entities.run import Metric
from nbtrail.pipeline.export import export_run
from nbtrail.pipeline.passes import pass_of, take_pass
from nbtrail.pipeline.step import Step

OURS = {"nbtrail": "nbtrail"}
LOOP = """for C in {items}:
    # one of several
    with nbtrail.start_run():
        m = C * 2{rest}"""


def reduced(text, number, *, alone=True):
    step = Step((0, 0), [], text, StatementFacts(0, 1, 1))
    take_pass(step, number, OURS, alone=alone)
    return step.text


def test_literal_becomes_an_assignment():
    text = reduced(LOOP.format(items="(1, 2, 3)", rest=""), 1)
    assert text.startswith("C = 2\n# one of several\nwith nbtrail.start_run():\n    m = C * 2")


def test_anything_else_is_taken_by_its_position():
    text = reduced(LOOP.format(items="range(9)", rest=""), 4)
    assert text.startswith("C = list(range(9))[4]\n")


@pytest.mark.parametrize("rest", ["\n    if C: break", "\n    if C:\n        continue"])
def test_loop_that_is_left_early_stays_a_loop(rest):
    text = reduced(LOOP.format(items="(1, 2, 3)", rest=rest), 1)
    assert text.startswith("for C in list((1, 2, 3))[: 2]:")


def test_passes_before_it_can_be_kept():
    text = reduced(LOOP.format(items="(1, 2, 3)", rest=""), 1, alone=False)
    assert text.startswith("for C in list((1, 2, 3))[: 2]:")


def test_other_loops_stay_whole():
    assert reduced("for k in (1, 2):\n    pass", 0) == "for k in (1, 2):\n    pass"


@pytest.mark.slow
def test_each_run_of_a_loop_is_exported_as_its_pass(notebook, store, record, monkeypatch, tmp_path):
    monkeypatch.setenv("NBTRAIL_DIR", str(tmp_path / "elsewhere"))
    notebook.run("import nbtrail", quiet=False)
    notebook.run(
        "for C in (1.0, 2.0, 4.0):\n    with nbtrail.start_run():\n        m = C * 2\n"
        "        nbtrail.log_metric('m', m)",
        quiet=False,
    )
    cell = notebook.cells[1]
    runs = [
        record(
            metrics=(Metric("m", value, value, value, cell_seq=1, statement=0, last_ms=1),),
            started_ms=cell.started_ms + number,
            first_cell=1,
            name=f"pass-{number}",
        )
        for number, value in enumerate((2.0, 4.0, 8.0))
    ]
    found = [pass_of(store.reader, store.reader.run(r), notebook.cells) for r in runs]
    assert found == [0, 1, 2]
    manifest = export_run(store, runs[1], notebook.folder / "out")
    assert manifest.verdict.outcome is Outcome.EXACT
    assert [(p.name, p.value) for p in manifest.params] == [("C", "2.0")]
