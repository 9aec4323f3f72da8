"""The operations on what a run holds in bulk: metrics, datasets, artifacts, models."""

from __future__ import annotations

import math
import sqlite3
from collections.abc import Sequence

from nbtrail.entities.codec import dumps
from nbtrail.entities.dataset import Dataset, DatasetUse
from nbtrail.entities.model import Artifact, ModelRecord
from nbtrail.entities.run import Metric, MetricPoint
from nbtrail.exceptions import NotFoundError
from nbtrail.store.chunks import Points, add_points
from nbtrail.store.operations import STRIDE
from nbtrail.store.values import capped, encode_float, execute, float_of, whole_numbers

__all__ = [
    "log_artifact",
    "log_datasets",
    "log_many_metrics",
    "log_metrics",
    "put_model",
    "run_key",
]


def run_key(db: sqlite3.Connection, run_id: str) -> int:
    """Return the integer key of a run.

    Raises
    ------
    NotFoundError
        When it is not in the store.
    """
    row = execute(db, "SELECT id FROM runs WHERE run_id = ?", (run_id,)).fetchone()
    if row is None:
        raise NotFoundError(
            f"There is no run {run_id} in this trail. List the runs with: %track runs"
        )
    return int(row[0])


def log_metrics(
    db: sqlite3.Connection,
    run_id: str,
    points: tuple[MetricPoint, ...],
    infos: tuple[Metric, ...],
    first: int,
) -> None:
    run = run_key(db, run_id)
    groups = _Groups()
    groups.add(run, points, first)
    for offset, info in enumerate(infos, start=len(points)):
        if (run, info.key) not in groups.found and not _has_points(db, run, info.key):
            point = MetricPoint(info.key, info.last, info.last_step, info.last_ms)
            groups.add(run, (point,), first + offset * STRIDE)
    groups.write(db)
    for info in infos:
        _describe(db, _metric(db, run, info.key), info)


def log_many_metrics(
    db: sqlite3.Connection, calls: Sequence[tuple[str, tuple[MetricPoint, ...], int]]
) -> None:
    """Do many calls that only add points: a training loop makes one for each point."""
    groups = _Groups()
    keys: dict[str, int] = {}
    for run_id, points, first in calls:
        if run_id not in keys:
            keys[run_id] = run_key(db, run_id)
        groups.add(keys[run_id], points, first)
    groups.write(db)


class _Groups:
    """Points of several metrics, put together by run and key."""

    def __init__(self) -> None:
        self.found: dict[tuple[int, str], tuple[list[int], list[MetricPoint]]] = {}

    def add(self, run: int, points: Sequence[MetricPoint], first: int) -> None:
        """Take points that are numbered from `first` on."""
        if len({point.key for point in points}) == 1:
            seqs, known = self._group(run, points[0].key)
            seqs.extend(range(first, first + STRIDE * len(points), STRIDE))
            known.extend(points)
            return
        for offset, point in enumerate(points):
            seqs, known = self._group(run, point.key)
            seqs.append(first + offset * STRIDE)
            known.append(point)

    def write(self, db: sqlite3.Connection) -> None:
        """Put the points into the database."""
        for (run, key), (seqs, points) in self.found.items():
            _add_points(db, _metric(db, run, key), seqs, points)

    def _group(self, run: int, key: str) -> tuple[list[int], list[MetricPoint]]:
        return self.found.setdefault((run, key), ([], []))


def _has_points(db: sqlite3.Connection, run: int, key: str) -> bool:
    row = execute(
        db, "SELECT 1 FROM metrics WHERE run = ? AND key = ? AND count > 0", (run, capped(key))
    )
    return row.fetchone() is not None


def _metric(db: sqlite3.Connection, run: int, key: str) -> int:
    key = capped(key)
    known = execute(db, "SELECT metric_id FROM metrics WHERE run = ? AND key = ?", (run, key))
    row = known.fetchone()
    if row is not None:
        return int(row[0])
    made = execute(db, "INSERT INTO metrics (run, key) VALUES (?, ?)", (run, key))
    return int(made.lastrowid or 0)


def _add_points(
    db: sqlite3.Connection, metric: int, seqs: list[int], points: Sequence[MetricPoint]
) -> None:
    steps = whole_numbers([point.step for point in points])
    times = whole_numbers([point.timestamp_ms for point in points])
    values = [float_of(point.value) for point in points]
    new = add_points(db, metric, Points(seqs, steps, times, values))
    at = seqs.index(max(seqs))
    value, code = encode_float(values[at])
    numbers = [value for value in values if value == value]  # noqa: PLR0124 - all but NaN
    db.execute(
        "UPDATE metrics SET count = count + ?2, "
        "minimum = min(coalesce(minimum, ?3), coalesce(?3, minimum)), "
        "maximum = max(coalesce(maximum, ?4), coalesce(?4, maximum)) WHERE metric_id = ?1",
        (metric, new, min(numbers, default=None), max(numbers, default=None)),
    )
    db.execute(
        "UPDATE metrics SET last = ?2, last_code = ?3, last_step = ?4, last_ms = ?5, last_seq = ?6 "
        "WHERE metric_id = ?1 AND last_seq <= ?6",
        (metric, value, code, steps[at], times[at], seqs[at]),
    )


def _describe(db: sqlite3.Connection, metric: int, info: Metric) -> None:
    numbers = [v for v in (info.minimum, info.maximum) if not math.isnan(v)]
    execute(
        db,
        "UPDATE metrics SET origin = ?2, role = ?3, link = ?4, cell_seq = ?5, statement = ?6, "
        "expression = ?7, count = max(count, ?8), "
        "minimum = min(coalesce(minimum, ?9), coalesce(?9, minimum)), "
        "maximum = max(coalesce(maximum, ?10), coalesce(?10, maximum)) WHERE metric_id = ?1",
        (
            metric,
            info.origin,
            info.role,
            info.link,
            info.cell_seq,
            info.statement,
            info.expression,
            info.count,
            min(numbers, default=None),
            max(numbers, default=None),
        ),
    )


def log_datasets(db: sqlite3.Connection, run_id: str, uses: tuple[DatasetUse, ...]) -> None:
    run = run_key(db, run_id)
    for use in uses:
        execute(
            db,
            "INSERT INTO dataset_uses "
            "(run, dataset_id, name, context, seen, source, version, query, shared) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) "
            "ON CONFLICT DO UPDATE SET shared = max(shared, excluded.shared)",
            (
                run,
                _dataset(db, use.dataset),
                capped(use.name),
                use.context.value,
                use.seen.value,
                use.source,
                capped(use.version),
                capped(use.query),
                use.shared,
            ),
        )


def _dataset(db: sqlite3.Connection, dataset: Dataset) -> int:
    digest = dataset.digest
    values = (
        digest.content,
        digest.schema,
        digest.coverage.value,
        dataset.kind,
        dataset.rows,
        dumps(dataset.columns),
        dumps(dataset.shape),
    )
    row = execute(
        db,
        "SELECT dataset_id FROM datasets WHERE content = ? AND schema = ? AND coverage = ? "
        "AND kind = ? AND rows = ? AND columns = ? AND shape = ?",
        values,
    ).fetchone()
    if row is not None:
        if dataset.profile is not None:
            execute(
                db,
                "UPDATE datasets SET profile = ? WHERE dataset_id = ? AND profile IS NULL",
                (dumps(dataset.profile), row[0]),
            )
        return int(row[0])
    cursor = execute(
        db,
        "INSERT INTO datasets (content, schema, coverage, kind, rows, columns, shape, profile) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (*values, None if dataset.profile is None else dumps(dataset.profile)),
    )
    return int(cursor.lastrowid or 0)


def log_artifact(db: sqlite3.Connection, run_id: str, artifact: Artifact) -> None:
    execute(
        db,
        "INSERT OR REPLACE INTO artifacts VALUES (?, ?, ?, ?, ?)",
        (
            run_key(db, run_id),
            artifact.path,
            artifact.sha256,
            artifact.size,
            artifact.media_type,
        ),
    )


def put_model(db: sqlite3.Connection, run_id: str, model: ModelRecord) -> None:
    execute(
        db,
        "INSERT INTO models (model_id, run, name, class_name, digest, flavor, path, status, "
        "problem, signature, variable) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) "
        "ON CONFLICT (model_id) DO UPDATE SET name = excluded.name, "
        "class_name = excluded.class_name, digest = excluded.digest, flavor = excluded.flavor, "
        "path = excluded.path, status = excluded.status, problem = excluded.problem, "
        "signature = excluded.signature, variable = excluded.variable",
        (
            model.model_id,
            run_key(db, run_id),
            capped(model.name),
            model.class_name,
            model.digest,
            model.flavor,
            model.path,
            model.status,
            capped(model.problem),
            None if model.signature is None else dumps(model.signature),
            model.variable,
        ),
    )
