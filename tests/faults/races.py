"""Processes that open one trail at the same moment, some of which die there."""

from __future__ import annotations

import os
import signal
import sqlite3
import time
import traceback
from contextlib import closing
from pathlib import Path

from preload import Action, Trouble
from recording import record
from soundness import is_sound

from nbtrail.entities.identity import new_id
from nbtrail.entities.run import Experiment, MetricPoint, Run, RunStatus
from nbtrail.store import operations as do
from nbtrail.store.connection import APPLICATION_ID
from nbtrail.store.store import Store

__all__ = ["count_opening", "count_recording", "open_at_once"]

GOLDEN = Path(__file__).parents[1] / "store" / "golden"


def count_recording(folder: str) -> int:
    """Return how many calls recording three runs takes."""
    trouble = Trouble()
    trouble.count(Path(folder))
    record(folder, f"{folder}/said", runs=3)
    return trouble.counted


def count_opening(folder: str, version: int) -> int:
    """Return how many calls it takes to open a trail, and to write one run."""
    root = _prepared(Path(folder), version)
    trouble = Trouble()
    trouble.count(Path(folder))
    _open_and_write(root, "counted")
    return trouble.counted


def open_at_once(folder: str, version: int, deaths: list[int], tear: bool) -> list[str]:
    """Have as many processes open a trail as there are `deaths`, and say what is wrong then.

    Parameters
    ----------
    version : int
        Schema of the trail that is there, 0 for none.
    deaths : list of int
        At which call each process dies, 0 for never.
    """
    root = _prepared(Path(folder), version)
    gate, go = os.pipe()
    children = {}
    for number, at in enumerate(deaths):
        child = os.fork()
        if not child:
            os.close(go)
            _racer(Path(folder), root, number, at, tear, gate)
        children[child] = number
    os.close(gate)
    os.close(go)
    survivors, problems = [], []
    for child, number in children.items():
        _, status = os.waitpid(child, 0)
        if os.WIFEXITED(status):
            survivors.append(f"racer-{number}")
        elif os.WTERMSIG(status) != signal.SIGKILL:
            problems.append(f"racer {number} died of signal {os.WTERMSIG(status)}")
    problems += [path.read_text() for path in Path(folder).glob("*.error")]
    problems += is_sound(root)
    with closing(sqlite3.connect(root / "nbtrail.db")) as db:
        names = {name for (name,) in db.execute("SELECT name FROM runs WHERE status = 'FINISHED'")}
    problems += [f"the run of {name} is lost" for name in survivors if name not in names]
    if version and "brisk-otter" not in names:
        problems.append("the run of the old trail is lost")
    return problems


def _racer(folder: Path, root: Path, number: int, at: int, tear: bool, gate: int) -> None:
    try:
        if at:
            Trouble().arm(folder, Action.TEAR if tear else Action.KILL, at)
        os.read(gate, 1)  # ends when the last one has been forked
        _open_and_write(root, f"racer-{number}")
    except BaseException:
        Trouble().lift()
        (folder / f"{number}.error").write_text(traceback.format_exc())
    os._exit(0)


def _open_and_write(root: Path, name: str) -> None:
    said: list[str] = []
    store = Store.open(root, create=True, warn=said.append)
    started = time.time_ns() // 1_000_000
    run = Run(new_id(), name, Experiment("race"), RunStatus.RUNNING, started)
    store.call(do.start_run(run))
    for step in range(20):
        store.submit(do.log_metrics(run.run_id, (MetricPoint("loss", 1.0 / (step + 1), step, 1),)))
    store.call(do.end_run(run.run_id, RunStatus.FINISHED, "", started + 1))
    store.close()
    assert said == [], said


def _prepared(folder: Path, version: int) -> Path:
    """Return where the trail is, or will be."""
    root = folder / ".nbtrail"
    if version:
        root.mkdir()
        for name in ("objects", "rescue"):
            (root / name).mkdir()
        (root / ".gitignore").write_text("*\n")
        with closing(sqlite3.connect(root / "nbtrail.db")) as db:
            db.execute(f"PRAGMA application_id={APPLICATION_ID}")
            db.executescript((GOLDEN / f"schema-{version}.sql").read_text())
            db.executescript((GOLDEN / f"rows-{version}.sql").read_text())
            db.execute("DELETE FROM artifacts")  # the golden files are the database alone
            if version > 1:
                db.execute("UPDATE runs SET snapshot = ''")
            db.commit()
            db.execute(f"PRAGMA user_version={version}")
            db.execute("PRAGMA journal_mode=wal")
    return root
