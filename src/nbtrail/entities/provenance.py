"""Where the code of a run stood and what it ran on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

__all__ = ["CodeVersion", "Environment", "Session"]


@dataclass(frozen=True, slots=True)
class CodeVersion:
    """The git state at the start of a run.

    Attributes
    ----------
    commit : str
        40 or 64 hex digits; empty for an unborn HEAD.
    branch : str
        Empty when HEAD is detached.
    dirty : bool or None
        None while unknown (git missing, too slow, or not asked yet).
    changed : tuple of str
        Changed and untracked paths, at most 200.
    remote : str
        URL of ``origin`` without credentials.
    """

    commit: str
    branch: str
    dirty: bool | None = None
    changed: tuple[str, ...] = ()
    remote: str = ""


@dataclass(frozen=True, slots=True)
class Environment:
    """Interpreter, platform and installed distributions.

    Attributes
    ----------
    digest : str
        sha256 over the canonical JSON of the other fields, 64 hex digits.
    packages : mapping of str to str
        Distribution name (lower case) to version, everything that is installed.
    """

    digest: str
    python: str
    implementation: str
    platform: str
    machine: str
    executable: str
    packages: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Session:
    """One kernel (or plain process) from ``%load_ext`` to its end.

    Attributes
    ----------
    notebook : str
        Path relative to the project, or empty when it could not be found.
    cwd : str
        Working directory at start, relative to the project ("." for the root).
    """

    session_id: str
    started_ms: int
    notebook: str
    cwd: str
    python: str
    executable: str
    host: str
