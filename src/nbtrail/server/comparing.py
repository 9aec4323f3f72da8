"""The routes of the compare view: bounded, paged, and given up when the client goes away."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from jupyter_server.auth.decorator import authorized
from tornado import web

from nbtrail.compare.naming import rows_named
from nbtrail.exceptions import NbtrailError, NotFoundError, UsageError
from nbtrail.server.handlers import TrailHandler
from nbtrail.server.places import Place, locate
from nbtrail.server.query import (
    CompareQuery,
    CurvesQuery,
    read_compare_query,
    read_curves_query,
)
from nbtrail.store.store import Store
from nbtrail.tracking.gathering import CancelledError, Gathering
from nbtrail.views.comparison import comparison_detail
from nbtrail.views.contract_compare import (
    comparison_document,
    packed_curves,
    statistics_document,
)
from nbtrail.views.page import html_page

__all__ = ["COMPARE_ROUTES"]


class _ComparingHandler(TrailHandler):
    """What the routes share: the work stops between two runs once the client has gone."""

    def initialize(self) -> None:
        self._gone = threading.Event()

    def on_connection_close(self) -> None:
        self._gone.set()
        super().on_connection_close()

    def _ask(self, name: str, default: str) -> str:
        return str(self.get_argument(name, default))

    def _gathered(self, place: Place, runs: tuple[str, ...]) -> Gathering:
        if place.store is None:
            raise NotFoundError("There is no trail here, and so no runs of these ids.")
        reader = Store.open(place.store).reader
        return Gathering(reader, runs, cancelled=self._gone.is_set)

    async def _reply(self, read: Callable[[], Callable[[Path, str], dict[str, Any]]]) -> None:
        try:
            await self.answer(read())
        except UsageError as error:
            self._refuse(error)
        except CancelledError:
            return


class ComparisonHandler(_ComparingHandler):
    """``GET nbtrail/api/compare``: what differs between runs."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """Answer a ``comparison``."""
        await self._reply(lambda: self._make(read_compare_query(self._ask)))

    def _make(self, query: CompareQuery) -> Callable[[Path, str], dict[str, Any]]:
        def make(root: Path, notebook: str) -> dict[str, Any]:
            gathering = self._gathered(locate(root, notebook), query.runs)
            found = gathering.comparison()
            return comparison_document(
                rows_named(found, query.text),
                gathering.why(found),
                offset=query.offset,
                limit=query.limit,
            )

        return make


class PageHandler(_ComparingHandler):
    """``GET nbtrail/api/compare/page``: the comparison as a page to keep or to mail."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """Answer a whole HTML document, which a browser saves and never runs."""
        try:
            query = read_compare_query(self._ask)
            page = await self.made(
                lambda root, notebook: self._make(locate(root, notebook), query.runs)
            )
        except NbtrailError as error:
            self._refuse(error)
        except CancelledError:
            return
        else:
            self.set_header("Content-Security-Policy", "default-src 'none'; sandbox")
            self.set_header("Content-Disposition", 'attachment; filename="comparison.html"')
            self.set_header("Cache-Control", "no-store")
            self.finish(page, set_content_type="text/html; charset=UTF-8")

    def _make(self, place: Place, runs: tuple[str, ...]) -> str:
        gathering = self._gathered(place, runs)
        found = gathering.comparison()
        title = " / ".join(run.name for run in found.runs[:3])
        return html_page(title, comparison_detail(found, gathering.statistics(found)))


class StatisticsHandler(_ComparingHandler):
    """``GET nbtrail/api/compare/statistics``: what runs say together."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """Answer a ``comparison_statistics``."""
        await self._reply(lambda: self._make(read_compare_query(self._ask)))

    def _make(self, query: CompareQuery) -> Callable[[Path, str], dict[str, Any]]:
        def make(root: Path, notebook: str) -> dict[str, Any]:
            gathering = self._gathered(locate(root, notebook), query.runs)
            return statistics_document(gathering.statistics(gathering.comparison(code=False)))

        return make


class CurvesHandler(_ComparingHandler):
    """``GET nbtrail/api/compare/curves``: histories, as bytes that need no parsing."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """Answer a ``curves_header`` and the numbers behind it; see `packed_curves`."""
        root, notebook = self.extension.root, self.notebook
        await self.extension.watch(notebook)
        try:
            query = read_curves_query(self._ask, self.get_arguments("metric"))
            packed = await self.extension.in_thread(self._make, root, notebook, query)
        except NbtrailError as error:
            self._refuse(error)
        except CancelledError:
            return
        else:
            self.set_header("Cache-Control", "no-store")
            self.finish(packed, set_content_type="application/octet-stream")

    def _make(self, root: Path, notebook: str, query: CurvesQuery) -> bytes:
        gathering = self._gathered(locate(root, notebook), query.runs)
        return packed_curves(gathering.curves(query.keys, query.points, query.axis), query.axis)


COMPARE_ROUTES: tuple[tuple[str, type[TrailHandler]], ...] = (
    (r"/nbtrail/api/compare", ComparisonHandler),
    (r"/nbtrail/api/compare/page", PageHandler),
    (r"/nbtrail/api/compare/statistics", StatisticsHandler),
    (r"/nbtrail/api/compare/curves", CurvesHandler),
)
