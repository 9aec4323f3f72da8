"""Work in the interpreter of a run: child processes that are followed and can be stopped."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shlex
import signal
import subprocess
import sys
import tempfile
import threading
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from nbtrail.entities.identity import new_id
from nbtrail.exceptions import NotFoundError, UsageError

__all__ = ["Job", "Jobs", "Step", "shown"]

MOST_RUNNING = 4
MOST_KEPT = 40
MOST_STEPS = 200
LONGEST_LINE = 2000
MOST_LINES = 200
PRINTED = "|"
STOP_S = 10.0

_CLOCK = re.compile(r"\[\d+ s\] ")
_UNKNOWN = "No module named"


@dataclass(slots=True)
class Step:
    """One thing that was tried, and what was found so far."""

    text: str
    found: str = ""


@dataclass(slots=True)
class Job:
    """A child process and what it told.

    Attributes
    ----------
    kind : str
        ``export``, ``verify`` or ``retrain``.
    folder : str
        Of the pipeline, relative to the project.
    shown : str
        The command as people type it.
    state : str
        ``running``, ``done``, ``failed`` (``message`` says why) or ``stopped``.
    outcome, culprit : str
        Of the verdict, once there is one.
    output : deque of str
        The latest lines that a script printed.
    retrained : dict or None
        What came of training a pipeline again.
    """

    kind: str
    run_id: str
    folder: str
    shown: str
    job_id: str = field(default_factory=new_id)
    state: str = "running"
    steps: list[Step] = field(default_factory=list)
    outcome: str = ""
    culprit: str = ""
    message: str = ""
    output: deque[str] = field(default_factory=lambda: deque(maxlen=MOST_LINES))
    retrained: dict[str, Any] | None = None
    process: subprocess.Popen[str] | None = None
    listener: threading.Thread | None = None
    stopping: bool = False

    def document(self) -> dict[str, Any]:
        """Return a ``job`` of the contract."""
        return {
            "job_id": self.job_id,
            "kind": self.kind,
            "run_id": self.run_id,
            "folder": self.folder,
            "command": self.shown,
            "state": self.state,
            "steps": [{"text": step.text, "found": step.found} for step in list(self.steps)],
            "outcome": self.outcome,
            "culprit": self.culprit,
            "message": self.message,
            "output": list(self.output),
            "retrained": self.retrained,
        }

    def hear(self, line: str) -> None:
        """Take a line: a new step, indented what the last one found, or what a script printed."""
        text = line.rstrip()[:LONGEST_LINE]
        if text.startswith(PRINTED):
            self.output.append(text.removeprefix(PRINTED).removeprefix(" "))
        elif text.startswith("   ") and self.steps:
            self.steps[-1].found = text.strip()
        elif text and len(self.steps) < MOST_STEPS:
            self.steps.append(Step(_CLOCK.sub("", text, count=1)))

    def end(self, answer: str) -> None:
        """Take what the command answered."""
        try:
            document = json.loads(answer)
        except ValueError:
            document = None
        if self.stopping:
            self.state = "stopped"
        elif not isinstance(document, dict):
            self.state, self.message = "failed", self._last_words()
        elif "error" in document:
            self.state, self.message = "failed", str(document["error"]["message"])
        elif self.kind == "retrain":
            self.state, self.retrained = "done", document
        else:
            # an export answers the manifest, a verification the verdict alone
            verdict = document.get("verdict") or document
            self.state = "done"
            self.outcome = str(verdict.get("outcome", ""))
            self.culprit = str(verdict.get("culprit", ""))

    def _last_words(self) -> str:
        last = self.steps[-1].text if self.steps else "it said nothing"
        if _UNKNOWN in last:
            return f"The run's Python can't do it: {last}. Install nbtrail there."
        return f"It ended early: {last}"


class Jobs:
    """The jobs of a server, the latest ones; each has a thread that listens to its process."""

    def __init__(self) -> None:
        self._jobs: dict[str, Job] = {}
        self._lock = threading.Lock()

    def start(self, job: Job, command: Sequence[str], project: Path) -> Job:
        """Start the process of a job in the folder of its project.

        Raises
        ------
        UsageError
            When one works on that folder already, too many run, or it can't be started.
        """
        with self._lock:
            running = [one for one in self._jobs.values() if one.state == "running"]
            if any(one.folder == job.folder for one in running):
                raise UsageError(f"{job.folder} is being worked on already. Wait for its end.")
            if len(running) >= MOST_RUNNING:
                raise UsageError(f"{len(running)} are running already. Wait until one has ended.")
            answer = tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace")  # noqa: SIM115
            try:
                job.process = _started(command, project, answer)
            except OSError as error:
                answer.close()
                raise UsageError(
                    f"{command[0]} can't be started ({error.strerror}). Run this yourself: "
                    f"{job.shown}"
                ) from error
            self._jobs[job.job_id] = job
            self._forget()
        job.listener = threading.Thread(
            target=_listen, args=(job, job.process, answer), daemon=True
        )
        job.listener.start()
        return job

    def get(self, job_id: str) -> Job:
        """Return a job.

        Raises
        ------
        NotFoundError
            When it is not known any more, as after a restart of the server.
        """
        try:
            return self._jobs[job_id]
        except KeyError:
            raise NotFoundError(
                "This server knows nothing of that work: it was restarted, or it ended long ago."
            ) from None

    def stop(self, job: Job) -> None:
        """End the process of a job, and wait for it; what it began is cleared away."""
        process = job.process
        if process is None or job.state != "running":
            return
        job.stopping = True
        _interrupt(process)
        try:
            process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            process.kill()
        if job.listener is not None:
            job.listener.join(STOP_S)

    def stop_all(self) -> None:
        """End all processes, when the server ends."""
        running = [job for job in self._jobs.values() if job.state == "running"]
        for job in running:
            job.stopping = True
            if job.process is not None:
                _interrupt(job.process)
        for job in running:
            self.stop(job)

    def _forget(self) -> None:
        ended = [job.job_id for job in self._jobs.values() if job.state != "running"]
        for job_id in ended[: max(0, len(self._jobs) - MOST_KEPT)]:
            del self._jobs[job_id]


def shown(*words: str) -> str:
    """Return a command as people type it."""
    return shlex.join(("nbtrail", *words))


def _started(command: Sequence[str], project: Path, answer: IO[str]) -> subprocess.Popen[str]:
    return subprocess.Popen(
        command,
        cwd=project,
        env=os.environ | {"PYTHONIOENCODING": "utf-8", "PYTHONUNBUFFERED": "1"},
        stdin=subprocess.DEVNULL,
        stdout=answer,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        errors="replace",
        # an interrupt of the server's terminal is not one of this work
        start_new_session=True,
    )


def _listen(job: Job, process: subprocess.Popen[str], answer: IO[str]) -> None:
    assert process.stderr is not None
    with process.stderr, answer:
        for line in process.stderr:
            job.hear(line)
        process.wait()
        answer.seek(0)
        job.end(answer.read())


def _interrupt(process: subprocess.Popen[str]) -> None:
    """Ask it to end: an interrupt lets it end its own child and clear its scratch folder."""
    with contextlib.suppress(OSError):
        process.send_signal(signal.SIGTERM if sys.platform == "win32" else signal.SIGINT)
