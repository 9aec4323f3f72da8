"""What a notebook's cells read and write, from the hooks to datasets and statement facts."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbtrail.capture.guard import guarded
from nbtrail.capture.readlog import ReadLog
from nbtrail.capture.readtaps import ReadTaps

if TYPE_CHECKING:
    from nbtrail.capture.filedigests import FileDigests
    from nbtrail.entities.cell import StatementFacts
    from nbtrail.entities.dataset import DatasetUse
    from nbtrail.tracking.activerun import ActiveRun

__all__ = ["CellReadings"]


class CellReadings:
    """Watches the readings of the cell that runs now, and remembers those of each cell.

    Parameters
    ----------
    project : Path
    namespace : callable
        Returns the notebook's.
    open_run : callable
        Id of the run that is open now, or an empty text.
    code_opened : callable
        Takes the path of a file with code that a cell read.
    """

    def __init__(
        self,
        project: Path,
        namespace: Callable[[], dict[str, Any]],
        open_run: Callable[[], str],
        code_opened: Callable[[str], None],
    ) -> None:
        self._project = project
        self._namespace = namespace
        self._log = ReadLog(open_run, code_opened)
        self._taps = ReadTaps(self._log)
        self.history: dict[int, tuple[DatasetUse, ...]] = {}
        self._digests: FileDigests | None = None
        self._code = ""
        self._folder = ""
        self._started_ns = 0

    def install(self) -> None:
        """Start to watch."""
        self._log.install()
        self._taps.install()

    def remove(self) -> None:
        """Stop to watch and restore every function."""
        self._taps.remove()
        self._log.remove()

    def begin(self, code: str) -> None:
        """Take a cell that is about to run, as Python."""
        self._taps.forget_pending()
        self._taps.refresh()
        self._code, self._folder = code, _folder()
        self._digests = None
        self._started_ns = time.time_ns()
        self._log.begin()

    def end(
        self, seq: int, code: str, statements: Sequence[StatementFacts]
    ) -> tuple[StatementFacts, ...]:
        """Take the code that really ran; return its facts with the digests of their files."""
        self._log.end()
        self._code = code
        if self._log.files or self._log.sources:
            from nbtrail.tracking.datauses import CellReads

            reads = CellReads(self._log, self._files(), self._project)
            if found := tuple(reads.seen()):
                self.history[seq] = found
        if not any(f.channels_read or f.channels_written for f in statements):
            return tuple(statements)
        from nbtrail.ui.filereads import with_digests

        return with_digests(statements, self._project, self._log, self._files())

    @guarded
    def give(self, run: ActiveRun) -> None:
        """Add to a run what the cell has read so far."""
        from nbtrail.tracking.datauses import CellReads

        own = "" if run.splits else run.run_id
        reads = CellReads(self._log, self._files(), self._project, own)
        folders = tuple(dict.fromkeys((self._folder, _folder())))
        found: list[DatasetUse] = reads.uses(
            self._code, self._namespace(), folders, self._started_ns
        )
        run.add_datasets(found)

    def _files(self) -> FileDigests:
        if self._digests is None:
            from nbtrail.capture.filedigests import FileDigests

            self._digests = FileDigests()
        return self._digests


def _folder() -> str:
    try:
        return os.getcwd()  # noqa: PTH109 - compared and joined as text
    except OSError:  # it was removed
        return "/"
