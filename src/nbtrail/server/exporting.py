"""Export and verify: what it would do, and the work itself in the interpreter of the run."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from jupyter_server.auth.decorator import authorized
from tornado import web

from nbtrail.exceptions import UsageError
from nbtrail.server.base import TrailHandler
from nbtrail.server.body import read_body, read_flag, read_text
from nbtrail.server.jobs import Job, Jobs, shown
from nbtrail.server.places import Place, open_trail
from nbtrail.server.workplace import begun, exported_run, folder_of, is_usable, recorded_python

__all__ = ["EXPORT_ROUTES"]

FILES = ("pipeline.py", "params.toml", "requirements.lock", "README.md", "manifest.json")


def plan(place: Place, run_id: str, folder: str) -> dict[str, Any]:
    """Answer what an export would do, and what stands against it; nothing is written."""
    store = open_trail(place)
    run = store.reader.run(run_id)
    interpreter = recorded_python(run)
    problem, exists = "", False
    try:
        target = folder_of(store, folder)
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
        "available": is_usable(interpreter),
        "command": shown("export", run_id[:16], "-o", folder or "DIR"),
    }


def export(place: Place, jobs: Jobs, run_id: str, body: bytes) -> dict[str, Any]:
    """Start the export of a run; answer the job."""
    given = read_body(body, "folder", "overwrite")
    store = open_trail(place)
    run = store.reader.run(run_id)
    target = folder_of(store, read_text(given, "folder"))
    words = ["export", run_id, "-o", target.name]
    words += ["--overwrite"] if read_flag(given, "overwrite") else []
    job = Job("export", run_id, target.name, shown(*words))
    return begun(jobs, job, run, store, [*words, "--store", str(store.root)])


def verify(place: Place, jobs: Jobs, body: bytes) -> dict[str, Any]:
    """Start the verification of an exported pipeline; answer the job."""
    folder = read_text(read_body(body, "folder"), "folder")
    store = open_trail(place)
    target = folder_of(store, folder)
    run = exported_run(target)
    job = Job("verify", run.run_id, folder, shown("verify", folder))
    return begun(jobs, job, run, store, ["verify", folder])


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
