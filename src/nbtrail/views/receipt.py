"""The one line under a tracked cell."""

from __future__ import annotations

from nbtrail.entities.run import CANDIDATES_TAG, Run, RunStatus
from nbtrail.views.document import Document, Line, Span, Tone, code, strong
from nbtrail.views.formats import (
    commit_text,
    count,
    duration,
    number,
    on_training_data,
    shortened,
    shown_metrics,
    status_spans,
)

__all__ = ["receipt"]

_METRICS = 3
_VERBS = {
    RunStatus.FINISHED: "FINISHED in",
    RunStatus.FAILED: "FAILED after",
    RunStatus.KILLED: "KILLED after",
}


def receipt(run: Run, used: str = "") -> Document:
    """Say in one line what was recorded, and how to see more.

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
    return (Line(tuple(groups)),)


def _candidates(run: Run) -> tuple[Span, ...]:
    best = [f"{p.key.removeprefix('best.')}={p.value}" for p in run.params if p.origin == "search"]
    text = f"{run.tags[CANDIDATES_TAG]} candidates"
    return (Span(text + (f", best {shortened(' '.join(best))}" if best else "")),)


def _is_news(kind: str) -> bool:
    """Say whether the line does not tell this mark already (dirty stands by the commit)."""
    return kind != "dirty-tree"
