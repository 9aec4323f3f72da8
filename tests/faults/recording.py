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
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from preload import Action, Trouble

import nbtrail
from nbtrail.entities.model import Artifact, ModelRecord
from nbtrail.exceptions import NbtrailError, StoreError
from nbtrail.store import link
from nbtrail.store import operations as do
from nbtrail.store.store import Store
from nbtrail.tracking.client import process_tracker
from nbtrail.tracking.registry import promote

__all__ = [
    "WAYS",
    "Promises",
    "listen",
    "prepare",
    "record",
    "record_killed_at",
    "record_one",
    "record_through",
    "record_writes",
]

Say = Callable[..., None]
WAYS = ("plain", "threads", "asyncio", "forked")
MODEL = "clf"
_PULSE_S = 0.005


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
    told = listen()
    prepare(project)
    draw = random.Random(seed)
    say = Promises(Path(promises), note).say
    threading.Thread(target=_feel_pulse, args=(say,), daemon=True).start()
    for number in range(runs):
        name = f"run-{seed}-{number}"
        record_one(name, draw, points, say, way, told, promoted=number % 3 == 0)
    return told


def _feel_pulse(say: Say) -> None:
    """Say for how long the machine did not let this process go on, when it did not."""
    while True:
        begun = time.monotonic()
        time.sleep(_PULSE_S)
        now = time.monotonic()
        if now - begun > 3 * _PULSE_S:
            say(pause=now - begun - _PULSE_S, at=now)


def prepare(project: str) -> None:
    """Have runs recorded in the folder's own trail."""
    os.chdir(project)
    os.environ["NBTRAIL_DIR"] = f"{project}/.nbtrail"


def record_one(
    name: str,
    draw: random.Random,
    points: int,
    say: Say,
    way: str = "plain",
    told: Sequence[str] = (),
    *,
    promoted: bool = False,
) -> None:
    """Record one run with everything that a run has."""
    with nbtrail.start_run(name) as run:
        if not run.run_id:  # nothing can be stored here: it goes nowhere, and said so
            nbtrail.log_metric("loss", 1.0)
            return
        store = process_tracker().store
        if store.flush(30):
            say(start=run.run_id, name=run.name)
        params = {"points": points, "rate": draw.random()}
        nbtrail.log_params(params)
        text = f"report {draw.random()}\n" * draw.randrange(1, 400)
        run.log_text(text, "report.txt")
        if store.flush(30):
            say(params={k: str(v) for k, v in params.items()}, run=run.run_id)
            sha256 = hashlib.sha256(text.encode()).hexdigest()
            if not any("can't be kept" in one for one in told):
                say(artifact="report.txt", sha256=sha256, run=run.run_id)
        _LOGGING[way](run, draw.randrange(points), say)
        model = _model(store, run.run_id, draw.random())
    if store.flush(30):
        say(ended=run.run_id)
    if model and promoted:
        with contextlib.suppress(NbtrailError):  # a refusal promises nothing
            version = promote(store, run.run_id, f"{MODEL}@champion", force=True)
            say(version=version.version, model=model, run=run.run_id)


def record_without_locks(**arguments: Any) -> None:
    """Record where no file can be locked."""
    Trouble().have_no_locks()
    told = record(**arguments)
    assert [text for text in told if "DELETE journal" in text] == told, told


def record_killed_at(at: int, tear: bool, **arguments: Any) -> None:
    """Record until the `at`-th call that changes a file, and die there."""
    what = Action.TEAR if tear else Action.KILL
    Trouble().arm(Path(arguments["project"]), what, at)
    record(**arguments)


def record_writes(project: str, record_file: str, careless: bool, **arguments: Any) -> None:
    """Record, and have every change of a file written down, with the promises in between."""
    if careless:
        use = link.Link.use
        link.Link.use = lambda self, full: use(self, full=False)
    # so that the journal is brought into the database often, even in a short time
    link._CHECKPOINT_BYTES = 1 << 17
    trouble = Trouble()
    trouble.record(Path(project), Path(record_file))
    record(project, f"{record_file}-said", note=trouble.note, **arguments)


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


def listen() -> list[str]:
    """Have warnings collected instead of shown."""
    import warnings

    told: list[str] = []
    warnings.showwarning = lambda message, *_, **__: told.append(str(message))
    warnings.simplefilter("always")
    # an interrupt between Python's opening of a file and its `with` leaves one to the collector
    warnings.simplefilter("ignore", ResourceWarning)
    return told


def _model(store: Store, run_id: str, number: float) -> str:
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
