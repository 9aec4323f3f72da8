"""What a model used data for: training, validation, test, or nobody can tell.

The rows decide, then the user's names and splits. Rows that the model was fitted on are
training data whatever object holds them now; rows that it never saw are held out. Of those,
names like ``X_val`` and the second cut of a split in two steps mean validation, everything
else test. Data that holds both kinds has no role, and its metrics get a group of their own.
"""

from __future__ import annotations

import re
import weakref
from collections import OrderedDict
from collections.abc import Sequence
from typing import Any, NamedTuple

from nbtrail.capture.rows import UNKNOWN, Compared, Overlap, RowKeys
from nbtrail.entities.dataset import DatasetContext

__all__ = ["HELD_OUT_FOLDS", "Fitted", "Role", "Roles"]

_VALIDATION = re.compile(r"(^|_)d?(va|val|valid|validation|dev)(_|\d|$)", re.IGNORECASE)
_TEST = re.compile(r"(^|_)d?(te|test|tst|testing|holdout|heldout|oot)(_|\d|$)", re.IGNORECASE)
_REMEMBERED = 512  # pieces of splits, and comparisons
_MOST_BYTES = 128 << 20  # of row keys


class Role(NamedTuple):
    """What data was used for: its context (None when unknown) and the group of metrics on it."""

    context: DatasetContext | None
    group: str = ""

    @property
    def text(self) -> str:
        """As `Metric.role` has it."""
        return self.context.value if self.context is not None else ""


_TRAINING = Role(DatasetContext.TRAINING, "train/")
HELD_OUT_FOLDS = Role(DatasetContext.VALIDATION, "val/")
"""Predictions of a cross-validation."""
_TESTING = Role(DatasetContext.TEST)
_MIXED = Role(None, "mixed/")
_UNKNOWN = Role(None)


class Fitted(NamedTuple):
    """What is known of the data that a model was fitted on.

    Attributes
    ----------
    contents : frozenset of str
        Content digests of the fits that made it.
    rows : tuple of RowKeys
    piece : str
        Which piece of a split it was, or empty.
    """

    contents: frozenset[str] = frozenset()
    rows: tuple[RowKeys, ...] = ()
    piece: str = ""


class Roles:
    """Remembers splits and training rows, and tells roles from them."""

    def __init__(self) -> None:
        self._pieces: OrderedDict[int, tuple[weakref.ref[Any], str]] = OrderedDict()
        self._rows: OrderedDict[str, RowKeys] = OrderedDict()
        self._judged: OrderedDict[tuple[frozenset[str], str], Compared] = OrderedDict()
        self._splits = 0

    def split(self, inputs: Sequence[Any], outputs: Sequence[Any]) -> None:
        """Take a `train_test_split`: for each input the two pieces follow each other.

        A piece is called after the split and its cuts: ``3:0`` is the training part of the
        third split, ``3:0.1`` what was cut off that one in turn.
        """
        self._splits += 1
        for position, given in enumerate(inputs):
            before = self._piece(given)
            head = f"{before}." if before else f"{self._splits}:"
            for part in (0, 1):
                output = outputs[2 * position + part]
                try:
                    self._pieces[id(output)] = (weakref.ref(output), f"{head}{part}")
                except TypeError:
                    continue  # lists can't be referred to weakly
        while len(self._pieces) > _REMEMBERED:
            self._pieces.popitem(last=False)

    def fitted(self, before: Fitted, data: Any, content: str) -> Fitted:
        """Return what is known after a fit, or after one more batch of it."""
        rows = self.remember_rows(content, data)
        if rows is not None:
            every = (*before.rows, rows) if rows not in before.rows else before.rows
        else:
            every = before.rows
        return Fitted(before.contents | {content}, every[-64:], self._piece(data))

    def remember_rows(self, content: str, data: Any) -> RowKeys | None:
        """Return the row keys of data, made now if they were not before."""
        rows = self._rows.pop(content, None) or RowKeys.of(data)
        if rows is not None:
            self._rows[content] = rows
            while sum(r.nbytes for r in self._rows.values()) > _MOST_BYTES:
                self._rows.popitem(last=False)
        return rows

    def of(self, fitted: Fitted, data: Any, content: str, names: Sequence[str]) -> Role:
        """Tell what a model used `data` for.

        Parameters
        ----------
        names : sequence of str
            What the user calls it: its variable, or the names in its expression.
        """
        if content in fitted.contents:
            return _TRAINING
        overlap = self._overlap(fitted, data, content).overlap
        if overlap is Overlap.ALL:
            return _TRAINING
        if overlap is Overlap.SOME:
            return _MIXED
        piece = self._piece(data)
        if any(_VALIDATION.search(name) for name in names):
            return HELD_OUT_FOLDS
        if any(_TEST.search(name) for name in names):
            return _TESTING
        cut = piece.partition(":")[2]
        if overlap is Overlap.UNKNOWN and not _beside(fitted.piece, piece):
            return _UNKNOWN
        if cut == "0.1":
            return HELD_OUT_FOLDS
        # the held-out part cut in two, without names: either may be the validation
        return _UNKNOWN if cut in ("1.0", "1.1") else _TESTING

    def shared(self, fitted: Fitted, data: Any, content: str) -> int:
        """Count the rows of `data` that a model was fitted on; -1 when nobody knows."""
        return self._overlap(fitted, data, content).shared

    def _overlap(self, fitted: Fitted, data: Any, content: str) -> Compared:
        """Compare rows, once for equal data: models are mostly fitted on the same."""
        pair = (fitted.contents, content)
        known = self._judged.get(pair)
        if known is None:
            known = self._compared(fitted, data, content)
            self._judged[pair] = known
            while len(self._judged) > _REMEMBERED:
                self._judged.popitem(last=False)
        return known

    def _compared(self, fitted: Fitted, data: Any, content: str) -> Compared:
        # what a matrix was made of may be gone, its rows are remembered
        mine = self._rows.get(content) if data is None else self.remember_rows(content, data)
        found = [
            rows.compare(mine if mine is not None and rows.fits(mine) else data)
            for rows in fitted.rows
        ]
        if len(found) == 1:
            return found[0]
        overlaps = {one.overlap for one in found}
        if not overlaps or Overlap.UNKNOWN in overlaps:
            return UNKNOWN
        # of a model fitted in batches; a row may have been in several of them
        shared = max(one.shared for one in found)
        if overlaps == {Overlap.NONE}:
            return Compared(Overlap.NONE, shared)
        return Compared(Overlap.ALL if Overlap.ALL in overlaps else Overlap.SOME, shared)

    def _piece(self, data: Any) -> str:
        reference, piece = self._pieces.get(id(data), (None, ""))
        return piece if reference is not None and reference() is data else ""


def _beside(trained: str, piece: str) -> bool:
    """Say whether two pieces were cut apart: no row is in both."""
    a, b = trained.partition(":"), piece.partition(":")
    if not trained or not piece or a[0] != b[0]:
        return False
    return not (a[2].startswith(b[2]) or b[2].startswith(a[2]))
