"""The runs of this session while they train: curves that grow, in one widget of anywidget."""

from __future__ import annotations

import threading
import weakref
from pathlib import Path
from typing import Any

import anywidget
import traitlets

from nbtrail.compare.curves import reduced_curve
from nbtrail.compare.runs import curve_keys
from nbtrail.exceptions import NbtrailError
from nbtrail.store.reader import Reader
from nbtrail.ui.forms.form import publish
from nbtrail.ui.output import Shown
from nbtrail.ui.verbs import open_store
from nbtrail.views.document import Line, Span, faint
from nbtrail.views.formats import count

__all__ = ["LiveView", "live_state"]

_EVERY_S = 0.5
_RUNS = 10
_POINTS = 300


def live_state(reader: Reader, since_ms: int, key: str = "") -> dict[str, Any]:
    """Return what the view draws: the newest runs, and their histories of one metric.

    Parameters
    ----------
    since_ms : int
        Runs that started before count only while they run.
    key : str
        The metric; the main one, or that of the most runs, when it is empty.
    """
    table = reader.runs(limit=_RUNS, count=False)
    ids = [
        table.run_id[i]
        for i in range(len(table))
        if table.started_ms[i] >= since_ms or table.status[i] == "RUNNING"
    ]
    runs = [reader.run(run_id) for run_id in reversed(ids)]
    keys = curve_keys(runs)
    shown = key if key in keys else next(iter(keys), "")
    drawn = []
    for number, run in enumerate(runs):
        metric = run.metric(shown) if shown else None
        curve = None
        if metric is not None:
            curve = reduced_curve(reader.series(run.run_id, shown), number, _POINTS)
        drawn.append(
            {
                "name": run.name,
                "status": run.status.value,
                "x": list(curve.x) if curve else [],
                "y": [y if abs(y) < float("inf") else None for y in curve.y] if curve else [],
                "last": None if metric is None else f"{metric.last:.5g}",
            }
        )
    return {"key": shown, "keys": list(keys[:50]), "runs": drawn}


class LiveView(anywidget.AnyWidget):
    """Curves of the runs of this session; it reads what is on the disk, twice a second.

    `close` stops it, as does the end of the kernel.
    """

    _esm = Path(__file__).with_name("live.js")
    _css = Path(__file__).with_name("live.css")
    state = traitlets.Dict().tag(sync=True)
    key = traitlets.Unicode("").tag(sync=True)

    def __init__(self, since_ms: int) -> None:
        self._reader = open_store().reader
        self._since_ms = since_ms
        super().__init__(state=live_state(self._reader, since_ms))
        self._stop = threading.Event()
        self.observe(lambda _: self.refresh(), "key")
        watch = threading.Thread(
            target=_watch, args=(weakref.ref(self), self._stop), daemon=True, name="nbtrail-live"
        )
        watch.start()

    def refresh(self) -> None:
        """Read the runs again now."""
        self.state = live_state(self._reader, self._since_ms, self.key)

    def data_version(self) -> int:
        """Return a number that grows when there is something new to show."""
        return self._reader.data_version()

    def close(self) -> None:
        """Stop to follow the runs."""
        self._stop.set()
        super().close()

    def _ipython_display_(self) -> None:
        found = self._repr_mimebundle_()
        publish(found[0] if isinstance(found, tuple) else found, self._static)

    def _static(self) -> Shown[None]:
        runs = self.state["runs"]
        told = count(len(runs), "run") + " when this was made"
        more = "The live view needs anywidget where JupyterLab runs; curves stay in %track compare."
        groups = ((Span(told),), *((Span(f"{run['name']} {run['last'] or ''}"),) for run in runs))
        return Shown.page(None, (Line(groups), Line(((faint(more),),))))


def _watch(view_of: weakref.ref[LiveView], stop: threading.Event) -> None:
    """Refresh the view when the trail has changed, until it is closed or forgotten."""
    seen = -1
    while not stop.wait(_EVERY_S):
        view = view_of()
        if view is None:
            return
        try:
            now = view.data_version()
            if now != seen:
                seen = now
                view.refresh()
        except NbtrailError:
            continue  # for instance, the trail is being moved: the next look may succeed
        except Exception:
            return  # the kernel is going down, and its sockets with it
        finally:
            del view
