"""Groups of runs that differ in their seed: mean and confidence interval of each metric."""

from __future__ import annotations

from collections.abc import Sequence

from nbtrail.entities.replicates import Estimate, RunGroup
from nbtrail.views.document import Document, Head, Line, Row, Span, Table, code, faint, strong
from nbtrail.views.formats import count, numbers, shortened

__all__ = ["replicates_table"]

_METRICS = 4
_PARAMS = 4
_ROWS = 50


def replicates_table(groups: Sequence[RunGroup]) -> Document:
    """Show one row for each group, with the params that tell the groups apart."""
    if not groups:
        return (Line(((Span("No finished run matches."),),)),)
    shown = groups[:_ROWS]
    filled: dict[str, int] = {}
    for group in shown:
        for key in group.metrics:
            filled[key] = filled.get(key, 0) + 1
    metrics = sorted(filled, key=lambda key: (key.startswith("train/"), -filled[key]))[:_METRICS]
    params = _telling(shown)
    heads = [Head("runs", numeric=True), *(Head(key) for key in params)]
    heads += [Head(f"{key} (mean ± 95 %)", numeric=True) for key in metrics]
    rows = []
    for group in shown:
        cells: list[tuple[Span, ...]] = [(Span(str(len(group.runs))),)]
        cells += [(code(shortened(group.params.get(key, "—"), 24)),) for key in params]
        cells += [_estimate(group.metrics.get(key)) for key in metrics]
        rows.append(Row(tuple(cells)))
    note = []
    if len(groups) > len(shown):
        note = [Line(((faint(f"{count(len(groups) - len(shown), 'more group')} not shown"),),))]
    return (Table(tuple(heads), tuple(rows)), *note)


def _telling(groups: Sequence[RunGroup]) -> list[str]:
    keys = dict.fromkeys(key for group in groups for key in group.params)
    return [k for k in keys if len({g.params.get(k) for g in groups}) > 1][:_PARAMS]


def _estimate(found: Estimate | None) -> tuple[Span, ...]:
    if found is None:
        return (faint("—"),)
    if found.half is None:
        return (strong(numbers([found.mean])[0]),)
    mean, half = numbers([found.mean, found.half])
    return (strong(mean), Span(f" ± {half}"))
