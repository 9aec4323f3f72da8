"""What a working tree held beside its commit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

__all__ = ["FileChange", "UncommittedChanges"]


@dataclass(frozen=True, slots=True)
class FileChange:
    """One file that differed from the commit.

    Attributes
    ----------
    path : str
        Relative to the project, with forward slashes.
    change : str
    diff : tuple of str
        Lines of a unified diff without its header; the whole file when nothing is known of
        what it was before. Empty for what has no lines to show.
    note : str
        Why there are no lines, or what they do not tell; empty when they say it all.
    lines_left_out : int
        Lines of the diff beyond those.
    """

    path: str
    change: Literal["changed", "added", "removed"]
    diff: tuple[str, ...] = ()
    note: str = ""
    lines_left_out: int = 0


@dataclass(frozen=True, slots=True)
class UncommittedChanges:
    """The files that differed from the commit when a run started.

    Attributes
    ----------
    base : str
        The commit; empty when there was none yet.
    base_missing : bool
        Whether the repository no longer has it: files then are shown whole.
    files : tuple of FileChange
        By path.
    files_left_out : int
        Files beyond those.
    not_kept : tuple of str
        Paths whose content was not kept, each with the reason behind a colon.
    """

    base: str
    base_missing: bool
    files: tuple[FileChange, ...]
    files_left_out: int = 0
    not_kept: tuple[str, ...] = ()
