"""From a place on disk to everything about one run; every function here may block."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from nbtrail.compare.curves import reduced_curve
from nbtrail.exceptions import NotFoundError, StoreError, UsageError
from nbtrail.server.places import Place, open_trail
from nbtrail.tracking.gathering import Gathering
from nbtrail.tracking.smallimages import SHOWN
from nbtrail.views.changes import run_changes
from nbtrail.views.contract import run_curves, run_detail

__all__ = ["Preview", "artifact", "changes", "curves", "diff", "lineage", "run"]

COMMAND_S = 60
ASKED_WRONGLY = 2  # exit code of the command line
MOST_CURVES = 50
MOST_BYTES = 8_000_000
TEXTS = ("text/", "application/json", "application/toml", "application/yaml")


@dataclass(frozen=True, slots=True)
class Preview:
    """Bytes of an artifact that a browser may show: a picture, or plain text."""

    media_type: str
    data: bytes


def run(place: Place, run_id: str) -> dict[str, Any]:
    """Answer everything about one run.

    Raises
    ------
    NotFoundError
        When there is no such run, or no trail.
    """
    reader = open_trail(place).reader
    found = reader.run(run_id)
    cells = reader.cells(found.session_id, 0, found.last_cell) if found.last_cell >= 0 else ()
    return run_detail(found, cells)


def changes(place: Place, run_id: str) -> dict[str, Any]:
    """Answer what differs from the run's parent, or from the run before it.

    Raises
    ------
    NotFoundError
        When there is no such run, or no trail.
    """
    reader = open_trail(place).reader
    found = reader.run(run_id)
    before = reader.previous(found)
    if before is None:
        return run_changes(None)
    return run_changes(Gathering(reader, (before, run_id)).comparison())


def curves(
    place: Place, run_id: str, keys: Sequence[str], points: int, axis: str
) -> dict[str, Any]:
    """Answer the histories of metrics, reduced to at most `points` points each.

    Raises
    ------
    UsageError
        When too many are asked for, or over another axis than step and time.
    NotFoundError
        When there is no trail.
    """
    if len(keys) > MOST_CURVES:
        raise UsageError(f"At most {MOST_CURVES} metrics are drawn at once, not {len(keys)}.")
    reader = open_trail(place).reader
    return run_curves(
        [reduced_curve(reader.series(run_id, key), 0, points, axis) for key in keys], axis
    )


def artifact(place: Place, run_id: str, path: str) -> Preview:
    """Answer the bytes of an artifact, when a browser can show them without running anything.

    Raises
    ------
    NotFoundError
        When there is no such run or artifact, or no trail.
    UsageError
        When it is neither a picture nor a text, or too large.
    """
    store = open_trail(place)
    found = next((a for a in store.reader.run(run_id).artifacts if a.path == path), None)
    if found is None:
        raise NotFoundError(f"Run {run_id[:12]} has no artifact {path!r}.")
    if found.size > MOST_BYTES:
        raise UsageError(
            f"{path} has {found.size:,} bytes; only {MOST_BYTES:,} are shown. Write it to a file "
            "with nbtrail.get_run, or take it from the trail's objects."
        )
    if found.media_type in SHOWN:
        return Preview(found.media_type, store.objects.read(found.sha256))
    if found.media_type.startswith(TEXTS):
        return Preview("text/plain; charset=utf-8", store.objects.read(found.sha256))
    raise UsageError(f"A file of type {found.media_type} is not shown, since it could run code.")


def diff(place: Place, run_id: str) -> dict[str, Any]:
    """Answer what the working tree held beside the commit when a run started.

    Raises
    ------
    NotFoundError
        When there is no trail.
    StoreError
        When it can't be told.
    """
    return _told(place, run_id, "--diff")


def lineage(place: Place, run_id: str) -> dict[str, Any]:
    """Answer which executed cells a run came from.

    Raises
    ------
    NotFoundError
        When there is no trail.
    UsageError
        When the run has no recorded cells.
    StoreError
        When it can't be told.
    """
    return _told(place, run_id, "--lineage")


def _told(place: Place, run_id: str, what: str) -> dict[str, Any]:
    """Answer what the command line tells of a run.

    That is a process of its own, since it takes what the server never loads.
    """
    root = open_trail(place).root
    command = [sys.executable, "-P", "-m", "nbtrail.cli", "show", run_id, what, "--json"]
    try:
        done = subprocess.run(
            [*command, "--store", str(root)],
            cwd=root.parent,
            capture_output=True,
            timeout=COMMAND_S,
            check=False,
            env=os.environ | {"PYTHONIOENCODING": "utf-8"},
        )
        document: dict[str, Any] = json.loads(done.stdout)
    except (OSError, subprocess.TimeoutExpired, ValueError) as error:
        text = f"The {what.removeprefix('--')} of run {run_id[:12]} can't be told: {error}."
        raise StoreError(text) from error
    if "error" in document:
        refused = UsageError if done.returncode == ASKED_WRONGLY else StoreError
        raise refused(str(document["error"]["message"]))
    return document
