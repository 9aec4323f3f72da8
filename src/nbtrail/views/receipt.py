"""The receipt: one line below a tracked cell."""

from __future__ import annotations

import html

from nbtrail.entities.run import Run, RunStatus
from nbtrail.views.format import duration_text, number_text
from nbtrail.views.page import DOT, status_colour

__all__ = ["html_receipt", "text_receipt"]

_METRICS = 3


def html_receipt(run: Run) -> str:
    """Return the receipt of a run as HTML."""
    colour = status_colour(run.status)
    first, *rest = _facts(run)
    tail = " · ".join(html.escape(fact) for fact in rest)
    return (
        '<div style="font-size:12px;line-height:1.6;margin:2px 0;padding:1px 0 1px 8px;'
        f'border-left:3px solid {colour}">'
        f'<span style="color:{colour}">{DOT}</span> '
        f"<strong>{html.escape(run.name)}</strong> "
        f'<span style="opacity:.75">{html.escape(first)}</span>'
        + (f' <span style="opacity:.75">·</span> {tail}' if tail else "")
        + "</div>"
    )


def text_receipt(run: Run) -> str:
    """Return the receipt of a run as text."""
    return f"{DOT} {run.name} {' · '.join(_facts(run))}"


def _facts(run: Run) -> list[str]:
    took = duration_text(run.ended_ms - run.started_ms) if run.ended_ms is not None else ""
    facts = [f"{run.status.value} {'in' if run.status is RunStatus.FINISHED else 'after'} {took}"]
    if run.status is RunStatus.RUNNING:
        facts = [run.status.value]
    if run.reason:
        facts.append(run.reason.splitlines()[0][:200])
    main = run.experiment.main_metric
    ordered = sorted(run.metrics, key=lambda m: m.key != main)
    facts += [
        f"{m.key} {number_text(m.last)}" + (" (guessed model)" if m.link == "guess" else "")
        for m in ordered[:_METRICS]
    ]
    if len(ordered) > _METRICS:
        facts.append(f"{len(ordered) - _METRICS} more metrics")
    chosen = sum(not p.is_default for p in run.params)
    if run.params:
        facts.append(_count(chosen, "param") + (" set" if chosen != len(run.params) else ""))
    if run.datasets:
        facts.append(_count(len(run.datasets), "dataset"))
    if run.code is not None:
        commit = run.code.commit[:7] or "no commit yet"
        facts.append(commit + (" + uncommitted changes" if run.code.dirty else ""))
    return facts


def _count(number: int, thing: str) -> str:
    return f"{number} {thing}" + ("" if number == 1 else "s")
