"""Retrain: what it would do, and the work itself in the interpreter of the run."""

from __future__ import annotations

from itertools import chain
from pathlib import Path
from typing import Any

from jupyter_server.auth.decorator import authorized
from tornado import web

from nbtrail.entities.codec import to_plain
from nbtrail.entities.retraining import RetrainPlan
from nbtrail.pipeline.retraining import check_plan, plan_retraining
from nbtrail.server.base import TrailHandler
from nbtrail.server.body import read_body, read_text, read_texts
from nbtrail.server.jobs import Job, Jobs, shown
from nbtrail.server.places import Place, open_trail
from nbtrail.server.workplace import begun, exported_run, folder_of, is_usable, recorded_python

__all__ = ["RETRAIN_ROUTES"]


def plan(place: Place, root: Path, folder: str, params: str) -> dict[str, Any]:
    """Answer what training a pipeline again would do; nothing is run or written.

    Parameters
    ----------
    root : Path
        The server's: other data files must lie below it.
    params : str
        JSON object of texts by name of a parameter.
    """
    given = read_texts(read_body(f'{{"params": {params or "{}"}}}'.encode(), "params"), "params")
    target = folder_of(open_trail(place), folder)
    interpreter = recorded_python(exported_run(target))
    found = plan_retraining(target.store, target.path, given, within=root)
    document: dict[str, Any] = to_plain(found)
    del document["arguments"]
    return document | {
        "outcome": document["outcome"] or "",
        "folder": folder,
        "interpreter": interpreter,
        "available": is_usable(interpreter),
        "command": shown(*_words(found, folder)),
    }


def retrain(place: Place, root: Path, jobs: Jobs, body: bytes) -> dict[str, Any]:
    """Start to train a pipeline again; answer the job."""
    asked = read_body(body, "folder", "params")
    folder, given = read_text(asked, "folder"), read_texts(asked, "params")
    target = folder_of(open_trail(place), folder)
    run = exported_run(target)
    found = plan_retraining(target.store, target.path, given, within=root)
    check_plan(found)
    words = _words(found, folder)
    job = Job("retrain", run.run_id, folder, shown(*words))
    return begun(jobs, job, run, target.store, [*words, "--store", str(target.store.root)])


def _words(found: RetrainPlan, folder: str) -> list[str]:
    chosen = [param for param in found.params if param.changed and not param.problem]
    values = (("-p", f"{param.name}={param.value}") for param in chosen)
    return ["retrain", folder, *chain.from_iterable(values)]


class RetrainHandler(TrailHandler):
    """``nbtrail/api/pipelines/retrain``: ``GET`` tells what it would do, ``POST`` does it."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """Answer a ``retrain_plan``."""
        root = self.extension.root
        folder, params = self.argument("folder", ""), self.argument("params", "")
        await self.answer_at(lambda place: plan(place, root, folder, params))

    @web.authenticated
    @authorized
    async def post(self) -> None:
        """Answer a ``job``."""
        root, jobs, body = self.extension.root, self.extension.jobs, self.request.body
        await self.answer_at(lambda place: retrain(place, root, jobs, body))


RETRAIN_ROUTES: tuple[tuple[str, type[TrailHandler]], ...] = (
    (r"/nbtrail/api/pipelines/retrain", RetrainHandler),
)
