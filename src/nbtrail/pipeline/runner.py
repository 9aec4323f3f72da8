"""Runs a job in a fresh process, in a scratch project, and reads what it left."""

from __future__ import annotations

import contextlib
import json
import math
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nbtrail.exceptions import VerifyError
from nbtrail.pipeline.scratch import Job, lay_out

__all__ = ["Replay", "replay", "same_float"]

_KEPT = frozenset(
    [
        "PATH",
        "HOME",
        "USER",
        "USERNAME",
        "USERPROFILE",
        "APPDATA",
        "LOCALAPPDATA",
        "LANG",
        "LC_ALL",
        "LC_CTYPE",
        "TZ",
        "TMPDIR",
        "TEMP",
        "TMP",
        "SYSTEMROOT",
        "COMSPEC",
        "PATHEXT",
        "VIRTUAL_ENV",
        "CONDA_PREFIX",
        "LD_LIBRARY_PATH",
        "DYLD_LIBRARY_PATH",
        "PYTHONPATH",
        "PYTHONHASHSEED",
        "SCIKIT_LEARN_DATA",
    ]
)
_ENVIRONMENT = frozenset({"PYTHONPATH", "VIRTUAL_ENV", "CONDA_PREFIX", "LD_LIBRARY_PATH"})
# the numerical libraries' own: kernels and threads decide the last bits of a result
_NUMERIC = re.compile(
    r"^(OMP|KMP|MKL|OPENBLAS|GOTO|BLIS|VECLIB|NVPL|NUMEXPR|NPY|LOKY|CUDA|CUBLAS|TF|TORCH|XLA)_"
)
_THREADS = re.compile(r"THREADS|CPU_COUNT")
_REPORT_S = 10.0


@dataclass(slots=True)
class Replay:
    """What a fresh process found.

    Attributes
    ----------
    error : str
        Last lines of the traceback and the exception, or why the process ended.
    metrics : mapping of str to float
        From the script's own ``metrics.json``.
    tapped : mapping of str to set of str
        Values (``repr``) that were seen when metric functions returned, by key.
    data : list of (str, str, str)
        Variable, context and content digest of what models consumed.
    models : mapping of str to str
        Variable to the digest of the fitted model.
    guard : tuple of str
        What the kernel kept from happening, beside the audit hook.
    modules : tuple of str
        Top-level modules that were loaded when the script ended.
    trace : dict
        What `nbtrail.pipeline.retrace` found, when that was asked for.
    """

    error: str = ""
    metrics: dict[str, float] = field(default_factory=dict)
    tapped: dict[str, set[str]] = field(default_factory=dict)
    data: list[tuple[str, str, str]] = field(default_factory=list)
    models: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    guard: tuple[str, ...] = ()
    modules: tuple[str, ...] = ()
    trace: dict[str, Any] = field(default_factory=dict)
    seconds: float = 0.0


def replay(job: Job, *, progress: Callable[[str], None] = lambda _text: None) -> Replay:
    """Run a job in a fresh process and return what it found.

    Parameters
    ----------
    progress : callable
        Told every few seconds how long it lasts already.

    Raises
    ------
    VerifyError
        When an input is gone, a path leads out of the project, or the interpreter can't be
        started.
    """
    scratch = Path(tempfile.mkdtemp(prefix="nbtrail-verify-"))
    try:
        folder = lay_out(job, scratch)
        started = time.monotonic()
        error = _run(job, scratch, folder, progress)
        found = _read(scratch, error, traced=job.trace is not None)
        found.seconds = time.monotonic() - started
        return found
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _environment(job: Job, scratch: Path) -> dict[str, str]:
    """Return the variables of the process: the platform's, the declared, threads as recorded."""
    found = {k: v for k, v in os.environ.items() if k in _KEPT or k in job.variables}
    if job.isolated:
        found = {k: v for k, v in found.items() if k not in _ENVIRONMENT}
    settings = {k: v for k, v in job.threads.items() if k.isupper()}
    if not job.threads:  # an older run: what holds now is the best guess
        settings = {k: v for k, v in os.environ.items() if _NUMERIC.match(k)}
    else:
        settings |= {
            k: v for k, v in os.environ.items() if _NUMERIC.match(k) and not _THREADS.search(k)
        }
    found |= settings
    found.setdefault("PYTHONHASHSEED", "0")
    temporary = os.path.realpath(tempfile.gettempdir())
    kept = [job.project, *map(Path, job.inputs)]
    if any(os.path.realpath(path).startswith(temporary + os.sep) for path in kept):
        # what may be written must not hold what must not
        found |= dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(scratch / "tmp"))
    return found | {
        "MPLBACKEND": "Agg",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONIOENCODING": "utf-8",
    }


def _run(job: Job, scratch: Path, folder: Path, progress: Callable[[str], None]) -> str:
    runner = Path(__file__).with_name("replay.py")
    with (scratch / "log.txt").open("wb") as log:
        try:
            process = subprocess.Popen(
                [job.executable, "-P", str(runner), str(scratch / "spec.json")],
                cwd=folder,
                env=_environment(job, scratch),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        except OSError as error:
            raise VerifyError(
                f"The interpreter {job.executable} can't be started: {error}. Verify with the one "
                "that made the run, or with any other that has the pipeline's dependencies."
            ) from error
        try:
            code = _wait(process, job.timeout_s, progress)
        except subprocess.TimeoutExpired:
            return (
                f"It did not end within {job.timeout_s:g} s. Raise the setting verify_timeout_s "
                "when that is too short."
            )
        finally:
            _kill(process)
    return "" if code in (0, 1) else f"The process ended with code {code}."


def _wait(
    process: subprocess.Popen[bytes], timeout_s: float, progress: Callable[[str], None]
) -> int:
    began = time.monotonic()
    while True:
        left = began + timeout_s - time.monotonic()
        try:
            return process.wait(max(0.0, min(_REPORT_S, left)))
        except subprocess.TimeoutExpired:
            if left <= _REPORT_S:
                raise
            passed = time.monotonic() - began
            progress(f"   still running after {passed:.0f} s (limit {timeout_s:g} s)")


def _kill(process: subprocess.Popen[bytes]) -> None:
    """End the process, and on POSIX whatever of its group outlived it."""
    with contextlib.suppress(OSError):
        if sys.platform == "win32":
            process.kill()
        else:
            os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _read(scratch: Path, error: str, *, traced: bool) -> Replay:
    found = Replay(error=error)
    try:
        result: dict[str, Any] = json.loads((scratch / "result.json").read_text("utf-8"))
    except (OSError, ValueError):
        tail = (scratch / "log.txt").read_text("utf-8", errors="replace").strip().splitlines()[-3:]
        found.error = found.error or "The process ended without a result."
        found.error = "\n".join([found.error, *tail])
        return found
    found.error = error or result["error"]
    found.models = result["models"]
    found.notes = result["notes"]
    found.data = [(name, context, digest) for name, context, digest in result["data"]]
    for key, value in result["metrics"]:
        found.tapped.setdefault(key, set()).add(value)
    found.guard = tuple(result.get("guard", ()))
    found.modules = tuple(result.get("modules", ()))
    if traced:
        found.trace = result.get("trace", {})
        return found
    try:
        metrics = json.loads((scratch / "output" / "metrics.json").read_text("utf-8"))
        found.metrics = {key: float(value) for key, value in metrics.items()}
    except (OSError, ValueError, AttributeError):
        if not found.error:
            found.error = "The script ended without writing metrics.json."
    return found


def same_float(one: float, other: float) -> bool:
    """Compare bit for bit, any NaN being equal to any other."""
    if math.isnan(one) or math.isnan(other):
        return math.isnan(one) and math.isnan(other)
    return one == other and math.copysign(1, one) == math.copysign(1, other)
