"""The files beside ``pipeline.py``: manifest, parameters, lock and a page for the reader."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from nbtrail.entities import codec
from nbtrail.entities.cell import CellExecution
from nbtrail.entities.pipeline import Manifest, Outcome, Verdict
from nbtrail.exceptions import ExportError
from nbtrail.pipeline.params import Parameter

__all__ = ["FILES", "check_target", "params_toml", "readme", "write_manifest", "write_text"]

FILES = ("pipeline.py", "manifest.json", "params.toml", "requirements.lock", "README.md")


def check_target(folder: Path) -> None:
    """Refuse a folder that holds anything but an earlier export.

    Raises
    ------
    ExportError
        When it does, or is no folder.
    """
    if folder.is_file():
        raise ExportError(f"{folder} is a file. Give a new folder to export into.")
    if not folder.exists():
        return
    found = sorted(p.name for p in folder.iterdir())
    if found and "manifest.json" not in found:
        shown = ", ".join(found[:3]) + (" ..." if len(found) > 3 else "")
        raise ExportError(
            f"{folder} is not empty and is no earlier export (it holds {shown}). Nothing was "
            "written. Give a new folder, or empty this one first."
        )


def write_text(folder: Path, name: str, text: str) -> None:
    """Write one file of the folder.

    Raises
    ------
    ExportError
        When the disk or its rights don't allow it.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(text.encode("utf-8"))
    except OSError as error:
        raise ExportError(
            f"{folder / name} can't be written: {error}. Choose a folder that you can write to."
        ) from error


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Write ``manifest.json``, indented for people."""
    text = json.dumps(codec.to_plain(manifest), indent=2, ensure_ascii=False, allow_nan=False)
    write_text(folder, "manifest.json", text + "\n")


def params_toml(parameters: Sequence[Parameter]) -> str:
    """Return the recorded parameters as TOML."""
    lines = ["# Parameters of the run; each is an argument of pipeline.py.", "[params]"]
    for parameter in parameters:
        value = parameter.value
        if isinstance(value, bool):
            text = "true" if value else "false"
        elif isinstance(value, str):
            text = json.dumps(value, ensure_ascii=False)
        else:
            text = repr(value)
        lines.append(f"{parameter.name} = {text}")
    return "\n".join(lines) + "\n"


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
    if verdict.unchecked:
        lines += ["", "Not checked:", "", *(f"- {text}" for text in verdict.unchecked)]
    return "\n".join(lines)


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def _usage(manifest: Manifest, parameters: Sequence[Parameter]) -> str:
    example = next((p for p in parameters if type(p.value) in {float, int}), None)
    extra = f" {example.flag} {example.value!r}" if example else ""
    place = "the project's folder" if manifest.cwd == "." else f"`{manifest.cwd}` of the project"
    return (
        f"From {place}, with the packages of `requirements.lock` installed:\n\n"
        "```\npython <this folder>/pipeline.py --help\n"
        f"python <this folder>/pipeline.py{extra}\n```\n\n"
        "nbtrail is not needed for that. With `--track` the execution is recorded by nbtrail. "
        "`nbtrail verify <this folder>` compares again, as long as `pipeline.py` is not edited."
    )


def _lineage(manifest: Manifest, used: set[int], cells: Sequence[CellExecution]) -> str:
    lines = [
        f"{len(used)} executed cells are used; on {manifest.left_out} others nothing depends.",
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
