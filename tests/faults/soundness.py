"""Whether a trail is what it must be, whatever happened to who wrote it."""

from __future__ import annotations

import json
import sqlite3
import tempfile
from collections import defaultdict
from contextlib import closing
from pathlib import Path
from typing import Any

from preload import Trouble

from nbtrail.entities.identity import new_id
from nbtrail.entities.run import Experiment, Run, RunStatus
from nbtrail.store import operations as do
from nbtrail.store.doctor import examine
from nbtrail.store.objects import Objects
from nbtrail.store.references import files_of, snapshots_of
from nbtrail.store.snapshots import Snapshots
from nbtrail.store.store import Store

__all__ = ["check", "check_elsewhere", "is_sound", "read_promises"]


def check(project: str, promises: str, *, whole: bool = False, said: str = "") -> dict[str, Any]:
    """Open the trail of a project, and compare it with what was promised.

    Parameters
    ----------
    whole : bool
        Its process came to an orderly end, so that no point may be missing.
    said : str
        As `is_sound` takes it.

    Returns
    -------
    dict
        ``problems``: what is wrong; ``lost_ms``: how long before the last point that was handed
        over the first lost one was; ``stood_ms``: for how long of that time the machine did not
        let the process go on; ``promises``: how many there were.
    """
    root = Path(project) / ".nbtrail"
    made = read_promises(Path(promises))
    problems = is_sound(root, said)
    if problems:
        return {"problems": problems, "lost_ms": 0.0, "stood_ms": 0.0, "promises": len(made)}
    store = Store.open(root)
    points: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
    for promise in made:
        if "point" in promise:
            points[promise["run"], promise["point"]].append(promise)
        elif "pause" not in promise and (problem := _broken(store, promise)):
            problems.append(problem)
    lost_ms = stood_ms = 0.0
    for (run_id, key), handed in points.items():
        missing, wrong = _missing(store, run_id, key, handed)
        problems += wrong
        if missing and whole:
            problems.append(f"{missing} points of {key} are missing after an orderly end")
        elif missing:
            first, last = handed[-missing]["at"], handed[-1]["at"]
            lost_ms = max(lost_ms, 1000 * (last - first))
            stood_ms = max(stood_ms, 1000 * _stood(made, first, last))
    store.close()
    return {
        "problems": problems,
        "lost_ms": lost_ms,
        "stood_ms": stood_ms,
        "promises": len(made),
    }


def _stood(made: list[dict[str, Any]], first: float, last: float) -> float:
    """Return for how many seconds of that time the process was not let go on."""
    pauses = [(p["at"] - p["pause"], p["at"]) for p in made if "pause" in p]
    return sum(max(0.0, min(end, last) - max(begin, first)) for begin, end in pauses)


def check_without_locks(**arguments: Any) -> dict[str, Any]:
    """Check as `check` does, where no file can be locked, which must be said."""
    Trouble().have_no_locks()
    return check(**arguments, said="DELETE journal")


def check_elsewhere(temporary: str, **arguments: Any) -> dict[str, Any]:
    """Check as `check` does, with another folder for temporary files."""
    tempfile.tempdir = temporary
    return check(**arguments)


def read_promises(path: Path) -> list[dict[str, Any]]:
    """Return what was said, without a last line that was cut off."""
    if not path.exists():
        return []
    lines = path.read_bytes().split(b"\n")[:-1]
    return [json.loads(line) for line in lines]


def is_sound(root: Path, said: str = "") -> list[str]:
    """Open a trail, or make it where there is none, write to it, and look for what is wrong.

    Parameters
    ----------
    said : str
        Part of the one warning that there must be; none may be told when it is empty.
    """
    warned: list[str] = []
    store = Store.open(Path(root), create=True, warn=warned.append)
    if store.read_only or not store.flush(30):
        return [f"it can't be written: {warned}"]
    with closing(sqlite3.connect(store.root / "nbtrail.db")) as db:
        answer = db.execute("PRAGMA integrity_check").fetchall()
        problems = [] if answer == [("ok",)] else [f"integrity_check: {answer}"]
        if broken := db.execute("PRAGMA foreign_key_check").fetchall():
            problems.append(f"foreign_key_check: {broken}")
        running = db.execute("SELECT name FROM runs WHERE status = 'RUNNING'").fetchall()
        problems += [f"{name} is RUNNING for ever" for (name,) in running]
        objects, snapshots = Objects(store.root / "objects"), Snapshots(store.root / "git")
        problems += [f"object {n} is not whole" for n in files_of(db) if not objects.is_sound(n)]
        problems += [f"snapshot {n}" for n in snapshots_of(db) if not snapshots.is_sound(n)]
    problems += examine(store.root).findings
    run = Run(new_id(), "afterwards", Experiment("check"), RunStatus.FINISHED, 1)
    store.call(do.start_run(run))
    if store.reader.run(run.run_id).name != "afterwards":
        problems.append("what is written now does not come back")
    store.close()
    as_expected = len(warned) == bool(said) and all(said in text for text in warned)
    return problems if as_expected else [*problems, f"it warned: {warned}"]


def _broken(store: Store, promise: dict[str, Any]) -> str:
    """Return what is wrong about a promise, nothing when it was kept."""
    run = store.reader.run(promise.get("start") or promise.get("ended") or promise["run"])
    if "start" in promise:
        kept = run.name == promise["name"]
    elif "params" in promise:
        kept = {p.key: p.value for p in run.params} == promise["params"]
    elif "artifact" in promise:
        kept = (promise["artifact"], promise["sha256"]) in {
            (a.path, a.sha256) for a in run.artifacts
        }
    elif "ended" in promise:
        kept = run.status is RunStatus.FINISHED
    else:
        version = store.reader.model_version(f"clf/{promise['version']}")
        kept = (version.run_id, version.model_id) == (promise["run"], promise["model"])
    return "" if kept else f"a promise was not kept: {promise}; there is {run}"


def _missing(
    store: Store, run_id: str, key: str, handed: list[dict[str, Any]]
) -> tuple[int, list[str]]:
    """Return how many of the last points are missing; every other one must be as it was."""
    with closing(sqlite3.connect(store.root / "nbtrail.db")) as db:
        known = db.execute("SELECT 1 FROM runs WHERE run_id = ?", (run_id,)).fetchone()
    there = [(p.step, p.value) for p in store.reader.history(run_id, key)] if known else []
    given = [(p["step"], p["at"]) for p in handed]
    # the last one may be there before the process could say so
    wrong = [] if there[: len(given)] == given[: len(there)] else [f"points of {key} are changed"]
    if len(there) > len(given) + 1:
        wrong.append(f"{len(there)} points of {key}, but {len(given)} were given")
    return max(0, len(given) - len(there)), wrong
