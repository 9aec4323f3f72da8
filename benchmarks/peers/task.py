"""One measurement of one tracker in a process of its own; prints one JSON document.

Usage: python task.py SUBJECT first|points|runs SECONDS
"""

from __future__ import annotations

import json
import random
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

from subjects import SUBJECTS, Subject

_KEYS = 20  # params of a run, and as many metrics
_METRICS = 10  # of a step
_MODELS = ("forest", "linear", "boosted")


def first(make: Callable[[], Subject]) -> dict[str, float]:
    """Import the tracker and bring one run with a param and a value into an empty folder."""
    begun = time.perf_counter()
    subject = make()
    subject.start({"depth": 3})
    subject.log({"m0": 0.5}, 0)
    subject.finish()
    return {"first run, ms": (time.perf_counter() - begun) * 1e3}


def points(subject: Subject, seconds: float, most: int = 20_000) -> dict[str, float]:
    """Log steps of ten metrics as a training loop does."""
    subject.start({"depth": 3})
    values = [{f"m{n}": random.random() for n in range(_METRICS)} for _ in range(100)]
    begun, waited, step = time.perf_counter(), [], 0
    while step < most and time.perf_counter() - begun < seconds:
        before = time.perf_counter()
        subject.log(values[step % 100], step)
        waited.append(time.perf_counter() - before)
        step += 1
    logged = time.time() - (time.perf_counter() - begun)
    subject.finish()
    return {
        "points": step * _METRICS,
        "began": logged,
        "wait per step, us": statistics.median(waited) * 1e6,
    }


def made(count: int) -> Iterator[tuple[dict[str, Any], dict[str, float]]]:
    """Yield params and metrics of runs, always the same."""
    chance = random.Random(0)
    for number in range(count):
        params = {
            "model": _MODELS[number % 3],
            **{f"p{n}": chance.random() for n in range(1, _KEYS)},
        }
        yield params, {f"m{n}": chance.random() for n in range(_KEYS)}


def runs(subject: Subject, seconds: float, most: int = 1000) -> dict[str, float]:
    """Create runs, then ask for the best of them and for all as a table."""
    begun, every = time.perf_counter(), []
    for params, metrics in made(most):
        subject.start(params)
        subject.log(metrics, 0)
        subject.finish()
        every.append((params["model"], metrics))
        if time.perf_counter() - begun > seconds:
            break
    found = {"runs": float(len(every)), "runs/s": len(every) / (time.perf_counter() - begun)}
    subject.settle()
    wanted = sorted(
        (m["m0"] for model, m in every if model == "forest" and m["m1"] > 0.5), reverse=True
    )[:50]
    try:
        answer = subject.best("forest")
        if answer != wanted:
            raise SystemExit(f"wrong answer: {answer[:3]}... instead of {wanted[:3]}...")
        found["best 50, ms"] = timed(lambda: subject.best("forest"))
        if len(subject.frame()) < len(every):
            raise SystemExit("the table lacks runs")
        found["table, ms"] = timed(subject.frame)
    except NotImplementedError:
        pass
    return found


def timed(work: Callable[[], object]) -> float:
    """Return the median of three in milliseconds."""
    times = []
    for _ in range(3):
        begun = time.perf_counter()
        work()
        times.append(time.perf_counter() - begun)
    return statistics.median(times) * 1e3


def main(name: str, task: str, seconds: float) -> None:
    """Measure and print."""
    make = SUBJECTS[name]
    if task == "first":
        found = first(make)
    else:
        found = (points if task == "points" else runs)(make(), seconds)
    print("\n" + json.dumps(found), flush=True)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], float(sys.argv[3]))
