"""What many runs say together: repeats, folds, which params matter, one line for each run."""

from __future__ import annotations

from dataclasses import dataclass

from nbtrail.entities.replicates import RunGroup
from nbtrail.entities.run import Direction

__all__ = ["Axis", "FoldTest", "Importance", "Statistics"]


@dataclass(frozen=True, slots=True)
class FoldTest:
    """Another run held against the first one, fold by fold.

    Attributes
    ----------
    key : str
        The metric whose points are the scores of single folds, without its group ``folds/``.
    run : int
        Position of the other run among the compared ones.
    folds : int
    difference : float
        Mean over the folds of the other run's score less the first one's.
    half : float or None
        Half the width of the 95 % confidence interval of the difference; None without scipy.
    p : float or None
        Two-sided, corrected after Holm for the number of runs tested; None without scipy.
    tie : bool or None
        True when the difference can be chance at the 5 % level; None when that is not known.
    same_data : bool or None
        Whether both fitted data of the same digests; None when that was not recorded.
    """

    key: str
    run: int
    folds: int
    difference: float
    half: float | None
    p: float | None
    tie: bool | None
    same_data: bool | None = None


@dataclass(frozen=True, slots=True)
class Importance:
    """How much of a metric's spread goes with one param.

    Attributes
    ----------
    share : float
        Between 0 and 1, adjusted for the number of values; see `compare.importance`.
    runs : int
        Runs that have both.
    numeric : bool
        Whether the order of the param's values was used.
    """

    param: str
    metric: str
    share: float
    runs: int
    numeric: bool


@dataclass(frozen=True, slots=True)
class Axis:
    """One upright line of a plot in parallel coordinates.

    Attributes
    ----------
    key : str
    metric : bool
        Whether it is a metric, else a param.
    scale : str
        ``linear``, ``log`` or ``category``.
    labels : tuple of str
        Of a category its values from the bottom up; else the values at both ends.
    places : tuple of float or None
        Where each run crosses it, 0 at the bottom and 1 at the top; None without a value.
    direction : Direction or None
        Of a metric.
    """

    key: str
    metric: bool
    scale: str
    labels: tuple[str, ...]
    places: tuple[float | None, ...]
    direction: Direction | None = None


@dataclass(frozen=True, slots=True)
class Statistics:
    """What can be said of the compared runs together.

    Attributes
    ----------
    groups : tuple of RunGroup
        Runs that differ in nothing but a seed; only groups of two runs or more.
    tests : tuple of FoldTest
    importance : tuple of Importance
        The largest first, of the main metric.
    axes : tuple of Axis
        The params that differ, then the metrics.
    notes : tuple of str
        What was not computed, and why.
    """

    groups: tuple[RunGroup, ...] = ()
    tests: tuple[FoldTest, ...] = ()
    importance: tuple[Importance, ...] = ()
    axes: tuple[Axis, ...] = ()
    notes: tuple[str, ...] = ()
