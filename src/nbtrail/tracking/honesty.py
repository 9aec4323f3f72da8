"""Gives ended runs what their session's history says of them, beside the user's code.

That are the marks which their recorded cells earn them, and the data that earlier
cells read for them.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from nbtrail.capture.guard import guarded
from nbtrail.entities.cell import CellExecution
from nbtrail.entities.dataset import DatasetUse
from nbtrail.exceptions import NotFoundError
from nbtrail.foreground import foreground
from nbtrail.store.store import Store
from nbtrail.tracking.activerun import ActiveRun
from nbtrail.tracking.worker import Worker

__all__ = ["Judge", "cell_places", "notebook_cells"]

_LARGEST_NOTEBOOK = 20 << 20  # bytes: larger files are mostly outputs and slow to read


class Judge:
    """Judges runs of one session in a thread of its own.

    Parameters
    ----------
    store : Store
    session_id : str
    notebook : callable
        The notebook's file, or None when nobody knows it.
    readings : mapping of int to tuple of DatasetUse
        What each cell read; it grows with the session.
    """

    def __init__(
        self,
        store: Store,
        session_id: str,
        notebook: Callable[[], Path | None],
        readings: Mapping[int, tuple[DatasetUse, ...]],
    ) -> None:
        self._store = store
        self._session_id = session_id
        self._notebook = notebook
        self._lock = threading.Lock()
        self._waiting: dict[str, ActiveRun] = {}
        self._readings = readings
        self._worker = Worker("nbtrail-judge", self._work)
        self._cells: list[CellExecution] = []

    def judge(self, run: ActiveRun) -> None:
        """Judge an ended run, all of whose cells are recorded."""
        with self._lock:
            self._waiting[run.run_id] = run
        self._worker.wake()

    def wait(self, timeout_s: float) -> None:
        """Wait until all runs are judged, at most `timeout_s` seconds."""
        self._worker.wait(timeout_s)

    def close(self, timeout_s: float) -> None:
        """Wait as `wait` does, and end the thread."""
        self._worker.close(timeout_s)

    def _work(self) -> None:
        while True:
            with self._lock:
                if not self._waiting:
                    return
                run = self._waiting.pop(next(iter(self._waiting)))
            self._one(run)

    @guarded
    def _one(self, run: ActiveRun) -> None:
        from nbtrail.lineage.honesty import judge
        from nbtrail.tracking.redaction import cell_marks

        if not self._store.flush(5.0):
            return  # it waits in a rescue file, and whoever could not write it has said so
        foreground.give_way()  # and again after each step: the next cell may have begun
        try:
            record = self._store.reader.run(run.run_id)
        except NotFoundError:
            return  # its start still waits in a rescue file
        foreground.give_way()
        known = self._cells[-1].seq + 1 if self._cells else 0
        self._cells += self._store.reader.cells(self._session_id, known)
        foreground.give_way()
        found = judge(record, self._cells, cell_places(self._notebook()))
        foreground.give_way()
        run.add_marks((*found.marks, *cell_marks(record, self._cells)))
        run.add_datasets(
            use
            for seq in sorted(found.cells)
            for use in self._readings.get(seq, ())
            # a file by the statement that read it, what is no file by its cell
            if use.query or "://" in use.source or _is_among(use.source, found.files)
        )


def _is_among(source: str, files: frozenset[str]) -> bool:
    """Say whether a file, or a part of a folder, is one of `files`."""
    return source in files or any(path.startswith(f"{source}/") for path in files)


def cell_places(notebook: Path | None) -> dict[str, int]:
    """Return the place of each cell id in a notebook file (nbformat 4.5 and later).

    Empty when there is no file, or it can't be read, or its cells have no ids.
    """
    cells = notebook_cells(notebook)
    return {cell["id"]: place for place, cell in enumerate(cells) if cell.get("id")}


def notebook_cells(notebook: Path | None) -> list[dict[str, Any]]:
    """Return the cells of a notebook file as they are stored; none when it can't be read."""
    try:
        if notebook is None or notebook.stat().st_size > _LARGEST_NOTEBOOK:
            return []
        cells = json.loads(notebook.read_bytes())["cells"]
        return [cell for cell in cells if isinstance(cell, dict)]
    except (OSError, ValueError, TypeError, KeyError):
        return []
