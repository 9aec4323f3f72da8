"""Artifacts, models of a run, and the registry's records."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from nbtrail.entities.gate import Gate

__all__ = [
    "ROLLED_BACK",
    "AliasMove",
    "Artifact",
    "ModelRecord",
    "ModelVersion",
    "RegisteredModel",
    "Signature",
    "SignatureField",
    "is_artifact_path",
    "version_before",
]

ROLLED_BACK = "rolled back from version"
"""Begins the reason of such moves in an alias's history."""

_DRIVE = re.compile(r"[A-Za-z]:")


def is_artifact_path(path: str) -> bool:
    """Say whether a path stays inside of its run's artifacts, on every system."""
    parts = path.split("/")
    odd = "\\" in path or "\0" in path or _DRIVE.match(path) is not None
    return not odd and "" not in parts and "." not in parts and ".." not in parts


@dataclass(frozen=True, slots=True)
class Artifact:
    """A file of a run, kept in the object store by its sha256.

    Attributes
    ----------
    path : str
        Relative POSIX path inside the run.
    sha256 : str
        64 hex digits.
    size : int
        Bytes.
    """

    path: str
    sha256: str
    size: int
    media_type: str = "application/octet-stream"


@dataclass(frozen=True, slots=True)
class SignatureField:
    """One input or output of a model: name, dtype and, for tensors, shape (-1 = any)."""

    name: str
    dtype: str
    shape: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Signature:
    """What a model takes and gives."""

    inputs: tuple[SignatureField, ...] = ()
    outputs: tuple[SignatureField, ...] = ()


@dataclass(frozen=True, slots=True)
class ModelRecord:
    """A fitted model that a run produced.

    Attributes
    ----------
    model_id : str
        ``m-`` and 32 hex digits.
    name : str
        The user's variable, or the class name.
    variable : str
        The user's variable; empty when no variable holds the model.
    class_name : str
        Qualified name of the estimator's class.
    digest : str
        Canonical digest of the fitted state (``xxh3-128/1:<hex>``).
    flavor : str
        ``sklearn-skops`` when its file is kept; empty for "rebuild by its pipeline".
    path : str
        Artifact folder inside the run (``models/<name>``), or empty.
    status : str
        ``pending`` while the file is being written, ``ready``, ``failed`` or ``not-kept``.
    problem : str
        Why the file was not kept, or empty.
    """

    model_id: str
    name: str
    class_name: str
    digest: str
    flavor: str = ""
    path: str = ""
    status: str = "pending"
    problem: str = ""
    signature: Signature | None = None
    variable: str = ""


@dataclass(frozen=True, slots=True)
class ModelVersion:
    """A numbered version of a registered model.

    Attributes
    ----------
    origin : str
        ``churn/3 of team.trail`` when it was merged from there, else empty.
    gates : tuple of Gate
        What the gates said when it was last promoted.
    tags : mapping of str to str
    """

    name: str
    version: int
    run_id: str
    model_id: str
    created_ms: int
    user: str = ""
    comment: str = ""
    metric: str = ""
    metric_value: float | None = None
    aliases: tuple[str, ...] = ()
    origin: str = ""
    gates: tuple[Gate, ...] = ()
    tags: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AliasMove:
    """One entry of the append-only history of an alias.

    `from_version` and `to_version` are None when the alias did not exist before,
    or was removed. `forced` says that it moved although one of the `gates` refused.
    """

    name: str
    alias: str
    from_version: int | None
    to_version: int | None
    moved_ms: int
    user: str = ""
    reason: str = ""
    forced: bool = False
    gates: tuple[Gate, ...] = ()


@dataclass(frozen=True, slots=True)
class RegisteredModel:
    """A registered model with its versions (newest first) and aliases.

    Attributes
    ----------
    description : str
        What it is for, in the words of its users.
    tags : mapping of str to str
        Of the model as a whole; versions have their own.
    """

    name: str
    created_ms: int
    versions: tuple[ModelVersion, ...] = ()
    aliases: Mapping[str, int] = field(default_factory=dict)
    description: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)


def version_before(history: Iterable[AliasMove], alias: str) -> int | None:
    """Return the version that a rollback of an alias leads to, None when there is none.

    Parameters
    ----------
    history : iterable of AliasMove
        All moves of a model, oldest first. A rollback among them takes back the move before
        it, so that the next one goes one further back.
    """
    trail: list[int | None] = []
    for move in history:
        if move.alias != alias:
            continue
        if len(trail) > 1 and move.reason.startswith(ROLLED_BACK):
            trail.pop()
        else:
            trail.append(move.to_version)
    return trail[-2] if len(trail) > 1 else None
