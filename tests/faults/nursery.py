"""Processes of a few milliseconds: forked from one that has everything loaded.

The parent is a fresh interpreter with the library of `preload`; it stays single-threaded and
never opens a trail itself. It is asked for one trial at a time, over pipes.
"""

from __future__ import annotations

import atexit
import contextlib
import importlib
import json
import os
import select
import signal
import subprocess
import sys
import time
import traceback
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from preload import built

__all__ = ["Ended", "Nursery"]

LOADED = ("recording", "soundness", "verbs", "races", "interrupts")
TOO_LONG_S = 120.0


@dataclass(frozen=True)
class Ended:
    """How a process came to its end.

    Attributes
    ----------
    signal : int
        What killed it, 0 when nothing did.
    answer : object
        What its function returned, if it came so far.
    """

    signal: int
    answer: Any


class Nursery:
    """The parent of trials; use it in a ``with`` block, in one thread."""

    def __enter__(self) -> Self:
        environment = os.environ | {"LD_PRELOAD": str(built())}
        self._process = subprocess.Popen(
            [sys.executable, "-W", "error", __file__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=environment,
        )
        return self

    def __exit__(self, *_: object) -> None:
        self._process.stdin.close()
        self._process.stdout.close()
        self._process.wait(30)

    def call(self, function: str, *, kill_after_s: float | None = None, **arguments: Any) -> Ended:
        """Call ``module:function`` in a process of its own.

        Parameters
        ----------
        kill_after_s : float, optional
            Kill the process and all its children so long after its start.

        Raises
        ------
        AssertionError
            When it raised or got stuck, or its parent is gone.
        """
        request = {"function": function, "kill_after_s": kill_after_s, "arguments": arguments}
        self._process.stdin.write(json.dumps(request, default=str) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        assert line, "the parent of the trials has ended"
        reply = json.loads(line)
        assert not reply["error"], f"{function}({arguments})\n{reply['error']}"
        return Ended(reply["signal"], reply["answer"])

    def ask(self, function: str, **arguments: Any) -> Any:
        """Return what a function returns that nothing may kill."""
        ended = self.call(function, **arguments)
        assert not ended.signal, f"{function}({arguments}) was killed by signal {ended.signal}"
        return ended.answer


def _serve() -> None:
    os.environ.pop("LD_PRELOAD")  # not for git and others that a trial starts
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    for name in LOADED:
        importlib.import_module(name)
    for line in sys.stdin:
        request = json.loads(line)
        answers.write(json.dumps(_trial(**request)) + "\n")
        answers.flush()
    answers.close()


def _trial(function: str, kill_after_s: float | None, arguments: dict[str, Any]) -> dict[str, Any]:
    mine, theirs = os.pipe()
    child = os.fork()
    if not child:
        os.setpgid(0, 0)
        os.close(mine)
        _answer(theirs, function, arguments)
    with contextlib.suppress(OSError):  # whoever of the two is first
        os.setpgid(child, child)
    os.close(theirs)
    deadline = time.monotonic() + (TOO_LONG_S if kill_after_s is None else kill_after_s)
    text = _read_until(mine, deadline)
    late = text is None and kill_after_s is None
    if text is None:
        _kill_group(child)
        text = _read_until(mine, time.monotonic() + 5.0) if not late else ""
    os.close(mine)
    _, status = os.waitpid(child, 0)
    _kill_group(child)  # what it forked, and left behind
    good, answer = json.loads(text) if text else (True, None)
    number = os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0
    error = "it got stuck" if late else "" if good else answer
    return {"signal": number, "answer": answer if good else None, "error": error}


def _read_until(pipe: int, deadline: float) -> str | None:
    """Return what comes until the other side ends, None when it has not by the deadline."""
    found = b""
    while (left := deadline - time.monotonic()) > 0:
        if not select.select([pipe], [], [], left)[0]:
            continue
        part = os.read(pipe, 1 << 16)
        if not part:
            return found.decode()
        found += part
    return None


def _kill_group(child: int) -> None:
    try:
        os.killpg(child, signal.SIGKILL)
    except ProcessLookupError:
        return


def _answer(pipe: int, function: str, arguments: dict[str, Any]) -> None:
    """Run in the child: call, answer, and end as an interpreter ends."""
    module, _, name = function.partition(":")
    try:
        answer = (True, getattr(importlib.import_module(module), name)(**arguments))
        atexit._run_exitfuncs()
    except BaseException:
        answer = (False, traceback.format_exc())
    os.write(pipe, json.dumps(answer).encode())
    os._exit(0)


if __name__ == "__main__":
    here = Path(__file__).parent
    sys.path[:0] = [str(here), str(here.with_name("store"))]
    _serve()
