"""What export makes of one percent-format case: its verdict, and what the slice holds."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

from harness import Case, Notebook, read_case, record_run

from nbtrail.exceptions import ExportError
from nbtrail.pipeline.export import export_run
from nbtrail.pipeline.plan import Plan, make_plan
from nbtrail.pipeline.runner import Replay, replay
from nbtrail.pipeline.scratch import Job
from nbtrail.store.store import Store

__all__ = ["FirstTry", "Score", "score_case"]


@dataclass(frozen=True)
class Score:
    """One case.

    Attributes
    ----------
    expected, found : dict of str to float
        The notebook's values, and those of the exported script.
    first : str
        Of the first script, whatever verification said of it: "right", or what it did instead.
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


def score_case(path: str) -> Score:
    """Run a case in a real shell, export it, and hold the result against the case's own word."""
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
            kept, lost = _compared(case, plan)
            first = FirstTry()
            with first.watching():
                outcome, form, culprit, found = _exported(store, run_id, folder / "out")
        finally:
            store.close()
            notebook.close()
    return Score(
        Path(path).stem,
        case.title,
        expected,
        found,
        first.says(expected),
        kept,
        lost,
        outcome,
        form,
        culprit,
    )


class FirstTry:
    """Remembers what the first script of an export found, before anything was verified."""

    def __init__(self) -> None:
        self._found: Replay | None = None

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Look at the executions of an export."""

        def watched(job: Job, **options: Any) -> Replay:
            found = replay(job, **options)
            self._found = self._found or found
            return found

        with mock.patch("nbtrail.pipeline.attempt.replay", watched):
            yield

    def says(self, expected: dict[str, float]) -> str:
        """Return "right", or what the script did instead."""
        if self._found is None:
            return "error: no script"
        if self._found.error:
            return f"error: {self._found.error.splitlines()[-1]}"
        right = self._found.metrics == expected
        return "right" if right else f"wrong: {self._found.metrics}"


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
