"""What a trail holds as a whole: keys to ask for, the fits of a session, exported pipelines."""

from __future__ import annotations

from dataclasses import dataclass

from nbtrail.entities.pipeline import Manifest

__all__ = ["ExportedPipeline", "KnownKeys", "SessionFits"]


@dataclass(frozen=True, slots=True)
class KnownKeys:
    """Names by which the latest runs can be filtered, sorted and shown, each list sorted."""

    metrics: tuple[str, ...] = ()
    params: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    experiments: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SessionFits:
    """The training episodes of the session that runs a notebook now.

    Attributes
    ----------
    fits : int
        All of them.
    waiting : int
        Those that are no runs yet.
    best_key : str
        The metric by which they can be judged, or empty.
    best_value : float or None
    """

    session_id: str
    fits: int
    waiting: int
    best_key: str = ""
    best_value: float | None = None


@dataclass(frozen=True, slots=True)
class ExportedPipeline:
    """A pipeline and where it was written to; `folder` as it was recorded."""

    run_id: str
    folder: str
    created_ms: int
    manifest: Manifest
