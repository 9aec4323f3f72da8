"""Keeps track of which notebook the kernel runs: said late, matched by its cells, or renamed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from nbtrail.capture.guard import guarded
from nbtrail.capture.notebook import find_notebook, match_notebook, notebook_of_cell

__all__ = ["NotebookIdentity"]


class NotebookIdentity:
    """Looks for the notebook as rarely as possible: after cells 1, 2, 4, 8 and so on.

    Parameters
    ----------
    shell : IPython.core.interactiveshell.InteractiveShell
        Only one with a kernel runs a notebook.
    notebook : Path or None
        What is known at the beginning.
    """

    def __init__(self, shell: Any, notebook: Path | None) -> None:
        self._shell = shell
        self._notebook = notebook
        self._cells = 0

    @guarded
    def after_cell(self, cell_id: str) -> Path | None:
        """Return the notebook when it is known, after a cell that has this id."""
        self._cells += 1
        if self._is_there():
            return self._notebook
        self._notebook = notebook_of_cell(cell_id) or self._notebook
        if self._is_there() or self._cells & (self._cells - 1):
            return self._notebook
        return self.look()

    @guarded
    def look(self) -> Path | None:
        """Look for a notebook that nobody has named so far, or that lies elsewhere now."""
        if self._is_there():
            return self._notebook
        found = find_notebook(self._shell.user_ns)
        if found is None and getattr(self._shell, "kernel", None) is not None:
            folder = self._notebook.parent if self._notebook is not None else Path.cwd()
            sources = [s for s in self._shell.history_manager.input_hist_raw if s.strip()]
            found = match_notebook(sources, folder)
        self._notebook = found or self._notebook
        return self._notebook

    def _is_there(self) -> bool:
        return self._notebook is not None and self._notebook.is_file()
