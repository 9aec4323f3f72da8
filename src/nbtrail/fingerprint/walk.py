"""Canonical walk over objects: class and sorted state, arrays by value.

Pickle bytes are no digest of an object: they change after one round trip for most
estimators (identities of strings, padding inside structured arrays). The walk meets the same
state in the same order in every process, whatever was shared and however dicts and sets
iterate.
"""

from __future__ import annotations

import datetime as dt
import functools
import math
import sys
import types
from collections.abc import Iterable, Iterator
from typing import Any

from xxhash import xxh3_128_digest

from nbtrail.exceptions import FingerprintError
from nbtrail.fingerprint.objects import encode

__all__ = ["walk"]

_ATOMS = (bool, int, float, complex, str, bytes, bytearray, dt.date, dt.time, dt.timedelta)

# Wall times, library version: they differ between two equal fits and say nothing of the model.
_VOLATILE = frozenset(
    {
        "_sklearn_version",
        "refit_time_",
        "mean_fit_time",
        "std_fit_time",
        "mean_score_time",
        "std_score_time",
    }
)

# Positions in the state of sklearn's KDTree and BallTree that count queries.
_TREE_COUNTERS = slice(7, 11)


def walk(value: Any) -> bytes:
    """Digest any object that can be taken apart (16 bytes).

    Raises
    ------
    FingerprintError
        For iterators, open files, locks and whatever else has no state to compare.
    """
    try:
        return _Walker().digest(value)
    except RecursionError:
        raise FingerprintError(
            f"A {type(value).__name__} is nested too deeply to be digested. "
            "Digest its parts instead."
        ) from None


class _Walker:
    def __init__(self) -> None:
        # Digests of finished objects; the object is kept so that its id stays its own.
        self._done: dict[int, tuple[Any, bytes]] = {}
        self._open: dict[int, int] = {}
        self._reach: float = math.inf  # outermost open object that was referred to

    def digest(self, value: Any) -> bytes:
        if value is None:
            return xxh3_128_digest(b"None")
        if isinstance(value, _ATOMS) or _is_numpy_scalar(value):
            return self._atom(value)
        key = id(value)
        if key in self._done:
            return self._done[key][1]
        depth = len(self._open)
        if key in self._open:
            self._reach = min(self._reach, self._open[key])
            return xxh3_128_digest(b"cycle%d" % (depth - self._open[key]))
        outer, self._reach = self._reach, math.inf
        self._open[key] = depth
        try:
            result = xxh3_128_digest(self._parts(value))
        finally:
            del self._open[key]
        if self._reach >= depth:  # refers to nothing outside of itself: valid anywhere
            self._done[key] = (value, result)
            self._reach = outer
        else:
            self._reach = min(outer, self._reach)
        return result

    def _atom(self, value: Any) -> bytes:
        out: list[bytes] = []
        # What has no value in Python (picoseconds, long doubles) is taken as it prints.
        encode(value, out, lambda odd: f"{odd.dtype} {odd!r}".encode())
        return xxh3_128_digest(b"".join(out))

    def _many(self, values: Iterable[Any]) -> bytes:
        return b"".join(self.digest(item) for item in values)

    def _mapping(self, pairs: Iterable[tuple[Any, Any]]) -> bytes:
        # Keys first: the order of the walk must not depend on insertion.
        keyed = sorted(
            (
                (self.digest(key), item)
                for key, item in pairs
                if type(key) is not str or key not in _VOLATILE
            ),
            key=lambda pair: pair[0],
        )
        return b"".join(digest + self.digest(item) for digest, item in keyed)

    def _parts(self, value: Any) -> bytes:
        kind = type(value)
        if kind in (list, tuple):
            return b"list" + self._many(value)
        if kind in (dict, types.MappingProxyType):
            return b"dict" + self._mapping(value.items())
        if kind in (set, frozenset):
            return b"set" + b"".join(sorted(self.digest(item) for item in value))
        module = kind.__module__.partition(".")[0]
        if module == "numpy":
            found = self._numpy(value)
            if found is not None:
                return found
        if module in {"pandas", "polars", "pyarrow", "scipy", "torch", "PIL"}:
            found = _data(value)
            if found is not None:
                return found
        if isinstance(value, type):
            return b"class" + _qualified(value)
        if isinstance(value, types.FunctionType):
            return self._function(value)
        if isinstance(value, types.MethodType):
            return b"method" + value.__name__.encode() + self.digest(value.__self__)
        if isinstance(value, types.CodeType):
            return self._code(value)
        if kind is functools.partial:  # its reduced state depends on who looked at __dict__
            return b"partial" + self._many((value.func, value.args, value.keywords))
        if isinstance(value, types.ModuleType):
            return b"module" + value.__name__.encode()
        if callable(value) and isinstance(getattr(value, "__qualname__", None), str):
            return b"callable" + _qualified(value)
        return self._object(value)

    def _object(self, value: Any) -> bytes:
        kind = type(value)
        name = _qualified(kind)
        if isinstance(value, (Iterator, types.CoroutineType)) or hasattr(kind, "fileno"):
            raise FingerprintError(
                f"A {kind.__name__} can't be digested: reading it would use it up. "
                "Digest the values it gives, as a list."
            )
        try:
            reduced = value.__reduce_ex__(5)
        except Exception as error:
            raise FingerprintError(
                f"A {kind.__module__}.{kind.__qualname__} has no state that could be digested "
                f"({error}). Leave it out, or give its class a __getstate__."
            ) from error
        if isinstance(reduced, str):
            return b"global" + name + reduced.encode()
        maker, arguments, state, items, pairs = (*reduced, None, None, None)[:5]
        if isinstance(state, tuple) and kind.__name__.startswith(("KDTree", "BallTree")):
            state = state[: _TREE_COUNTERS.start] + state[_TREE_COUNTERS.stop :]
        out = b"object" + name + self.digest(maker) + self._many(arguments) + self.digest(state)
        if items is not None:
            out += b"items" + self._many(items)
        if pairs is not None:
            out += b"pairs" + self._mapping(pairs)
        return out

    def _numpy(self, value: Any) -> bytes | None:
        import numpy as np

        if isinstance(value, np.ndarray):
            # The dtype counts in a fitted state, the byte order does not.
            head = f"array{value.dtype.newbyteorder('<').descr}{value.shape}".encode()
            if value.dtype.names:  # by field: padding between fields is not a value
                return head + self._many(value[name] for name in value.dtype.names)
            if value.dtype.kind == "O":
                return head + self._many(value.ravel().tolist())
            return head + _data_digest(value)
        if isinstance(value, np.dtype):
            return b"dtype" + repr(value).encode()
        if isinstance(value, np.random.RandomState):
            return b"RandomState" + self.digest(value.get_state(legacy=False))
        if isinstance(value, (np.random.Generator, np.random.BitGenerator)):
            source: Any = getattr(value, "bit_generator", value)
            return b"Generator" + self.digest(source.state)
        return None

    def _function(self, value: types.FunctionType) -> bytes:
        # A tap of capture stands for what it records: scorers hold tapped metrics.
        value = getattr(value, "__nbtrail_original__", value)
        if (value.__module__ or "").partition(".")[0] in sys.stdlib_module_names:
            return b"function" + _qualified(value)  # its code differs from Python to Python
        # A function of the notebook is "__main__.f" here and may stand inside another function
        # in an exported script: there its own name and code are its identity.
        local = value.__module__ == "__main__" or "<locals>" in value.__qualname__
        name = value.__name__.encode() if local else _qualified(value)
        cells = [_cell(cell) for cell in value.__closure__ or ()]
        return (
            b"function"
            + name
            + self.digest(value.__code__)
            + self.digest(value.__defaults__)
            + self.digest(value.__kwdefaults__)
            + self.digest(cells)
        )

    def _code(self, code: types.CodeType) -> bytes:
        # No file name, line numbers or docstring-only differences of position.
        facts = (code.co_code, code.co_consts, code.co_names, code.co_varnames, code.co_freevars)
        return b"code" + self._many(facts)


def _cell(cell: types.CellType) -> Any:
    try:
        return cell.cell_contents
    except ValueError:  # not filled yet
        return None


def _qualified(value: Any) -> bytes:
    return f"{value.__module__}.{value.__qualname__}".encode()


def _is_numpy_scalar(value: Any) -> bool:
    return type(value).__module__ == "numpy" and (
        getattr(value, "ndim", None) == 0
        and getattr(value, "dtype", None) is not None
        and value.dtype.kind in "biufcmMUS"
        and not isinstance(value, sys.modules["numpy"].ndarray)
    )


def _data(value: Any) -> bytes | None:
    from nbtrail.fingerprint.dispatch import is_data

    return b"data" + _data_digest(value) if is_data(value) else None


def _data_digest(value: Any) -> bytes:
    from nbtrail.fingerprint.dispatch import digest

    found = digest(value).digest
    return f"{found.content} {found.schema}".encode()
