"""Showing things below a cell: as HTML and text in one bundle, so that both survive."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Generic, TypeVar

from nbtrail.capture.guard import guarded
from nbtrail.tracking.activerun import ActiveRun
from nbtrail.views.html import html_receipt
from nbtrail.views.text import text_receipt

__all__ = ["Shown", "show_receipts"]

T = TypeVar("T")


class Shown(Generic[T]):
    """A result that displays itself: rich in a notebook, plain in a terminal.

    Attributes
    ----------
    value : object
        The record behind it.
    """

    def __init__(self, value: T, html: str, text: str) -> None:
        self.value = value
        self._html = html
        self._text = text

    def __repr__(self) -> str:
        return self._text

    def _repr_html_(self) -> str:
        return self._html

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return getattr(self.value, name)


@guarded
def show_receipts(runs: Iterable[ActiveRun]) -> None:
    """Display one receipt line per run."""
    from IPython.display import publish_display_data

    finished = [run.snapshot() for run in runs]
    if finished:
        publish_display_data(  # type: ignore[no-untyped-call]
            {
                "text/html": "".join(html_receipt(run) for run in finished),
                "text/plain": "\n".join(text_receipt(run) for run in finished),
            }
        )
