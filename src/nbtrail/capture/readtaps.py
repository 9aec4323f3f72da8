"""Taps on readers and writers whose files no audit event names, and what they saw."""

from __future__ import annotations

import glob
import os
import re
import sys
import threading
from collections.abc import Iterator
from itertools import islice
from typing import Any
from weakref import WeakKeyDictionary

from nbtrail.capture.audit import database_of, publish
from nbtrail.capture.calls import Call, CallKind
from nbtrail.capture.guard import guarded
from nbtrail.capture.imports import ImportWatch
from nbtrail.capture.readlog import ReadLog, SourceReading
from nbtrail.capture.readtargets import PACKAGES, ReadTargetFinder, path_argument
from nbtrail.capture.replacements import Replacements
from nbtrail.capture.targets import Target

__all__ = ["ReadTaps"]

_MOST_FILES = 1000  # of one pattern
_DIGEST_LIMIT = 1 << 30
_LITERAL = re.compile(r"(\bto\s+)?'((?:[^']|'')+)'", re.IGNORECASE)
_ASKS = re.compile(
    r"^[\s(]*(select|with|from|table|values|describe|summarize|pivot)\b", re.IGNORECASE
)
_THROUGH = frozenset({"pandas", "polars", "duckdb", "sqlalchemy"})


class ReadTaps:
    """Tells the audit subscribers of files, and `log` of URLs and queries.

    Parameters
    ----------
    log : ReadLog
    """

    def __init__(self, log: ReadLog) -> None:
        self._log = log
        self._lock = threading.RLock()
        self._finder = ReadTargetFinder()
        self._replacements = Replacements(self)
        self._events: Any = None
        self._watch = ImportWatch(PACKAGES, self.refresh)
        self._databases: WeakKeyDictionary[Any, str] = WeakKeyDictionary()

    def install(self) -> None:
        """Tap what is loaded, and watch for what will be."""
        if sys.version_info >= (3, 12):
            from nbtrail.capture.taps_monitoring import MonitoringTaps, free_tool_id

            tool = free_tool_id()
            self._events = MonitoringTaps(self, tool) if tool is not None else None
        self._watch.install()
        self.refresh()

    @guarded
    def refresh(self) -> None:
        """Tap what was loaded since the last call; forget calls that raised."""
        with self._lock:
            for target, owner, name in self._finder.new_targets():
                if self._events is None or target.names:
                    self._replacements.replace(target.kind, owner, name, target.names)
                else:
                    self._events.tap(Target(target.kind, owner, name))

    def forget_pending(self) -> None:
        """Drop calls that were entered and never returned (they raised)."""
        if self._events is not None:
            self._events.forget_pending()

    def remove(self) -> None:
        """Restore everything as it was before `install`."""
        self._watch.remove()
        self._replacements.remove_all()
        if self._events is not None:
            self._events.remove_all()
            self._events = None

    # ------------------------------------------------------------ the sink

    def entered(self, call: Call) -> None:
        """Take a call that begins: its files are as they are now."""
        if call.kind is CallKind.READ:
            mode = "rw" if call.name == "connect" else "r"
            for path in _local(path_argument(call.arguments)):
                publish(path, mode)
        elif call.kind is CallKind.WRITE:
            for path in _local(path_argument(call.arguments)):
                publish(path, "w")
        elif call.kind is CallKind.QUERY and _is_duckdb(call):
            for path, written in _quoted(_query(call)):
                publish(path, "w" if written else "r")

    def returned(self, call: Call) -> None:
        """Take a call that came back."""
        if call.kind is CallKind.READ:
            self._read(call)
        elif call.kind is CallKind.QUERY:
            self._queried(call)
        elif call.kind is CallKind.RESPONSE:
            from nbtrail.capture.remote import response_reading

            found = response_reading(call)
            if found is not None:
                self._log.add_source(found)

    def _read(self, call: Call) -> None:
        value = path_argument(call.arguments)
        if call.name == "connect":
            self._databases[call.result] = _database(value)
            return
        from nbtrail.capture.sources import is_url, public_url

        for text in _texts(value):
            if is_url(text):
                self._log.add_source(SourceReading(public_url(text), dataset=_digest(call.result)))

    def _queried(self, call: Call) -> None:
        caller = call.caller.f_globals.get("__name__", "") if call.caller is not None else ""
        if str(caller).partition(".")[0] in _THROUGH:
            return  # on behalf of a call that is tapped itself
        from nbtrail.capture.sources import connection_source, public_sql

        text = _query(call)
        if " " in text.strip() and not _ASKS.match(text):
            return
        arguments = call.arguments
        connection = next(
            (arguments[n] for n in ("con", "connection", "uri", "self") if n in arguments), None
        )
        known = self._known(connection)
        if _is_duckdb(call):
            known = known or "duckdb:"
            if known == "duckdb:" and not any(True for _ in _quoted(text)):
                return  # over tables in memory: nothing came from outside
        self._log.add_source(
            SourceReading(
                connection_source(connection, known), "", public_sql(text), _digest(call.result)
            )
        )

    def _known(self, connection: Any) -> str:
        module = type(connection).__module__.partition(".")[0]
        if module == "sqlite3":
            path = database_of(connection)
            return f"sqlite:///{path}" if path and path != ":memory:" else "sqlite://"
        try:
            return self._databases.get(connection, "")
        except TypeError:
            return ""


def _is_duckdb(call: Call) -> bool:
    owner = call.arguments.get("self")
    if owner is not None:
        return type(owner).__module__.partition(".")[0].strip("_") == "duckdb"
    return call.name in {"sql", "query", "query_df", "execute"}


def _query(call: Call) -> str:
    arguments = call.arguments
    for name in ("sql", "query", "sql_query", "statement", "table_name"):
        value = arguments.get(name)
        if isinstance(value, str):
            return value
        if type(value).__module__.startswith("sqlalchemy"):
            return str(value)  # bound values stay out of it
    return ""


def _quoted(sql: str) -> Iterator[tuple[str, bool]]:
    """Yield the files in a query, and whether the query writes them."""
    for found in _LITERAL.finditer(sql):
        text = found[2].replace("''", "'")
        if found[1]:
            yield text, True
        elif "." in text or "/" in text:
            for path in _local(text):
                if os.path.exists(path):  # noqa: PTH110
                    yield path, False


def _local(value: Any) -> Iterator[str]:
    """Yield the files that an argument names; patterns are expanded."""
    from nbtrail.capture.sources import is_url

    for text in _texts(value):
        if not text or is_url(text) or text.startswith(":") or "\0" in text:
            continue
        path = text.removeprefix("file://") if text.startswith("file:///") else text
        path = os.path.expanduser(path.partition("?format=")[0])  # noqa: PTH111 - as xgboost does
        if glob.has_magic(path) and not os.path.exists(path):  # noqa: PTH110
            yield from islice(glob.iglob(path, recursive=True), _MOST_FILES)  # noqa: PTH207
        else:
            yield path


def _texts(value: Any) -> Iterator[str]:
    values = value if isinstance(value, (list, tuple)) else (value,)
    for item in values[:_MOST_FILES]:
        if isinstance(item, str):
            yield str(item)
        elif isinstance(item, os.PathLike) and type(item).__module__.startswith("pathlib"):
            yield os.fspath(item)


def _database(value: Any) -> str:
    text = next(_texts(value), ":memory:")
    return "duckdb:" if text.startswith(":") or not text else f"duckdb:///{os.path.abspath(text)}"  # noqa: PTH100


def _digest(result: Any) -> Any:
    """Digest what a reader returned, when it is data and no promise of data."""
    from nbtrail.exceptions import FingerprintError
    from nbtrail.fingerprint.dispatch import digest, is_data

    try:
        return digest(result, limit=_DIGEST_LIMIT) if is_data(result) else None
    except FingerprintError:
        return None
