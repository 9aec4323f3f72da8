"""The routes: read-only, authenticated, authorized, each answer made in a thread."""

from __future__ import annotations

import json
from collections.abc import Callable
from http.client import responses
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jupyter_server.auth.decorator import authorized
from jupyter_server.base.handlers import APIHandler
from tornado import web

from nbtrail.exceptions import NbtrailError, NotFoundError, UsageError
from nbtrail.server import trail
from nbtrail.server.places import locate
from nbtrail.server.query import read_runs_query
from nbtrail.views.contract import error_body, error_code

if TYPE_CHECKING:
    from nbtrail.server.extension import NbtrailExtension

__all__ = ["ROUTES", "TrailHandler"]


class TrailHandler(APIHandler):
    """What all routes share: who may ask, which trail, where the work is done, errors."""

    auth_resource = "nbtrail"
    # a panel that refreshes itself must not keep an idle server alive
    _track_activity = False

    @property
    def extension(self) -> NbtrailExtension:
        """The extension that serves this request."""
        return self.settings["nbtrail"]  # type: ignore[no-any-return]

    @property
    def notebook(self) -> str:
        """Path of the notebook the client works in, relative to the server's root."""
        return str(self.get_argument("notebook", "", strip=False))

    async def answer(self, make: Callable[[Path, str], dict[str, Any]]) -> None:
        """Send what `make` says, called in a thread with the server's root and the notebook."""
        root, notebook = self.extension.root, self.notebook
        await self.extension.watch(notebook)
        try:
            document = await self.extension.in_thread(make, root, notebook)
        except NbtrailError as error:
            self._refuse(error)
            return
        self.set_header("Cache-Control", "no-store")
        self.finish(json.dumps(document, ensure_ascii=False, allow_nan=False))

    def _refuse(self, error: NbtrailError) -> None:
        """Send an error of ours; texts about the store name paths, so they go to the log."""
        if isinstance(error, UsageError):
            self.set_status(404 if isinstance(error, NotFoundError) else 400)
            self.finish(json.dumps(error_body(error_code(error), str(error))))
            return
        self.log.warning("nbtrail: %s", error)
        told = (
            "The trail can't be read; the server's log says why. Look at it, in the project's "
            "folder, with: nbtrail store doctor"
        )
        self.set_status(503)
        self.finish(json.dumps(error_body(error_code(error), told)))

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """Answer every other failure in the same shape, without path or traceback."""
        error = kwargs.get("exc_info", (None, None, None))[1]
        told = error.log_message if isinstance(error, web.HTTPError) else None
        name = responses.get(status_code, "Failed")
        code = name.lower().replace(" ", "-")
        self.set_header("Content-Type", "application/json")
        self.finish(json.dumps(error_body(code, told or name)))


class StatusHandler(TrailHandler):
    """``GET nbtrail/api/status``: what was found for the notebook."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """Answer a ``status_report``."""
        await self.answer(trail.status)


class RunsHandler(TrailHandler):
    """``GET nbtrail/api/runs``: one page of runs."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """Answer a ``runs_page``."""
        try:
            query = read_runs_query(lambda name, default: str(self.get_argument(name, default)))
        except UsageError as error:
            self._refuse(error)
            return
        await self.answer(lambda root, notebook: trail.runs(locate(root, notebook), query))


class RunHandler(TrailHandler):
    """``GET nbtrail/api/runs/ID``: everything about one run."""

    @web.authenticated
    @authorized
    async def get(self, run_id: str) -> None:
        """Answer a ``run_detail``."""
        await self.answer(lambda root, notebook: trail.run(locate(root, notebook), run_id))


class ModelsHandler(TrailHandler):
    """``GET nbtrail/api/models``: the registered models."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """Answer a ``models_page``."""
        await self.answer(lambda root, notebook: trail.models(locate(root, notebook)))


ROUTES: tuple[tuple[str, type[TrailHandler]], ...] = (
    (r"/nbtrail/api/status", StatusHandler),
    (r"/nbtrail/api/runs", RunsHandler),
    (r"/nbtrail/api/runs/([0-9a-f]{32})", RunHandler),
    (r"/nbtrail/api/models", ModelsHandler),
)
