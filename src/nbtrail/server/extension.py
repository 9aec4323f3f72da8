"""The server extension: routes, a small thread pool, and hints that something changed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import ParamSpec, TypeVar

from jupyter_events.logger import EventLogger
from jupyter_server.extension.application import ExtensionApp
from jupyter_server.serverapp import ServerApp
from tornado.ioloop import PeriodicCallback

from nbtrail.server.comparing import COMPARE_ROUTES
from nbtrail.server.exporting import EXPORT_ROUTES
from nbtrail.server.handlers import ROUTES
from nbtrail.server.jobs import Jobs
from nbtrail.server.registering import REGISTRY_ROUTES
from nbtrail.server.retraining import RETRAIN_ROUTES
from nbtrail.server.trash import TRASH_ROUTES
from nbtrail.server.watch import Watcher

__all__ = ["NbtrailExtension"]

SCHEMA = "https://events.nbtrail.org/trail/v1"
ALL_ROUTES = (
    *ROUTES,
    *COMPARE_ROUTES,
    *REGISTRY_ROUTES,
    *TRASH_ROUTES,
    *EXPORT_ROUTES,
    *RETRAIN_ROUTES,
)
POLL_MS = 500
THREADS = 4

P = ParamSpec("P")
T = TypeVar("T")


class NbtrailExtension(ExtensionApp):
    """Serve the project's runs to the panel in JupyterLab and Notebook.

    Nothing runs before the first question of a panel: no thread, no timer, no file.
    """

    name = "nbtrail"

    _jobs: Jobs | None = None
    _threads: ThreadPoolExecutor | None = None
    _watcher: Watcher | None = None
    _timer: PeriodicCallback | None = None

    @property
    def root(self) -> Path:
        """The folder the server was started in."""
        return Path(self._server.root_dir)

    @property
    def jobs(self) -> Jobs:
        """What runs in interpreters of runs."""
        if self._jobs is None:
            self._jobs = Jobs()
        return self._jobs

    @property
    def _server(self) -> ServerApp:
        assert self.serverapp is not None, "an extension is used after it was linked"
        return self.serverapp

    @property
    def _events(self) -> EventLogger:
        logger = self._server.event_logger
        assert logger is not None
        return logger

    def initialize_handlers(self) -> None:
        """Add the routes and the schema of the hints."""
        self.handlers.extend(ALL_ROUTES)
        self._events.register_event_schema(Path(__file__).with_name("events.yml"))

    async def in_thread(self, function: Callable[P, T], *arguments: P.args, **named: P.kwargs) -> T:
        """Call `function` where it may block."""
        if self._threads is None:
            self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="nbtrail")
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, lambda: function(*arguments, **named))

    async def watch(self, notebook: str) -> None:
        """Send hints about what changes in the trail of that notebook from now on."""
        if self._watcher is None:
            self._watcher = Watcher(self.root, self._tell)
            self._timer = PeriodicCallback(self._poll, POLL_MS)
            self._timer.start()
        await self._watcher.add(notebook, self.in_thread)

    async def stop_extension(self) -> None:
        """Stop the timer and what runs for the panel, and let the threads end."""
        if self._timer is not None:
            self._timer.stop()
        await asyncio.get_running_loop().run_in_executor(None, self.jobs.stop_all)
        if self._threads is not None:
            self._threads.shutdown(wait=False, cancel_futures=True)

    async def _poll(self) -> None:
        if self._watcher is not None:
            await self._watcher.poll(self.in_thread)

    def _tell(self, project: str) -> None:
        self._events.emit(schema_id=SCHEMA, data={"project": project})
