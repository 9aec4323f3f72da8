"""A run becomes a folder with a script, verified before anybody sees it."""

from __future__ import annotations

import hashlib
import os
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from nbtrail.entities.dataset import Seen
from nbtrail.entities.pipeline import (
    Manifest,
    Outcome,
    PipelineInput,
    PipelineParam,
    Verdict,
)
from nbtrail.entities.run import LATER, Run
from nbtrail.exceptions import ExportError, NbtrailError
from nbtrail.fingerprint.files import digest_file
from nbtrail.fingerprint.forms import same_digest
from nbtrail.pipeline import folder as files
from nbtrail.pipeline.causes import likely_cause, unseeded, withheld
from nbtrail.pipeline.emit import Script, write_script
from nbtrail.pipeline.lock import lock_text, requirements_of
from nbtrail.pipeline.passes import pass_of
from nbtrail.pipeline.plan import Form, Plan, make_plan
from nbtrail.pipeline.verify import file_sha256, run_and_judge
from nbtrail.store import operations
from nbtrail.store.store import Store

__all__ = ["export_run"]


@dataclass(frozen=True, slots=True)
class _Attempt:
    plan: Plan
    script: Script
    manifest: Manifest
    verdict: Verdict


def export_run(
    store: Store,
    run_id: str,
    folder: Path,
    *,
    progress: Callable[[str], None] = lambda _text: None,
    timeout_s: float | None = None,
) -> Manifest:
    """Write the pipeline of a run into a folder, verified.

    The slice of the session is tried first, with a function for each stage; when a fresh
    process does not find the same, in the order of execution; then the whole history.

    Parameters
    ----------
    folder : Path
        A new or empty folder, or an earlier export.
    timeout_s : float, optional
        Limit of wall time of each verification; the setting when absent.

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
    files.check_target(folder)
    run = store.reader.run(run_id)
    session = store.reader.session(run.session_id) if run.session_id else None
    cells = store.reader.cells(run.session_id) if run.session_id else ()
    notebook = run.source or (session.notebook if session is not None else "")
    cwd = session.cwd if session is not None else "."
    progress("Finding the statements that the results depend on ...")
    requirements = requirements_of(run.environment.packages if run.environment else {})
    loop_pass = pass_of(store.reader, run, cells)
    attempts: list[_Attempt] = []
    for form in Form:
        plan = make_plan(run, cells, notebook, cwd, full=form is Form.HISTORY, loop_pass=loop_pass)
        attempt = _try(
            plan, form, store.project, folder, requirements, progress, timeout_s, attempts
        )
        if attempt is None:
            continue
        attempts.append(attempt)
        if attempt.verdict.outcome is not Outcome.NOT_REPRODUCIBLE:
            break
        progress(f"   {attempt.verdict.culprit.splitlines()[0]}")
    if not attempts:
        raise ExportError(
            f"Run {run.name or run.run_id[:8]} can't be exported: its statements can't be put into "
            "a script. Please report this with the notebook."
        )
    last = attempts[-1]
    chosen = last if last.verdict.outcome is not Outcome.NOT_REPRODUCIBLE else attempts[0]
    manifest = replace(chosen.manifest, verdict=chosen.verdict)
    _write(folder, chosen, manifest, requirements, run)
    store.call(operations.put_export(run.run_id, _relative(folder, store.project), manifest))
    return manifest


def _try(
    plan: Plan,
    form: Form,
    project: Path,
    folder: Path,
    requirements: Mapping[str, str],
    progress: Callable[[str], None],
    timeout_s: float | None,
    before: list[_Attempt],
) -> _Attempt | None:
    run = plan.run
    version = run.environment.python if run.environment else _python()
    script = write_script(plan, form, requirements, version)
    data = script.text.encode("utf-8")
    digest = hashlib.sha256(data).hexdigest()
    if any(a.manifest.pipeline_sha256 == digest for a in before):
        return None
    manifest = _manifest(plan, script, digest, project, folder, version)
    executable = run.environment.executable if run.environment else sys.executable
    if not Path(executable).is_file():
        executable = sys.executable
    verdict = run_and_judge(
        manifest,
        data,
        project,
        progress=progress,
        timeout_s=timeout_s,
        executable=executable,
        hint=_hint(plan, run, project),
    )
    return _Attempt(plan, script, manifest, verdict)


def _manifest(
    plan: Plan, script: Script, digest: str, project: Path, folder: Path, python: str
) -> Manifest:
    run = plan.run
    return Manifest(
        version=1,
        run_id=run.run_id,
        run_name=run.name,
        created_ms=time.time_ns() // 1_000_000,
        pipeline_sha256=digest,
        params=tuple(
            PipelineParam(p.name, repr(p.value), type(p.value).__name__) for p in script.parameters
        ),
        inputs=_inputs(plan, script, project),
        metrics={m.key: m.last for m in run.metrics if not m.key.startswith(LATER)},
        data=_data(run),
        models={m.variable or m.name: m.digest for m in run.models if m.digest},
        cells=tuple(f"{run.session_id}:{seq}" for seq in plan.used_cells),
        left_out=plan.left_out,
        project=_relative(project, folder),
        cwd=plan.cwd,
        python=python,
        form=script.form.value,
        missing=script.missing,
        commit=run.code.commit if run.code else "",
        dirty=run.code.dirty if run.code else None,
        doubts=tuple(filter(None, [unseeded(plan), withheld(plan)])),
    )


def _inputs(plan: Plan, script: Script, project: Path) -> tuple[PipelineInput, ...]:
    """Find the files that the script reads; a file that is gone stops the export."""
    names = {p.path: p.name for p in script.parameters if p.path}
    recorded = _recorded(plan)
    by_file = {file: names.get(text, "") for text, file in plan.inputs.items()}
    found: list[PipelineInput] = []
    for file in plan.files:
        path = Path(file) if Path(file).is_absolute() else project / file
        if not path.is_file():
            raise ExportError(
                f"Run {plan.run.name or plan.run.run_id[:8]} read {file}, which is gone (looked for "
                f"{path}). A pipeline without its data can't be verified. Put the file back and "
                "export again."
            )
        size = path.stat().st_size
        found.append(
            PipelineInput(
                by_file.get(file, ""), file, file_sha256(path), size, recorded.get(file, "")
            )
        )
    return tuple(found)


def _recorded(plan: Plan) -> dict[str, str]:
    """Return the content digest of each file when the needed statements read it."""
    found: dict[str, str] = {}
    for use in plan.run.datasets:
        if use.dataset.kind == "file" and use.source:
            found[use.source] = use.dataset.digest.content
    for node in plan.nodes:
        found.update(plan.graph.facts[node].digests)
    return found


def _data(run: Run) -> dict[str, str]:
    return {
        f"{use.name} ({use.context.value})": use.dataset.digest.content
        for use in run.datasets
        if use.seen is Seen.CONSUMED
    }


def _hint(plan: Plan, run: Run, project: Path) -> str:
    """Name the likely cause of a difference: a file that changed, else a missing seed."""
    for use in run.datasets:
        if use.dataset.kind != "file" or not use.source or not use.dataset.digest.content:
            continue
        try:
            now = digest_file(project / use.source).digest.content
        except NbtrailError:
            continue
        if same_digest(use.dataset.digest.content, now, file=True) is False:
            return f"The file {use.source} changed since the run read it."
    return likely_cause(plan)


def _write(
    folder: Path, attempt: _Attempt, manifest: Manifest, requirements: Mapping[str, str], run: Run
) -> None:
    script = attempt.script
    needed = [requirements[m] for m in script.imported if m in requirements]
    recorded = run.environment.packages if run.environment else {}
    files.write_text(folder, "pipeline.py", script.text)
    files.write_text(folder, "params.toml", files.params_toml(script.parameters))
    files.write_text(folder, "requirements.lock", lock_text(needed, recorded))
    notes = list(script.notes)
    if script.flat:
        notes.append(f"The script keeps the order of execution: {script.flat}.")
    page = files.readme(
        manifest, script.parameters, attempt.plan.notebook, attempt.plan.cells, notes
    )
    files.write_text(folder, "README.md", page)
    files.write_manifest(folder, manifest)


def _relative(path: Path, start: Path) -> str:
    try:
        return Path(os.path.relpath(path, start)).as_posix()
    except ValueError:  # another drive
        return path.as_posix()


def _python() -> str:
    return ".".join(str(n) for n in sys.version_info[:3])
