"""The routes: authenticated, authorized, each answer made in a thread."""

from __future__ import annotations

import threading

from jupyter_server.auth.decorator import authorized
from tornado import web

from nbtrail.exceptions import NbtrailError
from nbtrail.server import detail, edits, nearby, trail
from nbtrail.server.base import TrailHandler
from nbtrail.server.places import locate
from nbtrail.server.query import read_points, read_runs_query

__all__ = ["ROUTES"]


class StatusHandler(TrailHandler):
    """``GET nbtrail/api/status``: what was found for the notebook."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """Answer a ``status_report``."""
        await self.answer(trail.status)


class TrailsHandler(TrailHandler):
    """``GET nbtrail/api/trails``: the trails below the server's root, for a picker."""

    def initialize(self) -> None:
        """Make what ends the search when the client has gone."""
        self._gone = threading.Event()

    def on_connection_close(self) -> None:
        """End the search: nobody waits for it."""
        self._gone.set()
        super().on_connection_close()

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """Answer a ``trails_page``."""
        await self.answer(lambda root, _notebook: nearby.trails(root, self._gone.is_set))


class RunsHandler(TrailHandler):
    """``GET nbtrail/api/runs``: one page of runs."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """Answer a ``runs_page``."""
        await self.answer_at(lambda place: trail.runs(place, read_runs_query(self.argument)))


class GroupsHandler(TrailHandler):
    """``GET nbtrail/api/groups``: how many runs match, by experiment or source."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """Answer a ``groups_page``."""
        await self.answer_at(lambda place: trail.groups(place, read_runs_query(self.argument)))


class KeysHandler(TrailHandler):
    """``GET nbtrail/api/keys``: what runs can be searched, sorted and shown by."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """Answer ``known_keys``."""
        await self.answer_at(trail.keys)


class RunHandler(TrailHandler):
    """``GET nbtrail/api/runs/ID``: everything about one run; ``PATCH`` changes its words."""

    @web.authenticated
    @authorized
    async def get(self, run_id: str) -> None:
        """Answer a ``run_detail``."""
        await self.answer_at(lambda place: detail.run(place, run_id))

    @web.authenticated
    @authorized
    async def patch(self, run_id: str) -> None:
        """Change name, note or tags; answer the ``run_detail`` as it is now."""
        await self.answer_at(
            lambda place: edits.edit(place, run_id, edits.read_edit(self.request.body))
        )


class ChangesHandler(TrailHandler):
    """``GET nbtrail/api/runs/ID/changes``: what differs from the run before."""

    @web.authenticated
    @authorized
    async def get(self, run_id: str) -> None:
        """Answer ``run_changes``."""
        await self.answer_at(lambda place: detail.changes(place, run_id))


class DiffHandler(TrailHandler):
    """``GET nbtrail/api/runs/ID/diff``: what was not committed when a run started."""

    @web.authenticated
    @authorized
    async def get(self, run_id: str) -> None:
        """Answer ``uncommitted_changes``."""
        await self.answer_at(lambda place: detail.diff(place, run_id))


class LineageHandler(TrailHandler):
    """``GET nbtrail/api/runs/ID/lineage``: the cells that a run came from."""

    @web.authenticated
    @authorized
    async def get(self, run_id: str) -> None:
        """Answer an ``ancestry``."""
        await self.answer_at(lambda place: detail.lineage(place, run_id))


class CurvesHandler(TrailHandler):
    """``GET nbtrail/api/runs/ID/curves?key=..&key=..``: histories of metrics."""

    @web.authenticated
    @authorized
    async def get(self, run_id: str) -> None:
        """Answer ``run_curves``."""
        keys, axis = self.get_arguments("key"), self.argument("axis", "step")
        await self.answer_at(
            lambda place: detail.curves(place, run_id, keys, read_points(self.argument), axis)
        )


class ArtifactHandler(TrailHandler):
    """``GET nbtrail/api/runs/ID/artifact?path=``: a picture or text that a run kept."""

    @web.authenticated
    @authorized
    async def get(self, run_id: str) -> None:
        """Answer the bytes; nothing that a browser would run."""
        path = self.argument("path", "")
        try:
            shown = await self.made(
                lambda root, notebook: detail.artifact(locate(root, notebook), run_id, path)
            )
        except NbtrailError as error:
            self._refuse(error)
            return
        self.set_header("Content-Type", shown.media_type)
        self.set_header("Content-Security-Policy", "default-src 'none'; sandbox")
        self.set_header("Cache-Control", "private, max-age=3600")
        await self.finish(shown.data, set_content_type=shown.media_type)


class ModelsHandler(TrailHandler):
    """``GET nbtrail/api/models``: the registered models."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """Answer a ``registry_page``."""
        await self.answer_at(trail.models)


class PipelinesHandler(TrailHandler):
    """``GET nbtrail/api/pipelines``: the exported pipelines."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """Answer a ``pipelines_page``."""
        await self.answer_at(trail.pipelines)


_RUN = r"/nbtrail/api/runs/([0-9a-f]{32})"

ROUTES: tuple[tuple[str, type[TrailHandler]], ...] = (
    (r"/nbtrail/api/status", StatusHandler),
    (r"/nbtrail/api/trails", TrailsHandler),
    (r"/nbtrail/api/runs", RunsHandler),
    (r"/nbtrail/api/groups", GroupsHandler),
    (r"/nbtrail/api/keys", KeysHandler),
    (_RUN, RunHandler),
    (rf"{_RUN}/changes", ChangesHandler),
    (rf"{_RUN}/curves", CurvesHandler),
    (rf"{_RUN}/diff", DiffHandler),
    (rf"{_RUN}/lineage", LineageHandler),
    (rf"{_RUN}/artifact", ArtifactHandler),
    (r"/nbtrail/api/models", ModelsHandler),
    (r"/nbtrail/api/pipelines", PipelinesHandler),
)
