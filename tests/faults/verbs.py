"""Verbs for the whole trail, killed in the midst, and done again."""

from __future__ import annotations

import contextlib
import json
import logging
import os
import shutil
import sqlite3
import traceback
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import filling
from preload import Action, Trouble
from soundness import is_sound

from nbtrail.entities.codec import dumps
from nbtrail.entities.identity import new_id
from nbtrail.entities.model import Artifact
from nbtrail.entities.run import Experiment, Param, Run, RunStatus
from nbtrail.exceptions import NbtrailError
from nbtrail.store import operations as do
from nbtrail.store.backup import back_up
from nbtrail.store.bundle import write_bundle
from nbtrail.store.check_folder import asides
from nbtrail.store.collect import collect
from nbtrail.store.merge import merge
from nbtrail.store.needle import Needle
from nbtrail.store.purge import purge
from nbtrail.store.repair import repair
from nbtrail.store.scrub import scrub
from nbtrail.store.snapshots import Snapshot
from nbtrail.store.store import Store

__all__ = ["VERBS", "act", "prepare", "verify"]

SECRET = "hunter2-tr0ub4dor"
_SHORTEST = 30  # characters of a message that tells what happened
OLD_S = 1_700_000_000.0


def prepare(folder: str, verb: str) -> None:
    """Make a trail on which a verb has something to do, and note what must survive it."""
    here = Path(folder)
    store = Store.open(here / ".nbtrail", create=True)
    filled = filling.fill(store, points=300)
    wanted = [filled.run_id, filled.child_id, filled.other_id]
    extra = _PREPARE[verb](here, store, wanted)
    store.flush(30)
    kept = {run_id: dumps(store.reader.run(run_id)) for run_id in wanted}
    store.close()
    for path in (here / ".nbtrail").rglob("*"):
        if path.is_file() and not path.name.startswith("nbtrail.db"):
            os.utime(path, (OLD_S, OLD_S))  # nothing is too young to go
    (here / "wanted.json").write_text(json.dumps({"runs": kept, "extra": extra}))


def act(folder: str, verb: str, at: int = 0, tear: bool = False) -> int:
    """Do the verb; return how many calls that change a file it took.

    Parameters
    ----------
    at : int
        The call at which to die, 0 for never.
    """
    here, trouble = Path(folder), Trouble()
    if at:
        trouble.arm(here, Action.TEAR if tear else Action.KILL, at)
    else:
        trouble.count(here)
    VERBS[verb](here)
    return trouble.counted


def act_in_trouble(folder: str, verb: str, at: int, error: str, lasting: bool) -> dict[str, Any]:
    """Do the verb while calls fail; return what was wrong and whether one did."""
    logging.disable()  # what the writer says then is looked at elsewhere
    here, trouble, problems = Path(folder), Trouble(), []
    trouble.arm(here, Action.FAIL, at, error, lasting=lasting)
    try:
        VERBS[verb](here)
    except NbtrailError as told:
        if len(str(told)) < _SHORTEST:
            problems.append(f"that says nothing: {told}")
    except Exception:
        problems.append(traceback.format_exc())
    trouble.lift()
    return {"problems": problems, "failed": trouble.failed}


def verify(folder: str, verb: str) -> list[str]:
    """Say what is wrong after a verb was killed, and after it was done again."""
    here = Path(folder)
    noted = json.loads((here / "wanted.json").read_text())
    problems = [f"killed: {text}" for text in _wrong(here, noted["runs"])]
    if verb == "merge":
        problems += _all_or_none(here, noted["extra"])
    VERBS[verb](here)
    problems += [f"again: {text}" for text in _wrong(here, noted["runs"])]
    problems += [f"done again: {text}" for text in _DONE[verb](here, noted["extra"])]
    problems += [f"left aside: {path.name}" for path, _ in asides(here / ".nbtrail")]
    return problems + is_sound(here / ".nbtrail")


def _wrong(here: Path, wanted: dict[str, str]) -> list[str]:
    """Look at a trail without writing to it."""
    store = Store.open(here / ".nbtrail")
    problems = []
    with closing(sqlite3.connect(f"file:{store.root}/nbtrail.db?mode=ro", uri=True)) as db:
        answer = db.execute("PRAGMA integrity_check").fetchall()
        if answer != [("ok",)]:
            problems.append(f"integrity_check: {answer}")
    for run_id, text in wanted.items():
        try:
            run = store.reader.run(run_id)
            if dumps(run) != text:
                problems.append(f"{run.name} is changed: {dumps(run)}, was {text}")
            for artifact in run.artifacts:
                store.objects.read(artifact.sha256)
            if run.code is not None and run.code.snapshot:
                store.snapshots.read(run.code.snapshot)
        except NbtrailError as error:
            problems.append(str(error))
    store.close()
    return problems


def _run_with_file(store: Store, name: str, data: bytes, **fields: Any) -> str:
    run = Run(new_id(), name, Experiment("e"), RunStatus.FINISHED, 1, ended_ms=2, **fields)
    store.call(do.start_run(run))
    sha256, size = store.objects.put_bytes(data)
    store.call(do.log_artifact(run.run_id, Artifact("own.txt", sha256, size)))
    return run.run_id


# ---------------------------------------------------------------- purge


def _prepare_purge(_: Path, store: Store, wanted: list[str]) -> dict[str, Any]:
    wanted.append(_run_with_file(store, "shares", b"shared by two"))
    gone = []
    for name, data in (("shared", b"shared by two"), ("own", b"its own"), ("more", b"more")):
        run_id = _run_with_file(store, name, data)
        store.call(do.delete_run(run_id))
        gone.append(run_id)
    return {"gone": gone}


def _purged(here: Path, extra: dict[str, Any]) -> list[str]:
    store = Store.open(here / ".nbtrail")
    with closing(sqlite3.connect(store.root / "nbtrail.db")) as db:
        left = {run_id for (run_id,) in db.execute("SELECT run_id FROM runs")}
    return [f"{run_id} is still there" for run_id in extra["gone"] if run_id in left]


# ---------------------------------------------------------------- gc


def _prepare_gc(_: Path, store: Store, wanted: list[str]) -> dict[str, Any]:
    expected = sorted(store.objects.names())
    for n in range(3):
        store.objects.put_bytes(b"nobody's %d" % n)
        blob = store.snapshots.put_blob(b"orphan = %d\n" % n)
        store.snapshots.put(Snapshot("22" * 20, {b"a/orphan.py": ("100644", blob)}))
    waiting, size = store.objects.put_bytes(b"a rescue file speaks of it")
    store.writer._rescue.spill([do.log_artifact(wanted[0], Artifact("late.txt", waiting, size))])
    (store.root / "objects" / ".0123.tmp").write_bytes(b"torn")
    store.call(do.set_note(wanted[0], "brings the rescue file in only later"))
    return {"objects": sorted([*expected, waiting]), "snapshots": [*_snapshots(store, wanted)]}


def _snapshots(store: Store, wanted: list[str]) -> set[str]:
    codes = (store.reader.run(run_id).code for run_id in wanted)
    return {code.snapshot for code in codes if code is not None and code.snapshot}


def _collected(here: Path, extra: dict[str, Any]) -> list[str]:
    store = Store.open(here / ".nbtrail")
    problems = []
    if sorted(store.objects.names()) != extra["objects"]:
        problems.append("objects are there that nobody needs, or are missing")
    if list(store.snapshots.commits()) != extra["snapshots"]:
        problems.append("snapshots are there that nobody needs, or are missing")
    if list(store.root.rglob("*.tmp")):
        problems.append("temporary files are left behind")
    return problems


# ---------------------------------------------------------------- scrub


def _prepare_scrub(_: Path, store: Store, wanted: list[str]) -> dict[str, Any]:
    leaky = _run_with_file(store, "leaky", f"it is {SECRET}!".encode())
    store.call(do.log_params(leaky, [Param("password", SECRET)]))
    data = b"\x89PNG\0" + SECRET.encode()
    sha256, size = store.objects.put_bytes(data)
    store.call(do.log_artifact(leaky, Artifact("image.png", sha256, size)))
    blob = store.snapshots.put_blob(f"KEY = {SECRET!r}\n".encode())
    commit = store.snapshots.put(Snapshot("22" * 20, {b"src/keys.py": ("100644", blob)}))
    code = store.reader.run(wanted[0]).code
    assert code is not None
    store.call(do.set_code(leaky, replace(code, snapshot=commit)))
    store.call(do.set_note(leaky, "told"))
    return {"run": leaky}


def _scrubbed(here: Path, extra: dict[str, Any]) -> list[str]:
    root = here / ".nbtrail"
    store = Store.open(root)
    run = store.reader.run(extra["run"])
    problems = [] if run.note == "told" else ["the rest of the run is lost"]
    if [artifact.path for artifact in run.artifacts] != ["own.txt"]:
        problems.append(f"its files are {run.artifacts}")
    store.close()
    again = scrub(root, Needle.secret(SECRET))
    problems += [f"still in {place}" for place in again.left]
    return problems


# ---------------------------------------------------------------- backup, bundle, merge


def _prepare_copy(here: Path, _store: Store, _wanted: list[str]) -> dict[str, Any]:
    return {}


def _back_up(here: Path) -> None:
    with contextlib.suppress(FileNotFoundError):
        shutil.rmtree(here / "copy")  # whole, as the trial has seen
    back_up(here / ".nbtrail", here / "copy")


def _bundle(here: Path) -> None:
    (here / "runs.trail").unlink(missing_ok=True)
    write_bundle(here / ".nbtrail", here / "runs.trail")


def _copied(here: Path, _: dict[str, Any]) -> list[str]:
    noted = json.loads((here / "wanted.json").read_text())
    there = Path(here / "there")
    there.mkdir()
    shutil.copytree(here / "copy", there / ".nbtrail")
    return _wrong(there, noted["runs"])


def _bundled(here: Path, _: dict[str, Any]) -> list[str]:
    noted = json.loads((here / "wanted.json").read_text())
    there = Path(here / "there")
    there.mkdir()
    Store.open(there / ".nbtrail", create=True).close()
    merge(there / ".nbtrail", here / "runs.trail")
    return _wrong(there, noted["runs"])


def _prepare_merge(here: Path, _: Store, _wanted: list[str]) -> dict[str, Any]:
    (here / "other").mkdir()
    other = Store.open(here / "other" / ".nbtrail", create=True)
    filling.fill(other, name="calm-crow", points=300)
    _run_with_file(other, "theirs", b"a file of theirs")
    every = {run_id: dumps(other.reader.run(run_id)) for run_id in other.reader.runs().run_id}
    other.close()
    return {"runs": every}


def _all_or_none(here: Path, extra: dict[str, Any]) -> list[str]:
    with closing(sqlite3.connect(here / ".nbtrail" / "nbtrail.db")) as db:
        there = {run_id for (run_id,) in db.execute("SELECT run_id FROM runs")}
    arrived = there & set(extra["runs"])
    return [] if len(arrived) in {0, len(extra["runs"])} else [f"only {arrived} have arrived"]


def _merged(here: Path, extra: dict[str, Any]) -> list[str]:
    return _wrong(here, extra["runs"])


# ---------------------------------------------------------------- repair


def _prepare_repair(_: Path, store: Store, _wanted: list[str]) -> dict[str, Any]:
    noted = _run_with_file(store, "noted", b"of a run that a rescue file speaks of")
    path = store.objects.path(store.reader.run(noted).artifacts[0].sha256)
    store.close()
    with closing(sqlite3.connect(store.root / "nbtrail.db", isolation_level=None)) as db:
        db.execute("CREATE TRIGGER theirs AFTER INSERT ON runs BEGIN DELETE FROM runs; END")
        (index,) = db.execute(
            "SELECT name FROM sqlite_master WHERE type='index' AND sql NOTNULL LIMIT 1"
        ).fetchone()
        db.execute(f"DROP INDEX {index}")
        db.execute("UPDATE owners SET pid = 1, process_start = '1'")
        db.execute("UPDATE runs SET status = 'RUNNING', ended_ms = NULL WHERE name = 'noted'")
    path.rename(store.root / "objects" / f".{path.parent.name}{path.name}.removed")
    (store.root / "objects" / ".0123.tmp").write_bytes(b"torn")
    (store.root / ".gitignore").unlink()
    store.writer._rescue.spill([do.set_note(noted, "rescued")])
    return {"run": noted}


def _repaired(here: Path, extra: dict[str, Any]) -> list[str]:
    store = Store.open(here / ".nbtrail")
    run = store.reader.run(extra["run"])
    return [] if run.note == "rescued" else ["the rescue file is lost"]


VERBS = {
    "purge": lambda here: purge(here / ".nbtrail"),
    "gc": lambda here: collect(here / ".nbtrail", 30),
    "scrub": lambda here: scrub(here / ".nbtrail", Needle.secret(SECRET)),
    "backup": _back_up,
    "bundle": _bundle,
    "merge": lambda here: merge(here / ".nbtrail", here / "other"),
    "repair": lambda here: repair(here / ".nbtrail"),
}
_PREPARE = {
    "purge": _prepare_purge,
    "gc": _prepare_gc,
    "scrub": _prepare_scrub,
    "backup": _prepare_copy,
    "bundle": _prepare_copy,
    "merge": _prepare_merge,
    "repair": _prepare_repair,
}
_DONE = {
    "purge": _purged,
    "gc": _collected,
    "scrub": _scrubbed,
    "backup": _copied,
    "bundle": _bundled,
    "merge": _merged,
    "repair": _repaired,
}
