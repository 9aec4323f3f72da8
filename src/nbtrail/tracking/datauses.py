"""What a cell read, by all nets together, as the datasets of its run."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from nbtrail.capture.audit import is_noise
from nbtrail.capture.filedigests import FileDigests, Found, unknown
from nbtrail.capture.pathliterals import named_paths
from nbtrail.capture.readlog import CODE_SUFFIXES, Reading, ReadLog, file_state
from nbtrail.entities.dataset import DatasetContext, DatasetUse, Seen
from nbtrail.tracking.process import relative_path

__all__ = ["CellReads"]

_TOGETHER = 20  # more files of one folder than that are one dataset
_INFERRED_LARGEST = 1 << 30  # bytes: nobody knows whether such a file was read at all
_DATA_FILES = (
    ".parquet", ".csv", ".arrow", ".feather", ".json", ".jsonl", ".orc", ".avro", ".txt", ".tsv",
    ".gz", ".npy", ".npz",
)  # fmt: skip


class CellReads:
    """The datasets that a cell read.

    Parameters
    ----------
    log : ReadLog
        Of the cell, which has ended.
    digests : FileDigests
    project : Path
        Sources are named relative to it.
    run_id : str
        Only what was read while this run was open, or none; of all when empty.
    """

    def __init__(self, log: ReadLog, digests: FileDigests, project: Path, run_id: str = "") -> None:
        self._log = log
        self._digests = digests
        self._project = project
        self._run_id = run_id

    def _counts(self, runs: set[str]) -> bool:
        return not self._run_id or self._run_id in runs or "" in runs

    def uses(
        self, code: str, namespace: Mapping[str, Any], folders: Sequence[str], started_ns: int
    ) -> list[DatasetUse]:
        """Return each file, folder, URL and query once, and how it was seen.

        Parameters
        ----------
        code : str
            The Python that ran.
        folders : sequence of str
            Working folders of the cell, which relative paths start from.
        started_ns : int
            When it began: a file that is only named and younger is its output.
        """
        files = dict(self._read())
        named = named_paths(code, namespace, folders)
        for path, found in self._named(named, files, started_ns):
            files[path] = (Seen.INFERRED, found)
        return [*self._file_uses(files), *self._source_uses()]

    def seen(self) -> list[DatasetUse]:
        """Return what was seen to be read, without what the code only names."""
        return [*self._file_uses(dict(self._read())), *self._source_uses()]

    # ------------------------------------------------------------ files

    def _read(self) -> Iterator[tuple[str, tuple[Seen, Found]]]:
        known: set[str] = set()
        for reading in tuple(self._log.files.values()):
            real = os.path.realpath(reading.path)
            if real in known or not self._counts(reading.runs):
                continue
            found = self._judged(reading)
            if found is not None:
                known.add(real)
                yield reading.path, (Seen.READER if reading.tapped else Seen.OPENED, found)

    def _judged(self, reading: Reading) -> Found | None:
        """Digest what was read, or return None when nothing was read after all."""
        if reading.dataset is not None:
            return Found(reading.dataset)
        state, now = reading.state, file_state(reading.path)
        if state is None or (stat.S_ISDIR(state[3]) and not reading.tapped):
            return None
        if not reading.certain and now != state:
            return None  # it was written
        return self._digests.of(reading.path, state)

    def _named(
        self, named: Sequence[str], files: Mapping[str, Any], started_ns: int
    ) -> Iterator[tuple[str, Found]]:
        touched = [*self._log.files, *self._log.written]
        known = {os.path.realpath(path) for path in touched}
        for path in named:
            real, state = os.path.realpath(path), file_state(path)
            if state is None or real in known or path in files or path.endswith(CODE_SUFFIXES):
                continue
            if is_noise(path, "r") or state[1] >= started_ns or state[0] > _INFERRED_LARGEST:
                continue
            if stat.S_ISDIR(state[3]):
                below = any(other.startswith(real + os.sep) for other in known)
                if below or not _holds_data(path, started_ns):
                    continue
            elif not stat.S_ISREG(state[3]):
                continue
            known.add(real)
            yield path, self._digests.of(path)

    def _file_uses(self, files: Mapping[str, tuple[Seen, Found]]) -> Iterator[DatasetUse]:
        folders: dict[str, list[str]] = {}
        for path in files:
            folders.setdefault(os.path.dirname(path), []).append(path)  # noqa: PTH120
        for folder, paths in folders.items():
            whole = [p for p in paths if files[p][1].dataset.kind == "file"]
            if len(whole) > _TOGETHER:
                found = self._digests.together(folder, whole)
                yield self._use(folder, files[whole[0]][0], found)
            else:
                whole = []
            for path in paths:
                if path not in whole:
                    yield self._use(path, *files[path])

    def _use(self, path: str, seen: Seen, found: Found) -> DatasetUse:
        source = relative_path(Path(path), self._project)
        name = os.path.basename(path) or path  # noqa: PTH119
        return DatasetUse(
            found.dataset, name, DatasetContext.SOURCE, seen, source, version=found.reason
        )

    # ------------------------------------------------------------ URLs and queries

    def _source_uses(self) -> Iterator[DatasetUse]:
        for found in tuple(self._log.sources.values()):
            if not self._counts(found.runs):
                continue
            version = found.version
            if not version and not found.query:
                version = "unverified remote"
            yield DatasetUse(
                found.dataset or unknown("query" if found.query else "url"),
                "query" if found.query else _last_part(found.source),
                DatasetContext.SOURCE,
                Seen.READER,
                _local_source(found.source, self._project),
                version,
                found.query,
            )


def _holds_data(folder: str, started_ns: int) -> bool:
    """Say whether a folder is a dataset in parts, and none that the cell has just written."""
    found = False
    for place, folders, names in os.walk(folder):
        folders[:] = [f for f in folders if "=" in f]
        for name in names:
            state = file_state(os.path.join(place, name))  # noqa: PTH118
            if state is not None and state[1] >= started_ns:
                return False
            found = found or name.endswith(_DATA_FILES)
    return found


def _last_part(url: str) -> str:
    parts = urlsplit(url)
    return parts.path.rstrip("/").rpartition("/")[2] or parts.netloc or url


def _local_source(source: str, project: Path) -> str:
    """Name the file of a local database as files are named."""
    scheme, found, path = source.partition(":///")
    if not found or scheme.partition("+")[0] not in {"sqlite", "duckdb"} or not path:
        return source
    return f"{scheme}:///{relative_path(Path(path), project)}"
