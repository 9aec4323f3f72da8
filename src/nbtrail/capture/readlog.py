"""What the running cell read and wrote, collected while it runs and judged when it has ended.

An audit event comes before the file is opened, so it may name a file that is not there, and
the content may change later. The state of each file is noted at its first reading, and a file
that was read is digested before the cell overwrites or removes it.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from nbtrail.capture.audit import FileEvent, subscribe, unsubscribe
from nbtrail.capture.guard import guarded

if TYPE_CHECKING:
    from nbtrail.entities.dataset import Dataset

__all__ = ["CODE_SUFFIXES", "FileState", "ReadLog", "Reading", "SourceReading", "file_state"]

CODE_SUFFIXES = (".py", ".ipynb", ".toml", ".cfg")  # read by imports: code, not data
_MOST = 10_000  # files of one cell
_PRESERVED_BYTES = 256 << 20  # the user's cell waits for this digest

FileState = tuple[int, int, int, int]
"""Size, time of change in ns, inode, type."""


@dataclass(slots=True)
class Reading:
    """A file or folder that the cell read.

    Attributes
    ----------
    tapped : bool
        A tap on a reading function told it.
    certain : bool
        False for one that was opened for reading and writing: it may only have been written.
    state : FileState or None
        At the first reading; None when nothing was there.
    runs : set of str
        Ids of the runs that were open at its readings; empty text for none.
    dataset : Dataset, optional
        Taken before the cell wrote to it.
    """

    path: str
    tapped: bool
    certain: bool
    state: FileState | None
    runs: set[str] = field(default_factory=set)
    dataset: Dataset | None = None


@dataclass(slots=True)
class SourceReading:
    """Something read that is no local file: a URL, or a query.

    Attributes
    ----------
    source : str
        URL without credentials and secrets.
    version : str
        What the other side says of its state.
    query : str
        SQL text without secrets.
    dataset : Dataset, optional
        What the reading function returned.
    """

    source: str
    version: str = ""
    query: str = ""
    dataset: Dataset | None = None
    runs: set[str] = field(default_factory=set)


class ReadLog:
    """Collects file events and readings between `begin` and `end`, of all threads.

    Parameters
    ----------
    open_run : callable
        Id of the run that is open now, or an empty text.
    code_opened : callable
        Takes the path of a file with code that was read: that is no data.
    """

    def __init__(
        self,
        open_run: Callable[[], str] = lambda: "",
        code_opened: Callable[[str], None] = lambda _path: None,
    ) -> None:
        self._open_run = open_run
        self._code_opened = code_opened
        self._open = False
        self.files: dict[str, Reading] = {}
        self.written: dict[str, None] = {}
        self.sources: dict[tuple[str, str], SourceReading] = {}

    def install(self) -> None:
        """Start to listen to the audit hook."""
        subscribe(self._on_file)

    def remove(self) -> None:
        """Stop to listen."""
        unsubscribe(self._on_file)

    def begin(self) -> None:
        """Forget the last cell; the next one begins."""
        self.files, self.written, self.sources = {}, {}, {}
        self._open = True

    def end(self) -> None:
        """Take nothing more."""
        self._open = False

    def add_source(self, found: SourceReading) -> None:
        """Take a reading from elsewhere; several taps on the way of one call are one."""
        if not self._open or len(self.sources) >= _MOST:
            return
        known = self.sources.setdefault((found.source, found.query), found)
        known.version = known.version or found.version
        known.dataset = known.dataset or found.dataset
        known.runs.add(self._open_run())

    def _on_file(self, event: FileEvent) -> None:
        if not self._open:
            return
        if event.path.endswith(CODE_SUFFIXES):
            if event.mode == "r":
                self._code_opened(event.path)
        elif "r" in event.mode and event.path not in self.written:
            self._read(event)
        elif event.mode == "w":
            known = self.files.get(event.path)
            if known is not None:
                self._preserve(known)
            if len(self.written) < _MOST:
                self.written[event.path] = None

    def _read(self, event: FileEvent) -> None:
        known = self.files.get(event.path)
        certain = event.mode == "r"
        if known is not None:
            if known.certain and not certain:
                self._preserve(known)
            known.certain = known.certain or certain
        elif len(self.files) < _MOST:
            known = Reading(event.path, event.tapped, certain, file_state(event.path))
            self.files[event.path] = known
        if known is not None:
            known.runs.add(self._open_run())

    @guarded
    def _preserve(self, known: Reading) -> None:
        """Digest a file while it still is what the cell read."""
        state = known.state
        if known.dataset is not None or not known.certain or state is None:
            return
        if not stat.S_ISREG(state[3]) or state[0] > _PRESERVED_BYTES:
            return
        if file_state(known.path) != state:
            return
        from nbtrail.exceptions import FingerprintError
        from nbtrail.fingerprint.files import digest_file

        try:
            known.dataset = digest_file(known.path)
        except (FingerprintError, OSError, ValueError):
            return


def file_state(path: Any) -> FileState | None:
    """Look at a file without opening it; None when it is not there or can't be looked at."""
    try:
        found = os.stat(path)  # noqa: PTH116 - runs in the audit hook
    except (OSError, ValueError):
        return None
    return found.st_size, found.st_mtime_ns, found.st_ino, found.st_mode
