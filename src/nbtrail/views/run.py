"""One run in full: what came out first, then what went in, then where it ran."""

from __future__ import annotations

from collections.abc import Sequence

from nbtrail.entities.dataset import DatasetUse
from nbtrail.entities.origin import FileOrigin
from nbtrail.entities.run import Param, Run
from nbtrail.views.document import (
    Block,
    Document,
    Head,
    Line,
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
    commit_text,
    count,
    data_size,
    digest_text,
    duration,
    moment,
    number,
    origin_text,
    shortened,
    shown_metrics,
    status_spans,
)
from nbtrail.views.profile import profile_sections

__all__ = ["run_detail"]

# flavor of a model, and endings of files, that run code when they are loaded
_UNSAFE = ("pickle-unsafe", ".pkl", ".pickle", ".joblib", ".dill", ".pt", ".pth", ".ckpt")
_PACKAGES = (
    "numpy",
    "pandas",
    "polars",
    "scikit-learn",
    "scipy",
    "xgboost",
    "lightgbm",
    "torch",
)


def run_detail(run: Run, origins: Sequence[FileOrigin] = ()) -> Document:
    """Say everything of a run that one record holds, and which cells made its files."""
    parts = (
        _metrics(run),
        _params(run),
        _datasets(run),
        _origins(origins),
        _models(run),
        _artifacts(run),
        _provenance(run),
    )
    return (*_top(run), *(part for part in parts if part is not None))


def _top(run: Run) -> tuple[Block, ...]:
    took = None if run.ended_ms is None else run.ended_ms - run.started_ms
    first: list[tuple[Span, ...]] = [
        (*status_spans(run.status.value, word=False), Span(" "), strong(run.name)),
        (Span(run.status.value),),
        (Span(run.experiment.name),),
        (Span(moment(run.started_ms)),),
    ]
    if took is not None:
        first.append((Span(duration(took)),))
    first.append((code(run.run_id[:12]),))
    lines: list[Block] = [Line(tuple(first))]
    if run.reason:
        lines.append(Line(((Span(shortened(run.reason, 200), Tone.BAD),),)))
    if run.note:
        lines.append(Line(((Span(run.note),),)))
    if run.tags:
        lines.append(Line(tuple((faint(f"{k}="), Span(v)) for k, v in run.tags.items())))
    lines += [
        Line(((Span(mark.kind.value, Tone.WARN), Span(f" {mark.reason}")),)) for mark in run.marks
    ]
    return tuple(lines)


def _metrics(run: Run) -> Block | None:
    if not run.metrics:
        return None
    rows = []
    for metric in shown_metrics(run, len(run.metrics)):
        several = f"{number(metric.minimum)} to {number(metric.maximum)}, {metric.count:,} points"
        rows.append(
            Row(
                (
                    (Span(metric.key),),
                    (strong(number(metric.last)),),
                    (faint(metric.role),),
                    (faint(several if metric.count > 1 else ""),),
                    (faint(metric.expression or metric.origin),),
                )
            )
        )
    heads = (Head("metric"), Head("value", numeric=True), Head("data"), Head("range"), Head("from"))
    return Section("Metrics", (Table(heads, tuple(rows)),))


def _params(run: Run) -> Block | None:
    chosen = [param for param in run.params if not param.is_default]
    defaults = [param for param in run.params if param.is_default]
    if not run.params:
        return None
    blocks: list[Block] = []
    if chosen:
        blocks.append(_param_table(chosen))
    if defaults:
        title = f"{count(len(defaults), 'param')} at the default"
        blocks.append(Section(title, (_param_table(defaults),), folded=True))
    return Section("Params", tuple(blocks))


def _param_table(params: list[Param]) -> Table:
    heads = (Head("param"), Head("value"), Head("from"))
    rows = tuple(
        Row(((Span(p.key),), (code(shortened(p.value)),), (faint(p.origin),))) for p in params
    )
    return Table(heads, rows)


def _datasets(run: Run) -> Block | None:
    if not run.datasets:
        return None
    rows = tuple(
        Row(
            (
                (Span(use.name),),
                (Span(use.context.value),),
                (Span(data_size(use.dataset)),),
                digest_text(use.dataset),
                (faint(_seen(use)),),
            )
        )
        for use in run.datasets
    )
    heads = (
        Head("dataset"),
        Head("used for"),
        Head("size", numeric=True),
        Head("content"),
        Head("seen"),
    )
    return Section("Data", (Table(heads, rows), *profile_sections(run.datasets)))


def _seen(use: DatasetUse) -> str:
    place = use.source or use.seen.value
    more = "; ".join(shortened(text) for text in (use.version, use.query) if text)
    return f"{place} ({more})" if more else place


def _origins(origins: Sequence[FileOrigin]) -> Block | None:
    if not origins:
        return None
    rows = tuple(
        Row(
            (
                (Span(origin.path),),
                (Span(origin_text(origin)),),
                (Span("changed since", Tone.WARN),) if origin.changed else (),
            )
        )
        for origin in origins
    )
    return Section("Lineage", (Table((Head("file"), Head("made by"), Head("")), rows),))


def _models(run: Run) -> Block | None:
    if not run.models:
        return None
    rows = tuple(
        Row(
            (
                (Span(model.name),),
                (faint(model.class_name.rpartition(".")[2]),),
                (code(model.digest.partition(":")[2][:8]),),
                (Span(model.status, Tone.BAD if model.status == "failed" else Tone.PLAIN),),
                (faint(model.problem), *_unsafe(model.flavor)),
            )
        )
        for model in run.models
    )
    heads = (Head("model"), Head("class"), Head("digest"), Head("file"), Head(""))
    return Section("Models", (Table(heads, rows),))


def _artifacts(run: Run) -> Block | None:
    if not run.artifacts:
        return None
    rows = tuple(
        Row(((Span(a.path),), (Span(f"{a.size:,} B"),), (faint(a.media_type), *_unsafe(a.path))))
        for a in run.artifacts
    )
    heads = (Head("artifact"), Head("size", numeric=True), Head("type"))
    return Section("Artifacts", (Table(heads, rows),))


def _unsafe(name: str) -> tuple[Span, ...]:
    """Mark a format whose loading runs code; nothing here ever loads one."""
    return (Span(" unsafe: loading it runs code", Tone.WARN),) if name.endswith(_UNSAFE) else ()


def _provenance(run: Run) -> Block:
    rows: list[tuple[str, tuple[Span, ...]]] = []
    if run.source:
        rows.append(("source", (Span(run.source),)))
    if run.first_cell >= 0:
        cells = count(run.last_cell - run.first_cell + 1, "cell")
        rows.append(("cells", (Span(cells), faint(f" up to execution {run.last_cell + 1}"))))
    if run.code is not None:
        branch = f" on {run.code.branch}" if run.code.branch else ""
        spans = (*commit_text(run.code.commit, dirty=run.code.dirty), Span(branch))
        rows.append(("git", spans))
        if run.code.changed:
            changed = shortened(", ".join(run.code.changed), 120)
            rows.append(("changed", (faint(changed),)))
    if run.environment is not None:
        env = run.environment
        named = [f"{name} {env.packages[name]}" for name in _PACKAGES if name in env.packages]
        rows.append(("python", (Span(f"{env.python} on {env.platform}"),)))
        packages = f"{', '.join(named)}; {count(len(env.packages), 'package')} in all".lstrip("; ")
        rows.append(("packages", (Span(packages),)))
    if run.start is not None:
        for key, facts in (("threads", run.start.threads), ("seeds", run.start.seeds)):
            if facts:
                rows.append((key, (Span(", ".join(f"{n} {v}" for n, v in facts.items())),)))
    if run.user:
        rows.append(("user", (Span(run.user),)))
    cells_of = tuple(Row(((faint(key),), spans)) for key, spans in rows)
    return Section("Where", (Table((Head(""), Head("")), cells_of),) if cells_of else ())
