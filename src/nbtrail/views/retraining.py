"""A pipeline that was trained again: what was changed, and its metrics beside the recorded ones."""

from __future__ import annotations

from nbtrail.entities.retraining import Retrained, RetrainedMetric
from nbtrail.entities.run import Direction
from nbtrail.views.document import Block, Document, Head, Line, Row, Span, Table, Tone, code, faint
from nbtrail.views.formats import duration, numbers, shortened

__all__ = ["retrained_detail"]


def retrained_detail(found: Retrained) -> Document:
    """Say which run came of it, with what, and how its metrics stand against the recorded ones."""
    head = Line(
        (
            (Span("✔ Trained again", Tone.GOOD), faint(" as "), _run(found.run_name, found.run_id)),
            (faint("from "), _run(found.source_name, found.source_id)),
            (faint("by "), code(f"{found.folder}/pipeline.py")),
            (faint(f"took {duration(found.seconds * 1000)}"),),
        )
    )
    blocks: list[Block] = [head]
    for param in found.changed:
        values = f"{shortened(param.recorded)} → {shortened(param.value)}"
        blocks.append(Line(((Span(f"{param.name} ", Tone.STRONG), Span(values)),)))
    if not found.changed:
        blocks.append(Line(((faint("with the recorded values"),),)))
    if found.metrics:
        heads = (
            Head("metric"),
            Head("recorded", numeric=True),
            Head("now", numeric=True),
            Head(""),
        )
        blocks.append(Table(heads, tuple(map(_row, found.metrics))))
    return tuple(blocks)


def _run(name: str, run_id: str) -> Span:
    return Span(name, Tone.STRONG, run=run_id)


def _row(metric: RetrainedMetric) -> Row:
    recorded, now = numbers([metric.recorded, metric.found])
    return Row(
        ((Span(metric.key),), (faint(recorded),), (Span(now, Tone.STRONG),), (_sign(metric),))
    )


def _sign(metric: RetrainedMetric) -> Span:
    """Say whether the new value is better, where the good end is known."""
    if metric.recorded is None or metric.found is None:
        return faint("not recorded" if metric.recorded is None else "not computed")
    if metric.recorded == metric.found:
        return faint("equal")
    higher = metric.found > metric.recorded
    if metric.direction is None or not (higher or metric.found < metric.recorded):
        return faint("")
    good = higher == (metric.direction is Direction.MAX)
    return Span("better", Tone.GOOD) if good else Span("worse", Tone.BAD)
