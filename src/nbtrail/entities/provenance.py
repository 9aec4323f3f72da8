"""Where the code of a run stood and what it ran on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

__all__ = ["CodeVersion", "Environment", "ModuleSource", "Resources", "Session", "StartState"]


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
    snapshot : str
        Commit in the trail's own git store that holds what the working tree had beside
        `commit`, or empty.
    left_out : tuple of str
        Changed paths that the snapshot does not hold, each with the reason behind a colon.
    """

    commit: str
    branch: str
    dirty: bool | None = None
    changed: tuple[str, ...] = ()
    remote: str = ""
    snapshot: str = ""
    left_out: tuple[str, ...] = ()


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
class StartState:
    """State of the process at the start of a run that can change its numbers.

    Attributes
    ----------
    threads : mapping of str to str
        Settings that say how many threads libraries use, and the number of processors.
    seeds : mapping of str to str
        Generator (``python``, ``numpy``, ``torch``) to the seed it was last given by a
        statement that was seen, until the run ended; absent when it was never seeded.
    rng : mapping of str to str
        Generator to the digest of its state.
    """

    threads: Mapping[str, str] = field(default_factory=dict)
    seeds: Mapping[str, str] = field(default_factory=dict)
    rng: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Resources:
    """What a run took.

    Attributes
    ----------
    wall_s, cpu_s : float
        Seconds; CPU time of this process with its finished children.
    peak_memory : int
        Bytes of resident memory, the most that the process held until the run ended.
    gpu_memory : int
        Bytes in use on the fullest device at the end; 0 when no NVML was loaded.
    """

    wall_s: float
    cpu_s: float
    peak_memory: int
    gpu_memory: int = 0


@dataclass(frozen=True, slots=True)
class ModuleSource:
    """Source of a project's module as it was imported or reloaded.

    Attributes
    ----------
    name : str
        Dotted name.
    path : str
        Relative to the project.
    sha256 : str
        Of the source's bytes, 64 hex digits.
    cell_seq : int
        The cell execution that loaded it; -1 for before the first.
    """

    name: str
    path: str
    sha256: str
    cell_seq: int = -1


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
