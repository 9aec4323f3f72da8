"""Runs side by side, chosen from a list, with one curve drawn as the user wants it."""

from __future__ import annotations

from typing import Any

import ipywidgets

from nbtrail.tracking.gathering import Gathering
from nbtrail.ui.forms.form import Form, field, first_options, run_options
from nbtrail.ui.output import Shown
from nbtrail.ui.verbs import compare, open_store
from nbtrail.views.comparison import comparison_detail
from nbtrail.views.drawing import page_width, png
from nbtrail.views.plot_curves import curves_plot

__all__ = ["CompareForm"]

_POINTS = 1000


class CompareForm(Form):
    """Selectors above, the differences below.

    Parameters
    ----------
    refs : tuple of str
        RUN: the runs it begins with; the two newest when there are fewer.
    """

    def __init__(self, refs: tuple[str, ...]) -> None:
        reader, ids = first_options(refs, 2)
        options = run_options(reader, first=ids)
        self.query = field("Text", "find", placeholder="metrics.auc > 0.9", continuous_update=False)
        self.runs = field("SelectMultiple", "runs", options=options, value=ids, rows=7)
        half = {"width": "260px"}
        self.metric = field("Dropdown", "curve", options=[("none", "")], layout=half)
        self.axis = field("Dropdown", "over", options=["step", "time"], layout=half)
        self.smooth = field(
            "FloatSlider", "smooth", min=0.0, max=0.99, step=0.01, continuous_update=False,
            layout=half,
        )  # fmt: skip
        self.log = field("Checkbox", "log scale", value=False, layout=half)
        self.curve = ipywidgets.Image(format="png", layout={"display": "none"})
        self.page = ipywidgets.HTML()
        super().__init__(
            self.query,
            self.runs,
            ipywidgets.HBox([self.metric, self.axis]),
            ipywidgets.HBox([self.smooth, self.log]),
            self.curve,
            self.page,
            page=self._static,
        )
        self._known = ids
        self._labels = {run_id: text for text, run_id in options}
        self.query.observe(lambda _: self.safely(self._find), "value")
        self.runs.observe(self._chosen, "value")
        for one in (self.metric, self.axis, self.smooth, self.log):
            one.observe(lambda _: self.safely(self._draw), "value")
        self.safely(self._compare)

    def _static(self) -> Shown[Any]:
        return compare(*self._known)

    def _find(self) -> None:
        chosen = tuple(self.runs.value)
        found = run_options(open_store().reader, self.query.value, first=chosen)
        self._labels = {run_id: text for text, run_id in found} | self._labels
        options = [(self._labels[run_id], run_id) for _, run_id in found]
        # two messages, or a front end that has the same choice already would not mark it again
        self.runs.unobserve(self._chosen, "value")
        self.runs.options = options
        self.runs.value = chosen
        self.runs.observe(self._chosen, "value")

    def _chosen(self, _change: object) -> None:
        self.safely(self._compare)

    def _compare(self) -> None:
        chosen = tuple(self.runs.value)
        if len(chosen) < 2:
            self.tell("Choose two runs or more: Ctrl or Shift and click.")
            return
        self._known = chosen
        self._gathering = Gathering(open_store().reader, chosen)
        found = self._gathering.comparison()
        self.show(self.page, comparison_detail(found, self._gathering.statistics(found)))
        before = self.metric.value
        keys = found.curves
        self.metric.options = [("none", ""), *((key, key) for key in keys)]
        self.metric.value = before if before in keys else keys[0] if keys else ""
        self._draw()

    def _draw(self) -> None:
        key = self.metric.value
        self.curve.layout.display = "" if key else "none"
        if not key:
            return
        names = [run.name for run in self._gathering.runs]
        curves = self._gathering.curves([key], _POINTS, self.axis.value)
        self.curve.value = png(
            lambda ax: curves_plot(
                ax, names, curves, axis=self.axis.value, smooth=self.smooth.value,
                log=self.log.value,
            ),
            6.6, 3.2,
        )  # fmt: skip
        self.curve.width = str(page_width(bytes(self.curve.value)))
