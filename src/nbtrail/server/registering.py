"""Promote and roll back: what the gates say, and the change itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from jupyter_server.auth.decorator import authorized
from tornado import web

from nbtrail.exceptions import UsageError
from nbtrail.server.base import TrailHandler
from nbtrail.server.body import read_body, read_flag, read_number, read_text
from nbtrail.server.places import Place, open_trail, open_writable
from nbtrail.store.store import Store
from nbtrail.tracking import registry
from nbtrail.views.contract import gates_page, model_detail

__all__ = ["REGISTRY_ROUTES", "Promotion", "Rollback"]


@dataclass(frozen=True, slots=True)
class Promotion:
    """A checked wish; `expected` is the version that the alias named when it was made."""

    target: str
    model: str
    reason: str
    force: bool
    expected: int | None


@dataclass(frozen=True, slots=True)
class Rollback:
    """A checked wish; `expected` is the version that the alias named when it was made."""

    alias: str
    reason: str
    expected: int | None


def read_promotion(body: bytes) -> Promotion:
    """Read the body of a request.

    Raises
    ------
    UsageError
        When it isn't what it must be; a forced promotion must say why.
    """
    given = read_body(body, "target", "model", "reason", "force", "expected")
    target, model, reason = (read_text(given, key) for key in ("target", "model", "reason"))
    force = read_flag(given, "force")
    if force and not reason.strip():
        raise UsageError("Say why the gates are overruled: it is kept in the history.")
    return Promotion(target, model, reason.strip(), force, read_number(given, "expected"))


def read_rollback(body: bytes) -> Rollback:
    """Read the body of a request.

    Raises
    ------
    UsageError
        When it isn't what it must be.
    """
    given = read_body(body, "alias", "reason", "expected")
    alias, reason = read_text(given, "alias"), read_text(given, "reason")
    return Rollback(alias, reason.strip(), read_number(given, "expected"))


def gates(place: Place, run_id: str, target: str, model: str) -> dict[str, Any]:
    """Answer what each gate would say about a promotion; nothing is changed."""
    return gates_page(registry.check_gates(open_trail(place), run_id, target, model=model))


def promote(place: Place, run_id: str, wish: Promotion) -> dict[str, Any]:
    """Promote a run's model; answer the registered model as it is now."""
    store = open_writable(place)
    version = registry.promote(
        store,
        run_id,
        wish.target,
        force=wish.force,
        reason=wish.reason,
        model=wish.model,
        expected=wish.expected,
    )
    return _model(store, version.name)


def rollback(place: Place, name: str, wish: Rollback) -> dict[str, Any]:
    """Move an alias back; answer the registered model as it is now."""
    store = open_writable(place)
    registry.rollback(store, name, wish.alias, reason=wish.reason, expected=wish.expected)
    return _model(store, name)


def model(place: Place, name: str) -> dict[str, Any]:
    """Answer one registered model."""
    return _model(open_trail(place), name)


def _model(store: Store, name: str) -> dict[str, Any]:
    return model_detail(store.reader.model(name), store.reader.alias_history(name))


class GatesHandler(TrailHandler):
    """``GET nbtrail/api/runs/ID/gates?target=NAME@ALIAS``: whether it may be promoted."""

    @web.authenticated
    @authorized
    async def get(self, run_id: str) -> None:
        """Answer a ``gates_page``."""
        target, name = self.argument("target", ""), self.argument("model", "")
        await self.answer_at(lambda place: gates(place, run_id, target, name))


class PromoteHandler(TrailHandler):
    """``POST nbtrail/api/runs/ID/promote``: a run's model becomes a version, an alias moves."""

    @web.authenticated
    @authorized
    async def post(self, run_id: str) -> None:
        """Answer the ``model_detail`` as it is now."""
        body = self.request.body
        await self.answer_at(lambda place: promote(place, run_id, read_promotion(body)))


class ModelHandler(TrailHandler):
    """``GET nbtrail/api/models/NAME``: one registered model."""

    @web.authenticated
    @authorized
    async def get(self, name: str) -> None:
        """Answer a ``model_detail``."""
        await self.answer_at(lambda place: model(place, name))


class RollbackHandler(TrailHandler):
    """``POST nbtrail/api/models/NAME/rollback``: an alias moves back."""

    @web.authenticated
    @authorized
    async def post(self, name: str) -> None:
        """Answer the ``model_detail`` as it is now."""
        body = self.request.body
        await self.answer_at(lambda place: rollback(place, name, read_rollback(body)))


_RUN = r"/nbtrail/api/runs/([0-9a-f]{32})"
_MODEL = r"/nbtrail/api/models/([^/]+)"

REGISTRY_ROUTES: tuple[tuple[str, type[TrailHandler]], ...] = (
    (rf"{_RUN}/gates", GatesHandler),
    (rf"{_RUN}/promote", PromoteHandler),
    (_MODEL, ModelHandler),
    (rf"{_MODEL}/rollback", RollbackHandler),
)
