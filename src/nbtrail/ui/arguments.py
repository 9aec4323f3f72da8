"""Reading what stands behind ``%track`` and ``%%track``."""

from __future__ import annotations

import argparse
import functools
import re
import shlex
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NoReturn

from nbtrail.entities.run import Direction
from nbtrail.exceptions import UsageError

__all__ = [
    "CellOptions",
    "Parser",
    "assignments",
    "evaluate",
    "parse_cell_options",
    "parse_metric",
    "parse_runs",
    "parse_tags",
    "words",
]

_NAME = re.compile(r"[A-Za-z_][\w./-]*=(?!=)")
_RUN_OPTION = re.compile(r"""(?:^|\s)--(?P<name>over|order)\s+(?P<value>"[^"]*"|'[^']*'|\S+)""")
_CLOSING = {"(": ")", "[": "]", "{": "}"}


class Parser(argparse.ArgumentParser):
    """An argument parser that raises `UsageError` and never leaves the process."""

    def __init__(self, prog: str, usage: str) -> None:
        super().__init__(prog=prog, usage=usage, add_help=False, allow_abbrev=False)

    def error(self, message: str) -> NoReturn:
        """Raise instead of exiting."""
        raise UsageError(f"{self.prog}: {message}. Usage: {self.usage}")


@dataclass(frozen=True, slots=True)
class CellOptions:
    """The options of ``%%track``."""

    name: str = ""
    experiment: str = ""
    metrics: tuple[str, ...] = ()
    params: tuple[str, ...] = ()
    data: tuple[str, ...] = ()
    tags: Mapping[str, str] = field(default_factory=dict)


def parse_cell_options(line: str) -> CellOptions:
    """Read ``[NAME] [-e EXPERIMENT] [-m METRIC..] [-p PARAM..] [-d DATA..] [-t KEY=VALUE..]``.

    Raises
    ------
    UsageError
        For anything else.
    """
    found = _cell_parser().parse_args(words(line))
    return CellOptions(
        found.name,
        found.experiment,
        tuple(found.metric),
        tuple(found.param),
        tuple(found.data),
        parse_tags(found.tag),
    )


@functools.cache
def _cell_parser() -> Parser:
    """Return the parser of ``%%track``; making one takes longer than the rest of a small cell."""
    parser = Parser(
        "%%track",
        "%%track [NAME] [-e EXPERIMENT] [-m METRIC..] [-p PARAM..] [-d DATA..] [-t K=V..]",
    )
    parser.add_argument("name", nargs="?", default="")
    parser.add_argument("-e", "--experiment", default="")
    for short, long in (("-m", "--metric"), ("-p", "--param"), ("-d", "--data"), ("-t", "--tag")):
        parser.add_argument(short, long, nargs="+", action="extend", default=[])
    return parser


def parse_runs(line: str) -> tuple[str, tuple[str, ...], str]:
    """Split ``QUERY --over seed --order "metrics.auc desc"`` into query, names and order."""
    options = {"over": "", "order": ""}
    for found in _RUN_OPTION.finditer(line):
        options[found["name"]] = found["value"].strip("\"'")
    query = _RUN_OPTION.sub("", line).strip()
    over = tuple(name for name in re.split(r"[,\s]+", options["over"]) if name)
    return query, over, options["order"] or "started"


def parse_metric(text: str) -> tuple[str, Direction | None]:
    """Split ``auc:max`` into key and direction; the direction may be left out.

    Raises
    ------
    UsageError
        For a direction that is neither ``max`` nor ``min``.
    """
    key, colon, direction = text.rpartition(":")
    if not colon:
        return text, None
    if direction not in ("max", "min"):
        raise UsageError(f"The direction of a metric is max or min, but got {text!r}.")
    return key, Direction(direction)


def parse_tags(texts: Iterable[str]) -> dict[str, str]:
    """Split each ``KEY=VALUE``.

    Raises
    ------
    UsageError
        For a text without ``=``, or without a key.
    """
    tags = {}
    for text in texts:
        key, equals, value = text.partition("=")
        if not equals or not key:
            raise UsageError(f"A tag is written KEY=VALUE, but got {text!r}.")
        tags[key] = value
    return tags


def words(line: str) -> list[str]:
    """Split a line as a shell would.

    Raises
    ------
    UsageError
        For an unclosed quote.
    """
    try:
        return shlex.split(line)
    except ValueError as error:
        raise UsageError(f"Can't read {line!r}: {error}.") from None


def assignments(text: str) -> Iterator[tuple[str, str]]:
    """Yield name and expression of each ``name=expression`` in a line.

    They may be separated by commas or by spaces; brackets and quotes protect.

    Raises
    ------
    UsageError
        When the line does not begin with ``name=``, or an expression is empty.
    """
    starts = [m for m in _NAME.finditer(text) if _at_top(text, m.start())]
    if not starts or text[: starts[0].start()].strip():
        raise UsageError(f"Write name=value, for instance acc=0.9, but got {text.strip()!r}.")
    for index, match in enumerate(starts):
        end = starts[index + 1].start() if index + 1 < len(starts) else len(text)
        name, value = match.group()[:-1], text[match.end() : end].strip().rstrip(",").strip()
        if not value:
            raise UsageError(f"There is no value behind {name}=.")
        yield name, value


def evaluate(expression: str, namespace: dict[str, Any]) -> Any:
    """Return the value of a Python expression of the user's namespace.

    Raises
    ------
    UsageError
        When it can't be evaluated, with the reason.
    """
    try:
        return eval(expression, namespace)  # noqa: S307  (the user's own expression)
    except Exception as error:
        raise UsageError(
            f"Can't evaluate {expression!r}: {type(error).__name__}: {error}."
        ) from None


def _at_top(text: str, position: int) -> bool:
    """Say whether `position` begins a word outside of brackets and quotes."""
    if position and text[position - 1] not in " \t,":
        return False
    waiting: list[str] = []
    quote = ""
    for character in text[:position]:
        if quote:
            quote = "" if character == quote else quote
        elif character in "\"'":
            quote = character
        elif character in _CLOSING:
            waiting.append(_CLOSING[character])
        elif waiting and character == waiting[-1]:
            waiting.pop()
    return not waiting and not quote
