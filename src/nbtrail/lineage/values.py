"""What a value was after a statement, in few digits, so that a repetition can be compared with it.

These digests only help to find the statement at which two executions part; no verdict rests
on them. So they may be partial: large data are sampled, and what has no state that could be
compared (files, functions, locks) has no digest at all. They are the same in every process
with the same libraries, run no code of the user, and stop at a deadline.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable, Mapping
from types import FunctionType, ModuleType
from typing import Any

from xxhash import xxh3_64

__all__ = ["value_digest", "value_digests"]

_NAMES = 24  # of one statement
_NODES = 600  # objects of one value
_WHOLE = 400_000  # bytes of an array that are all read
_PIECES, _PIECE = 32, 1024  # of a larger one: how many parts, of how many bytes
_TEXTS = 2000  # elements of a column of objects that are all read
_SAMPLE = 256  # rows of a larger one
_ATOMS = (bool, int, float, complex, str, bytes)
_UNTOLD = (FunctionType, ModuleType, type)
# what the first use of an object computes and keeps, or how long that took
_VOLATILE = frozenset(
    ["refit_time_", "mean_fit_time", "std_fit_time", "mean_score_time", "std_score_time"]
)


class _Untold(Exception):  # noqa: N818 - no error: there is just nothing to tell
    """A value has no digest, or not within the time."""


def value_digests(
    namespace: Mapping[str, Any], names: Iterable[str], until: float
) -> tuple[tuple[str, str], ...]:
    """Return the digests of the values of some names, those without one left out.

    Parameters
    ----------
    until : float
        `time.perf_counter` value at which to give up.
    """
    found = []
    for name in sorted(set(names))[:_NAMES]:
        if name in namespace:
            text = value_digest(namespace[name], until)
            if text:
                found.append((name, text))
    return tuple(found)


def value_digest(value: Any, until: float = float("inf")) -> str:
    """Return 16 hex digits for a value, or an empty text when there is nothing to tell."""
    walker = _Walker(until)
    try:
        walker.take(value)
    except _Untold:
        return ""
    except Exception:  # an unusual state of a library's object
        return ""
    return walker.hash.hexdigest()


class _Walker:
    """Feeds a value into a hash, part by part and in a fixed order."""

    def __init__(self, until: float) -> None:
        self.hash = xxh3_64()
        self._until = until
        self._open: set[int] = set()
        self._taken = 0

    def take(self, value: Any) -> None:
        """Add one value."""
        kind = type(value)
        if value is None or kind in _ATOMS:
            self._text(f"{kind.__name__} ")
            self.hash.update(value if kind is bytes else repr(value).encode())
            return
        if issubclass(kind, _UNTOLD):
            raise _Untold
        if id(value) in self._open:
            self._text("itself")
            return
        self._taken += 1
        if self._taken > _NODES or time.perf_counter() > self._until:
            raise _Untold
        self._open.add(id(value))  # what is shared is taken again: sharing is no content
        self._text(f"{kind.__module__}.{kind.__qualname__} ")
        self._how(kind)(value)
        self._open.discard(id(value))

    def _how(self, kind: type) -> Callable[[Any], None]:
        if kind in {list, tuple}:
            return self._items
        if kind is dict:
            return self._mapping
        if kind in {set, frozenset}:
            return self._unordered
        library = kind.__module__.partition(".")[0]
        numpy, pandas = sys.modules.get("numpy"), sys.modules.get("pandas")
        if numpy is not None and issubclass(kind, numpy.ndarray):
            return self._array
        if numpy is not None and library == "numpy" and issubclass(kind, numpy.generic):
            return lambda value: self.hash.update(value.tobytes())
        if numpy is not None and issubclass(kind, numpy.random.Generator):
            return lambda value: self.take(value.bit_generator.state)
        if pandas is not None and issubclass(kind, (pandas.DataFrame, pandas.Series, pandas.Index)):
            return self._index if issubclass(kind, pandas.Index) else self._frame
        return self._instance

    def _text(self, text: str) -> None:
        self.hash.update(text.encode("utf-8", "surrogatepass"))

    def _items(self, value: list[Any] | tuple[Any, ...]) -> None:
        self._text(f"{len(value)} ")
        if len(value) > _NODES and all(type(item) in _ATOMS for item in value[:_NODES]):
            step = len(value) // _SAMPLE
            self._text(repr([item for item in value[::step] if type(item) in _ATOMS]))
            return
        for item in value:
            self.take(item)

    def _mapping(self, value: dict[Any, Any]) -> None:
        self._text(f"{len(value)} ")
        for key, item in value.items():
            if type(key) is str and key in _VOLATILE:
                continue
            self.take(key)
            self.take(item)

    def _unordered(self, value: set[Any]) -> None:
        self._text(" ".join(sorted(value_digest(item, self._until) for item in value)))

    def _array(self, value: Any) -> None:
        import numpy as np

        self._text(f"{value.dtype.str} {value.shape} ")
        value = value.view(np.ndarray)
        if value.dtype.fields is not None:
            for name in value.dtype.names:
                self._array(value[name])  # padding between the fields is no content
        elif value.dtype.hasobject:
            flat = value.reshape(-1)
            step = max(1, len(flat) // _SAMPLE) if len(flat) > _TEXTS else 1
            self._plain(flat[::step].tolist())
        elif value.nbytes <= _WHOLE or not value.ndim:
            self.hash.update(np.ascontiguousarray(value).view(np.uint8).reshape(-1))
        else:
            rows = len(value)
            high, step = max(1, _PIECE * rows // value.nbytes), max(1, rows // _PIECES)
            whole = rows // step
            # as one array: most frames have many columns
            pieces = value[: whole * step].reshape(whole, step, *value.shape[1:])[:, :high]
            for piece in (pieces, value[whole * step :][:high]):
                self.hash.update(np.ascontiguousarray(piece).view(np.uint8).reshape(-1))

    def _plain(self, items: list[Any]) -> None:
        for item in items:
            if type(item) in _ATOMS or item is None:
                self._text(f"{item!r} ")
            else:
                self.take(item)

    def _frame(self, value: Any) -> None:
        """Take a frame or series column by column; the layout of its blocks is no content."""
        manager = value._mgr  # noqa: SLF001 - its columns without making objects of them
        columns: dict[int, Any] = {}
        for block in manager.blocks:
            if value.ndim == 1:
                columns[0] = block.values
                break
            for row, place in enumerate(block.mgr_locs.as_array.tolist()):
                held = block.values
                columns[place] = held[row] if held.ndim == 2 else held
        for axis in manager.axes:
            self._index(axis)
        for place in sorted(columns):
            self._column(columns[place])

    def _index(self, value: Any) -> None:
        self._plain([str(name) for name in value.names])
        if type(value).__name__ == "RangeIndex":
            self._text(f"{value.start} {value.stop} {value.step} ")
        elif value.nlevels > 1:
            for level, codes in zip(value.levels, value.codes, strict=True):
                self._index(level)
                self._array(codes)
        else:
            self._column(value.array)

    def _column(self, values: Any) -> None:
        import numpy as np

        if isinstance(values, np.ndarray):
            self._array(values)
            return
        if not type(values).__module__.startswith("pandas."):
            raise _Untold  # somebody's own kind of column
        self._text(f"{values.dtype} {len(values)} ")
        held = getattr(values, "_ndarray", None)
        if isinstance(held, np.ndarray) and not held.dtype.hasobject:
            self._array(held)
            return
        step = max(1, len(values) // _SAMPLE) if len(values) > _TEXTS else 1
        self._text(repr([str(item) for item in values[::step]]))

    def _instance(self, value: Any) -> None:
        """Take the attributes of an object; one without any tells nothing."""
        try:
            state = object.__getattribute__(value, "__dict__")
        except AttributeError:
            raise _Untold from None
        if type(state) is not dict or any("__next__" in vars(c) for c in type(value).__mro__):
            raise _Untold
        self._text(f"{len(state)} ")
        names = [key for key in state if type(key) is str and key not in _VOLATILE]
        for key in sorted(names):
            if issubclass(type(state[key]), _UNTOLD):
                continue
            self._text(f"{key} ")
            self._part(state[key])

    def _part(self, value: Any) -> None:
        """Take an attribute; of most compiled objects only the class counts."""
        kind = type(value)
        compiled = not hasattr(kind, "__dict__") or kind.__dictoffset__ == 0
        plain = kind in _ATOMS or value is None or kind in {list, tuple, dict, set, frozenset}
        if compiled and kind.__module__.startswith("sklearn."):
            self._text(f"{kind.__qualname__} ")
            self.take(value.__getstate__())  # a tree and what is in its nodes
            return
        if compiled and not plain and not kind.__module__.startswith(("numpy", "pandas")):
            self._text(f"{kind.__module__}.{kind.__qualname__} ")
            return
        self.take(value)
