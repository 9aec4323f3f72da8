"""From a place on disk to the documents of lists; every function here may block."""

from __future__ import annotations

import logging
import time
from math import isfinite
from pathlib import Path
from typing import Any

from nbtrail._version import __version__
from nbtrail.compare.curves import reduced_curve
from nbtrail.entities.overview import SessionFits
from nbtrail.entities.table import RunTable
from nbtrail.exceptions import StoreError
from nbtrail.server.places import Place, locate
from nbtrail.server.query import RunsQuery
from nbtrail.store.reader import Reader
from nbtrail.store.store import Store
from nbtrail.views.contract import (
    groups_page,
    known_keys,
    pipelines_page,
    registry_page,
    runs_page,
    session_fits,
)

__all__ = ["data_version", "groups", "keys", "models", "pipelines", "runs", "status"]

SPARK_POINTS = 32
MOST_SPARKS = 20
MOST_PIPELINES = 200


def status(root: Path, notebook: str) -> dict[str, Any]:
    """Say what there is for a notebook; a trail that can't be read is an answer, too."""
    place = locate(root, notebook)
    found, version, total, running = "outside" if place.outside else "absent", -1, 0, 0
    session: SessionFits | None = None
    writable = False
    if place.store is not None:
        try:
            store = Store.open(place.store)
            reader = store.reader
            version = reader.data_version()
            total = reader.runs(limit=0).total
            running = reader.runs(query="status = RUNNING", limit=0).total
            session = reader.session_fits(place.notebook) if place.notebook else None
            writable = not store.read_only
            found = "found"
        except StoreError as error:
            logging.getLogger("nbtrail").warning("%s", error)
            found = "unreadable"
    return {
        "version": __version__,
        "store": found,
        "writable": writable,
        "project": place.project,
        "notebook": place.notebook,
        "data_version": version,
        "runs": total,
        "running": running,
        "session": session_fits(session),
        "now_ms": time.time_ns() // 1_000_000,
    }


def runs(place: Place, query: RunsQuery) -> dict[str, Any]:
    """Answer one page of runs; an empty one without a trail."""
    if place.store is None or (query.here and not place.notebook):
        return runs_page(RunTable(total=0), query.offset)
    source = place.notebook if query.here else None
    if query.by == "source":
        if source not in {None, query.group}:
            return runs_page(RunTable(total=0), query.offset)
        source = query.group
    reader = _reader(place.store)
    table = reader.runs(
        query=query.text,
        also=query.quick,
        order=query.order,
        descending=query.descending,
        limit=query.limit,
        offset=query.offset,
        source=source,
        experiment=query.group if query.by == "experiment" else None,
        count=query.count,
    )
    return runs_page(table, query.offset, query.columns, _sparks(reader, table))


def groups(place: Place, query: RunsQuery) -> dict[str, Any]:
    """Answer how many runs of each group match; one group of all when none is asked for."""
    if place.store is None or (query.here and not place.notebook):
        return groups_page(())
    return groups_page(
        _reader(place.store).groups(
            query.by,
            query=query.text,
            also=query.quick,
            source=place.notebook if query.here else None,
        )
    )


def keys(place: Place) -> dict[str, Any]:
    """Answer the keys that runs can be searched and shown by."""
    return known_keys(None if place.store is None else _reader(place.store).keys())


def models(place: Place) -> dict[str, Any]:
    """Answer the registered models with the moves of their aliases; none without a trail."""
    if place.store is None:
        return registry_page(())
    reader = _reader(place.store)
    return registry_page([(model, reader.alias_history(model.name)) for model in reader.models()])


def pipelines(place: Place) -> dict[str, Any]:
    """Answer the latest exported pipelines; none without a trail."""
    return pipelines_page(_reader(place.store).pipelines(MOST_PIPELINES) if place.store else ())


def data_version(store: Path) -> int:
    """Return a number that grows with every change of a trail."""
    return _reader(store).data_version()


def _sparks(reader: Reader, table: RunTable) -> dict[str, list[float]]:
    """Return the course of the main metric of the runs that are running, the first 20."""
    running = [
        (run_id, key)
        for run_id, state, key in zip(table.run_id, table.status, table.main_metric, strict=True)
        if state == "RUNNING" and key
    ]
    return {
        run_id: [
            y for y in reduced_curve(reader.series(run_id, key), 0, SPARK_POINTS).y if isfinite(y)
        ]
        for run_id, key in running[:MOST_SPARKS]
    }


def _reader(store: Path) -> Reader:
    return Store.open(store).reader
