"""A pipeline that is trained again with other values: what will happen, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from nbtrail.entities.pipeline import Outcome
from nbtrail.entities.run import Direction

__all__ = [
    "ChosenParam",
    "DataFile",
    "FileState",
    "RetrainPlan",
    "Retrained",
    "RetrainedMetric",
]


class FileState(StrEnum):
    """How a data file stands against what the pipeline was exported with."""

    AS_RECORDED = "as-recorded"
    CHANGED = "changed"
    GONE = "gone"
    NOT_COMPARED = "not-compared"
    CHOSEN = "chosen"


@dataclass(frozen=True, slots=True)
class ChosenParam:
    """A parameter of the script with the value that it will get.

    Attributes
    ----------
    type : str
        ``bool``, ``int``, ``float`` or ``str``.
    flag : str
        How it is spelled on the script's command line.
    recorded, value : str
        As somebody types them: a text without quotes, ``true`` or ``false``.
    changed : bool
        Whether the two differ.
    problem : str
        Why it can't have this value; empty when it can.
    """

    name: str
    type: str
    flag: str
    help: str
    recorded: str
    value: str
    changed: bool = False
    problem: str = ""


@dataclass(frozen=True, slots=True)
class DataFile:
    """A data file that the script will read.

    Attributes
    ----------
    param : str
        The parameter that names it; empty when no other file can be given.
    path : str
        As recorded: relative to the project, absolute outside of it.
    size : int
        Bytes at the export.
    state : FileState
        Of the file that will be read; ``chosen`` when that is another one.
    """

    param: str
    path: str
    size: int
    state: FileState


@dataclass(frozen=True, slots=True)
class RetrainPlan:
    """What training a pipeline again would do.

    Attributes
    ----------
    run_id, run_name : str
        The run that it was exported from.
    folder, cwd : str
        The pipeline, and where it runs: relative to the project.
    edited : tuple of str
        Files of the export that are not what was written then.
    outcome : Outcome or None
        The latest verdict on the export.
    arguments : tuple of str
        What the script is called with.
    script : str
        Its command line, as somebody would type it where the pipeline runs.
    problem : str
        What stands against it, beside single parameters; empty when nothing does.
    """

    run_id: str
    run_name: str
    folder: str
    cwd: str
    params: tuple[ChosenParam, ...] = ()
    data: tuple[DataFile, ...] = ()
    edited: tuple[str, ...] = ()
    outcome: Outcome | None = None
    arguments: tuple[str, ...] = ()
    script: str = ""
    problem: str = ""


@dataclass(frozen=True, slots=True)
class RetrainedMetric:
    """A metric of the recorded run and of the new one; None where it has none."""

    key: str
    recorded: float | None
    found: float | None
    direction: Direction | None = None


@dataclass(frozen=True, slots=True)
class Retrained:
    """The run that came of it.

    Attributes
    ----------
    run_id, run_name : str
        The new run.
    source_id, source_name : str
        The run that the pipeline was exported from.
    changed : tuple of ChosenParam
        Parameters with another value than recorded.
    seconds : float
        Wall time of the script.
    """

    run_id: str
    run_name: str
    source_id: str
    source_name: str
    folder: str
    metrics: tuple[RetrainedMetric, ...] = ()
    changed: tuple[ChosenParam, ...] = ()
    seconds: float = 0.0
