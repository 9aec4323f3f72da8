"""What all routes share: who may ask, which trail, where the work is done, errors."""

from __future__ import annotations

import json
from collections.abc import Callable
from http.client import responses
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from jupyter_server.base.handlers import APIHandler
from tornado import web

from nbtrail.exceptions import (
    ExportError,
    GateError,
    NbtrailError,
    NotFoundError,
    RegistryError,
    StoreReadOnlyError,
    UsageError,
)
from nbtrail.server.places import Place, locate
from nbtrail.views.contract import error_body, error_code

if TYPE_CHECKING:
    from nbtrail.server.extension import NbtrailExtension

__all__ = ["TrailHandler"]

T = TypeVar("T")

UNREADABLE = (
    "The trail can't be read; the server's log says why. Look at it, in the project's "
    "folder, with: nbtrail store doctor"
)
NOT_WRITABLE = (
    "The server may only read this trail, so nothing was changed. Give the user who runs "
    "the Jupyter server the right to write the folder .nbtrail, or change it in the notebook "
    "with %track."
)


class TrailHandler(APIHandler):
    """A route of ours. Each verb is authenticated and authorized by its own decorators."""

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

    def argument(self, name: str, default: str) -> str:
        """Return an argument of the query."""
        return str(self.get_argument(name, default))

    async def answer(self, make: Callable[[Path, str], dict[str, Any]]) -> None:
        """Send what `make` says, called in a thread with the server's root and the notebook."""
        try:
            await self.send(await self.made(make))
        except NbtrailError as error:
            self._refuse(error)

    async def answer_at(self, make: Callable[[Place], dict[str, Any]]) -> None:
        """Send what `make` says, called in a thread with the place of the trail."""
        await self.answer(lambda root, notebook: make(locate(root, notebook)))

    async def made(self, make: Callable[[Path, str], T]) -> T:
        """Return what `make` says, called in a thread with the server's root and the notebook."""
        root, notebook = self.extension.root, self.notebook
        await self.extension.watch(notebook)
        return await self.extension.in_thread(make, root, notebook)

    async def send(self, document: dict[str, Any]) -> None:
        """Send a document."""
        self.set_header("Cache-Control", "no-store")
        await self.finish(json.dumps(document, ensure_ascii=False, allow_nan=False))

    def _refuse(self, error: NbtrailError) -> None:
        """Send an error of ours; texts about the store name paths, so they go to the log."""
        status, told = 503, UNREADABLE
        if isinstance(error, UsageError):
            status, told = 404 if isinstance(error, NotFoundError) else 400, str(error)
        elif isinstance(error, StoreReadOnlyError):
            status, told = 403, NOT_WRITABLE
        elif isinstance(error, (RegistryError, ExportError)):
            status, told = 409, str(error)
        if status >= 500:
            self.log.warning("nbtrail: %s", error)
        self.set_status(status)
        reasons = error.reasons if isinstance(error, GateError) else ()
        self.finish(json.dumps(error_body(error_code(error), told, reasons)))

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """Answer every other failure in the same shape, without path or traceback."""
        error = kwargs.get("exc_info", (None, None, None))[1]
        told = error.log_message if isinstance(error, web.HTTPError) else None
        name = responses.get(status_code, "Failed")
        code = name.lower().replace(" ", "-")
        self.set_header("Content-Type", "application/json")
        self.finish(json.dumps(error_body(code, told or name)))
