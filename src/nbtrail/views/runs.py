"""The table of runs, and of trainings that are not runs yet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeVar

from nbtrail.entities.episode import Episode
from nbtrail.entities.run import Direction
from nbtrail.entities.table import RunTable
from nbtrail.views.format import duration_text, number_text, time_text
from nbtrail.views.page import Section, html_page, status_cell, text_page
from nbtrail.views.table import Cell, Table

__all__ = ["html_episodes", "html_runs", "text_episodes", "text_runs"]

T = TypeVar("T")
_COLUMNS = 4
_NEUTRAL = "#8a8f98"


def html_runs(table: RunTable) -> str:
    """Return runs as HTML: metrics and the params that differ."""
    return html_page(_title(table), _NEUTRAL, _hint(table), [Section("", _table(table))])


def text_runs(table: RunTable) -> str:
    """Return runs as text."""
    return text_page(_title(table), _hint(table), [Section("", _table(table))])


def html_episodes(episodes: Sequence[Episode]) -> str:
    """Return untracked trainings as HTML."""
    return html_page(_episodes_title(episodes), _NEUTRAL, (), [Section("", _episodes(episodes))])


def text_episodes(episodes: Sequence[Episode]) -> str:
    """Return untracked trainings as text."""
    return text_page(_episodes_title(episodes), (), [Section("", _episodes(episodes))])


def _title(table: RunTable) -> str:
    if not len(table):
        return "No runs yet"
    shown = f", the first {len(table)} of them" if table.total > len(table) else ""
    return f"{table.total} run{'' if table.total == 1 else 's'}{shown}"


def _hint(table: RunTable) -> list[str]:
    return [] if len(table) else ["write %%track as the first line of a cell, and run it"]


def _table(table: RunTable) -> Table:
    metrics = _most_common(table.metrics, first=table.main_metric)
    params = _differing(table.params)
    headers = ["run", "status", *metrics, *params, "started", "took", "notebook", "commit"]
    best = {key: _best(table, key) for key in metrics}
    rows: list[list[Cell | str]] = []
    for index in range(len(table)):
        ended = table.ended_ms[index]
        took = duration_text(ended - table.started_ms[index]) if ended is not None else ""
        child = "↳ " if table.parent_run_id[index] else ""
        row: list[Cell | str] = [
            Cell(child + table.name[index], strong=True, title=table.run_id[index]),
            status_cell(table.status[index]),
            *(_metric(table, key, index, best[key]) for key in metrics),
            *(Cell(_unquoted(table.params[key][index])) for key in params),
            Cell(time_text(table.started_ms[index]), faint=True),
            Cell(took, number=True),
            Cell(table.source[index], faint=True),
            Cell(_commit(table, index), faint=True),
        ]
        rows.append(row)
    return Table(headers, rows)


def _metric(table: RunTable, key: str, index: int, best: int | None) -> Cell:
    value = table.metrics[key][index]
    winner = best == index
    return Cell(
        number_text(value) + (" ★" if winner else ""),
        number=True,
        strong=winner,
        title=repr(value) if value is not None else "",
    )


def _best(table: RunTable, key: str) -> int | None:
    """Return the row with the best value of a main metric, None for other metrics."""
    direction = next(
        (d for m, d in zip(table.main_metric, table.main_direction, strict=True) if m == key), None
    )
    values = [(v, i) for i, v in enumerate(table.metrics[key]) if v is not None and v == v]  # noqa: PLR0124
    if direction is None or len(values) < 2:
        return None
    value, index = max(values) if direction is Direction.MAX else min(values)
    return index if sum(v == value for v, _ in values) == 1 else None


def _most_common(columns: Mapping[str, Sequence[T | None]], first: Sequence[str]) -> list[str]:
    """Return the keys that most runs have, main metrics first."""

    def rank(key: str) -> tuple[bool, int, str]:
        return (key not in first, sum(value is None for value in columns[key]), key)

    return sorted(columns, key=rank)[:_COLUMNS]


def _differing(params: Mapping[str, Sequence[str | None]]) -> list[str]:
    """Return the params that tell the runs apart best."""
    differing = [key for key, values in params.items() if len(set(values) - {None}) > 1]

    def rank(key: str) -> tuple[bool, int, str]:
        return (key != "model", sum(value is None for value in params[key]), key)

    return sorted(differing, key=rank)[:_COLUMNS]


def _unquoted(value: str | None) -> str:
    if value is None:
        return ""
    return value[1:-1] if len(value) > 1 and value[0] == value[-1] == "'" else value


def _commit(table: RunTable, index: int) -> str:
    return table.commit[index][:7] + ("+" if table.dirty[index] else "")


def _episodes_title(episodes: Sequence[Episode]) -> str:
    count = len(episodes)
    if not count:
        return "No untracked training in this session"
    return f"{count} training{'' if count == 1 else 's'} not tracked: make runs with %track keep"


def _episodes(episodes: Sequence[Episode]) -> Table:
    rows = [
        [
            Cell(e.model_name or "(unnamed)", strong=True),
            e.class_name.rpartition(".")[2],
            ", ".join(f"{m.key} {number_text(m.last)}" for m in e.metrics[:_COLUMNS]),
            Cell(time_text(e.ended_ms), faint=True),
        ]
        for e in episodes
    ]
    return Table(["model", "class", "metrics", "ended"], rows)
