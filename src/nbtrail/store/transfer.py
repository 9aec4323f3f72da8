"""Rows of runs from one database into another, whatever their numbers are there.

Both have the present schema. Nothing is committed here.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from nbtrail.exceptions import StoreError
from nbtrail.store.liveness import HOST_LOST, PROCESS_DIED
from nbtrail.store.origins import sessions_behind
from nbtrail.store.tables import CONTENTS, RUN_PARTS, RUNS, Table

__all__ = ["Arrived", "copy_runs", "with_children"]

_LISTED = "IN (SELECT value FROM json_each(?))"
_NUMBERED = frozenset(other for part in (RUNS, *RUN_PARTS) for other in part.links.values())


@dataclass(frozen=True, slots=True)
class Arrived:
    """What became of the runs that were to be copied: their ids.

    Attributes
    ----------
    added : tuple of str
        They were not there.
    completed : tuple of str
        They were there, but open or given up, and have come to their end since.
    known : tuple of str
        They were there and stay as they are.
    """

    added: tuple[str, ...]
    completed: tuple[str, ...]
    known: tuple[str, ...]


def with_children(db: sqlite3.Connection, run_ids: Iterable[str]) -> tuple[str, ...]:
    """Return runs with all that stand below them."""
    rows = db.execute(
        "WITH RECURSIVE chosen(run_id) AS (SELECT value FROM json_each(?) UNION "
        "SELECT r.run_id FROM runs r JOIN chosen c ON r.parent_run_id = c.run_id) "
        "SELECT run_id FROM chosen JOIN runs USING (run_id) ORDER BY id",
        (json.dumps(list(run_ids)),),
    )
    return tuple(run_id for (run_id,) in rows)


def copy_runs(
    source: sqlite3.Connection, target: sqlite3.Connection, run_ids: Collection[str] | None = None
) -> Arrived:
    """Copy runs with everything they refer to but files; what is there already stays.

    Parameters
    ----------
    run_ids : collection of str, optional
        Only these, with the cells and modules of their sessions up to them, and of those
        sessions that wrote what these have read; without it all of the trail, light history too.
    """
    copier = _Copier(source, target)
    arrived = _sorted_out(source, target, run_ids)
    wanted = json.dumps([*arrived.added, *arrived.completed])
    numbers = [
        n for (n,) in source.execute(f"SELECT id FROM runs WHERE run_id {_LISTED}", (wanted,))
    ]
    if run_ids is None:
        for table in CONTENTS:
            copier.copy(table)
    else:
        for table, where, values in _contents_of(source, numbers):
            copier.copy(table, where, values)
    kept = [_words(target, run_id) for run_id in arrived.completed]
    for run_id in arrived.completed:
        target.execute("DELETE FROM runs WHERE run_id = ?", (run_id,))
    copier.copy(RUNS, f"id {_LISTED}", (json.dumps(numbers),))
    for table in RUN_PARTS:
        column, other = next(iter(table.links.items()))
        copier.copy(table, f"{column} {_LISTED}", (json.dumps(list(copier.numbers[other])),))
    for run_id, note, tags in kept:
        _give_back(target, run_id, note, tags)
    return arrived


class _Copier:
    """Copies tables in an order in which no row comes before one that it links to."""

    def __init__(self, source: sqlite3.Connection, target: sqlite3.Connection) -> None:
        self._source = source
        self._target = target
        self.numbers: dict[str, dict[int, int]] = {name: {} for name in _NUMBERED}

    def copy(self, table: Table, where: str = "1", values: Sequence[Any] = ()) -> None:
        columns = _columns(self._target, table)
        chosen = ", ".join(f'"{name}"' for name in columns)
        first, order = "0", ""
        if table.number:
            first, order = table.number, f"ORDER BY {table.number}"
        rows = self._source.execute(
            f"SELECT {first}, {chosen} FROM {table.name} WHERE {where} {order}", values
        )
        linked = self._linked(table, columns, rows)
        if table.name in _NUMBERED:
            for number, row in linked:
                self.numbers[table.name][number] = self._put(table, columns, row)
        else:
            self._target.executemany(_insert(table, columns), (row for _, row in linked))

    def _linked(
        self, table: Table, columns: Sequence[str], rows: Iterable[tuple[Any, ...]]
    ) -> Iterator[tuple[int, tuple[Any, ...]]]:
        """Yield number and values of each row, its links leading to rows of the target."""
        links = [(columns.index(name), self.numbers[o]) for name, o in table.links.items()]
        for number, *values in rows:
            try:
                for position, known in links:
                    values[position] = known[values[position]]
            except KeyError:
                raise StoreError(
                    f"A row of {table.name} refers to one that is not there, so nothing is copied. "
                    "Look at the trail it comes from with: nbtrail store doctor"
                ) from None
            yield number, tuple(values)

    def _put(self, table: Table, columns: Sequence[str], row: tuple[Any, ...]) -> int:
        """Find or insert a row; return its number in the target."""
        record = dict(zip(columns, row, strict=True))
        same = " AND ".join(f'"{name}" IS ?' for name in table.key)
        found = self._target.execute(
            f"SELECT {table.number} FROM {table.name} WHERE {same}",
            [record[name] for name in table.key],
        ).fetchone()
        marks = ", ".join("?" * len(columns))
        names = ", ".join(f'"{name}"' for name in columns)
        if found is None:
            cursor = self._target.execute(
                f"INSERT INTO {table.name} ({names}) VALUES ({marks})", row
            )
            return int(cursor.lastrowid or 0)
        if table.newer:
            self._target.execute(
                f"WITH excluded({names}) AS (VALUES ({marks})) "
                f"UPDATE {table.name} AS here SET {_taken(columns)} FROM excluded "
                f"WHERE here.{table.number} = ? AND {table.newer}",
                (*row, found[0]),
            )
        return int(found[0])


def _columns(db: sqlite3.Connection, table: Table) -> tuple[str, ...]:
    rows = db.execute("SELECT name FROM pragma_table_info(?)", (table.name,))
    return tuple(name for (name,) in rows if name != table.number)


def _insert(table: Table, columns: Sequence[str]) -> str:
    names = ", ".join(f'"{name}"' for name in columns)
    sql = f"INTO {table.name} AS here ({names}) VALUES ({', '.join('?' * len(columns))})"
    if not table.newer:
        return f"INSERT OR IGNORE {sql}"
    key = ", ".join(table.key)
    return f"INSERT {sql} ON CONFLICT ({key}) DO UPDATE SET {_taken(columns)} WHERE {table.newer}"


def _taken(columns: Iterable[str]) -> str:
    return ", ".join(f'"{name}" = excluded."{name}"' for name in columns)


def _sorted_out(
    source: sqlite3.Connection, target: sqlite3.Connection, run_ids: Collection[str] | None
) -> Arrived:
    added, completed, known = [], [], []
    chosen = None if run_ids is None else set(run_ids)
    for run_id, status, reason in source.execute("SELECT run_id, status, reason FROM runs"):
        if chosen is not None and run_id not in chosen:
            continue
        there = target.execute(
            "SELECT status, reason FROM runs WHERE run_id = ?", (run_id,)
        ).fetchone()
        if there is None:
            added.append(run_id)
        elif _given_up(*there) and not _given_up(status, reason):
            completed.append(run_id)
        else:
            known.append(run_id)
    return Arrived(tuple(added), tuple(completed), tuple(known))


def _given_up(status: str, reason: str) -> bool:
    return status == "RUNNING" or (status == "KILLED" and reason in {PROCESS_DIED, HOST_LOST})


def _contents_of(
    db: sqlite3.Connection, numbers: Sequence[int]
) -> Iterator[tuple[Table, str, tuple[Any, ...]]]:
    """Yield what these runs refer to: table, condition and its values."""
    runs = json.dumps(numbers)
    limits = sessions_behind(db, runs, _limits(db, runs))
    sessions = json.dumps(list(limits))
    of_runs = f"FROM runs WHERE id {_LISTED}"
    until = {"cells": "seq", "written_files": "seq", "module_loads": "cell_seq"}
    for table in CONTENTS:
        match table.name:
            case "environments":
                yield table, f"digest IN (SELECT environment {of_runs})", (runs,)
            case "experiments":
                yield table, f"experiment_id IN (SELECT experiment_id {of_runs})", (runs,)
            case "owners":
                owned = f"SELECT owner FROM sessions WHERE session_id {_LISTED}"
                yield table, f"token IN (SELECT owner {of_runs} UNION {owned})", (runs, sessions)
            case "sessions":
                yield table, f"session_id {_LISTED}", (sessions,)
            case "sources":
                loads = "SELECT sha256 FROM module_loads WHERE session_id = ? AND cell_seq <= ?"
                for limit in limits.items():
                    yield table, f"sha256 IN ({loads})", limit
            case "datasets":
                used = f"SELECT dataset_id FROM dataset_uses WHERE run {_LISTED}"
                yield table, f"dataset_id IN ({used})", (runs,)
            case name if name in until:
                for limit in limits.items():
                    yield table, f"session_id = ? AND {until[name]} <= ?", limit


def _limits(db: sqlite3.Connection, runs: str) -> Mapping[str, int]:
    """Return the sessions of runs, each with the last cell that belongs to one of them."""
    rows = db.execute(
        "SELECT session_id, max(last) FROM ("
        f"SELECT session_id, last_cell AS last FROM runs WHERE id {_LISTED} UNION ALL "
        f"SELECT session_id, last_cell FROM run_spans WHERE run {_LISTED}) GROUP BY session_id",
        (runs, runs),
    )
    return dict(rows.fetchall())


def _words(db: sqlite3.Connection, run_id: str) -> tuple[str, str, list[tuple[str, str]]]:
    """Return what people have written to a run here."""
    number, note = db.execute("SELECT id, note FROM runs WHERE run_id = ?", (run_id,)).fetchone()
    tags = db.execute("SELECT key, value FROM tags WHERE run = ?", (number,)).fetchall()
    return run_id, note, tags


def _give_back(
    db: sqlite3.Connection, run_id: str, note: str, tags: Iterable[tuple[str, str]]
) -> None:
    (number,) = db.execute("SELECT id FROM runs WHERE run_id = ?", (run_id,)).fetchone()
    if note:
        db.execute("UPDATE runs SET note = ? WHERE id = ?", (note, number))
    db.executemany(
        "INSERT OR REPLACE INTO tags VALUES (?, ?, ?)",
        ((number, key, value) for key, value in tags),
    )
