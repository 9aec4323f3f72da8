"""Where a file that was read had come from."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["FileOrigin"]


@dataclass(frozen=True, slots=True)
class FileOrigin:
    """A recorded cell that wrote a file which a run depends on.

    Attributes
    ----------
    path : str
        Of the file, as in `DatasetUse.source`.
    content : str
        What was read: its content digest, or empty when unknown.
    session_id : str
        The session of the writing cell.
    seq, statement : int
        Position of the cell in that session, and of the statement in the cell.
    execution_count : int
        The number in ``In [n]``; 0 when there was none.
    notebook : str
        Path relative to the project; empty when it is not known.
    changed : bool
        The file no longer held what that cell had written when it was read.
    """

    path: str
    content: str
    session_id: str
    seq: int
    statement: int
    execution_count: int
    notebook: str
    changed: bool
