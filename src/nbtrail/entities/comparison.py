"""Differences: between two datasets, and between runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from nbtrail.entities.model import Artifact
from nbtrail.entities.profile import ColumnProfile
from nbtrail.entities.run import Direction

__all__ = [
    "CellChange",
    "CodeChange",
    "ColumnChange",
    "ColumnDiff",
    "ComparedRun",
    "Comparison",
    "DatasetComparison",
    "DatasetDiff",
    "ImageRow",
    "MetricRow",
    "Overlay",
    "ParamRow",
    "ProvenanceRow",
    "RowRange",
]


class ColumnChange(StrEnum):
    """What happened to a column from one dataset to the other."""

    ADDED = "added"
    REMOVED = "removed"
    RENAMED = "renamed"
    CHANGED = "changed"
    RETYPED = "retyped"


@dataclass(frozen=True, slots=True)
class RowRange:
    """Rows from `first` up to, not including, `stop`; 0-based positions."""

    first: int
    stop: int


@dataclass(frozen=True, slots=True)
class Overlay:
    """How the values of a column are distributed in two datasets, over the same places.

    Attributes
    ----------
    edges : tuple of float
        Of bins of equal width, one more than there are shares; empty for values.
    labels : tuple of str
        The frequent values; empty for bins.
    before, after : tuple of float
        Share of each bin or value.
    """

    edges: tuple[float, ...] = ()
    labels: tuple[str, ...] = ()
    before: tuple[float, ...] = ()
    after: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class ColumnDiff:
    """One column that is not the same.

    Attributes
    ----------
    name : str
        As it is called in the second dataset (in the first one when removed).
    change : ColumnChange
        ``changed`` when values differ (the dtype may as well), ``retyped`` when only the
        dtype does.
    old_name : str
        The former name of a renamed column, else empty.
    old_dtype, new_dtype : str
        Empty where the column does not exist.
    rows : tuple of RowRange
        Blocks of rows in which values differ; empty when unknown.
    before, after : ColumnProfile or None
        What the values looked like, of a changed column when both datasets had a profile.
    """

    name: str
    change: ColumnChange
    old_name: str = ""
    old_dtype: str = ""
    new_dtype: str = ""
    rows: tuple[RowRange, ...] = ()
    before: ColumnProfile | None = None
    after: ColumnProfile | None = None


@dataclass(frozen=True, slots=True)
class CellChange:
    """One value that differs, as text; `row` is a 0-based position."""

    row: int
    column: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class DatasetDiff:
    """Everything that differs between two datasets.

    Attributes
    ----------
    same_content, same_schema : bool
    exact : bool
        False when a digest was sampled: "same" then only means that nothing was seen.
    comparable : bool
        False when the digests are of different forms or samples: nothing is claimed then.
    reordered : bool
        The same columns stand in another order.
    old_rows, new_rows : int
        Rows (bytes of a file); -1 when unknown.
    columns : tuple of ColumnDiff
    cells : tuple of CellChange
        Single values, when both datasets were at hand; the first ones only.
    changed_cells, changed_rows : int
        All of them; -1 when the datasets were not at hand.
    """

    same_content: bool
    same_schema: bool
    exact: bool = True
    comparable: bool = True
    reordered: bool = False
    old_rows: int = -1
    new_rows: int = -1
    columns: tuple[ColumnDiff, ...] = ()
    cells: tuple[CellChange, ...] = ()
    changed_cells: int = -1
    changed_rows: int = -1


@dataclass(frozen=True, slots=True)
class ComparedRun:
    """Head of one compared run; durations in milliseconds, None while it runs."""

    run_id: str
    name: str
    status: str
    reason: str = ""
    experiment: str = ""
    started_ms: int = 0
    duration_ms: int | None = None
    marks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ParamRow:
    """One param over all compared runs; None where a run does not have it."""

    key: str
    values: tuple[str | None, ...]
    differs: bool


@dataclass(frozen=True, slots=True)
class MetricRow:
    """One metric over all compared runs.

    Attributes
    ----------
    values : tuple of float or None
        Last value of each run.
    direction : Direction or None
        None when neither the experiment nor the table of known metrics tells.
    best : tuple of int
        Positions of the best runs; empty when all are equal or the direction is unknown.
    """

    key: str
    values: tuple[float | None, ...]
    differs: bool
    direction: Direction | None = None
    best: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class DatasetComparison:
    """One dataset by its name and context over all compared runs.

    Attributes
    ----------
    digests : tuple of str or None
        Short content digest in each run, None where it was not used.
    diffs : tuple of DatasetDiff or None
        Of each run against the first one that used it; None for that one and where it is
        missing.
    kind : str
        As `Dataset.kind`: `rows` counts bytes for a file.
    unknown : bool
        Whether what differs is only that some digests can't be compared.
    """

    name: str
    context: str
    digests: tuple[str | None, ...]
    rows: tuple[int | None, ...]
    differs: bool
    diffs: tuple[DatasetDiff | None, ...] = ()
    kind: str = "table"
    unknown: bool = False


@dataclass(frozen=True, slots=True)
class CodeChange:
    """Cells that differ between the first run and another one.

    Attributes
    ----------
    run : int
        Position of the other run among the compared ones.
    change : str
        ``changed``, ``added`` or ``removed``.
    label : str
        Which cell: ``In [3]`` of the first run, and of the other where it differs; the
        path of a module.
    diff : tuple of str
        Lines of a unified diff without its file header.
    """

    run: int
    change: str
    label: str
    diff: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ProvenanceRow:
    """One fact of git or of the environment over all compared runs; None where unknown."""

    key: str
    values: tuple[str | None, ...]
    differs: bool


@dataclass(frozen=True, slots=True)
class ImageRow:
    """A picture of the same path over all compared runs; None where a run has none."""

    path: str
    artifacts: tuple[Artifact | None, ...]
    differs: bool


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two or more runs side by side: in every part the differing rows come first.

    Attributes
    ----------
    code : tuple of CodeChange
    code_compared : bool
        False when the cells of the runs were not at hand: no claim about code then.
    same_cells : mapping of str to int
        Run id to number of cells that equal those of the first run.
    environment : tuple of ProvenanceRow
        Interpreter, platform and only the packages that differ.
    same_packages : int
        Packages that are the same in all runs.
    curves : tuple of str
        Metrics of which some run has more than one point.
    """

    runs: tuple[ComparedRun, ...]
    params: tuple[ParamRow, ...] = ()
    metrics: tuple[MetricRow, ...] = ()
    datasets: tuple[DatasetComparison, ...] = ()
    code: tuple[CodeChange, ...] = ()
    code_compared: bool = False
    same_cells: Mapping[str, int] = field(default_factory=dict)
    git: tuple[ProvenanceRow, ...] = ()
    environment: tuple[ProvenanceRow, ...] = ()
    same_packages: int = 0
    images: tuple[ImageRow, ...] = ()
    curves: tuple[str, ...] = ()
