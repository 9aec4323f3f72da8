"""What the files were that a cell's statements read and wrote."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from nbtrail.capture.filedigests import FileDigests
from nbtrail.capture.readlog import Reading, ReadLog
from nbtrail.entities.cell import StatementFacts

__all__ = ["with_digests"]

_FILE = "file:"


def with_digests(
    statements: Sequence[StatementFacts], project: Path, log: ReadLog, digests: FileDigests
) -> tuple[StatementFacts, ...]:
    """Add the content digests of the files that the statements read and wrote.

    They are taken when the cell has ended. A file that the cell read and then changed has
    the digest of what it read; one that it changed several times has its last content, at
    the last statement that wrote it.
    """
    files = _Files(project, log, digests)
    last = {c: f.index for f in statements for c in f.channels_written if c.startswith(_FILE)}
    written: set[str] = set()
    found = []
    for facts in statements:
        read = tuple(files.read(facts.channels_read, written))
        written.update(facts.channels_written)
        ended = (c for c in facts.channels_written if last.get(c) == facts.index)
        changed = tuple(files.now(ended))
        found.append(replace(facts, digests=read, written=changed))
    return tuple(found)


class _Files:
    def __init__(self, project: Path, log: ReadLog, digests: FileDigests) -> None:
        self._project = project
        self._digests = digests
        self._readings = {os.path.realpath(r.path): r for r in log.files.values()}
        self._changed = {os.path.realpath(path) for path in log.written}

    def read(self, channels: Sequence[str], written: set[str]) -> Iterator[tuple[str, str]]:
        """Yield the files of some channels and what they held when they were read."""
        for channel in channels:
            if channel.startswith(_FILE) and channel not in written:
                name = channel.removeprefix(_FILE)
                content = self._content_read(os.path.realpath(self._project / name))
                if content:
                    yield name, content

    def now(self, channels: Iterator[str]) -> Iterator[tuple[str, str]]:
        """Yield the files of some channels and what they hold."""
        for channel in channels:
            name = channel.removeprefix(_FILE)
            path = os.path.realpath(self._project / name)
            content = self._digests.of(path).content if Path(path).is_file() else ""
            if content:
                yield name, content

    def _content_read(self, path: str) -> str:
        reading: Reading | None = self._readings.get(path)
        if reading is not None and reading.dataset is not None:
            return reading.dataset.digest.content
        if path in self._changed or not Path(path).is_file():
            return ""
        return self._digests.of(path, reading.state if reading is not None else None).content
