"""Into the trash and out of it again."""

from __future__ import annotations

from typing import Any

from jupyter_server.auth.decorator import authorized
from tornado import web

from nbtrail.server.base import TrailHandler
from nbtrail.server.places import Place, open_writable
from nbtrail.tracking.trash import delete_run, restore_run

__all__ = ["TRASH_ROUTES"]


def delete(place: Place, run_id: str) -> dict[str, Any]:
    """Put a run into the trash; answer how many went there with it."""
    return {"run_id": run_id, "runs": delete_run(open_writable(place), run_id)}


def restore(place: Place, run_id: str) -> dict[str, Any]:
    """Take a run out of the trash; answer how many came back with it."""
    return {"run_id": run_id, "runs": restore_run(open_writable(place), run_id)}


class TrashHandler(TrailHandler):
    """``POST nbtrail/api/runs/ID/trash``: a run is deleted, until it is restored."""

    @web.authenticated
    @authorized
    async def post(self, run_id: str) -> None:
        """Answer a ``trash_report``."""
        await self.answer_at(lambda place: delete(place, run_id))


class RestoreHandler(TrailHandler):
    """``POST nbtrail/api/runs/ID/restore``: a deleted run comes back."""

    @web.authenticated
    @authorized
    async def post(self, run_id: str) -> None:
        """Answer a ``trash_report``."""
        await self.answer_at(lambda place: restore(place, run_id))


_RUN = r"/nbtrail/api/runs/([0-9a-f]{32})"

TRASH_ROUTES: tuple[tuple[str, type[TrailHandler]], ...] = (
    (rf"{_RUN}/trash", TrashHandler),
    (rf"{_RUN}/restore", RestoreHandler),
)
