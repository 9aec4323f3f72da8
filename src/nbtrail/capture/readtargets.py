"""Functions that read or write data where no audit event tells of it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any, NamedTuple

from nbtrail.capture.calls import CallKind

__all__ = ["PACKAGES", "ReadTarget", "ReadTargetFinder", "path_argument"]

PACKAGES = (
    "pandas",
    "pyarrow",
    "polars",
    "duckdb",
    "xgboost",
    "lightgbm",
    "fsspec",
    "urllib",
    "sqlalchemy",
    "requests",
    "httpx",
)


class ReadTarget(NamedTuple):
    """A function to tap.

    Attributes
    ----------
    module : str
    attribute : str
        ``NAME``, or ``CLASS.NAME`` for a method.
    names : tuple of str
        Of the positional parameters; only native functions don't know them.
    """

    kind: CallKind
    module: str
    attribute: str
    names: tuple[str, ...] = ()


# parameters that name what is read or written, the more telling ones first
_PATHS = (
    "path",
    "source",
    "path_or_paths",
    "filepath_or_buffer",
    "path_or_buf",
    "io",
    "where",
    "fname",
    "filename",
    "model_file",
    "file",
    "file_name",
    "workbook",
    "target",
    "base_dir",
    "root_path",
    "dest",
    "input_file",
    "output_file",
    "path_or_buffer",
    "file_glob",
    "database",
    "data",
)


def path_argument(arguments: dict[str, Any]) -> Any:
    """Return the argument that names a file, folder or URL, or several of them; else None."""
    for name in _PATHS:
        value = arguments.get(name)
        if value is not None:
            return value
    extra = arguments.get("*")
    return extra[0] if extra else None


def _targets() -> Iterator[ReadTarget]:
    read, write, query = CallKind.READ, CallKind.WRITE, CallKind.QUERY
    for names in _READERS.items():
        yield from (ReadTarget(read, names[0], name) for name in names[1].split())
    for names in _WRITERS.items():
        yield from (ReadTarget(write, names[0], name) for name in names[1].split())
    for names in _QUERIES.items():
        yield from (ReadTarget(query, names[0], name) for name in names[1].split())
    for module, attribute, native in _NATIVE_READERS:
        yield ReadTarget(read, module, attribute, native)
    for module, attribute, native in _NATIVE_WRITERS:
        yield ReadTarget(write, module, attribute, native)
    for module, attribute, native in _NATIVE_QUERIES:
        yield ReadTarget(query, module, attribute, native)
    for module, attribute in _RESPONSES:
        yield ReadTarget(CallKind.RESPONSE, module, attribute)


_READERS = {
    "pandas": "read_parquet read_csv read_table read_json read_feather read_orc read_excel "
    "read_fwf read_xml read_pickle read_hdf read_stata",
    "pyarrow.parquet": "read_table ParquetFile.__init__ ParquetDataset.__init__ read_pandas",
    "pyarrow.dataset": "dataset",
    "pyarrow.feather": "read_table read_feather",
    "pyarrow.orc": "read_table ORCFile.__init__",
    "polars": "read_avro read_csv read_delta read_excel read_ipc read_ipc_stream read_json "
    "read_lines read_ndjson read_ods read_parquet scan_csv scan_delta scan_ipc scan_lines "
    "scan_ndjson scan_parquet",
    "duckdb": "read_csv read_parquet read_json from_csv_auto from_parquet",
    "xgboost.core": "DMatrix.__init__ Booster.load_model",
    "xgboost.sklearn": "XGBModel.load_model",
    "lightgbm.basic": "Dataset.__init__ Booster.__init__",
}
_WRITERS = {
    "pandas": "DataFrame.to_parquet DataFrame.to_feather DataFrame.to_orc",
    "pyarrow.parquet": "write_table ParquetWriter.__init__",
    "pyarrow.dataset": "write_dataset",
    "pyarrow.feather": "write_feather",
    "pyarrow.orc": "write_table ORCWriter.__init__",
    "polars": "DataFrame.write_avro DataFrame.write_csv DataFrame.write_delta "
    "DataFrame.write_excel DataFrame.write_ipc DataFrame.write_ipc_stream DataFrame.write_json "
    "DataFrame.write_ndjson DataFrame.write_parquet LazyFrame.sink_csv LazyFrame.sink_ipc "
    "LazyFrame.sink_ndjson LazyFrame.sink_parquet",
    "xgboost.core": "Booster.save_model Booster.dump_model DMatrix.save_binary",
    "xgboost.sklearn": "XGBModel.save_model",
    "lightgbm.basic": "Booster.save_model Dataset.save_binary",
}
_QUERIES = {
    "pandas": "read_sql read_sql_query read_sql_table",
    "polars": "read_database read_database_uri",
    "duckdb": "sql query query_df",
    "sqlalchemy.engine": "Connection.execute Connection.exec_driver_sql",
}
_NATIVE_READERS = (
    ("pyarrow.csv", "read_csv", ("input_file",)),
    ("pyarrow.csv", "open_csv", ("input_file",)),
    ("pyarrow.json", "read_json", ("input_file",)),
    ("pyarrow.json", "open_json", ("input_file",)),
    ("pyarrow", "memory_map", ("path",)),
    ("duckdb", "connect", ("database",)),
    ("duckdb", "DuckDBPyConnection.read_csv", ("self", "path")),
    ("duckdb", "DuckDBPyConnection.read_parquet", ("self", "path")),
    ("duckdb", "DuckDBPyConnection.read_json", ("self", "path")),
    ("duckdb", "DuckDBPyConnection.from_parquet", ("self", "path")),
    ("duckdb", "DuckDBPyConnection.from_csv_auto", ("self", "path")),
)
_NATIVE_WRITERS = (
    ("pyarrow.csv", "write_csv", ("data", "output_file")),
    ("duckdb", "DuckDBPyRelation.write_csv", ("self", "file_name")),
    ("duckdb", "DuckDBPyRelation.to_csv", ("self", "file_name")),
    ("duckdb", "DuckDBPyRelation.write_parquet", ("self", "file_name")),
    ("duckdb", "DuckDBPyRelation.to_parquet", ("self", "file_name")),
)
_NATIVE_QUERIES = (
    ("duckdb", "execute", ("query",)),
    ("duckdb", "DuckDBPyConnection.execute", ("self", "query")),
    ("duckdb", "DuckDBPyConnection.sql", ("self", "query")),
    ("duckdb", "DuckDBPyConnection.query", ("self", "query")),
)
_RESPONSES = (
    ("urllib.request", "OpenerDirector.open"),
    ("requests", "Session.send"),
    ("httpx", "Client.send"),
    ("fsspec", "AbstractFileSystem.open"),
)


class ReadTargetFinder:
    """Finds the targets of libraries that were loaded since the last look."""

    def __init__(self) -> None:
        self._waiting = dict.fromkeys(_targets())
        self._seen = 0

    def new_targets(self) -> Iterator[tuple[ReadTarget, Any, str]]:
        """Yield each target once, with the module or class that holds it and its name there."""
        if len(sys.modules) == self._seen:
            return
        self._seen = len(sys.modules)
        for target in tuple(self._waiting):
            module = sys.modules.get(target.module)
            if module is None:
                continue
            holder, _, name = target.attribute.rpartition(".")
            owner = vars(module).get(holder) if holder else module
            if owner is not None and name in vars(owner):
                del self._waiting[target]
                yield target, owner, name
