"""Which rows a table shares with another one, by value.

A model that was fitted on a DataFrame is scored on ``X.to_numpy()``, on ``X[:50]`` or on
``X.iloc[fold]``: other objects with another digest, and still its training rows. So each
training remembers one 64-bit key per row. Keys ignore names, library and layout, and round
numbers to single precision, so that a cast doesn't change them. They are compared within one
process only and never stored.
"""

from __future__ import annotations

import math
from enum import Enum
from typing import TYPE_CHECKING, Any, NamedTuple

from nbtrail.capture.rowtable import RowTable

if TYPE_CHECKING:
    from nbtrail.capture.rowtable import Keys

__all__ = ["UNKNOWN", "Compared", "Overlap", "RowKeys"]

_MOST_CELLS = 20_000_000  # beyond it rows are not compared
_PROBE = 4096  # rows that tell whether the chosen columns tell rows apart
_WIDTHS = (12, 96)  # columns read at first, and when those don't suffice; then all
_CHANCE = 1e-3  # what is less likely is no accident


class Overlap(Enum):
    """How the rows of a table relate to those that a model was fitted on."""

    ALL = "all"
    NONE = "none"
    SOME = "some"
    UNKNOWN = "unknown"


class Compared(NamedTuple):
    """How the rows of a table relate to those of a model, and how many of them are shared.

    Attributes
    ----------
    overlap : Overlap
    shared : int
        Accidents don't count; -1 when unknown.
    """

    overlap: Overlap
    shared: int = -1


UNKNOWN = Compared(Overlap.UNKNOWN)


class RowKeys:
    """The rows of the data that a model was fitted on.

    Attributes
    ----------
    columns, width : tuple of int, int
        Positions of the columns that were read, and how many there are.
    keys : numpy.ndarray
    nbytes : int
        Memory it takes, once it was compared with.
    """

    def __init__(self, table: RowTable, columns: tuple[int, ...], keys: Keys) -> None:
        self.columns = columns
        self._names = tuple(table.names[i] for i in columns) if table.names else ()
        self.width = table.width
        self.keys = keys
        self._unique: Keys | None = None
        self._twins = 0.0
        self.nbytes = 2 * keys.nbytes

    @classmethod
    def of(cls, data: Any) -> RowKeys | None:
        """Return the keys of a table, array, sparse matrix or list; None when it has none."""
        table = RowTable.of(data)
        if table is None or not table.rows:
            return None
        import numpy as np

        step = max(1, table.rows // _PROBE)
        for most in (*_WIDTHS, table.width):
            width = min(most, table.width)
            if table.rows * width > _MOST_CELLS:
                return None
            columns = tuple(i * table.width // width for i in range(width))
            probe = table.keys(columns, step)
            if probe is None:
                return None
            if width == table.width or np.unique(probe).size > 0.98 * probe.size:
                break
        keys = probe if step == 1 else table.keys(columns)
        return None if keys is None else cls(table, columns, keys)

    def fits(self, other: RowKeys) -> bool:
        """Say whether the other keys were made of the same columns."""
        named = self._names and other._names
        return (other.columns, other.width) == (self.columns, self.width) and (
            not named or other._names == self._names
        )

    def compare(self, data: Any) -> Compared:
        """Say how many rows of `data`, or of its keys, are among these."""
        if isinstance(data, RowKeys):
            return self._judge(data.keys) if self.fits(data) else UNKNOWN
        table = RowTable.of(data)
        if table is None or not table.rows:
            return UNKNOWN
        columns = self.columns
        if self._names and table.names:
            place = {name: i for i, name in enumerate(table.names)}
            if not place.keys() >= set(self._names):
                return UNKNOWN
            columns = tuple(place[name] for name in self._names)
        elif table.width != self.width:
            return UNKNOWN
        if table.rows * len(columns) > _MOST_CELLS:
            return UNKNOWN
        keys = table.keys(columns)
        return UNKNOWN if keys is None else self._judge(keys)

    def _judge(self, keys: Keys) -> Compared:
        import numpy as np

        if self._unique is None:
            self._unique, counts = np.unique(self.keys, return_counts=True)
            twins = float(counts[counts > 1].sum())
            self._twins = (twins + 2) / (self.keys.size + 2)
        ordered = np.sort(keys)  # a search in order stays in the cache
        place = np.searchsorted(self._unique, ordered)
        place[place == self._unique.size] = 0
        rows, found = keys.size, int((self._unique[place] == ordered).sum())
        if found == rows:
            # rows that were held out look like training rows as often as those have twins
            sure = self._twins**rows < _CHANCE or self._holds_run(keys)
            return Compared(Overlap.ALL, rows) if sure else UNKNOWN
        if self._twins > 0.5:
            return UNKNOWN
        accident = found <= rows / 4 and _at_least(found, rows * self._twins) >= _CHANCE
        return Compared(Overlap.NONE, 0) if accident else Compared(Overlap.SOME, found)

    def _holds_run(self, keys: Keys) -> bool:
        """Say whether the rows follow each other in the training data as they do here."""
        import numpy as np

        rows = keys.size
        if rows > self.keys.size or np.unique(keys).size < 4:
            return False
        starts = np.flatnonzero(self.keys[: self.keys.size - rows + 1] == keys[0])
        return any(np.array_equal(self.keys[s : s + rows], keys) for s in starts[:200])


def _at_least(count: int, expected: float) -> float:
    """Return the chance of `count` or more events where `expected` are (Poisson)."""
    term, below = math.exp(-expected), 0.0
    for k in range(count):
        below += term
        term *= expected / (k + 1)
        if below >= 1:
            break
    return max(0.0, 1 - below)
