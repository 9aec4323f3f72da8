"""What a script reads, for its runs: from its first run on as seen, before that as it names it."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from nbtrail.capture.filedigests import FileDigests
from nbtrail.capture.guard import guarded
from nbtrail.capture.readlog import ReadLog
from nbtrail.capture.readtaps import ReadTaps
from nbtrail.tracking.datauses import CellReads

if TYPE_CHECKING:
    from nbtrail.tracking.activerun import ActiveRun

__all__ = ["ScriptReads"]


class ScriptReads:
    """Watches the readings of a process that is no notebook's.

    A run gets what was read while it was open or while none was, and files that the script
    spells out, that are older than the process and that nobody was seen to read.

    Parameters
    ----------
    project : Path
    open_run : callable
        Id of the run that is open now, or an empty text.
    """

    def __init__(self, project: Path, open_run: Callable[[], str]) -> None:
        self._project = project
        self._log = ReadLog(open_run)
        self._taps = ReadTaps(self._log)
        self._source = _source()  # as it runs: somebody may edit it in the meantime
        self._folder = os.getcwd()  # noqa: PTH109 - compared and joined as text
        self._started_ns = time.time_ns()

    def install(self) -> None:
        """Start to watch."""
        self._log.install()
        self._taps.install()
        self._log.begin()

    def remove(self) -> None:
        """Stop to watch and restore every function."""
        self._taps.remove()
        self._log.remove()

    @guarded
    def give(self, run: ActiveRun) -> None:
        """Add to a run what was read for it so far."""
        reads = CellReads(self._log, FileDigests(), self._project, run.run_id)
        namespace = vars(sys.modules["__main__"])
        run.add_datasets(reads.uses(self._source, namespace, (self._folder,), self._started_ns))


def _source() -> str:
    """Return the text of the script, or nothing for a process that has none."""
    path = getattr(sys.modules["__main__"], "__file__", None)
    try:
        return Path(path).read_text(encoding="utf-8") if path else ""
    except (OSError, ValueError):
        return ""
