"""What export makes of one percent-format case: its verdict, and what the slice holds."""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from harness import Case, Notebook, read_case, record_run

from nbtrail.exceptions import ExportError
from nbtrail.pipeline.emit import write_script
from nbtrail.pipeline.export import export_run
from nbtrail.pipeline.plan import Form, Plan, make_plan
from nbtrail.store.store import Store

__all__ = ["Score", "first_script", "first_try", "score_case"]


@dataclass(frozen=True)
class Score:
    """One case.

    Attributes
    ----------
    expected, found : dict of str to float
        The notebook's values, and those of the exported script.
    first : str
        Of the first script, run without any verification: "right", or what it did instead.
    kept, lost : tuple of str
        Irrelevant statements in the slice, and needed ones that it lacks.
    outcome, form, culprit : str
        The verdict of the export; the outcome is "refused" when there is none.
    """

    case: str
    title: str
    expected: dict[str, float]
    found: dict[str, float]
    first: str
    kept: tuple[str, ...]
    lost: tuple[str, ...]
    outcome: str
    form: str
    culprit: str

    @property
    def verified(self) -> bool:
        return self.outcome not in {"refused", "not-reproducible"}

    @property
    def right(self) -> bool:
        return self.expected == self.found


def score_case(path: str, unverified: bool = True) -> Score:
    """Run a case in a real shell, export it, and hold the result against the case's own word.

    Parameters
    ----------
    unverified : bool
        Run the first script too, as it is written before any verification.
    """
    case = read_case(Path(path))
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as place:
        folder = Path(place, "project")
        folder.mkdir()
        notebook = Notebook(folder)
        store = Store.open(folder / ".nbtrail", create=True)
        try:
            notebook.play(case)
            expected = {name: float(notebook.values[name]) for name in case.metrics}
            run_id = record_run(notebook, store, expressions={n: n for n in case.metrics})
            plan = make_plan(store.reader.run(run_id), notebook.cells, "work.ipynb", ".")
            first = first_try(plan, folder, expected) if unverified else ""
            kept, lost = _compared(case, plan)
            outcome, form, culprit, found = _exported(store, run_id, folder / "out")
        finally:
            store.close()
            notebook.close()
    return Score(
        Path(path).stem,
        case.title,
        expected,
        found,
        first,
        kept,
        lost,
        outcome,
        form,
        culprit,
    )


def first_script(plan: Plan) -> str:
    """Return the script that export writes first, before anything was verified."""
    return write_script(plan, Form.STAGES, {}, "3.11").text


def first_try(plan: Plan, project: Path, expected: dict[str, float]) -> str:
    """Run the script that is written first, without nbtrail, and say what it did."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as place:
        folder = Path(place)
        names = [*plan.files, *plan.modules]
        for name in names:
            if not Path(name).is_absolute() and (project / name).is_file():
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(project / name, folder / name)
        script = folder / "pipeline.py"
        script.write_text(first_script(plan), encoding="utf-8")
        done = subprocess.run(
            [plan.run.environment.executable, script, "--output", folder / "out"],
            cwd=folder,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            return f"error: {done.stderr.strip().splitlines()[-1]}"
        found = json.loads((folder / "out" / "metrics.json").read_text("utf-8"))
    return "right" if found == expected else f"wrong: {found}"


def _exported(store: Store, run_id: str, folder: Path) -> tuple[str, str, str, dict[str, float]]:
    try:
        manifest = export_run(store, run_id, folder)
    except ExportError as error:
        return "refused", "", str(error), {}
    verdict = manifest.verdict
    found = {c.name: float(c.found) for c in verdict.checks if c.kind == "metric"}
    return verdict.outcome.value, manifest.form, verdict.culprit, found


def _compared(case: Case, plan: Plan) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return statements of the slice that the case calls irrelevant, and needed ones it lacks."""
    chosen = set(plan.nodes)
    kept, lost = [], []
    for cell in plan.cells:
        chunk = case.cells[cell.seq]
        for facts in cell.statements:
            node = (cell.seq, facts.index)
            lines = cell.code.splitlines()[facts.first_line - 1 : facts.last_line]
            text = f"{chunk.name}: {lines[0].strip() if lines else ''}"
            needed = "need" in chunk.flags and "#: drop" not in "\n".join(lines)
            if node in chosen and not needed:
                kept.append(text)
            elif needed and node not in chosen:
                lost.append(text)
    return tuple(kept), tuple(lost)
