"""What one execution of a cell did, statement by statement."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

__all__ = ["CellExecution", "CellStatus", "Mutation", "StatementFacts"]


class CellStatus(StrEnum):
    """How a cell ended."""

    OK = "ok"
    ERROR = "error"
    INTERRUPTED = "interrupted"
    RUNNING = "running"


@dataclass(frozen=True, slots=True)
class Mutation:
    """A name whose object was changed in place.

    `certain` is False for a change that was only inferred (a method was called on
    it, it was passed to a function) and not seen.
    """

    name: str
    certain: bool


@dataclass(frozen=True, slots=True)
class StatementFacts:
    """One executed top-level statement.

    Attributes
    ----------
    index : int
        Position among the executed statements of its cell.
    first_line, last_line : int
        1-based, inclusive, in `CellExecution.code`.
    reads : tuple of str
        Names whose value it may have used, those used inside called functions included.
    binds, deletes : tuple of str
        Names it bound (imports and definitions too) and deleted.
    mutations : tuple of Mutation
    channels_read, channels_written : tuple of str
        State outside the namespace: ``file:<path>``, ``rng:numpy``, ``rng:stdlib``,
        ``env:<KEY>``, ``cwd``, ``module:<name>``, ``attr:<owner>.<name>``.
    digests : tuple of (str, str)
        Files it read: path as in its channel, and content digest when its cell had ended.
        A file that the same cell wrote is not among them.
    written : tuple of (str, str)
        Files it wrote, in the same form: another notebook that reads one depends on it.
    values : tuple of (str, str)
        Names that it bound or changed, with a short digest of what they held afterwards: a
        repetition finds by it where it parts. Names without one are left out.
    states : tuple of (str, str)
        Random generators (channels) from which it was the first of the session to draw,
        without a seed: the state before, as JSON.
    error : str
        Name and text of the exception it raised, or empty.
    effects : bool
        False for a statement that only displayed something.
    """

    index: int
    first_line: int
    last_line: int
    reads: tuple[str, ...] = ()
    binds: tuple[str, ...] = ()
    deletes: tuple[str, ...] = ()
    mutations: tuple[Mutation, ...] = ()
    channels_read: tuple[str, ...] = ()
    channels_written: tuple[str, ...] = ()
    digests: tuple[tuple[str, str], ...] = ()
    written: tuple[tuple[str, str], ...] = ()
    values: tuple[tuple[str, str], ...] = ()
    states: tuple[tuple[str, str], ...] = ()
    error: str = ""
    effects: bool = True
    duration_ns: int = 0


@dataclass(frozen=True, slots=True)
class CellExecution:
    """One execution of one cell.

    Attributes
    ----------
    session_id : str
    seq : int
        0-based position in the session's history; every execution counts.
    cell_id : str
        The front end's id of the cell, or empty (nbclient sends none).
    execution_count : int
        The number in ``In [n]``; 0 when there was none.
    source : str
        As the user wrote it.
    code : str
        The Python that ran: magics translated by IPython, ``%%track`` line blanked.
        Line numbers of the statements refer to it.
    output : str
        Text that it printed, when keeping it was asked for.
    """

    session_id: str
    seq: int
    cell_id: str
    execution_count: int
    source: str
    code: str
    started_ms: int
    ended_ms: int
    status: CellStatus
    error: str = ""
    statements: tuple[StatementFacts, ...] = ()
    output: str = ""
