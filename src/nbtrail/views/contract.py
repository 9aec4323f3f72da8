"""Entities as the one JSON contract that panel, server and command line share.

The shapes stand in ``labextension/contract/api.json`` (JSON Schema), which the tests
of both sides read. NaN and the infinities are written as the codec writes them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from nbtrail.entities.cell import CellExecution
from nbtrail.entities.codec import to_plain
from nbtrail.entities.curve import Curve
from nbtrail.entities.dataset import DatasetUse
from nbtrail.entities.directions import direction_in
from nbtrail.entities.gate import Gate
from nbtrail.entities.model import AliasMove, RegisteredModel, version_before
from nbtrail.entities.overview import ExportedPipeline, KnownKeys, SessionFits
from nbtrail.entities.run import Experiment, Metric, Run
from nbtrail.entities.table import RunCount, RunTable
from nbtrail.exceptions import NbtrailError

__all__ = [
    "error_body",
    "error_code",
    "gates_page",
    "groups_page",
    "known_keys",
    "model_detail",
    "models_page",
    "pipelines_page",
    "registry_page",
    "run_curves",
    "run_detail",
    "runs_page",
    "session_fits",
]

MAX_CELLS = 200
MAX_CHECKS = 100
MAX_VALUE = 200


def runs_page(
    table: RunTable,
    offset: int = 0,
    columns: Sequence[str] = (),
    sparks: Mapping[str, Sequence[float]] | None = None,
) -> dict[str, Any]:
    """Return a page of runs.

    Parameters
    ----------
    offset : int
        Position of its first run among all.
    columns : sequence of str
        ``metrics.KEY`` and ``params.KEY`` whose values each row gives; a long one is cut.
    sparks : mapping of str to sequence of float, optional
        Run id to the course of its main metric.
    """
    shown = {column: _column(table, column) for column in columns}
    return {
        "total": table.total,
        "offset": offset,
        "runs": [
            _run_row(table, index)
            | {
                "values": {column: values[index] for column, values in shown.items() if values},
                "spark": list((sparks or {}).get(table.run_id[index], ())),
            }
            for index in range(len(table))
        ],
    }


def groups_page(groups: Sequence[RunCount]) -> dict[str, Any]:
    """Return how many runs each group has."""
    return {"groups": [to_plain(group) for group in groups]}


def known_keys(keys: KnownKeys | None) -> dict[str, Any]:
    """Return the keys that runs can be searched and shown by."""
    plain: dict[str, Any] = to_plain(keys or KnownKeys())
    return plain


def session_fits(fits: SessionFits | None) -> dict[str, Any] | None:
    """Return the fits of a running notebook, None without any."""
    plain: dict[str, Any] | None = to_plain(fits)
    return plain


def run_detail(run: Run, cells: Sequence[CellExecution] = ()) -> dict[str, Any]:
    """Return everything about one run.

    Parameters
    ----------
    run : Run
    cells : sequence of CellExecution
        The session's history up to the run's last cell, in execution order; of a
        longer one the latest 200 cells are given and the others counted.
    """
    plain: dict[str, Any] = to_plain(run)
    kept = cells[-MAX_CELLS:]
    return plain | {
        "experiment": run.experiment.name,
        "main_metric": _main_metric(run),
        "metrics": [_metric(metric, run.experiment) for metric in run.metrics],
        "duration_ms": None if run.ended_ms is None else run.ended_ms - run.started_ms,
        "datasets": [_dataset(use) for use in run.datasets],
        "cells": [_cell(cell, run) for cell in kept],
        "cells_left_out": len(cells) - len(kept),
    }


def run_curves(curves: Sequence[Curve], axis: str) -> dict[str, Any]:
    """Return histories of one run's metrics over `axis`, ``step`` or ``time``."""
    return {
        "axis": axis,
        "curves": [
            {"key": c.key, "count": c.count, "x": to_plain(c.x), "y": to_plain(c.y)} for c in curves
        ],
    }


def models_page(models: Sequence[RegisteredModel]) -> dict[str, Any]:
    """Return registered models with their versions and aliases."""
    return {"models": [to_plain(model) for model in models]}


def registry_page(
    models: Sequence[tuple[RegisteredModel, Sequence[AliasMove]]],
) -> dict[str, Any]:
    """Return registered models, each with every move of its aliases."""
    return {"models": [model_detail(model, history) for model, history in models]}


def pipelines_page(pipelines: Sequence[ExportedPipeline]) -> dict[str, Any]:
    """Return exported pipelines, each with the verdict it has now."""
    return {"pipelines": [_pipeline(exported) for exported in pipelines]}


def model_detail(model: RegisteredModel, history: Sequence[AliasMove]) -> dict[str, Any]:
    """Return one registered model with every move of its aliases, oldest first.

    ``before`` names the version that a rollback of each alias leads to.
    """
    plain: dict[str, Any] = to_plain(model)
    before = {alias: version_before(history, alias) for alias in model.aliases}
    return plain | {"history": [to_plain(move) for move in history], "before": before}


def gates_page(gates: Sequence[Gate]) -> dict[str, Any]:
    """Return what the gates say about a promotion."""
    return {"gates": [to_plain(gate) for gate in gates]}


def error_body(code: str, message: str, reasons: Sequence[str] = ()) -> dict[str, Any]:
    """Return what is answered instead of a document when something went wrong."""
    return {"error": {"code": code, "message": message, "reasons": list(reasons)}}


def error_code(error: Exception) -> str:
    """Return the stable code of an error of ours: ``not-found``, ``schema-too-new``, ..."""
    if not isinstance(error, NbtrailError):
        return "failed"
    name = type(error).__name__.removesuffix("Error")
    return re.sub(r"(?<!^)(?=[A-Z])", "-", name).lower()


def _run_row(table: RunTable, index: int) -> dict[str, Any]:
    key = table.main_metric[index]
    metric = {
        "key": key,
        "value": to_plain(table.main_value[index]),
        "direction": to_plain(table.main_direction[index]),
    }
    return {
        "run_id": table.run_id[index],
        "name": table.name[index],
        "experiment": table.experiment[index],
        "status": table.status[index],
        "reason": table.reason[index],
        "started_ms": table.started_ms[index],
        "ended_ms": table.ended_ms[index],
        "source": table.source[index],
        "commit": table.commit[index],
        "dirty": table.dirty[index],
        "parent_run_id": table.parent_run_id[index],
        "marks": list(table.marks[index]),
        "main_metric": metric if key else None,
        "starred": table.starred[index],
        "verdict": table.verdict[index],
    }


def _column(table: RunTable, column: str) -> list[Any]:
    group, _, key = column.partition(".")
    if group == "metrics":
        return [to_plain(value) for value in table.metrics.get(key, ())]
    return [None if v is None else v[:MAX_VALUE] for v in table.params.get(key, ())]


def _pipeline(exported: ExportedPipeline) -> dict[str, Any]:
    manifest = exported.manifest
    verdict = manifest.verdict
    return {
        "run_id": exported.run_id,
        "run_name": manifest.run_name,
        "folder": exported.folder,
        "created_ms": exported.created_ms,
        "form": manifest.form,
        "verdict": None
        if verdict is None
        else {
            "outcome": verdict.outcome.value,
            "scope": verdict.scope.value,
            "culprit": verdict.culprit,
            "unchecked": list(verdict.unchecked),
            "seconds": to_plain(verdict.seconds),
            "verified_ms": verdict.verified_ms,
            "checks": [to_plain(check) for check in verdict.checks[:MAX_CHECKS]],
        },
    }


def _main_metric(run: Run) -> dict[str, Any] | None:
    found = run.metric(run.experiment.main_metric)
    if found is None:
        return None
    return {
        "key": found.key,
        "value": to_plain(found.last),
        "direction": to_plain(run.experiment.direction),
    }


def _metric(metric: Metric, experiment: Experiment) -> dict[str, Any]:
    plain: dict[str, Any] = to_plain(metric)
    return plain | {"direction": to_plain(direction_in(experiment, metric.key))}


def _dataset(use: DatasetUse) -> dict[str, Any]:
    dataset = use.dataset
    return {
        "name": use.name,
        "context": use.context.value,
        "seen": use.seen.value,
        "source": use.source,
        "kind": dataset.kind,
        "rows": dataset.rows,
        "columns": [{"name": c.name, "dtype": c.dtype} for c in dataset.columns],
        "content": dataset.digest.content,
        "schema": dataset.digest.schema,
        "short": dataset.digest.short(),
        "coverage": dataset.digest.coverage.value,
        "version": use.version,
        "query": use.query,
        "profile": to_plain(dataset.profile),
    }


def _cell(cell: CellExecution, run: Run) -> dict[str, Any]:
    return {
        "seq": cell.seq,
        "cell_id": cell.cell_id,
        "execution_count": cell.execution_count,
        "source": cell.source,
        "status": cell.status.value,
        "error": cell.error,
        "started_ms": cell.started_ms,
        "ended_ms": cell.ended_ms,
        "in_run": run.first_cell <= cell.seq <= run.last_cell,
    }
