"""Runs the emitted script in a fresh process, in a scratch copy of the project's shape."""

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
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nbtrail.exceptions import VerifyError

__all__ = ["Replay", "replay"]

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
# the numerical libraries' own: kernels and threads decide the last bits of a result
_NUMERIC = re.compile(
    r"^(OMP|KMP|MKL|OPENBLAS|GOTO|BLIS|VECLIB|NVPL|NUMEXPR|NPY|LOKY|CUDA|CUBLAS|TF|TORCH|XLA)_"
)
_MODULES_LIMIT = 5000


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
    """

    error: str = ""
    metrics: dict[str, float] = field(default_factory=dict)
    tapped: dict[str, set[str]] = field(default_factory=dict)
    data: list[tuple[str, str, str]] = field(default_factory=list)
    models: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    seconds: float = 0.0


def replay(
    script: bytes,
    *,
    project: Path,
    cwd: str,
    inputs: Sequence[str],
    executable: str,
    timeout_s: float,
    progress: Callable[[str], None],
) -> Replay:
    """Run `script` and return what it found.

    Parameters
    ----------
    script : bytes
        Exactly what ``pipeline.py`` holds.
    project : Path
        Where the inputs lie.
    cwd : str
        Folder to run in, relative to the project.
    inputs : sequence of str
        Paths relative to the project (or absolute); they are linked, never copied.
    timeout_s : float
        Limit of wall time, in seconds.
    """
    for what, path in (("working directory (cwd)", cwd), *(("input", i) for i in inputs)):
        _refuse_outside(what, path, absolute=what == "input")
    scratch = Path(tempfile.mkdtemp(prefix="nbtrail-verify-"))
    try:
        mirror = scratch / "project"
        folder = (mirror / cwd).resolve()
        folder.mkdir(parents=True)
        _link(project, mirror, inputs)
        target = scratch / "pipeline.py"
        target.write_bytes(script)
        spec = {
            "script": str(target),
            "arguments": ["--output", str(scratch / "output")],
            "scratch": str(scratch),
            "folder": str(folder),
            "project": str(project),
            "inputs": [str(_real(project, path)) for path in inputs],
            "package": str(Path(__file__).parents[2]),
            "result": str(scratch / "result.json"),
        }
        (scratch / "spec.json").write_text(json.dumps(spec), encoding="utf-8")
        progress("Running the pipeline in a fresh process ...")
        started = time.monotonic()
        error = _run(executable, scratch, folder, timeout_s)
        found = _read(scratch, error)
        found.seconds = time.monotonic() - started
        return found
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _refuse_outside(what: str, path: str, *, absolute: bool) -> None:
    """Raise when a path of the manifest leads out of the project."""
    if absolute and Path(path).is_absolute():
        return  # data may lie anywhere
    inside = os.path.normpath(path)
    if Path(inside).is_absolute() or Path(inside).drive or Path(inside).parts[:1] == ("..",):
        raise VerifyError(
            f"The manifest's {what} {path!r} leads out of the project, where a verification must "
            "neither run nor write. Correct manifest.json, or export the run again into a new "
            "folder."
        )


def _run(executable: str, scratch: Path, folder: Path, timeout_s: float) -> str:
    environment = {k: v for k, v in os.environ.items() if k in _KEPT or _NUMERIC.match(k)}
    environment.setdefault("PYTHONHASHSEED", "0")
    environment |= {
        "MPLBACKEND": "Agg",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONIOENCODING": "utf-8",
    }
    runner = Path(__file__).with_name("replay.py")
    with (scratch / "log.txt").open("wb") as log:
        try:
            process = subprocess.Popen(
                [executable, "-P", str(runner), str(scratch / "spec.json")],
                cwd=folder,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        except OSError as error:
            raise VerifyError(
                f"The interpreter {executable} can't be started: {error}. Verify with the one that "
                "made the run, or with any other that has the pipeline's dependencies."
            ) from error
        try:
            code = process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            return f"It did not end within {timeout_s:g} s (setting verify_timeout_s)."
        finally:
            _kill(process)
    return "" if code in (0, 1) else f"The process ended with code {code}."


def _kill(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        with contextlib.suppress(OSError):
            if sys.platform == "win32":
                process.kill()
            else:
                os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _read(scratch: Path, error: str) -> Replay:
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
    try:
        metrics = json.loads((scratch / "output" / "metrics.json").read_text("utf-8"))
        found.metrics = {key: float(value) for key, value in metrics.items()}
    except (OSError, ValueError, AttributeError):
        if not found.error:
            found.error = "The script ended without writing metrics.json."
    return found


def _link(project: Path, mirror: Path, inputs: Sequence[str]) -> None:
    """Link the inputs and the project's own modules at their places in the mirror."""
    for path in inputs:
        real = _real(project, path)
        if not real.exists():
            raise VerifyError(
                f"The data file {path} is gone (looked for {real}). Put it back, or run pipeline.py "
                "yourself with the argument that names another file."
            )
        if not Path(path).is_absolute():
            _link_one(real, mirror / path)
    for module in _modules(project):
        _link_one(module, mirror / module.relative_to(project))


def _link_one(real: Path, link: Path) -> None:
    link.parent.mkdir(parents=True, exist_ok=True)
    if link.exists():
        return
    try:
        link.symlink_to(real)
    except OSError:  # Windows without the right to make links
        os.link(real, link)


def _real(project: Path, path: str) -> Path:
    return Path(path) if Path(path).is_absolute() else project / path


def _modules(project: Path) -> list[Path]:
    """Python files of the project; environments, hidden folders and caches left out."""
    found: list[Path] = []
    todo = [project]
    seen = 0
    while todo and seen < _MODULES_LIMIT:
        folder = todo.pop()
        try:
            entries = sorted(folder.iterdir())
        except OSError:
            continue
        if (folder / "pyvenv.cfg").exists() or (folder / "manifest.json").exists():
            continue
        for entry in entries:
            seen += 1
            if entry.name.startswith(".") or entry.name in {"node_modules", "__pycache__"}:
                continue
            if entry.is_dir() and not entry.is_symlink():
                todo.append(entry)
            elif entry.suffix == ".py":
                found.append(entry)
    return found


def same_float(one: float, other: float) -> bool:
    """Compare bit for bit, any NaN being equal to any other."""
    if math.isnan(one) or math.isnan(other):
        return math.isnan(one) and math.isnan(other)
    return one == other and math.copysign(1, one) == math.copysign(1, other)
