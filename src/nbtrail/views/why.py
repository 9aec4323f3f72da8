"""Why two runs differ: what came out, and the causes in their order."""

from __future__ import annotations

from nbtrail.entities.causes import Cause, CauseKind, Why
from nbtrail.views.document import (
    Block,
    Diff,
    Document,
    Line,
    Section,
    Span,
    Tone,
    faint,
    strong,
)
from nbtrail.views.formats import numbers, shortened

__all__ = ["why_detail"]

_METRICS = 5
_DETAILS = 6


def why_detail(found: Why) -> Document:
    """Say what differs in the results, then each cause, the most direct one first."""
    first, second = found.comparison.runs[:2]
    blocks: list[Block] = [Line(((strong(first.name), Span(" → "), strong(second.name)),))]
    moved: list[tuple[Span, ...]] = []
    for key, values in list(found.metrics.items())[:_METRICS]:
        old, new = numbers(values)
        moved.append((Span(f"{key} "), strong(f"{old} → {new}")))
    if len(found.metrics) > _METRICS:
        moved.append((faint(f"{len(found.metrics) - _METRICS} more"),))
    blocks.append(Line(tuple(moved) or ((Span("Their metrics are the same."),),)))
    if not found.causes:
        said = "Nothing that was recorded differs: data, params, code, seed and environment agree."
        blocks.append(Line(((Span(said),),)))
    for number, cause in enumerate(found.causes, 1):
        blocks += _cause(number, cause)
    if found.doubts:
        lines = tuple(Line(((Span(text, Tone.WARN),),)) for text in found.doubts)
        blocks.append(Section("What this can't exclude", lines))
    return tuple(blocks)


def _cause(number: int, cause: Cause) -> list[Block]:
    head = (Span(f"{number}. "), strong(cause.kind.value), Span(f" {cause.what}"))
    if cause.kind is CauseKind.CODE:
        return [Line((head,)), Diff(cause.details)]
    texts = [shortened(text, 160) for text in cause.details[:_DETAILS]]
    if len(cause.details) > _DETAILS:
        texts.append(f"{len(cause.details) - _DETAILS} more")
    return [Line((head, *((Span(text),) for text in texts)))]
