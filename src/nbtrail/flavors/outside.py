"""Saves models in a process of its own.

Writing a model loads skops, which imports every module of scikit-learn, and through them
whatever array library is installed. In the kernel that would cost seconds and memory, and run
beside the user's own imports in another thread.
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from pathlib import Path
from typing import Any

from nbtrail.exceptions import ModelError
from nbtrail.flavors.saving import ModelFiles
from nbtrail.flavors.worker import LENGTH, receive

__all__ = ["SavingProcess"]

_START = "import sys; sys.path[:] = {path!r}; from nbtrail.flavors.worker import main; main()"


class SavingProcess:
    """Starts the process with the first model; one thread at a time may use it."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None

    def save(self, snapshot: bytes, folder: Path, example: Any, name: str) -> ModelFiles:
        """Save a model into a folder.

        Parameters
        ----------
        snapshot : bytes
            The pickled model.
        example : object
            Some input rows, or None.
        name : str
            Of its class, for messages.

        Raises
        ------
        ModelError
            When it can't be saved, or the process ended.
        """
        try:
            rows = pickle.dumps(example)
        except Exception:  # rows of the user's own kind: the model itself is what counts
            rows = pickle.dumps(None)
        try:
            answer = self._ask((snapshot, os.fspath(folder), rows, name))
        except (OSError, EOFError) as error:
            self.close()
            raise ModelError(
                f"The process that writes models ended before this one was saved ({error})."
            ) from None
        if isinstance(answer, str):
            raise ModelError(answer)
        assert isinstance(answer, ModelFiles)
        return answer

    def close(self) -> None:
        """Let the process end; the next model starts another."""
        process, self._process = self._process, None
        if process is not None:
            assert process.stdin is not None
            assert process.stdout is not None
            process.stdin.close()
            process.stdout.close()
            try:
                process.wait(5.0)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def _ask(self, job: tuple[Any, ...]) -> Any:
        process = self._process or self._start()
        assert process.stdin is not None
        assert process.stdout is not None
        _send(process.stdin, job)
        answer = receive(process.stdout)
        if answer is None:
            raise EOFError(f"exit code {process.poll()}")
        return answer

    def _start(self) -> subprocess.Popen[bytes]:
        path = [entry or str(Path.cwd()) for entry in sys.path]
        self._process = process = subprocess.Popen(
            [sys.executable, "-c", _START.format(path=path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,  # an interrupt of the kernel is not meant for it
        )
        return process


def _send(target: Any, message: Any) -> None:
    data = pickle.dumps(message)
    target.write(LENGTH.pack(len(data)) + data)
    target.flush()
