"""Showing things below a cell: as HTML, text and more in one bundle, so that all survive."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from nbtrail.capture.guard import guarded

if TYPE_CHECKING:
    from nbtrail.entities.run import Run
    from nbtrail.tracking.activerun import ActiveRun
    from nbtrail.tracking.ancestry import History
    from nbtrail.views.bundle import Own
    from nbtrail.views.document import Document

__all__ = ["Shown", "say", "show_receipts"]

T = TypeVar("T")

_MOST = 12  # receipts below one cell


class Shown(Generic[T]):
    """A result that displays itself: rich in a notebook, plain in a terminal.

    Attributes
    ----------
    value : object
        The record behind it.
    """

    def __init__(
        self, value: T, html: str, text: str, more: Mapping[str, Any] | None = None
    ) -> None:
        self.value = value
        self._html = html
        self._text = text
        self._more = dict(more or {})

    @classmethod
    def page(cls, value: T, document: Document, own: Own | None = None) -> Shown[T]:
        """Return a value shown by a document and, where our extension is, by our MIME type."""
        from nbtrail.views.bundle import mime_bundle

        bundle = mime_bundle(document, own)
        return cls(value, bundle.pop("text/html"), bundle.pop("text/plain"), bundle)

    def __repr__(self) -> str:
        return self._text

    def _repr_html_(self) -> str:
        return self._html

    def _repr_mimebundle_(self, **_wanted: object) -> dict[str, Any]:
        return {"text/html": self._html, "text/plain": self._text, **self._more}

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return getattr(self.value, name)


@guarded
def show_receipts(runs: Iterable[ActiveRun], history: History | None = None) -> None:
    """Display one receipt line per run.

    Parameters
    ----------
    history : History, optional
        The session's, to say which cells each result used.
    """
    from IPython.display import publish_display_data

    from nbtrail.views.markup import to_html  # not all of `views.html`: below each cell
    from nbtrail.views.plain import to_text
    from nbtrail.views.receipt import receipt

    finished = [run.snapshot() for run in runs]
    if finished:
        shown = [receipt(run, _used(run, history)) for run in finished[:_MOST]]
        rest = len(finished) - _MOST
        more = f"... and {rest} more runs: %track runs" if rest > 0 else ""
        publish_display_data(  # type: ignore[no-untyped-call]
            {
                "text/html": "".join(map(to_html, shown)) + (f"<div>{more}</div>" if more else ""),
                "text/plain": "\n".join([*map(to_text, shown), *([more] if more else [])]),
            }
        )


def _used(run: Run, history: History | None) -> str:
    if history is None:
        return ""
    from nbtrail.views.ancestry import used_text

    numbers, executed = history.used(run)
    return used_text(numbers, executed) if numbers and executed > 1 else ""


def say(message: object) -> None:
    """Write a message of ours below the cell, apart from the user's output."""
    from nbtrail.views.terminal import visible

    print(f"nbtrail: {visible(str(message))}", file=sys.stderr)  # noqa: T201
