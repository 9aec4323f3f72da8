"""A run becomes a folder with a script, verified before anybody sees it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from nbtrail.config import load_settings
from nbtrail.entities.pipeline import Manifest, Outcome, Rung, Verdict
from nbtrail.entities.run import CANDIDATE_TAG, Run
from nbtrail.exceptions import ExportError
from nbtrail.pipeline import folder as files
from nbtrail.pipeline.attempt import Attempt, Workshop
from nbtrail.pipeline.ladder import Climb, climb
from nbtrail.pipeline.lock import Requirements, lock_text
from nbtrail.pipeline.manifest import relative
from nbtrail.pipeline.minimise import minimised
from nbtrail.pipeline.passes import pass_of
from nbtrail.pipeline.plan import Plan, make_plan
from nbtrail.pipeline.readme import readme
from nbtrail.pipeline.tolerance import within_floor
from nbtrail.store import operations
from nbtrail.store.store import Store

__all__ = ["export_run"]

_NAMED = 8  # child runs in a message


def export_run(
    store: Store,
    run_id: str,
    folder: Path,
    *,
    progress: Callable[[str], None] = lambda _text: None,
    timeout_s: float | None = None,
    overwrite: bool = False,
) -> Manifest:
    """Write the pipeline of a run into a folder, verified.

    The slice of the session is tried first, with a function for each stage. When a fresh
    process does not find the same, it is widened behind the first statement that differs,
    then by whole cells, then to the whole history. What was included for safety only is left
    out again where that is proven not to matter.

    Parameters
    ----------
    folder : Path
        A new or empty folder, or an earlier export.
    timeout_s : float, optional
        Limit of wall time of each execution; the setting when absent.
    overwrite : bool
        Replace an earlier export even if somebody edited its files.

    Returns
    -------
    Manifest
        With its verdict, whatever that is.

    Raises
    ------
    ExportError
        When the run has no recorded cells, its data is gone, or the folder can't be used.
    """
    folder = folder.absolute()
    files.check_target(folder, overwrite=overwrite)
    run = store.reader.run(run_id)
    plan = _plan(store, run)
    progress(
        f"{run.name or run.run_id[:8]}: {len(plan.nodes)} of "
        f"{sum(len(c.statements) for c in plan.cells)} executed statements made the result."
    )
    requirements = Requirements(run.environment.packages if run.environment else {})
    limit = timeout_s if timeout_s is not None else load_settings(store.project).verify_timeout_s
    shop = Workshop(store, run, folder, requirements, limit, progress)
    found = climb(shop, plan, progress)
    if not found.attempts:
        raise ExportError(
            f"Run {run.name or run.run_id[:8]} can't be exported: its statements can't be put into "
            "a script. Please report this with the notebook."
        )
    chosen, rungs = _chosen(shop, found, progress)
    verdict = replace(chosen.verdict, rungs=tuple(rungs))
    if found.culprit is not None and verdict.outcome is Outcome.NOT_REPRODUCIBLE:
        verdict = replace(verdict, culprit=_with_statement(verdict, found.culprit.text))
    manifest = replace(chosen.manifest, verdict=verdict)
    _write(folder, chosen, manifest, requirements, run)
    store.call(operations.put_export(run.run_id, relative(folder, store.project), manifest))
    return manifest


def _plan(store: Store, run: Run) -> Plan:
    session = store.reader.session(run.session_id) if run.session_id else None
    cells = store.reader.cells(run.session_id) if run.session_id else ()
    notebook = run.source or (session.notebook if session is not None else "")
    cwd = session.cwd if session is not None else "."
    loop_pass = pass_of(store.reader, run, cells)
    try:
        return make_plan(run, cells, notebook, cwd, project=store.project, loop_pass=loop_pass)
    except ExportError:
        children = _children(store, run)
        if not children:
            raise
        shown = ", ".join(children[:_NAMED]) + (" ..." if len(children) > _NAMED else "")
        raise ExportError(
            f"Run {run.name} only holds other runs together and has no result of its own. Export "
            f"one of its {len(children)} children: {shown}"
        ) from None


def _children(store: Store, run: Run) -> list[str]:
    table = store.reader.runs(query=f'parent = "{run.name}"', order="started", descending=False)
    found = [store.reader.run(run_id) for run_id in table.run_id]
    mine = [child for child in found if child.parent_run_id == run.run_id]
    return [child.name for child in mine if CANDIDATE_TAG not in child.tags]


def _chosen(
    shop: Workshop, found: Climb, progress: Callable[[str], None]
) -> tuple[Attempt, list[Rung]]:
    """Return the script to write: the smallest that holds, else the slice as it was tried."""
    first, best = found.attempts[0], found.best
    if best is None and len(found.attempts) > 1:
        progress("Measuring whether the whole history agrees with itself ...")
        near = within_floor(shop, first, found.attempts[-1])
        if near is not None:
            spread = ", ".join(f"{k} by {v:.3g}" for k, v in near.manifest.floor.items())
            said = f"they differ among themselves: {spread}; the script differs by no more"
            return near, [*found.rungs, Rung("the full history, once more", 0, said)]
    if best is None:
        return first, found.rungs
    if best.verdict.outcome is not Outcome.EXACT:
        return best, found.rungs
    smallest, more = minimised(shop, best, progress)
    return smallest, [*found.rungs, *more]


def _with_statement(verdict: Verdict, text: str) -> str:
    return verdict.culprit if text in verdict.culprit else f"{verdict.culprit} {text}"


def _write(
    folder: Path, attempt: Attempt, manifest: Manifest, requirements: Mapping[str, str], run: Run
) -> None:
    script = attempt.script
    used = {*script.imported, *attempt.found.modules} - ({"nbtrail", "xxhash"} - script.imported)
    needed = sorted({requirements[m] for m in used if m in requirements})
    recorded = run.environment.packages if run.environment else {}
    notes = list(script.notes)
    if script.flat:
        notes.append(f"The script keeps the order of execution: {script.flat}.")
    plan = attempt.plan
    page = readme(manifest, script.parameters, plan.notebook, plan.cells, notes)
    texts = {
        "pipeline.py": script.text,
        "params.toml": files.params_toml(script.parameters),
        "requirements.lock": lock_text(needed, recorded),
        "README.md": page,
        **{s.beside: s.text for s in attempt.sources if s.beside},
    }
    files.write_folder(folder, texts, manifest)
