"""A failure of ours becomes one warning, never an exception in the user's cell."""

from __future__ import annotations

import contextlib
import functools
import os
import sys
import traceback
import warnings
from collections.abc import Callable
from typing import ParamSpec, TypeVar

__all__ = ["NbtrailWarning", "attempt", "describe", "guarded", "note_failure", "warn_once"]

P = ParamSpec("P")
R = TypeVar("R")

_said: set[str] = set()


class NbtrailWarning(UserWarning):
    """Something could not be captured; the user's own code is not affected."""


def warn_once(text: str) -> None:
    """Show `text` as a warning, once per process, even where warnings are errors."""
    if text in _said:
        return
    _said.add(text)
    try:
        warnings.warn(text, NbtrailWarning, stacklevel=3)
    except Exception:  # the user turned warnings into errors, or shows them in an own way
        with contextlib.suppress(Exception):  # a closed or replaced stream
            print(f"nbtrail: {text}", file=sys.stderr)  # noqa: T201


def describe(exception: BaseException) -> str:
    """Return name and text of an exception without secrets, the text cut at 500 characters."""
    from nbtrail.capture.secrets import redact  # only failures need it

    try:
        text, _ = redact(str(exception)[:5000])  # before the cut: half a key is no longer known
    except Exception:  # the text is made by the user's class
        text = "<no text>"
    return f"{type(exception).__name__}: {text[:500]}" if text else type(exception).__name__


def guarded(function: Callable[P, R]) -> Callable[P, R | None]:
    """Make `function` return None and warn once instead of raising.

    Interrupts and exits pass through: they belong to the user. With
    ``NBTRAIL_DEBUG`` set the traceback is shown too.
    """

    @functools.wraps(function)
    def call(*args: P.args, **kwargs: P.kwargs) -> R | None:
        try:
            return function(*args, **kwargs)
        except Exception as error:
            note_failure(function.__qualname__, error)
            return None

    return call


def attempt(function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R | None:
    """Call `function` once as `guarded` would."""
    try:
        return function(*args, **kwargs)
    except Exception as error:
        note_failure(function.__qualname__, error)
        return None


def note_failure(where: str, error: Exception) -> None:
    """Say that something of ours, called `where`, has just failed; called where it is handled."""
    if os.environ.get("NBTRAIL_DEBUG"):
        traceback.print_exc()
    warn_once(
        f"Something was not captured ({where}: {describe(error)}). Your code is not affected. "
        "Set NBTRAIL_DEBUG=1 to see the traceback."
    )
