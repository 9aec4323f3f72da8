"""A user who presses the stop button all the time."""

from __future__ import annotations

import atexit
import os
import random
import select
import signal
import time
from pathlib import Path
from typing import Any

from nursery import Nursery
from recording import Promises, listen, prepare, record_one
from tally import Outcome, Report, run_trials

__all__ = ["interrupts", "storm"]

_EACH = 100  # interrupts of one process
_PATIENCE_S = 10.0


def interrupts(count: int, seed: int = 0) -> Report:
    """Interrupt processes that log and finish runs so often."""
    report = run_trials(_storm, range(seed, seed + -(-count // _EACH)))
    report.trials, report.hits = report.trials * _EACH, report.hits * _EACH
    return report


def _storm(nursery: Nursery, seed: int, folder: Path) -> Outcome:
    where: dict[str, Any] = {"project": folder, "promises": folder / "said"}
    problems = nursery.ask("interrupts:storm", count=_EACH, seed=seed, **where)
    found = nursery.ask("soundness:check", whole=True, **where)
    return Outcome(problems + found["problems"], found["promises"])


def storm(project: str, promises: str, count: int, seed: int) -> list[str]:
    """Record runs while a child process interrupts this one; return what was wrong."""
    told = listen()
    prepare(project)
    say, draw = Promises(Path(promises)).say, random.Random(seed)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    seen, tell = os.pipe()
    child = os.fork()
    if not child:
        os.close(tell)
        _interrupt(os.getppid(), seen, count, seed)
    os.close(seen)
    os.write(tell, b"go")  # Python drops one that comes while it forks
    received = acknowledged = number = 0
    problems: list[str] = []
    while received < count:
        try:
            if os.waitpid(child, os.WNOHANG)[0]:
                break  # it waited in vain
            if acknowledged < received:
                acknowledged += 1
                os.write(tell, b".")  # the next one comes from here on
            number += 1
            record_one(f"run-{seed}-{number}", draw, 40, say)
        except KeyboardInterrupt:
            received += 1
        except BaseException as error:
            problems.append(f"in the user's code: {error!r}")
            break
    if received < count:
        problems.append(f"{received} of {count} interrupts arrived, the last one did not")
    problems += [f"told: {text}" for text in told]
    atexit._run_exitfuncs()
    return problems


def _interrupt(parent: int, seen: int, count: int, seed: int) -> None:
    """Interrupt a process, the next time only when it has seen the last one."""
    draw = random.Random(seed)
    os.read(seen, 2)
    for _ in range(count):
        time.sleep(draw.choice((0.0005, 0.004, 0.02, 0.1)) * (0.5 + draw.random()))
        os.kill(parent, signal.SIGINT)
        if not select.select([seen], [], [], _PATIENCE_S)[0]:
            break  # it was lost
        os.read(seen, 1)
    os._exit(0)
