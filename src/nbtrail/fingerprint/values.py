"""Plain Python values: scalars, texts, lists, and dicts or lists of other datasets."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from nbtrail.entities.dataset import Column, Dataset
from nbtrail.fingerprint.labels import label_text
from nbtrail.fingerprint.objects import encode, is_missing, moment, objects_leaf
from nbtrail.fingerprint.roots import Sampling, Source, block_rows, build, column, parts_digest
from nbtrail.fingerprint.walk import walk

__all__ = ["is_plain", "is_scalar", "mapping_dataset", "scalar_dataset", "sequence_dataset"]

Digest = Callable[[Any], Dataset]

_FULL = Sampling()
_MOST_PARTS = 1000
_COMMON = frozenset({str, int, float, bool, bytes, type(None)})


def is_scalar(value: Any) -> bool:
    """Say whether the value is a single one: number, text, bytes, moment or nothing."""
    return (
        isinstance(value, (str, bytes, bytearray, bool, int, float, complex))
        or is_missing(value)
        or moment(value) is not None
        or (type(value).__module__ == "numpy" and getattr(value, "ndim", 1) == 0)
    )


def scalar_dataset(value: Any) -> Dataset:
    """Digest one value; it equals the array without dimensions that holds it."""
    source = Source("", type(value).__name__, lambda _start, _stop: objects_leaf([value], walk))
    return build("object", (), (column(source, 1, _FULL),))


def sequence_dataset(value: Sequence[Any], digest: Digest) -> Dataset:
    """Digest a list: of plain values like an array, else part by part.

    Lists of unequal lengths, and dicts, are the values of one column, as in a series of them.
    """
    found = _regular(value)
    if found is None:
        if not all(is_plain(item) for item in value):
            parts = ((str(i), digest(item)) for i, item in enumerate(value))
            return _parts(value, [_Part.of(name, part) for name, part in parts])
        found = (len(value),), list(value)
    shape, items = found
    width = math.prod(shape[1:])

    def leaf(start: int, stop: int) -> bytes:
        return objects_leaf(items[start * width : stop * width], walk)

    source = Source("", type(value).__name__, leaf)
    return build("array", shape, (column(source, shape[0], _FULL, block_rows(width)),))


def mapping_dataset(value: Mapping[Any, Any], digest: Digest) -> Dataset:
    """Digest a dict part by part; the order of its keys does not count."""
    parts = []
    for key, item in value.items():
        written: list[bytes] = []
        encode(key, written, walk)
        parts.append((b"".join(written), _Part.of(label_text(key), digest(item))))
    return _parts(value, [part for _, part in sorted(parts, key=lambda p: p[0])])


@dataclass(frozen=True, slots=True)
class _Part:
    """What counts of one dataset inside of another."""

    name: str
    dtype: str
    content: str
    sampling: Sampling

    @classmethod
    def of(cls, name: str, part: Dataset) -> _Part:
        content = part.digest.content
        layout = f"{part.kind} {parts_digest(part.digest.schema)[:8]}"
        return cls(name, layout, parts_digest(content), Sampling.of(content))


def _parts(value: Any, parts: list[_Part]) -> Dataset:
    sampling = max((part.sampling for part in parts), key=lambda s: s.stride, default=_FULL)
    columns = [Column(part.name, part.dtype, part.content) for part in parts]
    if len(parts) > _MOST_PARTS:
        columns = [_together(parts)]
    form = "mapping" if isinstance(value, Mapping) else "sequence"
    return build(
        "object",
        (len(parts),),
        columns,
        form=form,
        layout=type(value).__name__,
        sampling=sampling,
    )


def _together(parts: list[_Part]) -> Column:
    """Return one column over many parts: a name for each would make a store of names."""

    def leaf(start: int, stop: int) -> bytes:
        found = (text for part in parts[start:stop] for text in (part.name, part.content))
        return bytes.fromhex(parts_digest(*found))

    layout = parts_digest(*sorted({part.dtype for part in parts}))[:8]
    return column(Source("", f"parts {layout}", leaf), len(parts), _FULL)


def is_plain(value: Any) -> bool:
    """Say whether the value is a single one, or made of such by lists, dicts and sets."""
    if type(value) is dict:
        return all(is_plain(key) and is_plain(item) for key, item in value.items())
    if type(value) in (list, tuple, set, frozenset):
        return all(is_plain(item) for item in value)
    return is_scalar(value)


def _regular(value: Sequence[Any]) -> tuple[tuple[int, ...], list[Any]] | None:
    """Return shape and flat values of a list of scalars, or of equally long lists of them."""
    items = list(value)
    if set(map(type, items)) <= _COMMON or all(is_scalar(item) for item in items):
        return (len(items),), items
    if not all(isinstance(item, (list, tuple)) for item in items):
        return None
    inner = [_regular(item) for item in items]
    shapes = {None if one is None else one[0] for one in inner}
    if len(shapes) != 1 or None in shapes:
        return None
    flat = [x for one in inner if one is not None for x in one[1]]
    return (len(items), *(shapes.pop() or ())), flat
