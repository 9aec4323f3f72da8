"""The page beside ``pipeline.py``: what this is, whether it holds, how to run it, whence it came."""

from __future__ import annotations

from collections.abc import Sequence

from nbtrail.entities.cell import CellExecution
from nbtrail.entities.pipeline import Manifest, Outcome, Verdict
from nbtrail.pipeline.params import Parameter

__all__ = ["readme"]


def readme(
    manifest: Manifest,
    parameters: Sequence[Parameter],
    notebook: str,
    cells: Sequence[CellExecution],
    notes: Sequence[str],
) -> str:
    """Return the page that tells a stranger what this is, whether it holds, and how to run it."""
    used = {int(c.rpartition(":")[2]) for c in manifest.cells}
    where = f"`{notebook}`" if notebook else "its notebook"
    parts = [
        f"# Pipeline of run {manifest.run_name or manifest.run_id[:8]}",
        _opening(where),
        "## Verdict",
        _verdict(manifest.verdict),
        "## Run it",
        _usage(manifest, parameters),
        "## Where it comes from",
        _lineage(manifest, used, cells),
    ]
    if notes or manifest.missing:
        parts.append("## Please note")
        lines = [*notes, *(f"Metric {k}: {reason}." for k, reason in manifest.missing.items())]
        parts.append("\n".join(f"- {line}" for line in lines))
    return "\n\n".join(parts) + "\n"


def _opening(where: str) -> str:
    return (
        f"`pipeline.py` computes again what this run computed in {where}. It was written by nbtrail "
        "from the statements that were really executed, in the order in which they were."
    )


def _verdict(verdict: Verdict | None) -> str:
    if verdict is None:
        return "Not verified yet. Run `nbtrail verify` on this folder."
    words = {
        Outcome.EXACT: "Reproduced exactly",
        Outcome.WITHIN_TOLERANCE: "Reproduced within tolerance",
        Outcome.FULL_HISTORY: "Reproduced by the full history of the session",
        Outcome.NOT_REPRODUCIBLE: "Not reproduced",
    }
    lines = [f"**{words[verdict.outcome]}** in a fresh process ({verdict.scope.value})."]
    if verdict.culprit:
        lines.append(f"\nWhat differs: {verdict.culprit}")
    rows = [c for c in verdict.checks if c.kind != "run"]
    if rows:
        lines += ["", "| compared | of the run | found | equal |", "|---|---|---|---|"]
        lines += [
            f"| {c.kind} {_cell(c.name)} | {_cell(c.expected)} | {_cell(c.found)} | "
            f"{'yes' if c.equal else '**no**'} |"
            for c in rows
        ]
    if verdict.floor:
        spread = ", ".join(f"{key} by {value:.3g}" for key, value in verdict.floor.items())
        lines += ["", f"Two executions of the whole notebook differ among themselves: {spread}."]
    if verdict.guard:
        lines += ["", *(f"- {text}" for text in verdict.guard)]
    if len(verdict.rungs) > 1:
        lines += ["", "What was tried:", "", "| | statements | seconds | |", "|---|---|---|---|"]
        lines += [
            f"| {_cell(r.name)} | {r.statements or ''} | {r.seconds:.1f} | {_cell(r.found)} |"
            for r in verdict.rungs
        ]
    if verdict.unchecked:
        lines += ["", "Not checked:", "", *(f"- {text}" for text in verdict.unchecked)]
    return "\n".join(lines)


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def _usage(manifest: Manifest, parameters: Sequence[Parameter]) -> str:
    example = next((p for p in parameters if type(p.value) in {float, int}), None)
    extra = f" {example.flag} {example.value!r}" if example else ""
    place = "the project's folder" if manifest.cwd == "." else f"`{manifest.cwd}` of the project"
    names = ", ".join(f"`{name}`" for name in manifest.variables)
    needed = f"\n\nIt reads the environment variables {names}." if names else ""
    return (
        f"From {place}, with the packages of `requirements.lock` installed:\n\n"
        "```\npython <this folder>/pipeline.py --help\n"
        f"python <this folder>/pipeline.py{extra}\n```\n\n"
        "nbtrail is not needed for that. With `--track` the execution is recorded by nbtrail, which "
        "`nbtrail retrain <this folder> -p NAME=VALUE` does for you. "
        "`nbtrail verify <this folder>` compares again, as long as `pipeline.py` is not edited."
        f"{needed}"
    )


def _lineage(manifest: Manifest, used: set[int], cells: Sequence[CellExecution]) -> str:
    opening = f"{len(used)} executed cell{'s are' if len(used) != 1 else ' is'} used"
    others = manifest.left_out
    if others:
        opening += f"; on {others} other{'s' if others != 1 else ''} nothing depends"
    lines = [
        f"{opening}.",
        "",
        "| cell | first line | |",
        "|---|---|---|",
    ]
    for cell in cells:
        first = next((li for li in cell.source.splitlines() if li.strip()), "")[:60]
        number = f"In [{cell.execution_count}]" if cell.execution_count else f"#{cell.seq}"
        state = "used" if cell.seq in used else "left out"
        lines.append(f"| {number} | `{_cell(first).replace('`', chr(39))}` | {state} |")
    if manifest.inputs:
        lines += ["", "Data files:", ""]
        lines += [f"- `{i.path}` ({i.size} bytes, sha256 {i.sha256[:12]})" for i in manifest.inputs]
    if manifest.commit:
        state = ", with uncommitted changes" if manifest.dirty else ""
        lines += ["", f"Commit {manifest.commit[:12]}{state}. Python {manifest.python}."]
    return "\n".join(lines)
