"""Where work for the panel is done: a folder of the project, the interpreter of a run."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nbtrail.entities.run import Run
from nbtrail.exceptions import ExportError, NotFoundError, UsageError
from nbtrail.server.jobs import Job, Jobs
from nbtrail.store.store import Store

__all__ = ["Target", "begun", "exported_run", "folder_of", "is_usable", "recorded_python"]

MOST_PIPELINES = 200
_PYTHON = re.compile(r"(python|pypy)[\d.]*(\.exe)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Target:
    """A folder of the project that pipelines can be written to."""

    store: Store
    name: str

    @property
    def path(self) -> Path:
        """Where it lies."""
        return self.store.project / self.name


def begun(jobs: Jobs, job: Job, run: Run, store: Store, words: list[str]) -> dict[str, Any]:
    """Start a job by the Python that made its run; answer the ``job``.

    Raises
    ------
    ExportError
        When that Python is gone.
    """
    interpreter = recorded_python(run)
    if not is_usable(interpreter):
        raise ExportError(
            f"The Python that made run {run.name!r} is gone ({interpreter or 'not recorded'}), and "
            "no other one is taken in its place. In an environment with the same packages, run: "
            f"{job.shown}"
        )
    command = [interpreter, "-P", "-m", "nbtrail.cli", *words, "--json"]
    return jobs.start(job, command, store.project).document()


def exported_run(target: Target) -> Run:
    """Return the run that was exported to a folder.

    Raises
    ------
    NotFoundError
        When none was.
    ExportError
        When the folder holds no pipeline any more.
    """
    reader, folder = target.store.reader, target.name
    found = next((one for one in reader.pipelines(MOST_PIPELINES) if one.folder == folder), None)
    if found is None:
        raise NotFoundError(f"No pipeline was exported to {folder!r}.")
    if not (target.path / "manifest.json").is_file():
        raise ExportError(f"{folder} is gone, or holds no pipeline any more. Export the run again.")
    return reader.run(found.run_id)


def recorded_python(run: Run) -> str:
    """Return the interpreter of a run, or an empty text."""
    return run.environment.executable if run.environment is not None else ""


def is_usable(interpreter: str) -> bool:
    """Say whether it is a Python of this machine; a trail from elsewhere may name anything."""
    path = Path(interpreter)
    named = path.is_absolute() and _PYTHON.fullmatch(path.name) is not None
    return named and path.is_file() and os.access(path, os.X_OK)


def folder_of(store: Store, folder: str) -> Target:
    """Return a folder inside of the project.

    Raises
    ------
    UsageError
        When it is none, or hidden.
    """
    parts = folder.split("/")
    odd = "\\" in folder or "\0" in folder or ":" in folder
    if odd or any(not part.strip() or part.startswith((".", "-")) for part in parts):
        raise UsageError(
            "Give a folder inside of the project, such as pipelines/first; its name may not begin "
            "with a dot or a dash."
        )
    project = store.project.resolve()
    if not project.joinpath(*parts).resolve().is_relative_to(project):
        raise UsageError(f"{folder} leads out of the project. Give a folder inside of it.")
    return Target(store, folder)
