"""The questions a client may ask, checked before anything is read."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from nbtrail.entities.pipeline import Outcome
from nbtrail.entities.run import STARRED_TAG
from nbtrail.exceptions import UsageError

__all__ = [
    "MAX_PAGE",
    "CompareQuery",
    "CurvesQuery",
    "RunsQuery",
    "read_compare_query",
    "read_curves_query",
    "read_points",
    "read_runs_query",
]

MAX_PAGE = 500
MAX_TEXT = 500
MAX_COLUMNS = 12
MAX_RUNS = 100
MAX_KEYS = 20
MAX_POINTS = 5000
AXES = ("step", "time")
QUICK = {
    "": "",
    "running": "status = RUNNING",
    "failed": "status in (FAILED, KILLED)",
    "starred": f"tags.{STARRED_TAG} is not null",
    "reproducible": "verdict in "
    f"({Outcome.EXACT.value}, {Outcome.WITHIN_TOLERANCE.value}, {Outcome.FULL_HISTORY.value})",
}
GROUPS = ("", "experiment", "source")

Get = Callable[[str, str], str]


@dataclass(frozen=True, slots=True)
class RunsQuery:
    """A checked request for one page of runs.

    Attributes
    ----------
    order : str
        As `Reader.runs` takes it.
    text : str
        What the user searches for, in the query language of the store.
    quick : str
        A second query, that of a quick filter.
    here : bool
        Whether only runs of the active notebook count.
    by, group : str
        ``experiment`` or ``source`` and which one; only its runs count. Empty for all.
    columns : tuple of str
        ``metrics.KEY`` and ``params.KEY`` of which each row gives the value.
    count : bool
        Whether the total is asked for.
    """

    offset: int
    limit: int
    order: str
    descending: bool
    text: str
    quick: str
    here: bool
    by: str
    group: str
    columns: tuple[str, ...]
    count: bool


def read_runs_query(get: Get) -> RunsQuery:
    """Read a request's arguments; `get` takes a name and a default.

    Raises
    ------
    UsageError
        When one of them isn't what it must be.
    """
    columns = tuple(filter(None, _text(get, "columns", 4 * MAX_TEXT).split("\n")))
    if len(columns) > MAX_COLUMNS:
        raise UsageError(f"columns may name {MAX_COLUMNS} keys, but names {len(columns)}.")
    return RunsQuery(
        offset=_number(get, "offset", 0, 0, 10**9),
        limit=_number(get, "limit", 100, 1, MAX_PAGE),
        order=_text(get, "order") or "started",
        descending=_choice(get, "desc", ("1", "0")) == "1",
        text=_text(get, "q"),
        quick=QUICK[_choice(get, "quick", tuple(QUICK))],
        here=_choice(get, "here", ("0", "1")) == "1",
        by=_choice(get, "by", GROUPS),
        group=get("group", ""),
        columns=columns,
        count=_choice(get, "count", ("1", "0")) == "1",
    )


def read_points(get: Get) -> int:
    """Read how many points of a history are wanted.

    Raises
    ------
    UsageError
        When it is no number, or out of bounds.
    """
    return _number(get, "points", 500, 8, MAX_POINTS)


@dataclass(frozen=True, slots=True)
class CompareQuery:
    """A checked request for runs side by side.

    Attributes
    ----------
    runs : tuple of str
        Whole ids, the one that the others are held against first.
    offset, limit : int
        Which rows of params and of metrics are wanted.
    text : str
        Only rows are wanted whose key contains it.
    """

    runs: tuple[str, ...]
    offset: int = 0
    limit: int = MAX_PAGE
    text: str = ""


@dataclass(frozen=True, slots=True)
class CurvesQuery:
    """A checked request for histories: at most `points` of each metric of each run."""

    runs: tuple[str, ...]
    keys: tuple[str, ...]
    points: int
    axis: str


def read_compare_query(get: Get) -> CompareQuery:
    """Read which runs are compared: ``runs`` holds ids, joined by commas.

    Raises
    ------
    UsageError
        When one of the arguments isn't what it must be.
    """
    return CompareQuery(
        runs=_runs(get),
        offset=_number(get, "offset", 0, 0, 10**9),
        limit=_number(get, "limit", MAX_PAGE, 1, MAX_PAGE),
        text=_text(get, "q"),
    )


def read_curves_query(get: Get, keys: Sequence[str]) -> CurvesQuery:
    """Read which histories are wanted.

    Raises
    ------
    UsageError
        When one of the arguments isn't what it must be.
    """
    if not 0 < len(keys) <= MAX_KEYS or any(len(key) > MAX_TEXT for key in keys):
        raise UsageError(
            f"metric must be a key of {MAX_TEXT} characters at most; 1 to {MAX_KEYS} may be asked for."
        )
    return CurvesQuery(
        runs=_runs(get),
        keys=tuple(dict.fromkeys(keys)),
        points=read_points(get),
        axis=_choice(get, "axis", AXES),
    )


def _runs(get: Get) -> tuple[str, ...]:
    ids = get("runs", "").split(",")
    right = all(re.fullmatch("[0-9a-f]{32}", run_id) for run_id in ids)
    if not right or not 2 <= len(set(ids)) == len(ids) <= MAX_RUNS:
        raise UsageError(f"runs must be 2 to {MAX_RUNS} different ids of runs, joined by commas.")
    return tuple(ids)


def _number(get: Get, name: str, default: int, low: int, high: int) -> int:
    given = get(name, str(default))
    if not re.fullmatch(r"[0-9]{1,10}", given) or not low <= int(given) <= high:
        raise UsageError(f"{name} must be a whole number from {low} to {high}.")
    return int(given)


def _text(get: Get, name: str, most: int = MAX_TEXT) -> str:
    given = get(name, "").strip()
    if len(given) > most:
        raise UsageError(f"{name} may have {most} characters, but has {len(given)}.")
    return given


def _choice(get: Get, name: str, choices: tuple[str, ...]) -> str:
    given = get(name, choices[0])
    if given not in choices:
        raise UsageError(f"{name} must be one of: {', '.join(filter(None, choices))}.")
    return given
