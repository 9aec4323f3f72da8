"""Digests of pandas columns that did not change since they were read.

From pandas 3 on no write changes memory that two frames share. So while a shallow copy of a
digested frame is kept here, its columns stay where they are as long as nobody wrote to them:
the same address means the same values. What that rule does not protect is not kept: arrays
that somebody else holds, since a view can be forced to be writeable; the insides of extension
arrays, but for texts in Arrow memory, which nothing can write to; and lists in object columns.
A spread sample is compared as well, should such a view have come and gone; data that are
logged by hand are read again (`bypassed`).

The copy is dropped when the frame dies or was written to, so that no memory is held for it.
"""

# ruff: noqa: PD011 (a block's values have no other name)

from __future__ import annotations

import contextlib
import functools
import sys
import threading
import weakref
from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from xxhash import xxh3_128_digest

from nbtrail.entities.dataset import Column, Dataset

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["bypassed", "prune", "recall", "recall_whole", "remember", "remember_whole"]

_Place = tuple[Any, ...]
"""Where the values of a column lie: address, stride, rows, dtype."""

_SMALL = 1 << 20
_MOST_FRAMES = 32
_MOST_BYTES = 2 << 30
_SPREAD = 1024


@dataclass(frozen=True, slots=True)
class _Known:
    content: str
    blocks: tuple[str, ...]
    sample: bytes
    held: Any  # an Arrow array: keeps its id its own


class _Pin:
    """A shallow copy of one frame, and what is known of the columns in its memory."""

    def __init__(self, frame: pd.DataFrame, known: dict[_Place, _Known]) -> None:
        self.frame = weakref.ref(frame)
        self.copy = frame.copy(deep=False)
        self.known = known
        self.whole: tuple[Hashable, Dataset] | None = None
        self.size = int(sum(block.values.nbytes for block in _blocks(frame)))


_pins: dict[int, _Pin] = {}
_local = threading.local()
_lock = threading.RLock()  # a frame may die, and be unpinned, while this thread is in here


@contextlib.contextmanager
def bypassed(*, on: bool = True) -> Iterator[None]:
    """Let this thread recall nothing inside the block."""
    before = getattr(_local, "bypassed", False)
    _local.bypassed = on or before
    try:
        yield
    finally:
        _local.bypassed = before


def recall(frame: pd.DataFrame) -> dict[int, tuple[str, tuple[str, ...]]]:
    """Return content and blocks of the columns, by position, whose digest is still true."""
    if not _pins or getattr(_local, "bypassed", False) or not _applies(frame):
        return {}
    pin = _pin_of(frame)
    found = {}
    if pin is not None:
        for position, place, values in _places(frame):
            one = pin.known.get(place)
            if one is not None and one.sample == _sample(values):
                found[position] = (one.content, one.blocks)
    prune()  # not before: what is left of a changed frame is still in its place
    return found


def recall_whole(frame: pd.DataFrame, labels: Hashable) -> Dataset | None:
    """Return the digest of a frame of which nothing has changed.

    Parameters
    ----------
    labels : hashable
        All that the digest depends on beside the values of the columns.
    """
    pin = _pin_of(frame)
    if pin is None or pin.whole is None or pin.whole[0] != labels:
        return None
    dataset = pin.whole[1]
    columns = dataset.columns[len(dataset.columns) - frame.shape[1] :]
    same = 0
    for position, place, values in _places(frame):
        one, column = pin.known.get(place), columns[position]
        # columns may have changed places, or hold what another one does
        if one is None or one.content != column.content or one.sample != _sample(values):
            return None
        same += 1
    for block in _blocks(frame):
        dtype = str(block.dtype)
        if any(columns[i].dtype != dtype for i in block.mgr_locs.as_array.tolist()):
            return None
    return dataset if same == len(columns) else None


def remember_whole(frame: pd.DataFrame, labels: Hashable, dataset: Dataset) -> None:
    """Keep the digest of a frame whose columns were just remembered."""
    pin = _pin_of(frame)
    if pin is not None:
        pin.whole = (labels, dataset)


def _pin_of(frame: pd.DataFrame) -> _Pin | None:
    if not _pins or getattr(_local, "bypassed", False):
        return None
    pin = _pins.get(id(frame))
    return pin if pin is not None and pin.frame() is frame else None


def remember(frame: pd.DataFrame, columns: Mapping[int, Column]) -> None:
    """Keep the digests of the columns of a frame, given by position."""
    if not _applies(frame):
        return
    known = {
        place: _Known(
            columns[position].content,
            columns[position].blocks,
            _sample(values),
            values if place[0] == "arrow" else None,
        )
        for position, place, values in _places(frame)
        if place[-1] != "|O" or _only_texts(values)
    }
    if not known:
        return
    pin = _Pin(frame, known)
    with _lock:
        if id(frame) not in _pins:
            weakref.finalize(frame, _pins.pop, id(frame), None).atexit = False
        _pins[id(frame)] = pin
        while len(_pins) > _MOST_FRAMES or _too_much():
            _pins.pop(next(iter(_pins)), None)


def prune() -> None:
    """Let go of the memory of frames that were written to since they were digested."""
    if not _pins:
        return
    with _lock:
        pins = list(_pins.items())
    for key, pin in pins:
        frame = pin.frame()
        if frame is None or _addresses(frame) != _addresses(pin.copy):
            with _lock:
                if _pins.get(key) is pin:
                    _pins.pop(key, None)


def _too_much() -> bool:
    return len(_pins) > 0 and sum(pin.size for pin in list(_pins.values())) > _MOST_BYTES


def _applies(frame: Any) -> bool:
    pandas = sys.modules["pandas"]
    if type(frame) is not pandas.DataFrame or int(pandas.__version__.partition(".")[0]) < 3:
        return False
    return bool(frame.size * 8 >= _SMALL) and hasattr(frame, "_mgr")


def _blocks(frame: Any) -> Any:
    return frame._mgr.blocks  # noqa: SLF001  (addresses are not to be had otherwise)


def _addresses(frame: Any) -> list[int]:
    return [_address(block.values) for block in _blocks(frame)]


def _address(values: Any) -> int:
    arrow = getattr(values, "_pa_array", None)
    if arrow is not None:
        return id(arrow)
    plain = hasattr(values, "__array_interface__")
    return int(values.__array_interface__["data"][0]) if plain else id(values)


def _places(frame: Any) -> Iterator[tuple[int, _Place, Any]]:
    """Give position, place and values of each column whose memory is safe from others."""
    for block in _blocks(frame):
        values = block.values
        positions = block.mgr_locs.as_array.tolist()
        arrow = getattr(values, "_pa_array", None)
        if arrow is not None and _is_text(arrow):
            yield positions[0], ("arrow", id(arrow)), arrow
        elif _is_plain(values) and _strangers(block) <= _usual(itself=values.base is None):
            start, (step, stride) = values.__array_interface__["data"][0], values.strides
            for number, position in enumerate(positions):
                place = (start + number * step, stride, values.shape[1], values.dtype.str)
                yield position, place, values[number]


def _is_plain(values: Any) -> bool:
    import numpy as np

    if type(values) is not np.ndarray or values.ndim != 2:
        return False
    owner = values if values.base is None else values.base
    return type(owner) is np.ndarray and bool(owner.flags.owndata)


def _is_text(arrow: Any) -> bool:
    return str(arrow.type) in {"string", "large_string", "string_view"}


def _only_texts(values: Any) -> bool:
    return set(map(type, values.tolist())) <= {str, type(None)}


def _strangers(block: Any) -> int:
    """Count the references to a block's memory beyond those of blocks that share it."""
    owner = block.values if block.values.base is None else block.values.base
    sharing = sum(one() is not None for one in block.refs.referenced_blocks)
    return sys.getrefcount(owner) - sharing


@functools.cache
def _usual(*, itself: bool) -> int:
    """Return what `_strangers` counts where nobody but pandas holds the memory."""
    import numpy as np
    import pandas as pd

    frame = pd.DataFrame({"a": np.zeros(2)}) if itself else pd.DataFrame(np.zeros((2, 1)))
    for block in _blocks(frame):
        values = block.values  # held here as in `_places`
        if (values.base is None) == itself:
            return _strangers(block)
    return -1


def _sample(values: Any) -> bytes:
    if not hasattr(values, "strides"):
        return b""
    spread = values[:: max(1, len(values) // _SPREAD)]
    return xxh3_128_digest(spread.tobytes())
