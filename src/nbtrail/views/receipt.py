"""The one line under a tracked cell."""

from __future__ import annotations

from nbtrail.entities.run import CANDIDATES_TAG, Run, RunStatus
from nbtrail.views.document import (
    Block,
    Document,
    Fold,
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
    digest_text,
    duration,
    number,
    numbers,
    on_training_data,
    shortened,
    shown_metrics,
    status_spans,
)

__all__ = ["receipt"]

_METRICS = 3
_ROWS = 8
_VERBS = {
    RunStatus.FINISHED: "FINISHED in",
    RunStatus.FAILED: "FAILED after",
    RunStatus.KILLED: "KILLED after",
}


def receipt(run: Run, used: str = "") -> Document:
    """Say in one line what was recorded; opened, it shows the values and how to see more.

    Parameters
    ----------
    used : str
        Which cells the result came from, as `nbtrail.views.ancestry.used_text` says it.
    """
    took = None if run.ended_ms is None else run.ended_ms - run.started_ms
    verb = _VERBS.get(run.status)
    state = run.status.value if verb is None or took is None else f"{verb} {duration(took)}"
    groups: list[tuple[Span, ...]] = [
        (
            *status_spans(run.status.value, word=False),
            Span(" "),
            Span(run.name, Tone.STRONG, run.run_id),
        ),
        (Span(state),),
    ]
    if run.reason:
        tone = Tone.BAD if run.status is RunStatus.FAILED else Tone.WARN
        groups.append((Span(shortened(run.reason, 90), tone),))
    # The score on the training data tells little, and misleads on its own.
    shown = [m for m in shown_metrics(run, _METRICS) if not on_training_data(m)]
    shown = shown or shown_metrics(run, 1)
    groups += [(Span(f"{m.key} "), strong(number(m.last))) for m in shown]
    if len(run.metrics) > len(shown):
        groups.append((Span(count(len(run.metrics) - len(shown), "more metric")),))
    if CANDIDATES_TAG in run.tags:
        groups.append(_candidates(run))
    kept = ((len(run.params), "param"), (len(run.datasets), "dataset"), (len(run.models), "model"))
    groups += [(Span(count(amount, noun)),) for amount, noun in kept if amount]
    if used:
        groups.append((Span(used),))
    if run.code is not None:
        groups.append(commit_text(run.code.commit, dirty=run.code.dirty))
    groups += [(Span(mark.kind.value, Tone.WARN),) for mark in run.marks if _is_news(mark.kind)]
    groups.append((code(f"%track show {run.name}"),))
    return (Fold(Line(tuple(groups)), _more(run)),)


def _more(run: Run) -> tuple[Block, ...]:
    """Return the values that the line only counts, the first ones of each sort."""
    texts = numbers([m.last for m in run.metrics])
    metrics = [
        Row(((Span(m.key),), (strong(text),), (faint(m.role),)))
        for m, text in zip(run.metrics, texts, strict=True)
    ]
    params = [
        Row(((Span(p.key),), (code(shortened(p.value, 60)),), (faint(p.origin),)))
        for p in run.params
        if not p.is_default
    ]
    data = [
        Row(((Span(use.name),), (faint(use.context.value),), digest_text(use.dataset)))
        for use in run.datasets
    ]
    marks = [
        Row(((Span(m.kind.value, Tone.WARN),), (Span(shortened(m.reason, 160)),), ()))
        for m in run.marks
    ]
    blocks: list[Block] = []
    for title, rows in (("metrics", metrics), ("params", params), ("data", data), ("marks", marks)):
        if rows:
            left = len(rows) - _ROWS
            note = f"first {_ROWS} of {len(rows)}" if left > 0 else ""
            heads = (Head("", wide=True), Head(""), Head(""))
            blocks.append(Section(title, (Table(heads, tuple(rows[:_ROWS])),), note=note))
    said = [
        (Span("more: "), code(f"%track show {run.name}")),
        (code("--code"),),
        (code("--lineage"),),
    ]
    return (*blocks, Line(tuple(said)))


def _candidates(run: Run) -> tuple[Span, ...]:
    best = [f"{p.key.removeprefix('best.')}={p.value}" for p in run.params if p.origin == "search"]
    text = f"{run.tags[CANDIDATES_TAG]} candidates"
    return (Span(text + (f", best {shortened(' '.join(best))}" if best else "")),)


def _is_news(kind: str) -> bool:
    """Say whether the line does not tell this mark already (dirty stands by the commit)."""
    return kind != "dirty-tree"
