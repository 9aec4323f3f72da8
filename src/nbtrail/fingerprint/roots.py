"""Roots: from leaves to columns, and from columns to a dataset with its two-part digest.

A `Source` knows how to make the leaf of any block of its rows; everything that can be
digested becomes a few of them.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from xxhash import xxh3_128_digest, xxh3_128_hexdigest

from nbtrail.entities.dataset import Column, Coverage, Dataset, Digest
from nbtrail.fingerprint.leaves import BLOCK
from nbtrail.fingerprint.progress import Meter, active

__all__ = [
    "FORM",
    "FULL_LIMIT",
    "Sampling",
    "Source",
    "block_rows",
    "build",
    "column",
    "parts_digest",
    "tag",
]

FORM = "xxh3-128/1"
"""Algorithm and version of the canonical form; version 1 is frozen by golden files."""

FULL_LIMIT = 8 * 10**9
"""Bytes up to which data are read in full; above it a digest is sampled and says so."""


@dataclass(frozen=True, slots=True)
class Source:
    """One column to be.

    Attributes
    ----------
    leaf : callable
        ``leaf(start, stop)`` digests the rows from `start` to `stop`.
    size : int
        Bytes of the whole column, for progress; 0 when nobody knows.
    """

    name: str
    dtype: str
    leaf: Callable[[int, int], bytes]
    size: int = 0


@dataclass(frozen=True, slots=True)
class Sampling:
    """Which blocks are read: the first, every `stride`-th after it, and always the last."""

    stride: int = 1

    @classmethod
    def of(cls, content: str) -> Sampling:
        """Return the sampling that a digest's text names."""
        stride = content.partition(":")[0].partition("~")[2]
        return cls(int(stride)) if stride else cls()

    @classmethod
    def within(cls, size: int, limit: int | None) -> Sampling:
        """Return the sampling that keeps the bytes read of `size` near `limit`."""
        return cls() if limit is None or size <= limit else cls(-(-size // max(limit, 1)))


def block_rows(row_elements: int) -> int:
    """Return how many rows make a block when each row holds that many elements."""
    return max(1, BLOCK // max(1, row_elements))


def column(source: Source, rows: int, sampling: Sampling, size: int = BLOCK) -> Column:
    """Digest one column; a block that sampling leaves out has an empty digest."""
    stride, leaf, meter = sampling.stride, source.leaf, active()
    if stride == 1 and meter is None:
        whole = rows - rows % size
        leaves = [leaf(start, start + size) for start in range(0, whole, size)]
        if whole < rows:
            leaves.append(leaf(whole, rows))
    else:
        leaves = list(_leaves(source, rows, stride, size, meter))
    root = xxh3_128_hexdigest(struct.pack("<qq", rows, stride) + b"".join(leaves))
    return Column(source.name, source.dtype, root, tuple([leaf.hex() for leaf in leaves]))


def _leaves(
    source: Source, rows: int, stride: int, size: int, meter: Meter | None
) -> Iterator[bytes]:
    per_row = (source.size or 8 * rows) / max(rows, 1)
    for number, start in enumerate(range(0, rows, size)):
        stop = min(start + size, rows)
        yield source.leaf(start, stop) if number % stride == 0 or stop == rows else b""
        if meter is not None:
            meter.add((stop - start) * per_row)


def build(
    kind: str,
    shape: tuple[int, ...],
    columns: Iterable[Column],
    *,
    index: Sequence[Column] = (),
    form: str = "",
    layout: str = "",
    sampling: Sampling = Sampling(),
) -> Dataset:
    """Put the root over columns.

    Parameters
    ----------
    form : str
        What two values must share to be equal at all; from the number of dimensions when empty.
    index : sequence of Column
        Levels of an index that holds more than row numbers.
    layout : str
        Physical facts that belong to the schema but to no column.
    """
    columns = tuple(columns)
    form = form or f"{len(shape)}d"
    content = _Joined(form, *map(str, shape), f"index {len(index)}")
    schema = _Joined(kind, layout, f"index {len(index)}")
    for one in (*index, *columns):
        content.add(one.name, one.content)
        schema.add(one.name, one.dtype)
    coverage = Coverage.FULL if sampling.stride == 1 else Coverage.SAMPLED
    digest = Digest(tag(content.digest(), sampling), tag(schema.digest()), coverage)
    marked = tuple(replace(one, name=f"[index {one.name}]".replace(" ]", "]")) for one in index)
    rows = shape[0] if shape else -1
    return Dataset(digest, kind, rows, (*marked, *columns), shape)


def parts_digest(*parts: str) -> str:
    """Digest a few texts unambiguously (hex)."""
    return _Joined(*parts).digest().hex()


def tag(digest: bytes, sampling: Sampling = Sampling()) -> str:
    """Write a digest with the name of its form; ``~N`` says that each N-th block was read."""
    sampled = "" if sampling.stride == 1 else f"~{sampling.stride}"
    return f"{FORM}{sampled}:{digest.hex()}"


class _Joined:
    """Texts, each with its length, so that no two lists of texts join to the same bytes."""

    def __init__(self, *texts: str) -> None:
        self._parts: list[bytes] = []
        self.add(*texts)

    def add(self, *texts: str) -> None:
        for text in texts:
            data = text.encode("utf-8", "surrogatepass")
            self._parts += (struct.pack("<q", len(data)), data)

    def digest(self) -> bytes:
        return xxh3_128_digest(b"".join(self._parts))
