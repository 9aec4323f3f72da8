"""Which other trails lie below the server's root: a walk that is bounded in every way."""

from __future__ import annotations

import os
import time
from collections import deque
from collections.abc import Callable
from itertools import islice
from pathlib import Path
from typing import Any

from nbtrail.config import FOLDER
from nbtrail.exceptions import NbtrailError
from nbtrail.server.places import locate
from nbtrail.store.connection import DATABASE
from nbtrail.views.contract import trails_page

__all__ = ["trails"]

DEPTH = 6
FOLDERS = 20_000
ENTRIES = 20_000  # of one folder
SECONDS = 1.5
TRAILS = 100

# Nobody keeps notebooks in these, and each can hold more folders than all the rest.
SKIPPED = frozenset({"node_modules", "__pycache__", "site-packages", "__pypackages__"})
ENVIRONMENT = "pyvenv.cfg"  # stands in every virtual environment


def trails(root: Path, stopped: Callable[[], bool] = bool) -> dict[str, Any]:
    """Answer a ``trails_page``: trails near the root before those deep below it.

    At most 6 levels and 20,000 folders are looked at, for 1.5 s; hidden folders, links,
    environments and installed packages are passed over. The answer says when it was cut short.

    Parameters
    ----------
    root : Path
        The server's root folder.
    stopped : callable
        Says whether nobody waits for the answer any more.
    """
    if "NBTRAIL_DIR" in os.environ:  # then there is one trail, for every folder
        return trails_page((), complete=True)
    root = root.resolve()
    found: list[tuple[str, int]] = []
    waiting = deque([(root, 0)])
    until = time.monotonic() + SECONDS
    seen = 0
    while waiting:
        if seen >= FOLDERS or len(found) >= TRAILS or time.monotonic() > until or stopped():
            break
        folder, depth = waiting.popleft()
        seen += 1
        below, has_trail = _look(folder)
        if has_trail and (project := _project(root, folder)) is not None:
            found.append((project, _changed_ms(folder / FOLDER)))
        if depth < DEPTH:
            waiting.extend((one, depth + 1) for one in below)
    return trails_page(sorted(found), complete=not waiting)


def _look(folder: Path) -> tuple[list[Path], bool]:
    """Return the folders that may hold trails, and whether this one has a trail of its own."""
    below: list[Path] = []
    has_trail = is_environment = False
    try:
        with os.scandir(folder) as entries:
            for entry in islice(entries, ENTRIES):
                is_environment |= entry.name == ENVIRONMENT
                if not entry.is_dir(follow_symlinks=False):
                    continue
                has_trail |= entry.name == FOLDER
                if not entry.name.startswith(".") and entry.name not in SKIPPED:
                    below.append(Path(entry.path))
    except OSError:  # not ours to read, or gone meanwhile
        return [], False
    return [] if is_environment and not has_trail else sorted(below), has_trail


def _project(root: Path, folder: Path) -> str | None:
    """Return the folder as a client names it, if its trail is what is found from there."""
    project = "" if folder == root else folder.relative_to(root).as_posix()
    try:
        place = locate(root, f"{project}/" if project else "")
    except NbtrailError:  # such as a name that no client could send
        return None
    return project if place.store == folder / FOLDER else None


def _changed_ms(store: Path) -> int:
    times = [0]
    for name in (DATABASE, f"{DATABASE}-wal"):
        try:
            times.append((store / name).stat().st_mtime_ns)
        except OSError:
            continue
    return max(times) // 1_000_000
