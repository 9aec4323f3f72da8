"""What training an exported pipeline again would do, told before it happens."""

from __future__ import annotations

import os
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from nbtrail.entities.pipeline import Manifest, Outcome, PipelineInput
from nbtrail.entities.retraining import ChosenParam, DataFile, FileState, RetrainPlan
from nbtrail.exceptions import RetrainError, UsageError
from nbtrail.pipeline.choices import argument, choose
from nbtrail.pipeline.manifest import edited_files, file_sha256, input_path, read_manifest, relative
from nbtrail.store.store import Store

__all__ = ["check_plan", "plan_retraining", "working_folder"]

_LARGEST = 1 << 28  # bytes that are read to tell whether a file of the same size changed


def plan_retraining(
    store: Store, folder: Path, given: Mapping[str, str], *, within: Path | None = None
) -> RetrainPlan:
    """Tell what training a pipeline again would do; nothing is run or written.

    Parameters
    ----------
    store : Store
        Its project is where the pipeline runs and its trail where the run is recorded.
    given : mapping of str to str
        Values of parameters, as somebody types them; the recorded ones hold for the others.
    within : Path, optional
        Other data files than the recorded ones must lie below this folder.

    Raises
    ------
    VerifyError
        When the folder is no export.
    UsageError
        When it has no parameter of a given name.
    """
    folder = folder.resolve()
    manifest = read_manifest(folder)
    cwd = working_folder(store.project, manifest)
    files = {item.name for item in manifest.inputs if item.name}
    params = tuple(
        _as_file(param, cwd, within) if param.name in files and param.changed else param
        for param in choose(manifest.params, given)
    )
    other = {param.name for param in params if param.changed}
    data = tuple(_data(store.project, item, other) for item in manifest.inputs)
    arguments = ("--track", *(argument(p) for p in params if p.changed and not p.problem))
    return RetrainPlan(
        run_id=manifest.run_id,
        run_name=manifest.run_name,
        folder=relative(folder, store.project.resolve()),
        cwd=manifest.cwd,
        params=params,
        data=data,
        edited=edited_files(folder, manifest),
        outcome=_outcome(store, manifest),
        arguments=arguments,
        script=shlex.join(["python", os.path.relpath(folder / "pipeline.py", cwd), *arguments]),
        problem=_problem(folder, cwd, data),
    )


def check_plan(plan: RetrainPlan) -> None:
    """Refuse what stands against a plan.

    Raises
    ------
    UsageError
        When a parameter can't have its value.
    RetrainError
        When something else does.
    """
    for param in plan.params:
        if param.problem:
            raise UsageError(param.problem)
    if plan.problem:
        raise RetrainError(plan.problem)


def working_folder(project: Path, manifest: Manifest) -> Path:
    """Return where a pipeline runs.

    Raises
    ------
    RetrainError
        When the manifest leads out of the project.
    """
    place = (project / manifest.cwd).resolve()
    if not place.is_relative_to(project.resolve()):
        raise RetrainError(
            f"The manifest's working directory {manifest.cwd!r} leads out of the project. Correct "
            "manifest.json, or export the run again into a new folder."
        )
    return place


def _as_file(param: ChosenParam, cwd: Path, within: Path | None) -> ChosenParam:
    """Return a parameter that names another data file, with what is wrong with that."""
    place = (cwd / param.value).resolve() if not param.problem else cwd
    problem = param.problem
    if not problem and within is not None and not place.is_relative_to(within.resolve()):
        problem = (
            f"{param.name}: {param.value} leads out of the folder that this server shows. Give a "
            "file inside of it."
        )
    elif not problem and not place.is_file():
        problem = f"{param.name}: there is no file {param.value} (looked from {cwd.name}/)."
    return replace(param, problem=problem)


def _data(project: Path, item: PipelineInput, other: set[str]) -> DataFile:
    place = input_path(project, item)
    state = FileState.CHOSEN if item.name in other else _state(place, item)
    return DataFile(item.name, item.path, item.size, state)


def _state(path: Path, item: PipelineInput) -> FileState:
    try:
        size = path.stat().st_size
        if size != item.size:
            return FileState.CHANGED
        if size > _LARGEST:
            return FileState.NOT_COMPARED
        return FileState.AS_RECORDED if file_sha256(path) == item.sha256 else FileState.CHANGED
    except OSError:
        return FileState.GONE


def _outcome(store: Store, manifest: Manifest) -> Outcome | None:
    """Return the latest verdict on this very script."""
    for known in reversed(store.reader.exports(manifest.run_id)):
        if known.pipeline_sha256 == manifest.pipeline_sha256:
            manifest = known
            break
    verdict = manifest.verdict
    return verdict.outcome if verdict is not None else None


def _problem(folder: Path, cwd: Path, data: Sequence[DataFile]) -> str:
    if not (folder / "pipeline.py").is_file():
        return f"{folder.name}/pipeline.py is gone. Export the run again."
    if not cwd.is_dir():
        return f"The folder {cwd.name}, where the pipeline runs, is gone. Make it again."
    gone = [item for item in data if item.state is FileState.GONE]
    if gone:
        other = f", or give another one for {gone[0].param}" if gone[0].param else ""
        return f"The data file {gone[0].path} is gone. Put it back{other}."
    return ""
