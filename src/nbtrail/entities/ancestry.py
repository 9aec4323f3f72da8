"""Which executed cells a result came from."""

from __future__ import annotations

from dataclasses import dataclass

from nbtrail.entities.origin import FileOrigin

__all__ = ["Ancestry", "CellLink", "UsedCell"]


@dataclass(frozen=True, slots=True)
class UsedCell:
    """An execution of a cell that a result depends on.

    Attributes
    ----------
    seq : int
        0-based position in the session's history.
    execution_count : int
        The number in ``In [n]``; 0 when there was none.
    source : str
        As it ran.
    lines : tuple of (int, int)
        First and last line, 1-based, of each statement that was needed.
    stale : str
        Why the cell would not give the same today (edited, gone, run again with another
        text), or empty.
    """

    seq: int
    execution_count: int
    source: str
    lines: tuple[tuple[int, int], ...]
    stale: str = ""

    @property
    def label(self) -> str:
        """``[3]`` as the notebook shows it, else the position in the history."""
        return f"[{self.execution_count}]" if self.execution_count else f"#{self.seq + 1}"


@dataclass(frozen=True, slots=True)
class CellLink:
    """What one cell execution gave to a later one.

    Attributes
    ----------
    maker, user : int
        Positions in the history.
    names : tuple of str
        Variables, and channels such as ``file:a.csv``.
    """

    maker: int
    user: int
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Ancestry:
    """The executed cells behind a result.

    Attributes
    ----------
    result : str
        Name of the run, or of the variable.
    notebook : str
        Path relative to the project, or empty.
    executed : int
        Executions in the history up to the result.
    cells : tuple of UsedCell
        In the order of execution.
    links : tuple of CellLink
    origins : tuple of FileOrigin
        Recorded cells, of any notebook, that wrote the files which were read.
    """

    result: str
    notebook: str
    executed: int
    cells: tuple[UsedCell, ...]
    links: tuple[CellLink, ...] = ()
    origins: tuple[FileOrigin, ...] = ()
