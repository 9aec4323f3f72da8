"""Why the score changed: the differences between two runs as causes, the most direct first.

No experiment is made and no share is claimed. The order is that of how directly something can
move a metric: the data that it was measured on, the data that the model was fitted on, params,
the code of the cells that the result used, the seed, and then the environment.
"""

from __future__ import annotations

from collections.abc import Iterator

from nbtrail.compare.seeds import is_named
from nbtrail.entities.causes import Cause, CauseKind, Why
from nbtrail.entities.comparison import Comparison, DatasetComparison, DatasetDiff
from nbtrail.entities.run import MarkKind, Run

__all__ = ["why"]

_MEASURED_ON = ("test", "validation")
_MODELLING = frozenset(
    [
        "scikit-learn",
        "numpy",
        "scipy",
        "pandas",
        "xgboost",
        "lightgbm",
        "catboost",
        "torch",
        "polars",
    ]
)
_SEED_OF = "seed: "  # how the comparison names the generators
_ROWS = 3


def why(first: Run, second: Run, comparison: Comparison) -> Why:
    """Return the causes of what differs between two runs.

    Parameters
    ----------
    comparison : Comparison
        Of the two, in this order, with the cells that their results used.
    """
    metrics = {row.key: (row.values[0], row.values[1]) for row in comparison.metrics if row.differs}
    causes = (
        *sorted(_data(comparison), key=lambda cause: not cause.moves),
        *_params(comparison),
        *_code(comparison),
        *_seeds(comparison),
        *_environment(comparison),
    )
    return Why(comparison, causes, tuple(_doubts(first, second, comparison)), metrics)


def _data(comparison: Comparison) -> Iterator[Cause]:
    for data in comparison.datasets:
        if not data.differs or data.unknown:
            continue
        moves = tuple(
            row.key
            for row in comparison.metrics
            if row.differs and data.context in _MEASURED_ON and not row.key.startswith("train")
        )
        yield Cause(CauseKind.DATA, f"{data.name} ({data.context})", tuple(_how(data)), moves)


def _how(data: DatasetComparison) -> Iterator[str]:
    if None in data.digests[:2]:
        yield "only in the " + ("second run" if data.digests[0] is None else "first run")
        return
    diff = next((d for d in data.diffs if d is not None), None)
    if diff is None:
        return
    if diff.old_rows != diff.new_rows and min(diff.old_rows, diff.new_rows) >= 0:
        yield f"{diff.old_rows:,} → {diff.new_rows:,} {'bytes' if data.kind == 'file' else 'rows'}"
    yield from _columns(diff)


def _columns(diff: DatasetDiff) -> Iterator[str]:
    if diff.reordered:
        yield "columns in another order"
    for column in diff.columns:
        rows = ", ".join(f"{r.first:,} to {r.stop - 1:,}" for r in column.rows[:_ROWS])
        where = f" within rows {rows}" if rows else ""
        yield f"{column.name or 'values'} {column.change.value}{where}"


def _params(comparison: Comparison) -> Iterator[Cause]:
    for row in comparison.params:
        if row.differs and not is_named(row.key):
            old, new = row.values[:2]
            yield Cause(CauseKind.PARAMS, row.key, (_change(old, new),))


def _code(comparison: Comparison) -> Iterator[Cause]:
    for change in comparison.code:
        yield Cause(CauseKind.CODE, f"{change.label} {change.change}", change.diff)


def _seeds(comparison: Comparison) -> Iterator[Cause]:
    for row in comparison.params:
        if row.differs and is_named(row.key):
            yield Cause(CauseKind.SEED, row.key, (_change(*row.values[:2]),))
    for fact in comparison.environment:
        if fact.differs and fact.key.startswith(_SEED_OF):
            what = f"generator of {fact.key.removeprefix(_SEED_OF)}"
            yield Cause(CauseKind.SEED, what, (_change(*fact.values[:2]),))


def _environment(comparison: Comparison) -> Iterator[Cause]:
    rows = [r for r in comparison.environment if r.differs and not r.key.startswith(_SEED_OF)]
    for row in sorted(rows, key=lambda row: row.key not in _MODELLING):
        yield Cause(CauseKind.ENVIRONMENT, row.key, (_change(*row.values[:2]),))


def _doubts(first: Run, second: Run, comparison: Comparison) -> Iterator[str]:
    for run in (first, second):
        for mark in run.marks:
            if mark.kind in {MarkKind.UNSEEDED, MarkKind.HIDDEN_STATE}:
                yield f"{run.name}: {mark.reason}"
    if not comparison.code_compared:
        yield "The code was not compared: the cells of the runs are not at hand."
    for data in comparison.datasets:
        if data.unknown:
            yield f"Data {data.name}: its digests can't be compared."


def _change(old: str | None, new: str | None) -> str:
    return f"{'-' if old is None else old} → {'-' if new is None else new}"
