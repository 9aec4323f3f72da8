"""An export that shows how far it is: each stage and each attempt to verify it."""

from __future__ import annotations

import html
from typing import Any

import ipywidgets

from nbtrail.ui.actions import export
from nbtrail.ui.forms.form import Form, field, first_options, run_options
from nbtrail.ui.output import Shown
from nbtrail.ui.verbs import show

__all__ = ["ExportForm"]


class ExportForm(Form):
    """Which run, where to, the progress line by line, and the verdict.

    Parameters
    ----------
    run : str
        RUN.
    folder : str
        Relative to where the kernel started.
    """

    def __init__(self, run: str, folder: str) -> None:
        reader, ids = first_options((run,), 1)
        self.run = field("Dropdown", "run", options=run_options(reader, first=ids), value=ids[0])
        self.folder = field("Text", "folder", value=folder)
        self.overwrite = field("Checkbox", "replace an edited export", value=False)
        self.button = ipywidgets.Button(description="Export", button_style="primary")
        self.progress = ipywidgets.HTML()
        self.result = ipywidgets.HTML()
        super().__init__(
            self.run, self.folder, self.overwrite, self.button, self.progress, self.result,
            page=self._static,
        )  # fmt: skip
        self._lines: list[str] = []
        self.button.on_click(lambda _: self.safely(self._export))

    def _static(self) -> Shown[Any]:
        return show(self.run.value, code=True)

    def _export(self) -> None:
        self.button.disabled = True
        self.button.description = "Exporting ..."
        self._lines, self.result.value = [], ""
        try:
            done = export(
                self.run.value,
                self.folder.value,
                overwrite=self.overwrite.value,
                progress=self._step,
            )
            self.result.value = done._repr_html_()
        finally:
            self.button.disabled = False
            self.button.description = "Export"

    def _step(self, text: str) -> None:
        self._lines.append(text)
        shown = "<br>".join(html.escape(line) for line in self._lines)
        self.progress.value = f'<div style="opacity:0.75;line-height:1.5">{shown}</div>'
