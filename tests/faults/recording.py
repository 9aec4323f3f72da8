"""A process that records as a user's does, and says what it was promised.

Each line that it says is one promise: a start, a param, a file, an end, a promotion that is
durable by now, or a point of a metric that was handed over at that moment.
"""

from __future__ import annotations

import asyncio
import atexit
import contextlib
import hashlib
import json
import os
import random
import secrets
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from preload import Action, Trouble

import nbtrail
from nbtrail.entities.model import Artifact, ModelRecord
from nbtrail.exceptions import NbtrailError, StoreError
from nbtrail.store import operations as do
from nbtrail.store.store import Store
from nbtrail.tracking.client import process_tracker
from nbtrail.tracking.registry import promote

__all__ = ["WAYS", "Promises", "record", "record_killed_at", "record_through"]

WAYS = ("plain", "threads", "asyncio", "forked")
MODEL = "clf"


class Promises:
    """Says them into a file, whose bytes survive the process.

    Parameters
    ----------
    path : Path
    note : callable, optional
        Takes each line too.
    """

    def __init__(self, path: Path, note: Callable[[str], None] | None = None) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        self._note = note

    def say(self, **promise: Any) -> None:
        """Say one, in one write."""
        line = json.dumps(promise)
        os.write(self._file, f"{line}\n".encode())
        if self._note is not None:
            self._note(line)


def record(
    project: str,
    promises: str,
    way: str = "plain",
    runs: int = 1000,
    seed: int = 0,
    points: int = 100,
    note: Callable[[str], None] | None = None,
) -> list[str]:
    """Record runs in folder `project`; return what was said to the user."""
    os.chdir(project)
    os.environ["NBTRAIL_DIR"] = f"{project}/.nbtrail"
    told = _listen()
    draw = random.Random(seed)
    say = Promises(Path(promises), note).say
    for number in range(runs):
        with nbtrail.start_run(f"run-{seed}-{number}") as run:
            if not run.run_id:  # nothing can be stored here: it goes nowhere, and said so
                nbtrail.log_metric("loss", 1.0)
                continue
            store = process_tracker().store
            if store.flush(30):
                say(start=run.run_id, name=run.name)
            params = {"seed": number, "rate": draw.random()}
            nbtrail.log_params(params)
            text = f"report {number} {draw.random()}\n" * draw.randrange(1, 400)
            run.log_text(text, "report.txt")
            if store.flush(30):
                say(params={k: str(v) for k, v in params.items()}, run=run.run_id)
                sha256 = hashlib.sha256(text.encode()).hexdigest()
                if not any("can't be kept" in text for text in told):
                    say(artifact="report.txt", sha256=sha256, run=run.run_id)
            _LOGGING[way](run, draw.randrange(points), say)
            model = _model(store, run.run_id, number)
        if store.flush(30):
            say(ended=run.run_id)
        if model and number % 3 == 0:
            with contextlib.suppress(NbtrailError):  # a refusal promises nothing
                version = promote(store, run.run_id, f"{MODEL}@champion", force=True)
                say(version=version.version, model=model, run=run.run_id)
    return told


def record_killed_at(at: int, tear: bool, **arguments: Any) -> None:
    """Record until the `at`-th call that changes a file, and die there."""
    what = Action.TEAR if tear else Action.KILL
    Trouble().arm(Path(arguments["project"]), what, at)
    record(**arguments)


def record_through(
    at: int, error: str, lasting: bool, lifted: bool, temporary: str, **arguments: Any
) -> dict[str, Any]:
    """Record while calls fail, and come to an orderly end.

    Parameters
    ----------
    lifted : bool
        The trouble is over before the end of the process.
    temporary : str
        The folder for temporary files, which has no trouble.

    Returns
    -------
    dict
        ``told``: what the user was told; ``failed``: how many calls failed.
    """
    tempfile.tempdir = temporary
    trouble = Trouble()
    trouble.arm(Path(arguments["project"]) / ".nbtrail", Action.FAIL, at, error, lasting=lasting)
    told = record(**arguments)
    if lifted:
        trouble.lift()
    atexit._run_exitfuncs()  # whose warnings count too
    return {"told": told, "failed": trouble.failed}


def _listen() -> list[str]:
    """Have warnings collected instead of shown."""
    import warnings

    told: list[str] = []
    warnings.showwarning = lambda message, *_, **__: told.append(str(message))
    warnings.simplefilter("always")
    return told


def _model(store: Store, run_id: str, number: int) -> str:
    """Keep a file as a model, as the background does; return its id, nothing when it can't be."""
    try:
        sha256, size = store.objects.put_bytes(f"model {number} ".encode() * 2000)
    except StoreError:
        return ""
    store.submit(do.log_artifact(run_id, Artifact(f"models/{MODEL}/model.bin", sha256, size)))
    model = ModelRecord(
        f"m-{secrets.token_hex(16)}",
        MODEL,
        "sklearn.X",
        "x:1",
        "sklearn-skops",
        f"models/{MODEL}",
        "ready",
    )
    store.call(do.put_model(run_id, model))
    return model.model_id


# ---------------------------------------------------------------- ways to log

Say = Callable[..., None]


def _stamp(run: Any, key: str, step: int, say: Say) -> None:
    now = time.monotonic()  # the same clock in every process of the machine
    run.log_metric(key, now, step)
    say(point=key, step=step, at=now, run=run.run_id)


def _plain(run: Any, points: int, say: Say, key: str = "loss") -> None:
    for step in range(points):
        _stamp(run, key, step, say)
        time.sleep(0.001)


def _threads(run: Any, points: int, say: Say) -> None:
    every = [threading.Thread(target=_plain, args=(run, points, say, f"t{n}")) for n in range(3)]
    for thread in every:
        thread.start()
    for thread in every:
        thread.join()


def _asyncio(run: Any, points: int, say: Say) -> None:
    async def task(key: str) -> None:
        for step in range(points):
            _stamp(run, key, step, say)
            await asyncio.sleep(0.001)

    async def every() -> None:
        await asyncio.gather(*(task(f"a{n}") for n in range(3)))

    asyncio.run(every())


def _forked(run: Any, points: int, say: Say) -> None:
    child = os.fork()
    if not child:
        try:
            _plain(run, points, say, "child")
            run.end()
        finally:
            os._exit(0)
    _plain(run, points, say, "parent")
    os.waitpid(child, 0)


_LOGGING = {"plain": _plain, "threads": _threads, "asyncio": _asyncio, "forked": _forked}


if __name__ == "__main__":
    record(*sys.argv[1:3], way=sys.argv[3], seed=int(sys.argv[4]))
