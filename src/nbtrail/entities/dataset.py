"""Datasets: what was read, by content and by schema."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from nbtrail.entities.profile import Profile

__all__ = ["Column", "Coverage", "Dataset", "DatasetContext", "DatasetUse", "Digest", "Seen"]


class Coverage(StrEnum):
    """Whether a digest saw every value."""

    FULL = "full"
    SAMPLED = "sampled"


class DatasetContext(StrEnum):
    """What a run used a dataset for."""

    TRAINING = "training"
    VALIDATION = "validation"
    TEST = "test"
    SOURCE = "source"


class Seen(StrEnum):
    """How a dataset came to nbtrail's notice."""

    CONSUMED = "consumed"
    OPENED = "opened"
    READER = "reader"
    INFERRED = "inferred"
    ARGUMENT = "argument"
    LOGGED = "logged"


@dataclass(frozen=True, slots=True)
class Digest:
    """Two-part digest of a dataset.

    Attributes
    ----------
    content : str
        Logical values, column names and order, row order: ``xxh3-128/1:<32 hex>``. Empty
        when it could not be taken.
    schema : str
        Physical dtypes, units and index kind, in the same form.
    coverage : Coverage
    """

    content: str
    schema: str
    coverage: Coverage = Coverage.FULL

    def short(self) -> str:
        """Return the first eight hex digits of the content, for people."""
        return self.content.partition(":")[2][:8]


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table, one dimension-less array, or one named part of a value.

    Attributes
    ----------
    name : str
    dtype : str
        As the library that held it prints it.
    content : str
        32 hex digits: the root over the blocks.
    blocks : tuple of str
        Digest of each block of 65,536 rows, 32 hex digits each.
    """

    name: str
    dtype: str
    content: str
    blocks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Dataset:
    """A dataset by value, wherever it lay.

    Attributes
    ----------
    digest : Digest
    kind : str
        ``table``, ``array``, ``series``, ``file``, ``directory`` or ``object``.
    rows : int
        Number of rows, or of bytes for a file; -1 when unknown.
    columns : tuple of Column
        Levels of an index that holds more than row numbers come first, as ``[index NAME]``.
    shape : tuple of int
        Of a table (rows, columns) or an array; empty for a single value or a file.
    profile : Profile, optional
        What the values look like, column by column.
    """

    digest: Digest
    kind: str
    rows: int = -1
    columns: tuple[Column, ...] = ()
    shape: tuple[int, ...] = ()
    profile: Profile | None = None


@dataclass(frozen=True, slots=True)
class DatasetUse:
    """One dataset in one run.

    Attributes
    ----------
    name : str
        The user's variable or the file's name.
    context : DatasetContext
    seen : Seen
    source : str
        Path relative to the project (absolute when outside of it), URL without
        credentials, or empty.
    version : str
        What a remote store says of its state (etag, version id, time of change), or why
        there is no digest (the file was deleted, changed, is a pipe), or empty.
    query : str
        Text of the SQL query that gave it, credentials and secrets removed, or empty.
    shared : int
        How many of its rows the model was fitted on, by row digests; -1 when nobody knows.
        Rows that are equal as often as rows of the training data are equal to each other
        don't count.
    """

    dataset: Dataset
    name: str
    context: DatasetContext
    seen: Seen
    source: str = ""
    version: str = ""
    query: str = ""
    shared: int = -1
