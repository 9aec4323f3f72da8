"""What all forms share: widgets beside a page for readers whose front end shows none."""

from __future__ import annotations

import html
from collections.abc import Callable
from typing import Any

import ipywidgets

from nbtrail.entities.table import RunTable
from nbtrail.exceptions import NbtrailError, UsageError
from nbtrail.store.reader import Reader
from nbtrail.ui.output import Shown
from nbtrail.ui.verbs import open_store
from nbtrail.views.document import Document, Line, faint
from nbtrail.views.formats import numbers, shortened
from nbtrail.views.markup import to_html
from nbtrail.views.plain import to_text

__all__ = ["Form", "field", "first_options", "publish", "run_options"]

_MOST = 100
_FOLDED = "as a page, for readers without widgets"


class Form:
    """A box of widgets, and a page that stays where there are none: in a saved notebook.

    Parameters
    ----------
    *parts : Widget
    page : callable
        Gives what is shown where there are no widgets.
    """

    def __init__(self, *parts: Any, page: Callable[[], Shown[Any]]) -> None:
        self.told = ipywidgets.HTML()
        self.box = ipywidgets.VBox([*parts, self.told])
        self._page = page

    def _ipython_display_(self) -> None:
        publish(self.box._repr_mimebundle_(), self._page)

    def safely(self, action: Callable[[], None]) -> None:
        """Do what a click asks for; a mistake is told below the form, in its words."""
        self.told.value = ""
        try:
            action()
        except (NbtrailError, OSError) as error:
            self.tell(str(error))
        except Exception as error:  # nobody would see the traceback of a click
            self.tell(f"{type(error).__name__}: {error}")

    def tell(self, text: str) -> None:
        """Show a message below the form."""
        self.told.value = f'<div style="color:#cf8a1d">{html.escape(text)}</div>'

    def show(self, place: Any, document: Document) -> None:
        """Show a document in an HTML widget; every text in it is escaped."""
        place.value = to_html(document)


def publish(bundle: dict[str, Any] | None, page: Callable[[], Shown[Any]]) -> None:
    """Display widgets, and folded below them the page that says the same.

    Two outputs, since a saved notebook has nothing of widgets: most sites that show notebooks
    prefer them to any other form of the same output, and then draw nothing.
    """
    from IPython.display import publish_display_data

    told = Line(((faint("A form: run this cell to use it."),),))
    words = {"text/html": to_html((told,)), "text/plain": to_text((told,))}
    publish_display_data({**(bundle or {}), **words})  # type: ignore[no-untyped-call]
    try:
        shown = page()
    except NbtrailError:
        return  # the form itself says what is missing
    inside = f'<details style="margin:0"><summary style="cursor:pointer;opacity:0.75">{_FOLDED}'
    publish_display_data(  # type: ignore[no-untyped-call]
        {
            "text/html": f"{inside}</summary>{shown._repr_html_()}</details>",
            "text/plain": repr(shown),
        }
    )


def field(kind: str, label: str, **options: Any) -> Any:
    """Return a widget of ipywidgets with its label in front, as wide as the others."""
    style = {"description_width": "110px"}
    layout = options.pop("layout", {"width": "520px"})
    return getattr(ipywidgets, kind)(description=label, style=style, layout=layout, **options)


def run_options(reader: Reader, query: str = "", *, first: tuple[str, ...] = ()) -> list[Any]:
    """Return (text, run id) of the newest runs that match, and of those in `first` in any case.

    Raises
    ------
    UsageError
        When there is no run.
    """
    table = reader.runs(query=query, limit=_MOST, count=False)
    found = {table.run_id[i]: _label(table, i) for i in range(len(table))}
    for run_id in first:
        if run_id not in found:
            found[run_id] = reader.run(run_id).name
    if not found:
        told = "No run matches." if query else "There is no run yet: put %%track on a cell."
        raise UsageError(told)
    return [(text, run_id) for run_id, text in found.items()]


def first_options(refs: tuple[str, ...], least: int) -> tuple[Reader, tuple[str, ...]]:
    """Return the reader and the ids of the runs that a form begins with."""
    reader = open_store().reader
    ids = tuple(dict.fromkeys(reader.resolve(ref) for ref in refs))
    if len(ids) < least:
        newest = reader.runs(limit=least, count=False).run_id
        ids = (*ids, *(run_id for run_id in reversed(newest) if run_id not in ids))[:least]
    return reader, ids


def _label(table: RunTable, i: int) -> str:
    parts = [shortened(table.name[i], 40), shortened(table.experiment[i], 24)]
    if table.main_metric[i] and table.main_value[i] is not None:
        parts.append(f"{table.main_metric[i]} {numbers([table.main_value[i]])[0]}")
    if table.status[i] != "FINISHED":
        parts.append(table.status[i])
    return " · ".join(parts)
