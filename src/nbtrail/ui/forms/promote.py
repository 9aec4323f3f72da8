"""A promotion with its consequences shown before it happens."""

from __future__ import annotations

from typing import Any

import ipywidgets

from nbtrail.entities.gate import Gate, refused
from nbtrail.entities.model import ModelVersion
from nbtrail.exceptions import NotFoundError, UsageError
from nbtrail.tracking.gathering import Gathering
from nbtrail.ui.actions import check_gates, promote
from nbtrail.ui.forms.form import Form, field, first_options, run_options
from nbtrail.ui.output import Shown
from nbtrail.ui.verbs import open_store
from nbtrail.views.document import Document
from nbtrail.views.models import promotion_detail, promotion_preview

__all__ = ["PromoteForm"]


class PromoteForm(Form):
    """Champion against candidate, what each gate would say, and the button.

    Parameters
    ----------
    run : str
        RUN.
    target : str
        ``fraud@champion``.
    """

    def __init__(self, run: str, target: str) -> None:
        reader, ids = first_options((run,), 1)
        model, _, alias = target.partition("@")
        names = [one.name for one in reader.models()]
        self.run = field("Dropdown", "candidate", options=run_options(reader, first=ids))
        self.run.value = ids[0]
        self.model = field(
            "Combobox", "model", options=names, value=model or next(iter(names), ""),
            placeholder="fraud", ensure_option=False, continuous_update=False,
        )  # fmt: skip
        self.alias = field(
            "Combobox", "alias", options=["champion", "challenger"], value=alias or "champion",
            continuous_update=False,
        )  # fmt: skip
        self.least = field(
            "Text", "at least", placeholder="threshold of the main metric", continuous_update=False
        )
        self.reason = field("Text", "why", placeholder="for the history", continuous_update=False)
        self.force = field("Checkbox", "past the gates (recorded)", value=False)
        self.preview = ipywidgets.HTML()
        self.button = ipywidgets.Button(description="Promote", button_style="primary")
        super().__init__(
            self.run, self.model, self.alias, self.least, self.reason, self.preview, self.force,
            self.button, page=self._static,
        )  # fmt: skip
        for one in (self.run, self.model, self.alias, self.least, self.force):
            one.observe(lambda _: self.safely(self._check), "value")
        self.button.on_click(lambda _: self.safely(self._promote))
        self.safely(self._check)

    @property
    def target(self) -> str:
        """``name@alias``, or the name alone."""
        alias = self.alias.value.strip()
        return f"{self.model.value.strip()}{'@' if alias else ''}{alias}"

    def _static(self) -> Shown[Any]:
        gates = self._gates()
        return Shown.page(gates, self._consequences(gates))

    def _gates(self) -> tuple[Gate, ...]:
        return check_gates(self.run.value, self.target, **self._rules()).value

    def _consequences(self, gates: tuple[Gate, ...]) -> Document:
        reader = open_store().reader
        holder = self._holder()
        comparison = None
        if holder is not None and holder.run_id != self.run.value:
            try:
                gathering = Gathering(reader, [holder.run_id, self.run.value])
                comparison = gathering.comparison(code=False)
            except NotFoundError:
                comparison = None  # the champion's run is gone; its version stays
        name = reader.run(self.run.value).name
        return promotion_preview(self.target, name, gates, holder, comparison)

    def _rules(self) -> dict[str, Any]:
        text = self.least.value.strip()
        try:
            return {"min_metric": float(text)} if text else {}
        except ValueError:
            raise UsageError(f"The threshold must be a number, but is {text!r}.") from None

    def _check(self) -> None:
        self.button.disabled = True
        self.preview.value = ""
        if not self.model.value.strip():
            self.tell("Give the model a name, such as fraud.")
            return
        gates = self._gates()
        self.show(self.preview, self._consequences(gates))
        self.button.disabled = bool(refused(gates)) and not self.force.value

    def _holder(self) -> ModelVersion | None:
        try:
            return open_store().reader.model_version(self.target) if self.alias.value else None
        except NotFoundError:
            return None

    def _promote(self) -> None:
        done = promote(
            self.run.value,
            self.target,
            force=self.force.value,
            reason=self.reason.value,
            **self._rules(),
        )
        self.force.value = False
        self.show(self.preview, promotion_detail(done.value))
        self.button.disabled = True
