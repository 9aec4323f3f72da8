"""The stored views as files that every other tool reads: CSV or Parquet.

CSV is also opened by spreadsheets, which take a text that begins like a formula for one:
such a text gets a quote in front. Numbers stay numbers.
"""

from __future__ import annotations

import contextlib
import csv
import importlib.util
import itertools
import os
import re
import shutil
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from nbtrail.exceptions import StoreError, UsageError
from nbtrail.store.chunks import read_series
from nbtrail.store.connection import DATABASE, connect_reader

__all__ = ["FORMATS", "Exported", "export_tables"]

FORMATS: Final = ("csv", "parquet")

_VIEWS: Final = {
    "runs": "run_list",
    "params": "run_params",
    "metrics": "run_metrics",
    "tags": "run_tags",
    "marks": "run_marks",
    "amendments": "run_amendments",
    "datasets": "run_datasets",
    "models": "run_models",
    "registry": "registry",
}
_HISTORY: Final = {
    "run_id": str,
    "name": str,
    "key": str,
    "step": int,
    "timestamp_ms": int,
    "value": float,
}
# what spreadsheets take for the beginning of a formula, in their wide forms too
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?")
_BATCH = 100_000

_Columns = Mapping[str, type]
_Rows = Iterable[Sequence[Any]]
_Write = Callable[[Path, _Columns, _Rows], int]


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written: the folder, and rows by file."""

    folder: str
    rows: dict[str, int]

    def text(self) -> str:
        """Return the result for people."""
        lines = [f"{count:>9,} rows  {name}" for name, count in self.rows.items()]
        return "\n".join([*lines, f"written to {self.folder}"])


def export_tables(root: Path, folder: Path, form: str) -> Exported:
    """Write the views of a trail, and the history of every metric, into a new folder.

    Parameters
    ----------
    root : Path
        The folder ``.nbtrail``.
    folder : Path
        New or empty.
    form : str
        ``csv`` or ``parquet``, which needs pyarrow.

    Raises
    ------
    UsageError
        When `folder` is not empty, or pyarrow is not installed.
    StoreError
        When the trail can't be read, or the folder not be written.
    """
    write = {"csv": _write_csv, "parquet": _write_parquet}[form]
    if form == "parquet":
        _require_pyarrow()
    folder = folder.absolute()
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageError(f"{folder} is not an empty folder. Name a new one; nothing was written.")
    temporary = folder.with_name(f".{os.urandom(8).hex()}.tmp")
    try:
        temporary.mkdir(parents=True)
        rows = _write_all(root, temporary, form, write)
        if folder.exists():
            folder.rmdir()
        temporary.rename(folder)
    except OSError as error:
        raise StoreError(f"{folder} can't be written: {error}.") from error
    except sqlite3.Error as error:
        raise StoreError(f"The trail in {root} can't be read: {error}.") from error
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    return Exported(str(folder), rows)


def _write_all(root: Path, folder: Path, form: str, write: _Write) -> dict[str, int]:
    written: dict[str, int] = {}
    with contextlib.closing(connect_reader(root / DATABASE)) as db:
        db.execute("BEGIN")
        for name, view in _VIEWS.items():
            cursor = db.execute(f"SELECT * FROM {view}")
            names = [column[0] for column in cursor.description]
            rows = cursor.fetchall()
            columns = {column: _kind([row[i] for row in rows]) for i, column in enumerate(names)}
            written[f"{name}.{form}"] = write(folder / f"{name}.{form}", columns, rows)
        written[f"history.{form}"] = write(folder / f"history.{form}", _HISTORY, _history(db))
    return written


def _history(db: sqlite3.Connection) -> Iterator[Sequence[Any]]:
    metrics = db.execute(
        "SELECT m.metric_id, r.run_id, r.name, m.key FROM metrics m JOIN runs r ON r.id = m.run "
        "ORDER BY m.metric_id"
    )
    for number, run_id, name, key in metrics:
        series = read_series(db, key, number)
        columns = (series.steps, series.timestamps_ms, series.values)
        for point in zip(*(column.tolist() for column in columns), strict=True):
            yield run_id, name, key, *point


# ---------------------------------------------------------------- CSV


def _write_csv(path: Path, columns: _Columns, rows: _Rows) -> int:
    count = 0
    with path.open("x", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)  # RFC 4180: CR LF between rows
        writer.writerow(columns)
        for row in rows:
            writer.writerow([_cell(value) for value in row])
            count += 1
    return count


def _cell(value: Any) -> Any:
    if isinstance(value, str) and value.startswith(_FORMULA) and not _NUMBER.fullmatch(value):
        return f"'{value}"
    return value


# ---------------------------------------------------------------- Parquet


def _require_pyarrow() -> None:
    if importlib.util.find_spec("pyarrow") is None:
        raise UsageError(
            "Parquet needs pyarrow, which is not installed here. Install it with: pip install "
            "pyarrow, or write CSV: --to csv"
        )


def _write_parquet(path: Path, columns: _Columns, rows: _Rows) -> int:
    import pyarrow as pa
    from pyarrow import parquet

    arrow = {int: pa.int64(), float: pa.float64(), str: pa.string()}
    schema = pa.schema([(name, arrow[kind]) for name, kind in columns.items()])
    source = iter(rows)
    count = 0
    with parquet.ParquetWriter(path, schema) as writer:
        while batch := list(itertools.islice(source, _BATCH)):
            values = [
                [None if value is None else kind(value) for value in cells]
                for kind, cells in zip(columns.values(), zip(*batch, strict=True), strict=True)
            ]
            writer.write_table(pa.table(values, schema=schema))
            count += len(batch)
    return count


def _kind(values: Sequence[Any]) -> type:
    """Return the narrowest type that holds all values of a column."""
    present = {type(value) for value in values} - {type(None)}
    if present and present <= {int, float}:
        return float if float in present else int
    return str
