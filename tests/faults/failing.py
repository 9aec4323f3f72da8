"""Calls that fail: a full disk, a broken one, one that became read-only."""

from __future__ import annotations

import itertools
import random
from pathlib import Path
from typing import Any

from kills import calls_of, try_verb
from nursery import Nursery
from tally import Outcome, Report, run_trials

__all__ = ["failing_calls", "failing_in_verb"]

Fault = tuple[int, str, bool]
ERRORS = ("ENOSPC", "EIO", "EROFS")
OURS = ("can't be written", "can't be kept", "is not tracked", "was not captured")
_MOST_WARNINGS = 3  # each of them once: the trail, a file, a model


def failing_calls(count: int, seed: int = 0) -> Report:
    """Have calls of a recording process fail, one or all from there on, until it ends or before."""
    calls = calls_of("races:count_recording")
    ways = list(itertools.product(ERRORS, (False, True), (False, True)))
    draw = random.Random(seed)
    draw.shuffle(ways)
    step = calls / count
    places = [min(calls, 1 + int((n + draw.random()) * step)) for n in range(count)]
    cases = [(at, *way) for at, way in zip(places, itertools.cycle(ways), strict=False)]
    return run_trials(_fail, cases)


def failing_in_verb(verb: str, count: int, seed: int = 0) -> Report:
    """Have calls of a process fail that does something to a whole trail; the verb is then done again."""

    def fail(nursery: Nursery, case: Fault, place: Path) -> tuple[list[str], bool]:
        at, error, lasting = case
        fault = {"at": at, "error": error, "lasting": lasting}
        done = nursery.ask("verbs:act_in_trouble", folder=place, verb=verb, **fault)
        return done["problems"], done["failed"] > 0

    ways = list(itertools.product(ERRORS, (False, True)))
    draw = random.Random(seed)
    return try_verb(
        verb,
        lambda calls: [
            (1 + min(calls - 1, int((n + draw.random()) * calls / count)), *ways[n % len(ways)])
            for n in range(count)
        ],
        fail,
    )


def _fail(nursery: Nursery, case: tuple[int, str, bool, bool], folder: Path) -> Outcome:
    at, error, lasting, lifted = case
    project, temporary = folder / "project", folder / "temporary"
    project.mkdir()
    temporary.mkdir()
    where: dict[str, Any] = {"project": project, "promises": folder / "said"}
    fault = {"at": at, "error": error, "lasting": lasting, "lifted": lifted}
    done = nursery.ask(
        "recording:record_through", runs=3, points=200, temporary=temporary, **fault, **where
    )
    problems = [
        f"a strange warning: {text}"
        for text in done["told"]
        if not any(part in text for part in OURS)
    ]
    if len(done["told"]) > _MOST_WARNINGS:
        problems.append(f"too many warnings: {done['told']}")
    found = nursery.ask("soundness:check_elsewhere", temporary=temporary, whole=True, **where)
    return Outcome(problems + found["problems"], found["promises"], hit=done["failed"] > 0)
