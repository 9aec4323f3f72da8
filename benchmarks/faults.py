"""Kills processes, breaks disks, cuts the power, interrupts: what a trail loses by it.

Each kind of trial is one of ``tests/faults``, where the quick set runs with the other tests:
real processes that record through the public functions, real SQLite, real files. A trial
counts as wrong when the trail does not open, `PRAGMA integrity_check` or the doctor finds
something, a promise that was made before the fault is not kept, a run stays RUNNING, an object
is not what its name says, or anything of ours is raised in the user's code. "lost" is how long
before the last value that was handed over the first lost one was, by the process's own clock.

Needs Linux and a C compiler. Usage: python benchmarks/faults.py [--part 0.1] [--seed N] [KIND ...]
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "store"))
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "faults"))

from failing import failing_calls, failing_in_verb
from interrupts import interrupts
from kills import (
    crowds,
    kills_at_calls,
    kills_at_random,
    kills_in_creation,
    kills_in_migration,
    kills_in_verb,
    kills_without_locks,
)
from powercuts import power_cuts
from tally import Report
from verbs import VERBS

KINDS: dict[str, tuple[str, int, Callable[..., Report]]] = {
    "kill": ("kill -9 at any instant", 1000, kills_at_random),
    "kill-no-locks": ("the same where files can't be locked", 200, kills_without_locks),
    "kill-call": ("kill -9 at each call, and in the midst of it", 1000, kills_at_calls),
    "creation": ("kill -9 while a trail is made, 1 and 8 processes", 400, kills_in_creation),
    "migration": ("kill -9 while one is updated, 1 and 8 processes", 400, kills_in_migration),
    "crowd": ("8 processes begin at once: new, old, present trail", 60, crowds),
    **{
        verb: (f"kill -9 in {verb}, done again", 200, partial(kills_in_verb, verb))
        for verb in VERBS
    },
    "failing": ("ENOSPC, EIO, EROFS at each call", 1000, failing_calls),
    **{
        f"failing-{verb}": (f"the same in {verb}, done again", 60, partial(failing_in_verb, verb))
        for verb in VERBS
    },
    "power": ("power cuts, two models of a disk", 2000, power_cuts),
    "interrupts": ("interrupts (SIGINT)", 2000, interrupts),
}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("kinds", nargs="*", metavar="KIND", help=", ".join(KINDS))
    parser.add_argument("--part", type=float, default=1.0, help="so much of the trials only")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    if unknown := set(options.kinds) - set(KINDS):
        parser.error(f"there is no {', '.join(sorted(unknown))}; there are {', '.join(KINDS)}")
    head = ("", "trials", "promises", "wrong", "lost: half", "99 %", "most", "s")
    print("{:<50} {:>7} {:>9} {:>6} {:>11} {:>7} {:>7} {:>5}".format(*head))
    wrong = 0
    for kind in options.kinds or KINDS:
        name, count, trials = KINDS[kind]
        begun = time.monotonic()
        report = trials(max(20, round(count * options.part)), seed=options.seed)
        wrong += len(report.problems)
        show(name, report, time.monotonic() - begun)
    return 1 if wrong else 0


def show(name: str, report: Report, seconds: float) -> None:
    """Print one line, and what was wrong."""
    lost = sorted(report.lost_ms)
    half, most_of, most = (lost[int(part * (len(lost) - 1))] for part in (0.5, 0.99, 1.0))
    times = f"{half:>8.0f} ms {most_of:>4.0f} ms {most:>4.0f} ms" if most else f"{'-':>27}"
    print(
        f"{name:<50} {report.trials:>7,} {report.promises:>9,} {len(report.problems):>6} {times} "
        f"{seconds:>5.0f}",
        flush=True,
    )
    for problem in report.problems[:10]:
        print(f"    {problem}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
