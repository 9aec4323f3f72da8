"""Notices that a trail changed, cheaply, and only for trails that somebody looked at."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from nbtrail.exceptions import NbtrailError
from nbtrail.server.places import locate
from nbtrail.server.trail import data_version
from nbtrail.store.connection import DATABASE

__all__ = ["Watcher"]

MAX_WATCHED = 16
FILES = (DATABASE, f"{DATABASE}-wal")


@dataclass(frozen=True, slots=True)
class State:
    """What a trail looked like; `files` is the cheap part, `version` the meaningful one."""

    store: Path | None = None
    project: str = ""
    files: tuple[tuple[int, ...], ...] = ()
    version: int = -1

    def same(self, other: State) -> bool:
        """Say whether readers would find the same in both."""
        return self.store == other.store and self.version == other.version


InThread = Callable[..., Awaitable[dict[str, State]]]


class Watcher:
    """Remembers which notebooks were asked about, and the state of their trails.

    A look reads the files' metadata, and only when that differs the database: a
    heartbeat of a kernel changes the files, but nothing that a panel shows. At most 16
    notebooks are watched; the one asked about the longest time ago makes room.

    Parameters
    ----------
    root : Path
        The server's root folder.
    changed : callable
        Gets the project's folder, relative to the root, of each trail that changed.
    """

    def __init__(self, root: Path, changed: Callable[[str], None]) -> None:
        self._root = root
        self._changed = changed
        self._watched: OrderedDict[str, State] = OrderedDict()

    async def add(self, notebook: str, in_thread: InThread) -> None:
        """Watch the trail of a notebook; what is read from now on can't be missed."""
        if notebook not in self._watched:
            looked = await in_thread(self._look_at_all, {notebook: None})
            self._watched.setdefault(notebook, looked[notebook])
        self._watched.move_to_end(notebook)
        while len(self._watched) > MAX_WATCHED:
            self._watched.popitem(last=False)

    async def poll(self, in_thread: InThread) -> None:
        """Look at each watched trail once, in a thread, and tell which changed."""
        before = dict(self._watched)
        now = await in_thread(self._look_at_all, before)
        projects: set[str] = set()
        for notebook, state in now.items():
            if notebook not in self._watched:
                continue
            if not before[notebook].same(state):
                # of a trail that has gone only the former state knows the project
                projects |= {s.project for s in (before[notebook], state) if s.store is not None}
            self._watched[notebook] = state
        for project in sorted(projects):
            self._changed(project)

    def _look_at_all(self, before: Mapping[str, State | None]) -> dict[str, State]:
        return {notebook: self._look(notebook, last) for notebook, last in before.items()}

    def _look(self, notebook: str, last: State | None) -> State:
        try:
            place = locate(self._root, notebook)
            if place.store is None:
                return State()
            files = tuple(_stamp(place.store / name) for name in FILES)
            if last is not None and (last.store, last.files) == (place.store, files):
                return last
            return State(place.store, place.project, files, data_version(place.store))
        except (NbtrailError, OSError):
            return State()


def _stamp(file: Path) -> tuple[int, ...]:
    try:
        status = file.stat()
    except OSError:
        return ()
    return status.st_ino, status.st_size, status.st_mtime_ns
