"""Exports random notebooks, and looks whether one is verified that gives another value.

Hypothesis draws notebooks of the standard library and numpy (``tests/pipeline/sessions.py``):
assignments, aliases, views, changes in place, draws and seeds, functions, closures, classes,
iterators, files, errors, cells run again with edits, deletions. Each runs in a real shell with
the real recorder in a process of its own. Its last value is exported and verified, and the
exported script is run once more without nbtrail: what counts is that value, not the verdict.
Verifications run in forks of a clean process; in each twentieth notebook they start a new
interpreter, as in use. In as many the statements of the slice are left out one by one, to
count those without which nothing changes: an upper bound of what is irrelevant, since `sort`
on a sorted list counts too.

Usage: python benchmarks/random_sessions.py [--sessions N] [--seed N] [--workers N]
"""

from __future__ import annotations

import argparse
import sys
import time
import warnings
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from hypothesis import HealthCheck, Phase, given, seed, settings

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "pipeline"))

from afresh import call_afresh
from sessions import notebooks
from trials import Trial, try_notebooks

_BATCH = 100


def drawn(count: int, start: int) -> list[list[str]]:
    """Return notebooks, the same for the same seed."""
    found: list[list[str]] = []

    @seed(start)
    @settings(
        max_examples=count,
        database=None,
        phases=[Phase.generate],
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(notebooks())
    def collect(cells: list[str]) -> None:
        found.append(cells)

    collect()
    return found[:count]


def tried(batch: list[list[str]]) -> list[Trial]:
    """Try a batch: each twentieth in a new interpreter, and another statement by statement."""
    fresh, spare = range(0, len(batch), 20), range(10, len(batch), 20)
    found: list[Trial] = call_afresh(try_notebooks, batch, fresh, spare, timeout_s=3600)
    return found


def report(trials: Sequence[Trial], seconds: float) -> str:
    """Return the figures as text."""
    useful = [t for t in trials if t.outcome not in {"no result", "endless"}]
    outcomes = Counter(t.outcome for t in useful)
    firsts = Counter(t.first for t in useful)
    looked = [t for t in useful if t.spare >= 0]
    lines = [
        (
            f"{len(trials)} notebooks in {seconds:.0f} s; {len(useful)} gave a number, of "
            f"{sum(t.executed for t in useful):,} executed statements "
            f"{sum(t.kept for t in useful):,} were in the slices."
        ),
        f"Verified with a wrong value: {sum(t.wrong for t in useful)}.",
        "Outcomes: " + ", ".join(f"{name} {count}" for name, count in outcomes.most_common()) + ".",
        "First script, whatever verification said: "
        + ", ".join(f"{name} {count}" for name, count in firsts.most_common())
        + ".",
        (
            f"Statements that could be left out one by one: {sum(t.spare for t in looked)} of "
            f"{sum(t.kept for t in looked)} in {len(looked)} slices."
        ),
    ]
    return "\n".join(lines)


def main() -> int:
    """Try the notebooks; the exit code is 1 when one was verified with a wrong value."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--sessions", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--workers", type=int, default=2)
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")  # examples of hypothesis outside of a test
    every = drawn(arguments.sessions, arguments.seed)
    batches = [every[n : n + _BATCH] for n in range(0, len(every), _BATCH)]
    started = time.monotonic()
    trials: list[Trial] = []
    with ThreadPoolExecutor(arguments.workers) as pool:
        for found in pool.map(tried, batches):
            trials += found
            print(f"{len(trials)} of {len(every)}", file=sys.stderr, flush=True)
    print(report(trials, time.monotonic() - started))
    for trial in trials:
        if trial.wrong or trial.outcome in {"not-reproducible", "refused"}:
            print(f"\n{trial.outcome}: {trial.expected!r}, the script gave {trial.found!r}")
            print(trial.culprit)
            print("\n# %%\n".join(trial.cells))
    return int(any(trial.wrong for trial in trials))


if __name__ == "__main__":
    sys.exit(main())
