"""Many runs: one row each, with the columns that tell them apart."""

from __future__ import annotations

from nbtrail.entities.run import Direction
from nbtrail.entities.table import RunTable
from nbtrail.views.document import (
    Document,
    Head,
    Line,
    Row,
    Span,
    Table,
    Tone,
    code,
    faint,
    strong,
)
from nbtrail.views.formats import (
    commit_text,
    count,
    duration,
    moment,
    numbers,
    shortened,
    status_spans,
)

__all__ = ["runs_table", "telling_columns"]

_ROWS = 50
_METRICS = 4
_PARAMS = 4


def runs_table(table: RunTable, *, filtered: bool = False) -> Document:
    """Show a page of runs, the best of each main metric marked.

    `filtered` says that the page was asked for by a query, so that none may be left.
    """
    if not len(table):
        empty = "No runs yet. Put %%track on the first line of a cell and run it."
        if filtered:
            empty = "No run matches."
        return (Line(((Span(empty),),)),)
    shown = min(len(table), _ROWS)
    metrics = _metric_keys(table)
    params = _telling_params(table)
    texts = {key: numbers(table.metrics[key][:shown]) for key in metrics}
    best = _best(table, shown)
    experiments = len(set(table.experiment)) > 1
    heads = [Head(""), Head("run"), *([Head("experiment")] if experiments else [])]
    heads += [Head(key, numeric=True) for key in metrics]
    heads += [Head(key) for key in params]
    heads += [Head("started", whole=True), Head("took", numeric=True), Head("commit", whole=True)]
    rows = []
    for i in range(shown):
        cells: list[tuple[Span, ...]] = [status_spans(table.status[i], word=False), _name(table, i)]
        if experiments:
            cells.append((faint(table.experiment[i]),))
        cells += [_value(texts[key][i], best=(i, key) in best) for key in metrics]
        cells += [(code(shortened(table.params[key][i] or "—", 24)),) for key in params]
        ended = table.ended_ms[i]
        took = None if ended is None else ended - table.started_ms[i]
        cells.append((faint(moment(table.started_ms[i])),))
        cells.append((Span(duration(took)),))
        cells.append(commit_text(table.commit[i], dirty=table.dirty[i]))
        rows.append(Row(tuple(cells)))
    left = table.total - shown
    more = f"{count(left, 'more run')} not shown" if table.counted else "there are more"
    note = (Line(((faint(more),),)),) if left > 0 else ()
    return (Table(tuple(heads), tuple(rows)), *note)


def telling_columns(table: RunTable) -> list[str]:
    """Return the columns that the table shows, as ``metrics.KEY`` and ``params.KEY``."""
    metrics = [f"metrics.{key}" for key in _metric_keys(table)]
    return [*metrics, *(f"params.{key}" for key in _telling_params(table))]


def _name(table: RunTable, i: int) -> tuple[Span, ...]:
    spans = [Span(table.name[i])]
    if table.status[i] in {"FAILED", "KILLED"} and table.reason[i]:
        spans.append(Span(f" {shortened(table.reason[i], 40)}", Tone.BAD))
    marks = [mark for mark in table.marks[i] if mark != "dirty-tree"]
    if marks:
        spans.append(Span(f" {', '.join(marks)}", Tone.WARN))
    return tuple(spans)


def _value(text: str, *, best: bool) -> tuple[Span, ...]:
    return (Span("★ ", Tone.GOOD), strong(text)) if best else (Span(text),)


def _metric_keys(table: RunTable) -> list[str]:
    main = dict.fromkeys(key for key in table.main_metric if key in table.metrics)
    filled = sorted(
        (key for key in table.metrics if key not in main),
        key=lambda key: (key.startswith("train/"), sum(v is None for v in table.metrics[key])),
    )
    return [*main, *filled][:_METRICS]


def _telling_params(table: RunTable) -> list[str]:
    """Return the params that differ between the runs: the others say nothing in a table."""
    return [key for key, values in table.params.items() if len(set(values)) > 1][:_PARAMS]


def _best(table: RunTable, shown: int) -> set[tuple[int, str]]:
    """Return (row, main metric) of the best run of each experiment among the rows shown."""
    groups: dict[tuple[str, str], list[int]] = {}
    for i in range(shown):
        value = table.main_value[i]
        if value is not None and value == value and table.main_direction[i]:  # noqa: PLR0124
            groups.setdefault((table.experiment[i], table.main_metric[i]), []).append(i)
    best: set[tuple[int, str]] = set()
    for (_, key), members in groups.items():
        values = {i: table.main_value[i] or 0.0 for i in members}
        if len(set(values.values())) < 2:
            continue
        highest = table.main_direction[members[0]] is Direction.MAX
        top = (max if highest else min)(values.values())
        best |= {(i, key) for i, value in values.items() if value == top}
    return best
