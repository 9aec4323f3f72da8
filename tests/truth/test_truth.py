"""What capture must find in ten notebooks, held against lists written before any tracked run.

Each notebook runs twice in real kernels: without nbtrail, which gives the true values, and with it.
`README.md` beside this file tells the format of the lists.
"""

import json
import os
import time
import traceback
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from tests.truth import kernel, matching

pytestmark = pytest.mark.slow

NOTEBOOKS = sorted(path.stem for path in (Path(__file__).parent / "notebooks").glob("*.json"))
ATTACHED_GOAL = 0.95


def _outcome(name: str, shared: Path) -> dict[str, Any]:
    """Run a notebook once for all tests and all worker processes."""
    done = shared / f"{name}.json"
    try:
        (shared / f"{name}.lock").touch(exist_ok=False)
    except FileExistsError:
        until = time.monotonic() + 300
        while not done.exists():
            assert time.monotonic() < until, f"{name} did not end"
            time.sleep(0.1)
    else:
        try:
            answer = kernel.outcome(name, shared / name)
        except Exception:
            answer = {"error": traceback.format_exc()}
        part = done.with_suffix(".part")
        part.write_text(json.dumps(answer), encoding="utf-8")
        part.replace(done)
    return json.loads(done.read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def checks(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Return a function from a notebook's name to its checks."""
    shared = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        shared = shared.parent
    shared = shared / "truth"
    shared.mkdir(exist_ok=True)

    @cache
    def of(name: str) -> list[matching.Check]:
        outcome = _outcome(name, shared)
        if "error" in outcome:
            pytest.fail(f"{name} did not run:\n{outcome['error']}")
        return matching.compare(kernel.load_truth(name), outcome)

    return of


@pytest.mark.parametrize("kind", matching.KINDS)
@pytest.mark.parametrize("name", NOTEBOOKS)
def test_notebook(name: str, kind: str, checks: Any) -> None:
    misses = [f"{c.what}: {c.miss}" for c in checks(name) if c.kind == kind and c.miss]
    assert not misses, f"{name}, {kind}:\n  " + "\n  ".join(misses)


def test_totals(checks: Any) -> None:
    everything = [check for name in NOTEBOOKS for check in checks(name)]
    counts = {}
    for kind in matching.KINDS:
        of_kind = [check for check in everything if check.kind == kind]
        counts[kind] = (sum(not check.miss for check in of_kind), len(of_kind))
    lines = [f"{kind:22} {right:4} of {total:4}" for kind, (right, total) in counts.items()]
    table = "\n".join(lines)
    print("\n" + table)
    fits, expected_fits = counts["fits"]
    attached, expected_metrics = counts["metrics attached"]
    assert expected_fits >= 30
    assert expected_metrics >= 80
    assert fits == expected_fits, table
    assert attached >= ATTACHED_GOAL * expected_metrics, table
    assert counts["false runs"] == (0, 0), table
