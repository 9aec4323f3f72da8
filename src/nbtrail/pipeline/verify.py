"""Verification of an exported folder: run its very bytes afresh and compare."""

from __future__ import annotations

import hashlib
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from nbtrail.config import load_settings
from nbtrail.entities import codec
from nbtrail.entities.pipeline import Check, Manifest, Outcome, Scope, Verdict
from nbtrail.exceptions import NbtrailError, VerifyError
from nbtrail.fingerprint.files import digest_file
from nbtrail.fingerprint.forms import same_digest
from nbtrail.pipeline.isolated import rebuild
from nbtrail.pipeline.judge import judge
from nbtrail.pipeline.manifest import file_sha256, input_path, read_manifest, relative
from nbtrail.pipeline.runner import Replay, replay
from nbtrail.pipeline.scratch import Job
from nbtrail.store import operations
from nbtrail.store.store import Store

__all__ = ["check_run", "job_of", "verify_folder"]


def verify_folder(
    folder: Path,
    *,
    progress: Callable[[str], None] = lambda _text: None,
    timeout_s: float | None = None,
    store: Store | None = None,
    isolated: bool = False,
) -> Verdict:
    """Run the pipeline of a folder in a fresh process and compare it with its manifest.

    Parameters
    ----------
    timeout_s : float, optional
        Limit of wall time; the setting ``verify_timeout_s`` when absent.
    store : Store, optional
        Its project is where the inputs are looked for; otherwise the manifest says it. When
        it knows the export, the manifest must be the one that was written then, and the verdict
        becomes the export's latest.
    isolated : bool
        Build the environment from the lock first, and run there.

    Raises
    ------
    VerifyError
        When the folder is no export, was edited, an input is gone, or the environment can't
        be built.
    """
    folder = folder.resolve()
    manifest = read_manifest(folder)
    script = _script(folder, manifest)
    if store is not None:
        _attest(store, folder, manifest)
    project = store.project if store is not None else (folder / manifest.project).resolve()
    changed = _changed_inputs(project, manifest)
    if changed:
        verdict = _refuted(manifest, changed)
        _remember(store, folder, manifest, verdict, progress)
        return verdict
    sources = _sources(folder, project, manifest)
    limit = timeout_s if timeout_s is not None else load_settings(project).verify_timeout_s
    job = job_of(manifest, script, project, sources, timeout_s=limit)
    if isolated:
        verdict = _rebuilt(folder, manifest, job, progress)
    else:
        verdict = _verdict(manifest, job, Scope.SAME_ENVIRONMENT, progress)
    _remember(store, folder, manifest, verdict, progress)
    return verdict


def _rebuilt(
    folder: Path, manifest: Manifest, job: Job, progress: Callable[[str], None]
) -> Verdict:
    with tempfile.TemporaryDirectory(prefix="nbtrail-env-", ignore_cleanup_errors=True) as place:
        executable, how = rebuild(folder, manifest, Path(place, "env"), progress)
        job = replace(job, executable=executable, isolated=True)
        verdict = _verdict(manifest, job, Scope.REBUILT, progress)
    return replace(
        verdict, guard=(f"environment built from requirements.lock by {how}", *verdict.guard)
    )


def _verdict(
    manifest: Manifest, job: Job, scope: Scope, progress: Callable[[str], None]
) -> Verdict:
    progress(f"Running the pipeline in a fresh process (limit {job.timeout_s:g} s) ...")
    found = replay(job, progress=progress)
    return check_run(manifest, found, job.project, scope=scope)


def job_of(
    manifest: Manifest,
    script: bytes,
    project: Path,
    sources: Mapping[str, str],
    *,
    timeout_s: float,
    executable: str = sys.executable,
    models_written: bool = False,
    trace: Mapping[str, Any] | None = None,
) -> Job:
    """Return how the script of a manifest is run.

    Parameters
    ----------
    sources : mapping of str to str
        Path relative to the project to the source of each of the manifest's modules.
    models_written : bool
        The run has the models' files already: they are digested and not written again.
    trace : mapping, optional
        What to run instead of the script.
    """
    return Job(
        script,
        project,
        manifest.cwd,
        inputs=tuple(item.path for item in manifest.inputs),
        sources={m.path: sources[m.path] for m in manifest.modules},
        beside={m.beside: sources[m.path] for m in manifest.modules if m.beside},
        variables=manifest.variables,
        threads=manifest.threads,
        executable=executable,
        timeout_s=timeout_s,
        models_written=models_written,
        trace=trace,
    )


def check_run(
    manifest: Manifest,
    found: Replay,
    project: Path,
    *,
    hint: str = "",
    scope: Scope = Scope.SAME_ENVIRONMENT,
) -> Verdict:
    """Compare what a fresh process found with the manifest that goes with its script."""
    inputs, doubts = _inputs(project, manifest)
    return judge(manifest, found, inputs, hint=hint, doubts=doubts, scope=scope)


def _sources(folder: Path, project: Path, manifest: Manifest) -> dict[str, str]:
    """Read the modules of an exported folder; a script that is only run lies in the project."""
    found: dict[str, str] = {}
    for module in manifest.modules:
        path = folder / module.beside if module.beside else project / module.path
        try:
            data = path.read_bytes()
        except OSError as error:
            raise VerifyError(
                f"{path}, which the pipeline needs, can't be read: {error}. Export run "
                f"{manifest.run_id[:8]} again."
            ) from error
        if hashlib.sha256(data).hexdigest() != module.sha256:
            raise VerifyError(
                f"{path} is not what the run used: it was edited since. Restore the file, or "
                f"export run {manifest.run_id[:8]} again into a new folder."
            )
        found[module.path] = data.decode("utf-8")
    return found


def _inputs(project: Path, manifest: Manifest) -> tuple[list[Check], list[str]]:
    """Hold the data files against what the run read, as far as that was recorded."""
    checks, doubts = [], []
    for item in manifest.inputs:
        if not item.recorded:
            continue
        now = digest_file(input_path(project, item)).digest.content
        equal = same_digest(item.recorded, now, file=True)
        if equal is None:
            doubts.append(f"File {item.path}: its recorded digest is of another form or sample.")
        else:
            checks.append(Check("data", item.path, item.recorded, now, equal=equal))
    return checks, doubts


def _script(folder: Path, manifest: Manifest) -> bytes:
    path = folder / "pipeline.py"
    try:
        script = path.read_bytes()
    except OSError as error:
        raise VerifyError(
            f"{path} can't be read: {error}. Export run {manifest.run_id[:8]} again."
        ) from error
    found = hashlib.sha256(script).hexdigest()
    if found != manifest.pipeline_sha256:
        raise VerifyError(
            f"{path} was edited since it was exported (sha256 {found[:12]}, the manifest says "
            f"{manifest.pipeline_sha256[:12]}), so a verdict on it would say nothing about the run. "
            f"Restore the file, or export run {manifest.run_id[:8]} again into a new folder."
        )
    return script


def _attest(store: Store, folder: Path, manifest: Manifest) -> None:
    """Refuse a manifest that differs from what this trail recorded at the export."""
    known = store.reader.exports(manifest.run_id)
    if known and all(_promises(one) != _promises(manifest) for one in known):
        raise VerifyError(
            f"{folder / 'manifest.json'} is not what was written when run {manifest.run_id[:8]} was "
            "exported: the trail remembers other sums or numbers, so it was edited. Export the run "
            "again into a new folder."
        )


def _remember(
    store: Store | None,
    folder: Path,
    manifest: Manifest,
    verdict: Verdict,
    progress: Callable[[str], None],
) -> None:
    """Keep the verdict with the export that the trail knows: gates and lists ask for the latest."""
    if store is None or not store.reader.exports(manifest.run_id):
        return
    latest = replace(manifest, verdict=verdict)
    try:
        place = relative(folder, store.project)
        store.call(operations.put_export(manifest.run_id, place, latest))
    except (NbtrailError, OSError) as error:  # a trail that is only read, for instance
        progress(f"   the verdict could not be kept in the trail: {error}")


def _promises(manifest: Manifest) -> str:
    parts = (
        manifest.metrics,
        manifest.data,
        manifest.models,
        manifest.inputs,
        manifest.modules,
        manifest.floor,
    )
    return manifest.pipeline_sha256 + "".join(codec.dumps(part) for part in parts)


def _changed_inputs(project: Path, manifest: Manifest) -> list[Check]:
    checks: list[Check] = []
    for item in manifest.inputs:
        path = input_path(project, item)
        if not path.exists():
            raise VerifyError(
                f"The data file {item.path} is gone (looked for {path}). Put it back to verify; "
                "pipeline.py itself runs on any other file that you name on its command line."
            )
        found = file_sha256(path)
        if found != item.sha256:
            checks.append(Check("data", item.path, item.sha256, found, equal=False))
    return checks


def _refuted(manifest: Manifest, checks: list[Check]) -> Verdict:
    names = ", ".join(c.name for c in checks)
    return Verdict(
        outcome=Outcome.NOT_REPRODUCIBLE,
        scope=Scope.SAME_ENVIRONMENT,
        pipeline_sha256=manifest.pipeline_sha256,
        checks=tuple(checks),
        culprit=f"The data file {names} changed since the export.",
        unchecked=("The pipeline was not run, since its input is not the one of the run.",),
        verified_ms=time.time_ns() // 1_000_000,
    )
