"""Processes that are killed: at any instant, and at each call that changes a file."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from nursery import Nursery
from recording import WAYS
from soundness import read_promises
from tally import Outcome, Report, run_trials

from nbtrail.store.migrations import SCHEMA_VERSION

__all__ = [
    "LOSS_MS",
    "calls_of",
    "crowds",
    "kills_at_calls",
    "kills_at_random",
    "kills_in_creation",
    "kills_in_migration",
    "kills_in_verb",
    "kills_without_locks",
    "sampled",
    "try_verb",
]

LOSS_MS = 200.0
"""A kill costs the points of at most so many milliseconds in which the process could run."""

_LONGEST_S = 1.5
_FRESH = 20  # each so many-th trial is a fresh interpreter, as of a user
_RACERS = 8


def kills_at_random(count: int, seed: int = 0) -> Report:
    """Kill a recording process at any instant of its first second and a half."""
    draw = random.Random(seed)
    cases = [
        (WAYS[n % len(WAYS)], n % _FRESH == _FRESH - 1, n, draw.uniform(0.0, _LONGEST_S))
        for n in range(count)
    ]
    return run_trials(_kill_at_random, cases)


def kills_without_locks(count: int, seed: int = 0) -> Report:
    """Kill a recording process where files can't be locked, so that the other journal is used."""
    draw = random.Random(seed)
    return run_trials(
        _kill_without_locks, [(n, draw.uniform(0.0, _LONGEST_S)) for n in range(count)]
    )


def _kill_without_locks(nursery: Nursery, case: tuple[int, float], folder: Path) -> Outcome:
    seed, after_s = case
    where = {"project": folder, "promises": folder / "said"}
    nursery.call(
        "recording:record_without_locks", kill_after_s=after_s, points=600, seed=seed, **where
    )
    found = nursery.ask("soundness:check_without_locks", **where)
    return Outcome(found["problems"], found["promises"], found["lost_ms"])


def _kill_at_random(nursery: Nursery, case: tuple[str, bool, int, float], folder: Path) -> Outcome:
    way, fresh, seed, after_s = case
    arguments = {"project": str(folder), "promises": str(folder / "said"), "way": way, "seed": seed}
    if fresh:
        _kill_fresh(arguments, after_s)
    else:
        nursery.call("recording:record", kill_after_s=after_s, points=600, **arguments)
    return _checked(nursery, folder)


def _kill_fresh(arguments: dict[str, Any], after_s: float) -> None:
    """Kill an interpreter and its children so long after its first promise."""
    command = [sys.executable, str(Path(__file__).with_name("recording.py"))]
    command += [str(arguments[name]) for name in ("project", "promises", "way", "seed")]
    process = subprocess.Popen(command, start_new_session=True)
    deadline = time.monotonic() + 60
    while not read_promises(Path(arguments["promises"])) and time.monotonic() < deadline:
        time.sleep(0.01)
    time.sleep(after_s)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def kills_at_calls(count: int, seed: int = 0) -> Report:
    """Kill a recording process at calls that change a file, half of them in the midst of a write."""
    calls = calls_of("races:count_recording")
    return run_trials(_kill_at_call, sampled(calls, count, seed))


def _kill_at_call(nursery: Nursery, case: tuple[int, bool], folder: Path) -> Outcome:
    at, tear = case
    where = {"project": folder, "promises": folder / "said"}
    ended = nursery.call("recording:record_killed_at", at=at, tear=tear, runs=3, **where)
    return _checked(nursery, folder, hit=ended.signal == signal.SIGKILL)


def _checked(nursery: Nursery, folder: Path, *, hit: bool = True) -> Outcome:
    found = nursery.ask("soundness:check", project=folder, promises=folder / "said")
    problems = list(found["problems"])
    # a machine that has no processor for it lets no process write, and none can log then either
    if found["lost_ms"] - found["stood_ms"] > LOSS_MS:
        problems.append(f"the points of {found['lost_ms']:.0f} ms are lost")
    return Outcome(problems, found["promises"], found["lost_ms"], hit)


# ---------------------------------------------------------------- making a trail, bringing it up to date


def kills_in_creation(count: int, seed: int = 0) -> Report:
    """Kill processes that make a trail, alone and eight at once."""
    return _kills_in_opening(count, seed, version=0)


def kills_in_migration(count: int, seed: int = 0) -> Report:
    """Kill processes that bring an old trail up to date, alone and eight at once."""
    return _kills_in_opening(count, seed, version=1)


def crowds(count: int, seed: int = 0) -> Report:
    """Have eight processes begin at once and write: on no trail, on an old and on a present one."""
    cases = [(n % (SCHEMA_VERSION + 1), [0] * _RACERS, False) for n in range(seed, seed + count)]
    return run_trials(_kill_in_opening, cases, workers=1)


def _kills_in_opening(count: int, seed: int, version: int) -> Report:
    draw = random.Random(seed)
    calls = calls_of("races:count_opening", version=version)
    cases = []
    for n, (at, tear) in enumerate(sampled(calls, count, seed)):
        # of eight at once, every second one dies somewhere
        others = (
            [draw.randrange(1, calls) * (k % 2) for k in range(_RACERS - 1)] if n % 4 == 3 else []
        )
        cases.append((version, [at, *others], tear))
    return run_trials(_kill_in_opening, cases)


def _kill_in_opening(nursery: Nursery, case: tuple[int, list[int], bool], folder: Path) -> Outcome:
    version, deaths, tear = case
    arguments = {"version": version, "deaths": deaths, "tear": tear, "folder": folder}
    problems = nursery.ask("races:open_at_once", **arguments)
    return Outcome(problems, promises=len(deaths))


# ---------------------------------------------------------------- verbs for the whole trail


def kills_in_verb(verb: str, count: int, seed: int = 0) -> Report:
    """Kill a process that does something to a whole trail; the verb is then done again."""

    def kill(nursery: Nursery, case: tuple[int, bool], place: Path) -> tuple[list[str], bool]:
        at, tear = case
        ended = nursery.call("verbs:act", folder=place, verb=verb, at=at, tear=tear)
        return [], ended.signal == signal.SIGKILL

    return try_verb(verb, lambda calls: sampled(calls, count, seed), kill)


def try_verb(
    verb: str,
    cases_of: Callable[[int], Sequence[Any]],
    trouble: Callable[[Nursery, Any, Path], tuple[list[str], bool]],
) -> Report:
    """Do a verb in trouble, each time on a copy of the same trail, and then again.

    Parameters
    ----------
    cases_of : callable
        Returns the cases, given how many calls that change a file the verb takes.
    trouble : callable
        Does the verb in a folder, and returns what was wrong with that and whether it was hit.
    """
    with tempfile.TemporaryDirectory(prefix="nbtrail-trail-") as made, Nursery() as nursery:
        nursery.ask("verbs:prepare", folder=made, verb=verb)

        def one(nursery: Nursery, case: Any, folder: Path) -> Outcome:
            place = folder / "project"
            shutil.copytree(made, place)
            problems, hit = trouble(nursery, case, place)
            return Outcome(problems + nursery.ask("verbs:verify", folder=place, verb=verb), hit=hit)

        with tempfile.TemporaryDirectory() as folder:
            place = Path(folder) / "project"
            shutil.copytree(made, place)
            calls = nursery.ask("verbs:act", folder=place, verb=verb)
        return run_trials(one, cases_of(calls))


def calls_of(function: str, **arguments: Any) -> int:
    """Return how many calls there are when nothing is killed."""
    counts: list[int] = []

    def count(nursery: Nursery, _case: int, folder: Path) -> Outcome:
        counts.append(nursery.ask(function, folder=folder, **arguments))
        return Outcome([])

    report = run_trials(count, [0], workers=1)
    assert not report.problems, report.problems
    return counts[0]


def sampled(calls: int, count: int, seed: int) -> list[tuple[int, bool]]:
    """Return calls from 1 on, spread evenly, all of them when there is room; half are torn."""
    step = max(1.0, 2 * calls / count)
    start = random.Random(seed).uniform(0.0, step - 1.0)
    places = sorted({min(calls, 1 + int(start + n * step)) for n in range(int(calls / step))})
    return [(at, tear) for at in places for tear in (False, True)]
