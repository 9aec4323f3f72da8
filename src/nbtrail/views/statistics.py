"""What many runs say together: folds, seeds, and which params go with the metric."""

from __future__ import annotations

from collections.abc import Sequence

from nbtrail.entities.directions import direction_of
from nbtrail.entities.run import Direction
from nbtrail.entities.statistics import FoldTest, Importance, Statistics
from nbtrail.views.document import (
    Block,
    Head,
    Line,
    Row,
    Section,
    Span,
    Table,
    Tone,
    faint,
    strong,
)
from nbtrail.views.formats import count, numbers
from nbtrail.views.replicates import replicates_table

__all__ = ["statistics_sections"]

_ROWS = 20
_LEAST = 0.01  # shares below it are noise


def statistics_sections(found: Statistics, names: Sequence[str]) -> list[Block]:
    """Return a section for each thing that could be computed; notes say what could not."""
    blocks: list[Block] = []
    if found.tests:
        notes = [Line(((faint(note),),)) for note in found.notes if "fold" in note]
        table = _tests(found.tests[:_ROWS], names)
        note = f"against {names[0]}, paired; p after Nadeau and Bengio, and Holm"
        blocks.append(Section("Over folds", (table, *notes), note=note))
    if found.groups:
        note = "params agree but for the seed"
        blocks.append(Section("Over seeds", replicates_table(found.groups), note=note))
    important = [one for one in found.importance if one.share >= _LEAST]
    if important:
        note = "share of its spread, one param at a time; an association, no cause"
        title = f"Params that go with {important[0].metric}"
        blocks.append(Section(title, (_shares(important[:_ROWS]),), note=note, folded=True))
    return blocks


def _tests(tests: Sequence[FoldTest], names: Sequence[str]) -> Table:
    heads = (
        Head("run", whole=True),
        Head("metric"),
        Head("folds", numeric=True),
        Head("difference (mean ± 95 %)", numeric=True),
        Head("p", numeric=True),
        Head(""),
    )
    return Table(heads, tuple(_test(test, names[test.run]) for test in tests))


def _test(test: FoldTest, name: str) -> Row:
    mean, half = numbers([test.difference, test.half])
    sign = "+" if test.difference > 0 else ""
    return Row(
        (
            (Span(name),),
            (Span(test.key),),
            (Span(str(test.folds)),),
            (strong(f"{sign}{mean}"), Span("" if test.half is None else f" ± {half}")),
            (Span("—" if test.p is None else f"{test.p:.2g}"),),
            (_verdict(test),),
        )
    )


def _verdict(test: FoldTest) -> Span:
    if test.tie is None:
        return faint("not tested")
    if test.tie:
        return Span("tie: can be chance", Tone.WARN)
    direction = direction_of(test.key)
    if direction is None:
        return strong("higher" if test.difference > 0 else "lower")
    better = (test.difference > 0) == (direction is Direction.MAX)
    return Span("better", Tone.GOOD) if better else Span("worse", Tone.BAD)


def _shares(found: Sequence[Importance]) -> Table:
    heads = (Head("param"), Head("share", numeric=True), Head("of"))
    rows = (
        Row(((Span(one.param),), (strong(f"{one.share:.0%}"),), (faint(count(one.runs, "run")),)))
        for one in found
    )
    return Table(heads, tuple(rows))
