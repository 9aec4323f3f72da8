"""Why two runs gave different results: the recorded differences, the most direct one first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from nbtrail.entities.comparison import Comparison

__all__ = ["Cause", "CauseKind", "Why"]


class CauseKind(StrEnum):
    """Of what sort a difference is, in the order of how directly it moves a metric."""

    DATA = "data"
    PARAMS = "params"
    CODE = "code"
    SEED = "seed"
    ENVIRONMENT = "environment"


@dataclass(frozen=True, slots=True)
class Cause:
    """One recorded difference that can explain another result.

    Attributes
    ----------
    kind : CauseKind
    what : str
        What differs: a dataset, a param, a cell, a generator, a package.
    details : tuple of str
        How it differs, one short text each; lines of a unified diff for code.
    moves : tuple of str
        The metrics that it can have moved; empty when that can be any.
    """

    kind: CauseKind
    what: str
    details: tuple[str, ...] = ()
    moves: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Why:
    """The causes of what differs between two runs.

    Attributes
    ----------
    comparison : Comparison
        Of the two runs.
    causes : tuple of Cause
        The most direct one first.
    doubts : tuple of str
        Why the causes may not be all: randomness without a seed, code that is not at hand.
    metrics : mapping of str to (float or None, float or None)
        The metrics that differ.
    """

    comparison: Comparison
    causes: tuple[Cause, ...]
    doubts: tuple[str, ...] = ()
    metrics: Mapping[str, tuple[float | None, float | None]] = field(default_factory=dict)
