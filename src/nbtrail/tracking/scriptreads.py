"""What a script reads, for its runs: from its first run on as seen, before that as it names it."""

from __future__ import annotations

import ast
import os
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from nbtrail.capture.filedigests import FileDigests
from nbtrail.capture.guard import guarded
from nbtrail.capture.readlog import ReadLog
from nbtrail.capture.readtaps import ReadTaps
from nbtrail.tracking.datauses import CellReads

if TYPE_CHECKING:
    from nbtrail.tracking.activerun import ActiveRun

__all__ = ["ScriptReads", "without_overruled"]


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
        # as it runs: somebody may edit it in the meantime
        self._source = without_overruled(_source(), sys.argv[1:])
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


def without_overruled(source: str, arguments: Sequence[str]) -> str:
    """Return a script without the defaults of options that its command line overrules."""
    given = {word.partition("=")[0] for word in arguments if word.startswith("-")}
    try:
        tree = ast.parse(source) if given else ast.Module([], [])
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return source
    overruled = [
        keyword.value
        for call in ast.walk(tree)
        if isinstance(call, ast.Call) and getattr(call.func, "attr", "") == "add_argument"
        if any(isinstance(word, ast.Constant) and word.value in given for word in call.args)
        for keyword in call.keywords
        if keyword.arg == "default"
    ]
    lines = source.encode().splitlines(keepends=True)
    for node in overruled:
        if node.lineno == node.end_lineno:  # as long as before, so that other positions hold
            line = lines[node.lineno - 1]
            gone = b"0".ljust((node.end_col_offset or 0) - node.col_offset)
            lines[node.lineno - 1] = line[: node.col_offset] + gone + line[node.end_col_offset :]
    return b"".join(lines).decode()


def _source() -> str:
    """Return the text of the script, or nothing for a process that has none."""
    path = getattr(sys.modules["__main__"], "__file__", None)
    try:
        return Path(path).read_text(encoding="utf-8") if path else ""
    except (OSError, ValueError):
        return ""
