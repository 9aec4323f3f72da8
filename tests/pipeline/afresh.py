"""Calls a function in a process of its own, forked from one that has the libraries loaded."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable
from typing import Any

__all__ = ["call_afresh"]

_CONTEXT = multiprocessing.get_context("forkserver")
_CONTEXT.set_forkserver_preload(
    ["IPython.core.interactiveshell", "numpy", "pandas", "sklearn.linear_model", "harness"]
)


def call_afresh(
    function: Callable[..., Any], *arguments: Any, timeout_s: float = 300, **options: Any
) -> Any:
    """Return what a function of a test module returns, called where no other case has been.

    Raises
    ------
    RuntimeError
        When the process ended without an answer, or took too long.
    """
    mine, theirs = _CONTEXT.Pipe(duplex=False)
    process = _CONTEXT.Process(target=_answer, args=(theirs, function, arguments, options))
    process.start()
    theirs.close()
    try:
        if not mine.poll(timeout_s):
            raise RuntimeError(f"{function.__name__}{arguments} took more than {timeout_s} s")
        good, value = mine.recv()
    except EOFError:
        raise RuntimeError(f"{function.__name__}{arguments} ended without an answer") from None
    finally:
        process.join(10)
        if process.is_alive():
            process.kill()
    if not good:
        raise RuntimeError(value)
    return value


def _answer(
    pipe: Any,
    function: Callable[..., Any],
    arguments: tuple[Any, ...],
    options: dict[str, Any],
) -> None:
    import traceback

    try:
        answer = (True, function(*arguments, **options))
    except BaseException:
        answer = (False, traceback.format_exc())
    pipe.send(answer)
    pipe.close()
