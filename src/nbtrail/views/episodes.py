"""The fits of a session, tracked or not."""

from __future__ import annotations

from collections.abc import Sequence

from nbtrail.entities.episode import Episode
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
from nbtrail.views.formats import count, duration, number, shortened

__all__ = ["episodes_table"]

_METRICS = 3


def episodes_table(episodes: Sequence[Episode]) -> Document:
    """Show the fits of a session, and how to keep those that are not runs yet."""
    waiting = [episode for episode in episodes if not episode.run_id]
    if not episodes:
        return (Line(((faint("No fits in this session yet."),),)),)
    if waiting:
        verb = "is" if len(waiting) == 1 else "are"
        said = f"{count(len(waiting), 'fit')} {verb} not tracked yet: "
        top = Line(((Span(said), Span("keep with "), code("%track keep")),))
    else:
        top = Line(((Span(f"All {count(len(episodes), 'fit')} of this session are runs."),),))
    heads = (
        Head("cell", numeric=True),
        Head("model"),
        Head("params"),
        Head("metrics"),
        Head("took", numeric=True),
        Head(""),
    )
    return (top, Table(heads, tuple(map(_row, episodes))))


def _row(episode: Episode) -> Row:
    chosen = [param for param in episode.params if not param.is_default]
    params = ", ".join(f"{param.key}={param.value}" for param in chosen)
    metrics: list[Span] = []
    for metric in episode.metrics[:_METRICS]:
        metrics += [
            Span("  " if metrics else ""),
            Span(f"{metric.key} "),
            strong(number(metric.last)),
        ]
    kept = Span("a run", Tone.GOOD) if episode.run_id else faint("not tracked")
    name = episode.model_name or episode.class_name.rpartition(".")[2]
    return Row(
        (
            (Span(str(episode.cell_seq + 1)),),
            (strong(name), faint(f" {episode.class_name.rpartition('.')[2]}")),
            (code(shortened(params, 60)) if params else faint("defaults"),),
            tuple(metrics) or (faint("—"),),
            (Span(duration(episode.ended_ms - episode.started_ms)),),
            (kept,),
        )
    )
