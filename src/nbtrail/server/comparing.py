"""The routes of the compare view: bounded, paged, and given up when the client goes away."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from jupyter_server.auth.decorator import authorized
from tornado import web

from nbtrail.compare.naming import rows_named
from nbtrail.exceptions import NbtrailError
from nbtrail.server.base import TrailHandler
from nbtrail.server.places import locate, open_trail
from nbtrail.server.query import (
    CompareQuery,
    CurvesQuery,
    read_compare_query,
    read_curves_query,
)
from nbtrail.store.store import Store
from nbtrail.tracking.gathering import CancelledError, Gathering
from nbtrail.tracking.smallimages import small_images
from nbtrail.views.comparison import PAGE_RUNS, comparison_detail
from nbtrail.views.contract_compare import (
    comparison_document,
    packed_curves,
    statistics_document,
)
from nbtrail.views.page import html_page

__all__ = ["COMPARE_ROUTES"]

Q = TypeVar("Q", CompareQuery, CurvesQuery)
R = TypeVar("R")


class _ComparingHandler(TrailHandler):
    """What the routes share: the work stops between two runs once the client has gone."""

    def initialize(self) -> None:
        self._gone = threading.Event()

    def on_connection_close(self) -> None:
        self._gone.set()
        super().on_connection_close()

    async def compared(
        self, read: Callable[[], Q], make: Callable[[Store, Gathering, Q], R]
    ) -> R | None:
        """Return what `make` says of a query's runs; None when that was refused or nobody waits."""

        def gathered(root: Path, notebook: str) -> R:
            query = read()
            store = open_trail(locate(root, notebook))
            gathering = Gathering(store.reader, query.runs, cancelled=self._gone.is_set)
            return make(store, gathering, query)

        try:
            return await self.made(gathered)
        except NbtrailError as error:
            self._refuse(error)
        except CancelledError:
            pass
        return None

    def read(self) -> CompareQuery:
        """Read which runs are compared."""
        return read_compare_query(self.argument)


class ComparisonHandler(_ComparingHandler):
    """``GET nbtrail/api/compare``: what differs between runs."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """Answer a ``comparison``."""
        document = await self.compared(self.read, _comparison)
        if document is not None:
            await self.send(document)


class PageHandler(_ComparingHandler):
    """``GET nbtrail/api/compare/page``: the comparison as a page to keep or to mail."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """Answer a whole HTML document, which a browser saves and never runs."""
        page = await self.compared(self.read, _page)
        if page is not None:
            self.set_header("Content-Security-Policy", "default-src 'none'; sandbox")
            self.set_header("Content-Disposition", 'attachment; filename="comparison.html"')
            self.set_header("Cache-Control", "no-store")
            self.finish(page, set_content_type="text/html; charset=UTF-8")


class StatisticsHandler(_ComparingHandler):
    """``GET nbtrail/api/compare/statistics``: what runs say together."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """Answer a ``comparison_statistics``."""
        document = await self.compared(self.read, _statistics)
        if document is not None:
            await self.send(document)


class CurvesHandler(_ComparingHandler):
    """``GET nbtrail/api/compare/curves``: histories, as bytes that need no parsing."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """Answer a ``curves_header`` and the numbers behind it; see `packed_curves`."""
        packed = await self.compared(
            lambda: read_curves_query(self.argument, self.get_arguments("metric")), _curves
        )
        if packed is not None:
            self.set_header("Cache-Control", "no-store")
            self.finish(packed, set_content_type="application/octet-stream")


def _comparison(_store: Store, gathering: Gathering, query: CompareQuery) -> dict[str, Any]:
    found = gathering.comparison()
    return comparison_document(
        rows_named(found, query.text),
        gathering.why(found),
        offset=query.offset,
        limit=query.limit,
    )


def _page(store: Store, gathering: Gathering, _query: CompareQuery) -> str:
    found = gathering.comparison()
    title = " / ".join(run.name for run in found.runs[:3])
    images = small_images(found, store.objects.read, PAGE_RUNS)
    detail = comparison_detail(found, gathering.statistics(found), images=images)
    return html_page(title, detail)


def _statistics(_store: Store, gathering: Gathering, _query: CompareQuery) -> dict[str, Any]:
    return statistics_document(gathering.statistics(gathering.comparison(code=False)))


def _curves(_store: Store, gathering: Gathering, query: CurvesQuery) -> bytes:
    return packed_curves(gathering.curves(query.keys, query.points, query.axis), query.axis)


COMPARE_ROUTES: tuple[tuple[str, type[TrailHandler]], ...] = (
    (r"/nbtrail/api/compare", ComparisonHandler),
    (r"/nbtrail/api/compare/page", PageHandler),
    (r"/nbtrail/api/compare/statistics", StatisticsHandler),
    (r"/nbtrail/api/compare/curves", CurvesHandler),
)
