"""Exported pipelines: what was promised, and what a fresh process found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

__all__ = [
    "Check",
    "Manifest",
    "Outcome",
    "PipelineInput",
    "PipelineModule",
    "PipelineParam",
    "Rung",
    "Scope",
    "Verdict",
]


class Outcome(StrEnum):
    """The verdicts."""

    EXACT = "verified-exact"
    WITHIN_TOLERANCE = "verified-within-tolerance"
    FULL_HISTORY = "reproduced-by-full-history"
    NOT_REPRODUCIBLE = "not-reproducible"


class Scope(StrEnum):
    """Where the pipeline was run to verify it."""

    SAME_ENVIRONMENT = "same environment"
    REBUILT = "rebuilt from the lock"


@dataclass(frozen=True, slots=True)
class Check:
    """One comparison of a verification.

    Attributes
    ----------
    kind : str
        ``metric``, ``data``, ``model`` or ``run`` (the process itself).
    name : str
    expected, found : str
        As text, exact (``repr`` of a float); `found` is empty when there was nothing.
    equal : bool
    """

    kind: str
    name: str
    expected: str
    found: str
    equal: bool


@dataclass(frozen=True, slots=True)
class Rung:
    """One attempt on the way to a verdict.

    Attributes
    ----------
    name : str
        What was tried, in a few words.
    statements : int
        How many statements the script had.
    found : str
        What came of it, in one sentence.
    seconds : float
        Wall time.
    """

    name: str
    statements: int
    found: str
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a verification found.

    Attributes
    ----------
    pipeline_sha256 : str
        Digest of the ``pipeline.py`` that was run: 64 hex digits.
    culprit : str
        What differs, in one sentence; empty when nothing does.
    unchecked : tuple of str
        What could not be compared, one sentence each: never silently passed.
    seconds : float
        Wall time of the run.
    rungs : tuple of Rung
        The attempts of the export, in their order; empty for a later verification.
    floor : mapping of str to float
        Metrics whose values differ between two executions of the same script, and by how
        much: measured, never assumed.
    guard : tuple of str
        What the kernel kept from happening meanwhile, beside the hook in Python.
    """

    outcome: Outcome
    scope: Scope
    pipeline_sha256: str
    checks: tuple[Check, ...] = ()
    culprit: str = ""
    unchecked: tuple[str, ...] = ()
    seconds: float = 0.0
    verified_ms: int = 0
    rungs: tuple[Rung, ...] = ()
    floor: Mapping[str, float] = field(default_factory=dict)
    guard: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PipelineParam:
    """A parameter of the exported script.

    Attributes
    ----------
    value : str
        As recorded, its ``repr``.
    type : str
        ``bool``, ``int``, ``float`` or ``str``.
    flag : str
        How it is spelled on the script's command line.
    help : str
        What ``--help`` says about it.
    """

    name: str
    value: str
    type: str
    flag: str = ""
    help: str = ""


@dataclass(frozen=True, slots=True)
class PipelineInput:
    """A data file the script reads.

    Attributes
    ----------
    name : str
        Of the parameter that names it, or empty.
    path : str
        Relative to the project, absolute outside of it.
    sha256 : str
        Of its bytes at export, 64 hex digits.
    size : int
        Bytes at export.
    recorded : str
        Content digest of the file when the run read it; empty when that is not known.
    """

    name: str
    path: str
    sha256: str
    size: int
    recorded: str = ""


@dataclass(frozen=True, slots=True)
class PipelineModule:
    """A source file of the project that the script imports or runs, as it was then.

    Attributes
    ----------
    path : str
        Relative to the project.
    beside : str
        Its place in the exported folder, from where ``pipeline.py`` imports it; empty for
        one that is only run.
    sha256 : str
        Of the source, 64 hex digits.
    """

    path: str
    beside: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """The content of ``manifest.json`` beside an exported pipeline.

    Attributes
    ----------
    metrics : mapping of str to float
        What the run recorded and the script must find again.
    data : mapping of str to str
        Name of a dataset at ingest or after the split to its content digest.
    models : mapping of str to str
        Name of a fitted model to its canonical digest.
    cells : tuple of str
        ``<session>:<seq>`` of each cell of which something was used.
    left_out : int
        Executed cells of which nothing was needed.
    project : str
        The project folder, relative to the folder of the manifest.
    cwd : str
        Where the script runs, relative to the project.
    python : str
        Version of the interpreter that made the run.
    form : str
        ``stages``, ``flat`` (the order of execution) or ``history`` (nothing left out).
    missing : mapping of str to str
        Metrics that the script does not compute under a name, with the reason.
    doubts : tuple of str
        Why an equal result may be luck, one sentence each; every verdict repeats them.
    modules : tuple of PipelineModule
    variables : tuple of str
        Environment variables that the script reads: names only, since values may be secrets.
    threads : mapping of str to str
        Settings of the numerical libraries at the run, and the processors it could use.
    floor : mapping of str to float
        As in the verdict of the export: later verifications allow no more.
    """

    version: int
    run_id: str
    run_name: str
    created_ms: int
    pipeline_sha256: str
    params: tuple[PipelineParam, ...] = ()
    inputs: tuple[PipelineInput, ...] = ()
    metrics: Mapping[str, float] = field(default_factory=dict)
    data: Mapping[str, str] = field(default_factory=dict)
    models: Mapping[str, str] = field(default_factory=dict)
    cells: tuple[str, ...] = ()
    left_out: int = 0
    project: str = ".."
    cwd: str = "."
    python: str = ""
    form: str = "stages"
    missing: Mapping[str, str] = field(default_factory=dict)
    commit: str = ""
    dirty: bool | None = None
    doubts: tuple[str, ...] = ()
    modules: tuple[PipelineModule, ...] = ()
    variables: tuple[str, ...] = ()
    threads: Mapping[str, str] = field(default_factory=dict)
    floor: Mapping[str, float] = field(default_factory=dict)
    verdict: Verdict | None = None
