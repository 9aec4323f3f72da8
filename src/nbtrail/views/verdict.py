"""The verdict on an exported pipeline: recorded and found side by side."""

from __future__ import annotations

from nbtrail.entities.pipeline import Check, Manifest, Outcome, Verdict
from nbtrail.views.page import BAD, GOOD, HALF, Section, html_page, text_page
from nbtrail.views.table import Cell, Table

__all__ = ["html_export", "html_verdict", "text_export", "text_verdict"]

_TITLES = {
    Outcome.EXACT: ("Reproduced exactly", GOOD),
    Outcome.WITHIN_TOLERANCE: ("Reproduced within tolerance", HALF),
    Outcome.FULL_HISTORY: ("Reproduced, but only by the full history", HALF),
    Outcome.NOT_REPRODUCIBLE: ("Not reproduced", BAD),
}


_ORDER = ("metric", "model", "data", "run")


def html_verdict(verdict: Verdict) -> str:
    """Return a verdict as HTML."""
    title, colour = _TITLES[verdict.outcome]
    return html_page(title, colour, _facts(verdict), _sections(verdict))


def text_verdict(verdict: Verdict) -> str:
    """Return a verdict as text."""
    return text_page(_TITLES[verdict.outcome][0], _facts(verdict), _sections(verdict))


def html_export(manifest: Manifest, folder: str) -> str:
    """Return what was exported, with its verdict, as HTML."""
    title, colour = _export_title(manifest)
    facts, sections = _export_parts(manifest, folder)
    return html_page(title, colour, facts, sections)


def text_export(manifest: Manifest, folder: str) -> str:
    """Return what was exported, with its verdict, as text."""
    facts, sections = _export_parts(manifest, folder)
    return text_page(_export_title(manifest)[0], facts, sections)


def _export_title(manifest: Manifest) -> tuple[str, str]:
    if manifest.verdict is None:
        return f"{manifest.run_name}: exported, not verified", HALF
    title, colour = _TITLES[manifest.verdict.outcome]
    return f"{manifest.run_name}: {title[0].lower()}{title[1:]}", colour


def _export_parts(manifest: Manifest, folder: str) -> tuple[list[str], list[Section]]:
    facts = [
        f"{folder}/pipeline.py",
        f"from {len(manifest.cells)} executed cells, {manifest.left_out} left out",
        f"{len(manifest.params)} parameters",
    ]
    verdict = manifest.verdict
    if verdict is None:
        return facts, []
    return facts + _facts(verdict), _sections(verdict)


def _facts(verdict: Verdict) -> list[str]:
    return [
        f"fresh process, {verdict.scope.value}",
        f"{verdict.seconds:.1f} s",
        f"pipeline.py sha256 {verdict.pipeline_sha256[:12]}",
    ]


def _sections(verdict: Verdict) -> list[Section]:
    rows = [
        [
            Cell(check.kind, faint=True),
            Cell(check.name, strong=True),
            Cell(_value(check, check.expected), number=True, title=check.expected),
            Cell("=" if check.equal else "≠", colour=GOOD if check.equal else BAD, strong=True),
            Cell(_value(check, check.found) or "(nothing)", number=True, title=check.found),
        ]
        for check in sorted(verdict.checks, key=lambda check: _ORDER.index(check.kind))
    ]
    return [
        Section("What differs", [verdict.culprit] if verdict.culprit else []),
        Section("", Table(("", "", "recorded", "", "fresh process"), rows)),
        Section("Not checked", list(verdict.unchecked)),
    ]


def _value(check: Check, text: str) -> str:
    """Shorten digests; numbers are shown to the last digit."""
    if check.kind in ("data", "model"):
        return text.partition(":")[2][:12] or text[:12]
    return text
