"""Plain Python values: scalars, texts, lists, and dicts or lists of other datasets."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from nbtrail.entities.dataset import Column, Coverage, Dataset
from nbtrail.fingerprint.objects import encode, is_missing, moment, objects_leaf
from nbtrail.fingerprint.roots import Sampling, Source, block_rows, build, column, parts_digest
from nbtrail.fingerprint.walk import walk

__all__ = ["is_scalar", "mapping_dataset", "scalar_dataset", "sequence_dataset"]

Digest = Callable[[Any], Dataset]

_FULL = Sampling()


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
    """Digest a list: of plain values like an array, else part by part."""
    found = _regular(value)
    if found is None:
        return _parts(value, [(str(i), digest(item)) for i, item in enumerate(value)])
    shape, flat = found
    width = math.prod(shape[1:])

    def leaf(start: int, stop: int) -> bytes:
        return objects_leaf(flat[start * width : stop * width], walk)

    source = Source("", type(value).__name__, leaf)
    return build("array", shape, (column(source, shape[0], _FULL, block_rows(width)),))


def mapping_dataset(value: Mapping[Any, Any], digest: Digest) -> Dataset:
    """Digest a dict part by part; the order of its keys does not count."""
    parts = []
    for key, item in value.items():
        written: list[bytes] = []
        encode(key, written, walk)
        parts.append((b"".join(written), str(key), digest(item)))
    return _parts(value, [(name, part) for _, name, part in sorted(parts, key=lambda p: p[0])])


def _parts(value: Any, parts: list[tuple[str, Dataset]]) -> Dataset:
    columns = [
        Column(
            name,
            f"{part.kind} {parts_digest(part.digest.schema)[:8]}",
            parts_digest(part.digest.content),
        )
        for name, part in parts
    ]
    sampled = any(part.digest.coverage is Coverage.SAMPLED for _, part in parts)
    form = "mapping" if isinstance(value, Mapping) else "sequence"
    return build(
        "object",
        (len(parts),),
        columns,
        form=form,
        layout=type(value).__name__,
        sampling=Sampling(2) if sampled else _FULL,
    )


def _regular(value: Sequence[Any]) -> tuple[tuple[int, ...], list[Any]] | None:
    """Return shape and flat values of a list of scalars, or of equally long lists of them."""
    items = list(value)
    if all(is_scalar(item) for item in items):
        return (len(items),), items
    if not all(isinstance(item, (list, tuple)) for item in items):
        return None
    inner = [_regular(item) for item in items]
    shapes = {None if one is None else one[0] for one in inner}
    if len(shapes) != 1 or None in shapes:
        return None
    flat = [x for one in inner if one is not None for x in one[1]]
    return (len(items), *(shapes.pop() or ())), flat
