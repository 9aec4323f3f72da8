"""The scratch project of a verification: inputs linked, sources as they ran, nothing else."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nbtrail.exceptions import VerifyError

__all__ = ["Job", "lay_out"]


@dataclass(frozen=True, slots=True)
class Job:
    """What a fresh process is to run, and where.

    Attributes
    ----------
    script : bytes
        Exactly what ``pipeline.py`` holds.
    project : Path
        Where the inputs lie.
    cwd : str
        Folder to run in, relative to the project.
    inputs : tuple of str
        Paths relative to the project (or absolute); they are linked, never copied.
    sources : mapping of str to str
        Path relative to the project to the source of a module or script as it ran.
    beside : mapping of str to str
        The same for what lies beside ``pipeline.py``.
    variables : tuple of str
        Environment variables that are handed on.
    threads : mapping of str to str
        Settings of the numerical libraries as recorded; empty when that is not known.
    executable : str
        The interpreter.
    timeout_s : float
        Limit of wall time, in seconds.
    isolated : bool
        The interpreter is one of its own: nothing of this environment is handed on.
    models_written : bool
        Files of these models were written before: what writes them need not be tried again.
    trace : mapping, optional
        The task of `nbtrail.pipeline.retrace`, to be run instead of the script.
    """

    script: bytes
    project: Path
    cwd: str
    inputs: tuple[str, ...] = ()
    sources: Mapping[str, str] = field(default_factory=dict)
    beside: Mapping[str, str] = field(default_factory=dict)
    variables: tuple[str, ...] = ()
    threads: Mapping[str, str] = field(default_factory=dict)
    executable: str = ""
    timeout_s: float = 1800.0
    isolated: bool = False
    models_written: bool = False
    trace: Mapping[str, Any] | None = None


def lay_out(job: Job, scratch: Path) -> Path:
    """Fill the scratch folder, and return the folder in it to run in.

    ``spec.json`` in it is what `nbtrail.pipeline.replay` is started with.

    Raises
    ------
    VerifyError
        When an input is gone, or a path leads out of the project.
    """
    named = [("input", path) for path in job.inputs]
    named += [("source", path) for path in (*job.sources, *job.beside)]
    for what, path in (("working directory (cwd)", job.cwd), *named):
        _refuse_outside(what, path, absolute=what == "input")
    mirror = scratch / "project"
    folder = (mirror / job.cwd).resolve()
    folder.mkdir(parents=True)
    _link(job.project, mirror, job.inputs)
    for root, sources in ((mirror, job.sources), (scratch, job.beside)):
        for path, text in sources.items():
            place = root / path
            place.parent.mkdir(parents=True, exist_ok=True)
            if not place.exists():
                place.write_bytes(text.encode("utf-8"))
    target = scratch / "pipeline.py"
    target.write_bytes(job.script)
    (scratch / "tmp").mkdir()
    steps = scratch / "steps.json"
    if job.trace is not None:
        steps.write_text(json.dumps(job.trace), encoding="utf-8")
    processors = job.threads.get("usable processors", "")
    spec = {
        "script": str(target),
        "arguments": ["--output", str(scratch / "output")],
        "scratch": str(scratch),
        "folder": str(folder),
        "project": str(job.project),
        "inputs": [str(_real(job.project, path)) for path in job.inputs],
        "package": str(Path(__file__).parents[2]),
        "processors": int(processors) if processors.isdigit() else 0,
        "models_written": job.models_written,
        "steps": str(steps) if job.trace is not None else "",
        "result": str(scratch / "result.json"),
    }
    (scratch / "spec.json").write_text(json.dumps(spec), encoding="utf-8")
    return folder


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


def _link(project: Path, mirror: Path, inputs: Sequence[str]) -> None:
    """Link the inputs at their places in the mirror."""
    for path in inputs:
        real = _real(project, path)
        if not real.exists():
            raise VerifyError(
                f"The data file {path} is gone (looked for {real}). Put it back, or run pipeline.py "
                "yourself with the argument that names another file."
            )
        if not Path(path).is_absolute():
            _link_one(real, mirror / path)


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
