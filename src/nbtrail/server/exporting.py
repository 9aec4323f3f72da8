"""Export and verify: what it would do, and the work itself in the interpreter of the run."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jupyter_server.auth.decorator import authorized
from tornado import web

from nbtrail.entities.run import Run
from nbtrail.exceptions import ExportError, NotFoundError, UsageError
from nbtrail.server.base import TrailHandler
from nbtrail.server.body import read_body, read_flag, read_text
from nbtrail.server.jobs import Job, Jobs, shown
from nbtrail.server.places import Place, open_trail
from nbtrail.store.store import Store

__all__ = ["EXPORT_ROUTES"]

MOST_PIPELINES = 200
FILES = ("pipeline.py", "params.toml", "requirements.lock", "README.md", "manifest.json")
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


def plan(place: Place, run_id: str, folder: str) -> dict[str, Any]:
    """Answer what an export would do, and what stands against it; nothing is written."""
    store = open_trail(place)
    run = store.reader.run(run_id)
    interpreter = _recorded(run)
    problem, exists = "", False
    try:
        target = _target(store, folder)
        exists = target.path.exists()
        problem = _occupied(target.path)
    except UsageError as error:
        problem = str(error)
    return {
        "run_id": run_id,
        "folder": folder,
        "exists": exists,
        "problem": problem,
        "files": list(FILES),
        "interpreter": interpreter,
        "available": _usable(interpreter),
        "command": shown("export", run_id[:16], "-o", folder or "DIR"),
    }


def export(place: Place, jobs: Jobs, run_id: str, body: bytes) -> dict[str, Any]:
    """Start the export of a run; answer the job."""
    given = read_body(body, "folder", "overwrite")
    store = open_trail(place)
    run = store.reader.run(run_id)
    target = _target(store, read_text(given, "folder"))
    words = ["export", run_id, "-o", target.name]
    words += ["--overwrite"] if read_flag(given, "overwrite") else []
    job = Job("export", run_id, target.name, shown(*words))
    return _begun(jobs, job, run, store, words)


def verify(place: Place, jobs: Jobs, body: bytes) -> dict[str, Any]:
    """Start the verification of an exported pipeline; answer the job."""
    folder = read_text(read_body(body, "folder"), "folder")
    store = open_trail(place)
    target = _target(store, folder)
    known = {one.folder: one.run_id for one in reversed(store.reader.pipelines(MOST_PIPELINES))}
    if folder not in known:
        raise NotFoundError(f"No pipeline was exported to {folder!r}.")
    if not (target.path / "manifest.json").is_file():
        raise ExportError(f"{folder} is gone, or holds no pipeline any more. Export the run again.")
    run = store.reader.run(known[folder])
    job = Job("verify", run.run_id, folder, shown("verify", folder))
    return _begun(jobs, job, run, store, ["verify", folder])


def _begun(jobs: Jobs, job: Job, run: Run, store: Store, words: list[str]) -> dict[str, Any]:
    interpreter = _recorded(run)
    if not _usable(interpreter):
        raise ExportError(
            f"The Python that made run {run.name!r} is gone ({interpreter or 'not recorded'}), and "
            "no other one is taken in its place. In an environment with the same packages, run: "
            f"{job.shown}"
        )
    place = [] if words[0] == "verify" else ["--store", str(store.root)]
    command = [interpreter, "-P", "-m", "nbtrail.cli", *words, "--json", *place]
    return jobs.start(job, command, store.project).document()


def _recorded(run: Run) -> str:
    return run.environment.executable if run.environment is not None else ""


def _usable(interpreter: str) -> bool:
    """Say whether it is a Python of this machine; a trail from elsewhere may name anything."""
    path = Path(interpreter)
    named = path.is_absolute() and _PYTHON.fullmatch(path.name) is not None
    return named and path.is_file() and os.access(path, os.X_OK)


def _target(store: Store, folder: str) -> Target:
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


def _occupied(path: Path) -> str:
    """Say why a folder can't be taken; an edited export is refused by the export itself."""
    if path.is_file():
        return "This is a file. Give a new folder."
    if not path.is_dir() or not any(path.iterdir()) or (path / "manifest.json").is_file():
        return ""
    return "This folder holds other files. Give a new one."


class ExportHandler(TrailHandler):
    """``nbtrail/api/runs/ID/export``: ``GET`` tells what would happen, ``POST`` starts it."""

    @web.authenticated
    @authorized
    async def get(self, run_id: str) -> None:
        """Answer an ``export_plan`` for ``?folder=``."""
        folder = self.argument("folder", "")
        await self.answer_at(lambda place: plan(place, run_id, folder))

    @web.authenticated
    @authorized
    async def post(self, run_id: str) -> None:
        """Answer a ``job``."""
        jobs, body = self.extension.jobs, self.request.body
        await self.answer_at(lambda place: export(place, jobs, run_id, body))


class VerifyHandler(TrailHandler):
    """``POST nbtrail/api/pipelines/verify``: run an exported pipeline again."""

    @web.authenticated
    @authorized
    async def post(self) -> None:
        """Answer a ``job``."""
        jobs, body = self.extension.jobs, self.request.body
        await self.answer_at(lambda place: verify(place, jobs, body))


class JobHandler(TrailHandler):
    """``nbtrail/api/jobs/ID``: ``GET`` tells how far it is, ``DELETE`` stops it."""

    @web.authenticated
    @authorized
    async def get(self, job_id: str) -> None:
        """Answer a ``job``."""
        jobs = self.extension.jobs
        await self.answer(lambda _root, _notebook: jobs.get(job_id).document())

    @web.authenticated
    @authorized
    async def delete(self, job_id: str) -> None:
        """Stop it; answer the ``job``."""
        jobs = self.extension.jobs

        def stopped(_root: Path, _notebook: str) -> dict[str, Any]:
            job = jobs.get(job_id)
            jobs.stop(job)
            return job.document()

        await self.answer(stopped)


EXPORT_ROUTES: tuple[tuple[str, type[TrailHandler]], ...] = (
    (r"/nbtrail/api/runs/([0-9a-f]{32})/export", ExportHandler),
    (r"/nbtrail/api/pipelines/verify", VerifyHandler),
    (r"/nbtrail/api/jobs/([0-9a-f]{32})", JobHandler),
)
