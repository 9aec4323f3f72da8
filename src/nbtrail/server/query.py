"""The questions a client may ask, checked before anything is read."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from nbtrail.exceptions import UsageError

__all__ = ["MAX_PAGE", "RunsQuery", "read_runs_query"]

MAX_PAGE = 500
MAX_TEXT = 500
ORDERS = ("started", "name", "main")

Get = Callable[[str, str], str]


@dataclass(frozen=True, slots=True)
class RunsQuery:
    """A checked request for one page of runs.

    Attributes
    ----------
    text : str
        What the user searches for, in the query language of the store.
    here : bool
        Whether only runs of the active notebook count.
    """

    offset: int
    limit: int
    order: str
    descending: bool
    text: str
    here: bool


def read_runs_query(get: Get) -> RunsQuery:
    """Read a request's arguments; `get` takes a name and a default.

    Raises
    ------
    UsageError
        When one of them isn't what it must be.
    """
    text = get("q", "").strip()
    if len(text) > MAX_TEXT:
        raise UsageError(f"q may have {MAX_TEXT} characters, but has {len(text)}.")
    return RunsQuery(
        offset=_number(get, "offset", 0, 0, 10**9),
        limit=_number(get, "limit", 100, 1, MAX_PAGE),
        order=_choice(get, "order", ORDERS),
        descending=_choice(get, "desc", ("1", "0")) == "1",
        text=text,
        here=_choice(get, "here", ("0", "1")) == "1",
    )


def _number(get: Get, name: str, default: int, low: int, high: int) -> int:
    given = get(name, str(default))
    if not re.fullmatch(r"[0-9]{1,10}", given) or not low <= int(given) <= high:
        raise UsageError(f"{name} must be a whole number from {low} to {high}.")
    return int(given)


def _choice(get: Get, name: str, choices: tuple[str, ...]) -> str:
    given = get(name, choices[0])
    if given not in choices:
        raise UsageError(f"{name} must be one of: {', '.join(choices)}.")
    return given
