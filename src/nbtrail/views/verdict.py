"""The verdict on an exported pipeline, with the numbers side by side."""

from __future__ import annotations

from collections.abc import Sequence

from nbtrail.entities.pipeline import Check, Outcome, Rung, Verdict
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
)
from nbtrail.views.formats import count, duration, moment, numbers

__all__ = ["verdict_detail", "verdict_line"]

_SAID = {
    Outcome.EXACT: ("✔ Reproduced exactly", Tone.GOOD),
    Outcome.WITHIN_TOLERANCE: ("✔ Reproduced within tolerance", Tone.GOOD),
    Outcome.FULL_HISTORY: ("✔ Reproduced by the full history", Tone.WARN),
    Outcome.NOT_REPRODUCIBLE: ("✘ Not reproduced", Tone.BAD),
}
_LONG = 24
_ORDER = ("metric", "model", "data", "run")  # what people ask first stands first


def verdict_line(verdict: Verdict) -> Line:
    """Say the verdict in one line: the outcome, and the metrics side by side."""
    text, tone = _SAID[verdict.outcome]
    if verdict.unchecked and tone is Tone.GOOD:
        text, tone = f"{text} what could be compared", Tone.WARN
    metrics = [check for check in verdict.checks if check.kind == "metric"]
    groups = [
        (Span(_equation(check), Tone.PLAIN if check.equal else Tone.BAD),) for check in metrics[:3]
    ]
    first = (Span(text, tone), *((Span(": "), *groups[0]) if groups else ()))
    return Line((first, *groups[1:]))


def _equation(check: Check) -> str:
    """Write both values short, but never so short that different ones look the same."""
    sign = "≠" if not check.equal else "=" if check.expected == check.found else "≈"
    try:
        expected, found = numbers([float(check.expected), float(check.found)])
    except ValueError:  # one of them is missing, or no number
        expected, found = check.expected, check.found or "nothing"
    return f"{check.name} {expected} {sign} {found}"


def verdict_detail(verdict: Verdict) -> Document:
    """Say what was checked, what was found, and what was not checked."""
    blocks: list[Block] = [verdict_line(verdict)]
    if verdict.culprit:
        blocks.append(Line(((Span("because ", Tone.BAD), Span(verdict.culprit)),)))
    if verdict.checks:
        heads = (Head(""), Head("checked"), Head("recorded"), Head("found again"))
        ordered = sorted(verdict.checks, key=lambda c: (c.equal, _ORDER.index(c.kind)))
        rows = tuple(map(_check, ordered))
        equal = sum(check.equal for check in verdict.checks)
        note = f"{equal} of {len(verdict.checks)} equal"
        blocks.append(Section("Checks", (Table(heads, rows),), note=note))
    if verdict.floor:
        spread = ", ".join(f"{key} by {value:.3g}" for key, value in verdict.floor.items())
        text = f"two executions of the whole notebook differ among themselves: {spread}"
        blocks.append(Line(((Span("tolerance ", Tone.WARN), Span(text)),)))
    if len(verdict.rungs) > 1:
        blocks.append(_rungs(verdict.rungs))
    if verdict.unchecked:
        lines = tuple(Line(((Span("! ", Tone.WARN), Span(text)),)) for text in verdict.unchecked)
        blocks.append(Section("Not checked", lines, note=count(len(lines), "thing")))
    facts = [(faint(f"in the {verdict.scope.value}"),)]
    if verdict.scope.value.startswith("rebuilt"):
        facts = [(faint(f"in an environment {verdict.scope.value}"),)]
    facts.append((faint(f"took {duration(verdict.seconds * 1000)}"),))
    if verdict.verified_ms:
        facts.append((faint(moment(verdict.verified_ms)),))
    facts.append((faint(f"pipeline.py {verdict.pipeline_sha256[:12]}"),))
    facts += [(faint(text),) for text in verdict.guard]
    return (*blocks, Line(tuple(facts)))


def _rungs(rungs: Sequence[Rung]) -> Section:
    """Say what was tried, in its order."""
    heads = (Head(""), Head("statements"), Head("took"), Head("what came of it"))
    rows = tuple(
        Row(
            (
                (Span(rung.name),),
                (faint(str(rung.statements or "")),),
                (faint(duration(rung.seconds * 1000)),),
                (Span(rung.found),),
            )
        )
        for rung in rungs
    )
    return Section("What was tried", (Table(heads, rows),), note=count(len(rungs), "attempt"))


def _check(check: Check) -> Row:
    sign = Span("✔", Tone.GOOD) if check.equal else Span("✘", Tone.BAD)
    found = code(_short(check.found)) if check.found else faint("nothing")
    return Row(
        (
            (sign,),
            (faint(f"{check.kind} "), Span(check.name)),
            (code(_short(check.expected)),),
            (found,),
        ),
        marked=not check.equal,
    )


def _short(text: str) -> str:
    """Return a digest's first digits; numbers stay whole, since exactness is the point."""
    head, colon, digits = text.partition(":")
    if colon and len(digits) > _LONG:
        return f"{head}:{digits[:12]}…"
    return text
