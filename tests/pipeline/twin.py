"""A clean twin of this process that runs scripts: a fork of it costs less than a new interpreter.

The twin is made before anything else happens here, with the libraries loaded and nothing
changed. Each script runs in a fork of the twin, so no state of the session that was recorded
reaches it.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import runpy
import subprocess
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any
from unittest import mock

__all__ = ["Twin"]


class Twin:
    """Runs scripts in forks of a process that nothing happened in."""

    def __init__(self) -> None:
        self._pipe, theirs = multiprocessing.Pipe()
        self._pid = os.fork()
        if self._pid == 0:
            self._pipe.close()
            _serve(theirs)
            os._exit(0)
        theirs.close()

    def close(self) -> None:
        self._pipe.close()
        os.waitpid(self._pid, 0)

    def run(
        self, arguments: list[str], folder: Path, environment: dict[str, str], log: Path
    ) -> int:
        """Run ``python ARGUMENTS`` in a folder and return its exit code."""
        self._pipe.send((arguments, str(folder), environment, str(log)))
        return self._pipe.recv()

    @contextmanager
    def verifying(self) -> Iterator[None]:
        """Have nbtrail's verifications run by the twin."""

        def started(command: list[str], *, cwd: Path, env: dict[str, str], **options: Any) -> Any:
            log = Path(options["stdout"].name)
            return _Ended(self.run(command[1:], cwd, env, log))

        with mock.patch("nbtrail.pipeline.runner.subprocess", _Subprocess(started)):
            yield


class _Ended:
    """A process that has ended."""

    pid = 1 << 30

    def __init__(self, code: int) -> None:
        self.returncode = code

    def poll(self) -> int:
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        return self.returncode


class _Subprocess:
    """The module `subprocess`, but for how processes are started."""

    def __init__(self, started: Any) -> None:
        self.Popen = started

    def __getattr__(self, name: str) -> Any:
        return getattr(subprocess, name)


def _serve(pipe: Connection) -> None:
    while True:
        try:
            arguments, folder, environment, log = pipe.recv()
        except EOFError:
            return
        child = os.fork()
        if child == 0:
            pipe.close()
            _become(arguments, folder, environment, log)
        _, status = os.waitpid(child, 0)
        pipe.send(os.waitstatus_to_exitcode(status))


def _become(arguments: list[str], folder: str, environment: dict[str, str], log: str) -> None:
    code = 1
    try:
        os.setsid()
        output = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        os.dup2(output, 1)
        os.dup2(output, 2)
        os.chdir(folder)
        os.environ.clear()
        os.environ.update(environment)
        isolated = arguments[0] == "-P"
        sys.argv = arguments[isolated:]
        sys.path[:] = [p for p in sys.path if p not in {"", str(Path(__file__).parent)}]
        if not isolated:
            sys.path.insert(0, str(Path(sys.argv[0]).parent))
        runpy.run_path(sys.argv[0], run_name="__main__")
        code = 0
    except SystemExit as stop:
        code = stop.code if isinstance(stop.code, int) else int(stop.code is not None)
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def plain_metrics(folder: Path) -> dict[str, float]:
    """Return what a script wrote to its ``metrics.json``; empty when it did not."""
    try:
        found = json.loads((folder / "metrics.json").read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return {key: float(value) for key, value in found.items()}
