"""From a place on disk to a document of the contract; every function here may block."""

from __future__ import annotations

import logging
import time
from pathlib import Path
from typing import Any

from nbtrail._version import __version__
from nbtrail.entities.table import RunTable
from nbtrail.exceptions import NotFoundError, StoreError
from nbtrail.server.places import Place, locate
from nbtrail.server.query import RunsQuery
from nbtrail.store.reader import Reader
from nbtrail.store.store import Store
from nbtrail.views.contract import models_page, run_detail, runs_page

__all__ = ["data_version", "models", "run", "runs", "status"]


def status(root: Path, notebook: str) -> dict[str, Any]:
    """Say what there is for a notebook; a trail that can't be read is an answer, too."""
    place = locate(root, notebook)
    found, version, total, running = "outside" if place.outside else "absent", -1, 0, 0
    if place.store is not None:
        try:
            reader = _reader(place.store)
            version = reader.data_version()
            total = reader.runs(limit=0).total
            running = reader.runs(query="status = RUNNING", limit=0).total
            found = "found"
        except StoreError as error:
            logging.getLogger("nbtrail").warning("%s", error)
            found = "unreadable"
    return {
        "version": __version__,
        "store": found,
        "project": place.project,
        "notebook": place.notebook,
        "data_version": version,
        "runs": total,
        "running": running,
        "now_ms": time.time_ns() // 1_000_000,
    }


def runs(place: Place, query: RunsQuery) -> dict[str, Any]:
    """Answer one page of runs; an empty one without a trail."""
    if place.store is None or (query.here and not place.notebook):
        return runs_page(RunTable(total=0), query.offset)
    table = _reader(place.store).runs(
        query=query.text,
        order=query.order,
        descending=query.descending,
        limit=query.limit,
        offset=query.offset,
        source=place.notebook if query.here else None,
    )
    return runs_page(table, query.offset)


def run(place: Place, run_id: str) -> dict[str, Any]:
    """Answer everything about one run.

    Raises
    ------
    NotFoundError
        When there is no such run, or no trail.
    """
    if place.store is None:
        raise NotFoundError("There is no trail here, and so no run of that id.")
    reader = _reader(place.store)
    found = reader.run(run_id)
    cells = reader.cells(found.session_id, 0, found.last_cell) if found.last_cell >= 0 else ()
    return run_detail(found, cells)


def models(place: Place) -> dict[str, Any]:
    """Answer the registered models; none without a trail."""
    return models_page(_reader(place.store).models() if place.store else ())


def data_version(store: Path) -> int:
    """Return a number that grows with every change of a trail."""
    return _reader(store).data_version()


def _reader(store: Path) -> Reader:
    return Store.open(store).reader
