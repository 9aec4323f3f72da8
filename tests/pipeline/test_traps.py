"""The 32 traps, end to end: recorded in a real shell, sliced, run afresh, compared."""

from __future__ import annotations

from pathlib import Path

import pytest
from harness import read_case

from nbtrail.entities.pipeline import Outcome
from nbtrail.pipeline.export import export_run

TRAPS = sorted((Path(__file__).parent / "tricky").glob("t*.py"))


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::Warning")
@pytest.mark.parametrize("path", TRAPS, ids=lambda p: p.stem)
def test_trap(path, notebook, store, record):
    case = read_case(path)
    notebook.play(case)
    expected = {name: float(notebook.values[name]) for name in case.metrics}
    manifest = export_run(
        store,
        record(expressions={name: name for name in case.metrics}),
        notebook.folder / "out",
    )
    verdict = manifest.verdict
    checks = [c for c in verdict.checks if c.kind == "metric"]
    assert verdict.outcome is Outcome.EXACT, verdict
    assert manifest.form in {"stages", "flat"}
    assert {c.name: float(c.found) for c in checks} == expected


def test_all_traps_are_there():
    assert len(TRAPS) == 32
