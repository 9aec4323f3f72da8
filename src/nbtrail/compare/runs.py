"""Two or more runs side by side, differences first."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

from nbtrail.compare.code import compare_cells, compare_modules
from nbtrail.compare.folds import fold_keys
from nbtrail.compare.provenance import environment_rows, git_rows
from nbtrail.entities.cell import CellExecution
from nbtrail.entities.comparison import (
    CodeChange,
    ComparedRun,
    Comparison,
    DatasetComparison,
    DatasetDiff,
    ImageRow,
    MetricRow,
    ParamRow,
)
from nbtrail.entities.dataset import DatasetUse
from nbtrail.entities.directions import direction_of
from nbtrail.entities.provenance import ModuleSource
from nbtrail.entities.run import Direction, Run
from nbtrail.exceptions import UsageError
from nbtrail.fingerprint.digestdiff import diff_datasets

__all__ = ["compare_runs", "curve_keys"]


def compare_runs(
    runs: Sequence[Run],
    code: Sequence[tuple[CellExecution, ...]] = (),
    modules: Sequence[tuple[tuple[ModuleSource, str], ...]] = (),
) -> Comparison:
    """Compare runs; the first one is what the others are held against.

    Parameters
    ----------
    runs : sequence of Run
        At least two.
    code : sequence of tuple of CellExecution, optional
        The cells that each run used, in the order of execution; without them code is not
        compared, and the result says so.
    modules : sequence of tuple of (ModuleSource, str), optional
        The project's modules that each run had loaded, with their sources.

    Raises
    ------
    UsageError
        For fewer than two runs, or cells that don't go with the runs.
    """
    runs = tuple(runs)
    if len(runs) < 2:
        raise UsageError(
            f"A comparison needs two runs or more, but got {len(runs)}. Name another one: its name, "
            "the first digits of its id, last, last~1, best."
        )
    if code and len(code) != len(runs):
        raise UsageError(
            f"Got the cells of {len(code)} runs for {len(runs)} runs. Give all or none."
        )
    changes, same = _code(runs, code)
    for position in range(1, len(modules)):
        changes += compare_modules(modules[0], modules[position], position)
    environment, packages = environment_rows(runs)
    return Comparison(
        runs=tuple(_head(run) for run in runs),
        params=_params(runs),
        metrics=_metrics(runs),
        datasets=_datasets(runs),
        code=changes,
        code_compared=any(code),
        same_cells=same,
        git=git_rows(runs),
        environment=environment,
        same_packages=packages,
        images=_images(runs),
        curves=curve_keys(runs),
    )


def _head(run: Run) -> ComparedRun:
    return ComparedRun(
        run.run_id,
        run.name,
        run.status.value,
        run.reason,
        run.experiment.name,
        run.started_ms,
        None if run.ended_ms is None else run.ended_ms - run.started_ms,
        tuple(mark.kind.value for mark in run.marks),
    )


def _params(runs: tuple[Run, ...]) -> tuple[ParamRow, ...]:
    keyed = [{param.key: param for param in run.params} for run in runs]
    rows: list[ParamRow] = []
    defaults: set[str] = set()
    for key in dict.fromkeys(key for params in keyed for key in params):
        found = [params.get(key) for params in keyed]
        values = tuple(None if param is None else param.value for param in found)
        # models of two classes have different params: one that was left at its default where
        # it exists tells nothing about the runs
        chosen = any(param is not None and not param.is_default for param in found)
        given = {value for value in values if value is not None}
        differs = len(given) > 1 or (chosen and None in values)
        rows.append(ParamRow(key, values, differs))
        if not chosen:
            defaults.add(key)
    return tuple(sorted(rows, key=lambda row: (not row.differs, row.key in defaults)))


def _metrics(runs: tuple[Run, ...]) -> tuple[MetricRow, ...]:
    keyed = [{metric.key: metric for metric in run.metrics} for run in runs]
    main = {run.experiment.main_metric for run in runs}
    rows: list[MetricRow] = []
    for key in dict.fromkeys(key for metrics in keyed for key in metrics):
        found = [metrics.get(key) for metrics in keyed]
        values = tuple(None if metric is None else metric.last for metric in found)
        # repr, so that NaN equals NaN and every other value only itself
        differs = len({repr(value) for value in values}) > 1
        direction = _direction_among(key, runs)
        best = _best(values, direction) if differs else ()
        rows.append(MetricRow(key, values, differs, direction, best))
    return tuple(sorted(rows, key=lambda row: (not row.differs, row.key not in main)))


def _best(values: tuple[float | None, ...], direction: Direction | None) -> tuple[int, ...]:
    present = [value for value in values if value is not None and not math.isnan(value)]
    if direction is None or len(set(present)) < 2:
        return ()
    top = max(present) if direction is Direction.MAX else min(present)
    return tuple(i for i, value in enumerate(values) if value == top)


def _datasets(runs: tuple[Run, ...]) -> tuple[DatasetComparison, ...]:
    by_run = [_uses(run) for run in runs]
    keys = dict.fromkeys(key for uses in by_run for key in uses)
    rows = [_dataset(key, [uses.get(key) for uses in by_run]) for key in keys]
    return tuple(sorted(rows, key=lambda row: not row.differs))


def _uses(run: Run) -> dict[tuple[str, str, int], DatasetUse]:
    """Key the datasets by name and context and, since both may repeat, by which of them."""
    keyed: dict[tuple[str, str, int], DatasetUse] = {}
    for use in run.datasets:
        number = 0
        while (use.name, use.context.value, number) in keyed:
            number += 1
        keyed[use.name, use.context.value, number] = use
    return keyed


def _dataset(key: tuple[str, str, int], uses: list[DatasetUse | None]) -> DatasetComparison:
    base = next(i for i, use in enumerate(uses) if use is not None)
    reference = uses[base]
    assert reference is not None
    diffs: list[DatasetDiff | None] = [
        None if use is None or i == base else diff_datasets(reference.dataset, use.dataset)
        for i, use in enumerate(uses)
    ]
    unequal = [d for d in diffs if d is not None and not (d.same_content and d.same_schema)]
    unknown = any(use is not None and not use.dataset.digest.content for use in uses)
    differs = unknown or None in uses or bool(unequal)
    return DatasetComparison(
        key[0],
        key[1],
        tuple(None if use is None else use.dataset.digest.short() for use in uses),
        tuple(None if use is None else use.dataset.rows for use in uses),
        differs,
        tuple(diffs),
        reference.dataset.kind,
        None not in uses and bool(unequal) and not any(diff.comparable for diff in unequal),
    )


def _images(runs: tuple[Run, ...]) -> tuple[ImageRow, ...]:
    keyed = [
        {a.path: a for a in run.artifacts if a.media_type.startswith("image/")} for run in runs
    ]
    rows = []
    for path in dict.fromkeys(path for images in keyed for path in images):
        found = tuple(images.get(path) for images in keyed)
        differs = len({None if image is None else image.sha256 for image in found}) > 1
        rows.append(ImageRow(path, found, differs))
    return tuple(sorted(rows, key=lambda row: not row.differs))


def curve_keys(runs: Sequence[Run]) -> tuple[str, ...]:
    """Return the metrics with a history: main ones first, then those of the most runs.

    The scores of single folds are no history.
    """
    main = {run.experiment.main_metric for run in runs}
    times = Counter(metric.key for run in runs for metric in run.metrics if metric.count > 1)
    folds = {key for run in runs for key in fold_keys(run)}
    kept = [key for key in times if key not in folds]
    return tuple(sorted(kept, key=lambda key: (key not in main, -times[key])))


def _code(
    runs: tuple[Run, ...], code: Sequence[tuple[CellExecution, ...]]
) -> tuple[tuple[CodeChange, ...], dict[str, int]]:
    changes: list[CodeChange] = []
    same: dict[str, int] = {}
    for position in range(1, len(code)):
        found, equal = compare_cells(code[0], code[position], position)
        changes += found
        same[runs[position].run_id] = equal
    return tuple(changes), same


def _direction_among(key: str, runs: tuple[Run, ...]) -> Direction | None:
    """Return what an experiment of these runs says of its main metric, else what is known."""
    for run in runs:
        if run.experiment.main_metric == key and run.experiment.direction is not None:
            return run.experiment.direction
    return direction_of(key)
