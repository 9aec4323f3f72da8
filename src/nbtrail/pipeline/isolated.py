"""The environment of a pipeline, built anew from its lock in a folder of its own."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from importlib import metadata
from pathlib import Path

from nbtrail.entities.pipeline import Manifest
from nbtrail.exceptions import VerifyError

__all__ = ["rebuild"]

_SHOWN = 6  # last lines of an installer's complaint
_LIMIT_S = 1800.0


def rebuild(
    folder: Path, manifest: Manifest, where: Path, progress: Callable[[str], None]
) -> tuple[str, str]:
    """Build an environment with exactly what ``requirements.lock`` names.

    With uv where it is installed, else with venv and pip. Both follow the user's own
    configuration (index, proxy, certificates); when uv can't install what pip can, since only
    pip is configured, pip does it. The library that digests data comes on top.

    Parameters
    ----------
    folder : Path
        The export.
    where : Path
        A folder that is empty or does not exist.

    Returns
    -------
    str
        The interpreter.
    str
        How it was built, in a few words.

    Raises
    ------
    VerifyError
        When the lock is missing or can't be installed, or no such Python is here.
    """
    lock = folder / "requirements.lock"
    try:
        wanted = [line for line in lock.read_text(encoding="utf-8").splitlines() if line.strip()]
    except OSError as error:
        raise VerifyError(
            f"{lock} can't be read: {error}. Export run {manifest.run_id[:8]} again."
        ) from error
    if not any(line.startswith("xxhash==") for line in wanted):
        wanted.append(f"xxhash=={metadata.version('xxhash')}")
    python = ".".join(manifest.python.split(".")[:2])
    uv = shutil.which("uv")
    if uv is not None:
        try:
            _with_uv(uv, python, where, wanted, progress)
        except _InstallError:
            progress("   uv could not install them; trying pip ...")
            shutil.rmtree(where, ignore_errors=True)
        else:
            return str(_interpreter(where)), "uv"
    _with_pip(python, where, wanted, progress)
    return str(_interpreter(where)), "venv and pip"


class _InstallError(Exception):
    """An installer ended with an error."""

    def __init__(self, output: str) -> None:
        super().__init__(output)
        lines = [line for line in output.strip().splitlines() if line.strip()]
        self.tail = "\n".join(lines[-_SHOWN:])


def _with_uv(
    uv: str, python: str, where: Path, wanted: list[str], progress: Callable[[str], None]
) -> None:
    progress(f"Building Python {python} with {len(wanted)} distributions of the lock (uv) ...")
    _call([uv, "venv", "--quiet", "--python", python, str(where)])
    target = ["--python", str(_interpreter(where))]
    _call([uv, "pip", "install", "--quiet", "--no-deps", *target, *wanted])


def _with_pip(python: str, where: Path, wanted: list[str], progress: Callable[[str], None]) -> None:
    mine = ".".join(map(str, sys.version_info[:2]))
    if python not in {mine, ""}:
        raise VerifyError(
            f"The run used Python {python}, and this is Python {mine}. Start the verification with "
            f"Python {python}, or install uv, which brings it."
        )
    progress(f"Building Python {mine} with {len(wanted)} distributions of the lock (pip) ...")
    try:
        _call([sys.executable, "-m", "venv", str(where)])
        options = ["--quiet", "--no-deps", "--disable-pip-version-check", "--no-input"]
        _call([str(_interpreter(where)), "-m", "pip", "install", *options, *wanted])
    except _InstallError as error:
        raise VerifyError(
            "The environment can't be rebuilt from requirements.lock, so nothing was run:\n"
            f"{error.tail}\nVerify without --isolated to use the present environment."
        ) from None


def _call(command: list[str]) -> None:
    environment = {k: v for k, v in os.environ.items() if k not in {"PYTHONPATH", "PYTHONHOME"}}
    try:
        done = subprocess.run(
            command,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
            timeout=_LIMIT_S,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise _InstallError(str(error)) from error
    if done.returncode != 0:
        raise _InstallError(done.stdout.decode("utf-8", "replace"))


def _interpreter(where: Path) -> Path:
    folder = where / ("Scripts" if sys.platform == "win32" else "bin")
    return folder / ("python.exe" if sys.platform == "win32" else "python")
