"""What the values of a dataset look like: the reference that later data is held against."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["ColumnProfile", "Profile"]


@dataclass(frozen=True, slots=True)
class ColumnProfile:
    """Summary of one column.

    Attributes
    ----------
    name : str
    nulls : int
        Rows without a value, NaN included; always of all rows.
    distinct : int
        Number of different values, -1 when it was not counted: in more than 5,000 rows.
    minimum, maximum : float or None
        Of numbers and booleans; of points in time in seconds since the epoch (UTC). None
        also where it is infinite. Always of all rows.
    mean : float or None
        In the same units; of more than 1,048,576 rows that of the sample.
    quantiles : tuple of float
        At 0, 5, 25, 50, 75, 95 and 100 %, of the sample but for both ends; empty for what
        has no order.
    top : tuple of (str, int)
        The most frequent values with their counts in the sample; only of columns with at
        most 50 different values that repeat and whose name does not speak of people, ids or
        secrets, so that none of these are stored.
    """

    name: str
    nulls: int = 0
    distinct: int = -1
    minimum: float | None = None
    maximum: float | None = None
    mean: float | None = None
    quantiles: tuple[float, ...] = ()
    top: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Profile:
    """Summary of a table or an array.

    Attributes
    ----------
    rows : int
    columns : tuple of ColumnProfile
    sampled : int
        Number of rows that quantiles and top values were taken from, evenly spread: 5,000 of
        more rows; `rows` means all.
    """

    rows: int
    columns: tuple[ColumnProfile, ...] = ()
    sampled: int = 0
