"""Runs side by side: what differs first, what is equal folded away."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

from nbtrail.entities.comparison import (
    CodeChange,
    Comparison,
    DatasetComparison,
    MetricRow,
    ParamRow,
    ProvenanceRow,
)
from nbtrail.entities.statistics import Statistics
from nbtrail.views.datadiff import differences
from nbtrail.views.document import (
    Block,
    Diff,
    Document,
    Head,
    Line,
    Picture,
    Row,
    Section,
    Span,
    Table,
    Tone,
    code,
    faint,
    strong,
)
from nbtrail.views.formats import (
    count,
    duration,
    extent,
    moment,
    numbers,
    shortened,
    size,
    status_spans,
)
from nbtrail.views.images import image_sections
from nbtrail.views.statistics import statistics_sections

__all__ = ["PAGE_RUNS", "comparison_detail", "metrics_section"]

PAGE_RUNS = 20
"""So many runs stand side by side on a page."""
_CELLS = 500  # of one table
_CHANGES = 30
_LINES = 80

AnyRow = TypeVar("AnyRow", MetricRow, ParamRow, ProvenanceRow)


def comparison_detail(
    comparison: Comparison,
    statistics: Statistics | None = None,
    curves: Sequence[Picture] = (),
    moved: Sequence[Picture] = (),
    images: Mapping[str, bytes] | None = None,
) -> Document:
    """Show two or more runs beside each other.

    Parameters
    ----------
    statistics : Statistics, optional
        What the runs say together.
    curves, moved : sequence of Picture
        Of histories, and of columns whose values moved.
    images : mapping, optional
        From the sha256 of an image to its bytes, where images are to be seen.
    """
    left = len(comparison.runs) - PAGE_RUNS
    whole, names = comparison, [run.name for run in comparison.runs]
    comparison, names = _first_runs(comparison, PAGE_RUNS), names[:PAGE_RUNS]
    parts = (
        _heads(comparison),
        *([Line(((faint(f"and {count(left, 'more run')}"),),))] if left > 0 else []),
        *metrics_section(comparison),
        *([Section("Curves", tuple(curves))] if curves else []),
        *(statistics_sections(statistics, [r.name for r in whole.runs]) if statistics else []),
        *_folding("Params", "param", names, comparison.params),
        *_data(comparison, names),
        *([Section("Distributions", tuple(moved), folded=True)] if moved else []),
        *_images(comparison, names, images),
        *_code(comparison, names),
        *_provenance("Git", comparison.git, names),
        *_environment(comparison, names),
    )
    return tuple(parts)


def metrics_section(comparison: Comparison) -> list[Block]:
    """Return the metrics alone, the best marked."""
    names = [run.name for run in comparison.runs]
    return _folding("Metrics", "metric", names, comparison.metrics, numeric=True)


def _first_runs(comparison: Comparison, most: int) -> Comparison:
    """Return the first runs alone; what differs stays what differs among all."""
    if len(comparison.runs) <= most:
        return comparison

    def cut(rows: Sequence[AnyRow]) -> tuple[AnyRow, ...]:
        return tuple(replace(row, values=row.values[:most]) for row in rows)

    return replace(
        comparison,
        runs=comparison.runs[:most],
        params=cut(comparison.params),
        metrics=cut(comparison.metrics),
        git=cut(comparison.git),
        environment=cut(comparison.environment),
        datasets=tuple(
            replace(d, digests=d.digests[:most], rows=d.rows[:most], diffs=d.diffs[:most])
            for d in comparison.datasets
        ),
        code=tuple(change for change in comparison.code if change.run < most),
        images=tuple(replace(row, artifacts=row.artifacts[:most]) for row in comparison.images),
    )


def _heads(comparison: Comparison) -> Block:
    runs = comparison.runs
    rows = [
        Row(((faint("status"),), *(_status(run.status, run.reason) for run in runs))),
        Row(((faint("started"),), *((Span(moment(run.started_ms)),) for run in runs))),
        Row(((faint("took"),), *((Span(duration(run.duration_ms)),) for run in runs))),
    ]
    if any(run.marks for run in runs):
        marks = ((Span(", ".join(run.marks), Tone.WARN),) for run in runs)
        rows.append(Row(((faint("marks"),), *marks)))
    return Table(_named("", names=[run.name for run in runs]), tuple(rows))


def _named(*first: str, names: Sequence[str], numeric: bool = False) -> tuple[Head, ...]:
    runs = (Head(name, numeric=numeric, wide=True, whole=True) for name in names)
    return (*(Head(text, wide=True) for text in first), *runs)


def _status(status: str, reason: str) -> tuple[Span, ...]:
    spans = status_spans(status)
    return (*spans, Span(f" {shortened(reason, 40)}", Tone.BAD)) if reason else spans


def _folding(
    title: str,
    noun: str,
    names: Sequence[str],
    rows: Sequence[MetricRow | ParamRow],
    *,
    numeric: bool = False,
) -> list[Block]:
    """Return the differing rows as a table, and the equal ones folded below."""
    heads = _named(noun, names=names, numeric=numeric)
    cells = [_metric(row) if isinstance(row, MetricRow) else _param(row) for row in rows]
    differing = tuple(c for c, row in zip(cells, rows, strict=True) if row.differs)
    equal = tuple(c for c, row in zip(cells, rows, strict=True) if not row.differs)
    if not rows:
        return []
    blocks: list[Block] = _limited(heads, differing)
    if equal:
        folded = f"{count(len(equal), noun)} equal"
        blocks.append(Section(folded, tuple(_limited(heads, equal)), folded=True))
    note = _differ(len(differing))
    return [Section(title, tuple(blocks), note=note)]


def _limited(heads: tuple[Head, ...], rows: Sequence[Row]) -> list[Block]:
    """Return a table that a saved notebook can bear, and how many rows it leaves out."""
    most = max(12, _CELLS // len(heads))
    blocks: list[Block] = [Table(heads, tuple(rows[:most]))] if rows else []
    if len(rows) > most:
        more = f"and {count(len(rows) - most, 'more row')}: --json of the command line has all"
        blocks.append(Line(((faint(more),),)))
    return blocks


def _differ(number_of: int) -> str:
    if not number_of:
        return "all equal"
    return "1 differs" if number_of == 1 else f"{number_of} differ"


def _metric(row: MetricRow) -> Row:
    arrow = {"max": " ↑", "min": " ↓"}.get(row.direction or "", "")
    cells: list[tuple[Span, ...]] = [(Span(row.key), faint(arrow))]
    for position, text in enumerate(numbers(row.values)):
        if position in row.best:
            tie = (faint(" tie"),) if len(row.best) > 1 else ()
            cells.append((Span("★ ", Tone.GOOD), strong(text), *tie))
        else:
            cells.append((Span(text),))
    return Row(tuple(cells))


def _param(row: ParamRow) -> Row:
    values = ((faint("—"),) if v is None else (code(shortened(v, 40)),) for v in row.values)
    return Row(((Span(row.key),), *values), marked=row.differs)


def _data(comparison: Comparison, names: Sequence[str]) -> list[Block]:
    if not comparison.datasets:
        return []
    differing = [d for d in comparison.datasets if d.differs]
    equal = [d for d in comparison.datasets if not d.differs]
    blocks: list[Block] = []
    if differing:
        blocks.append(_data_table(differing, names))
        blocks += [Line((spans,)) for d in differing for spans in _data_changes(d, names)]
    if equal:
        title = f"{count(len(equal), 'dataset')} equal"
        blocks.append(Section(title, (_data_table(equal, names),), folded=True))
    unknown = sum(d.unknown for d in differing)
    note = _differ(len(differing) - unknown)
    if unknown:
        note += f", {count(unknown, 'dataset')} not comparable"
    return [Section("Data", tuple(blocks), note=note)]


def _data_table(rows: Sequence[DatasetComparison], names: Sequence[str]) -> Table:
    heads = _named("dataset", "used for", names=names)
    return Table(
        heads,
        tuple(
            Row(
                (
                    (Span(row.name),),
                    (faint(row.context),),
                    *(
                        (faint("not used"),)
                        if short is None
                        else (code(short), faint(f"  {extent(row.kind, rows_of or 0)}"))
                        for short, rows_of in zip(row.digests, row.rows, strict=True)
                    ),
                ),
                marked=row.differs,
            )
            for row in rows
        ),
    )


def _data_changes(row: DatasetComparison, names: Sequence[str]) -> list[tuple[Span, ...]]:
    lines: list[tuple[Span, ...]] = []
    for name, diff in zip(names, row.diffs, strict=True):
        if diff is None or (diff.same_content and diff.same_schema):
            continue
        which = f" in {name}: " if len(names) > 2 else ": "
        texts = differences(diff)
        lines.append((strong(row.name), Span(which + "; ".join(texts))))
    return lines


def _images(
    comparison: Comparison, names: Sequence[str], data: Mapping[str, bytes] | None
) -> list[Block]:
    if not comparison.images:
        return []
    rows = [
        Row(
            (
                (Span(image.path),),
                *(
                    (faint("—"),) if a is None else (code(a.sha256[:8]), faint(f"  {size(a.size)}"))
                    for a in image.artifacts
                ),
            ),
            marked=image.differs,
        )
        for image in comparison.images
    ]
    note = _differ(sum(image.differs for image in comparison.images))
    heads = _named("picture", names=names)
    blocks = _limited(heads, rows)
    if data is not None:
        blocks += image_sections(comparison.images, names, data)
    return [Section("Pictures", tuple(blocks), note=note, folded=not data)]


def _code(comparison: Comparison, names: Sequence[str]) -> list[Block]:
    if not comparison.code_compared:
        return [Section("Code", (), note="not compared: the cells are not at hand")]
    blocks: list[Block] = []
    for change in comparison.code[:_CHANGES]:
        label = (strong(change.label), Span(f" {change.change}"), *_which(change, names))
        blocks += [Line((label,)), Diff(change.diff[:_LINES])]
        if len(change.diff) > _LINES:
            blocks.append(Line(((faint(f"and {len(change.diff) - _LINES:,} more lines"),),)))
    if len(comparison.code) > _CHANGES:
        more = f"and {count(len(comparison.code) - _CHANGES, 'more change')}"
        blocks.append(Line(((faint(more),),)))
    same = [count(n, "cell") + " equal" for n in comparison.same_cells.values()]
    note = _differ(len(comparison.code))
    return [Section("Code", tuple(blocks), note=", ".join((note, *same)))]


def _which(change: CodeChange, names: Sequence[str]) -> tuple[Span, ...]:
    return (faint(f" in {names[change.run]}"),) if len(names) > 2 else ()


def _provenance(
    title: str, rows: Sequence[ProvenanceRow], names: Sequence[str], more: str = ""
) -> list[Block]:
    differing = [row for row in rows if row.differs]
    equal = [row for row in rows if not row.differs]
    if not rows and not more:
        return []
    blocks: list[Block] = _facts(differing, names)
    if equal:
        blocks.append(Section(f"{len(equal)} equal", tuple(_facts(equal, names)), folded=True))
    note = _differ(len(differing))
    return [Section(title, tuple(blocks), note=f"{note}{more}")]


def _facts(rows: Sequence[ProvenanceRow], names: Sequence[str]) -> list[Block]:
    cells = [
        Row(
            (
                (Span(row.key),),
                *((faint("—"),) if v is None else (code(_fact(row.key, v)),) for v in row.values),
            ),
            marked=row.differs,
        )
        for row in rows
    ]
    return _limited(_named("fact", names=names), cells)


def _fact(key: str, value: str) -> str:
    return value[:10] if key == "commit" else shortened(value or "none", 60)


def _environment(comparison: Comparison, names: Sequence[str]) -> list[Block]:
    same = comparison.same_packages
    more = f", {count(same, 'package')} the same" if same else ""
    return _provenance("Environment", comparison.environment, names, more)
