"""Runs that were repeated with other seeds, and what their metrics come to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

__all__ = ["Estimate", "RunGroup"]


@dataclass(frozen=True, slots=True)
class Estimate:
    """A metric over the runs of a group.

    Attributes
    ----------
    half : float or None
        Half the width of the 95 % confidence interval of the mean, by Student's t with
        ``count - 1`` degrees of freedom; None for a single value, or without scipy. It supposes values that
        are independent and about normal.
    """

    mean: float
    half: float | None
    count: int


@dataclass(frozen=True, slots=True)
class RunGroup:
    """Runs of one experiment with the same parameters but for the seeds.

    Attributes
    ----------
    runs : tuple of str
        Names, in the table's order.
    params : mapping of str to str
        Those that the runs have in common, without the seeds.
    """

    experiment: str
    runs: tuple[str, ...]
    params: Mapping[str, str]
    metrics: Mapping[str, Estimate]
