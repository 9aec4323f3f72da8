"""What differs between two versions of a file, in bounded time and space."""

from __future__ import annotations

import difflib
from typing import Final, Literal

from nbtrail.entities.uncommitted import FileChange

__all__ = ["compare_files"]

MOST_BYTES: Final = 2_000_000
MOST_LINES: Final = 20_000
"""Of a file whose lines are compared; difflib takes the square of it at worst."""
_SHOWN: Final = 1_000
_WIDTH: Final = 500
_LOOKED_AT: Final = 8_000  # where git looks for a zero byte, which no text has


def compare_files(path: str, before: bytes | None, after: bytes | None) -> FileChange:
    """Return the lines that differ between two versions of a file.

    Parameters
    ----------
    before, after : bytes or None
        None where there was no file.
    """
    change: Literal["changed", "added", "removed"] = (
        "added" if before is None else "removed" if after is None else "changed"
    )
    if any(b"\0" in data[:_LOOKED_AT] for data in (before, after) if data):
        return FileChange(path, change, note="not a text")
    if max(len(before or b""), len(after or b"")) > MOST_BYTES:
        return FileChange(path, change, note=f"larger than {MOST_BYTES // 1_000_000} MB")
    old, new = _lines(before), _lines(after)
    if max(len(old), len(new)) > MOST_LINES:
        return FileChange(path, change, note=f"more than {MOST_LINES:,} lines")
    if old == new:
        return FileChange(path, change, note="" if before == after else "only line ends differ")
    # without the two lines that name the files
    diff = [_cut(line) for line in difflib.unified_diff(old, new, lineterm="", n=3)][2:]
    return FileChange(path, change, tuple(diff[:_SHOWN]), "", max(len(diff) - _SHOWN, 0))


def _lines(data: bytes | None) -> list[str]:
    """Split as git does: form feeds and the like stay within their line."""
    if not data:
        return []
    lines = data.decode("utf-8", "replace").replace("\r\n", "\n").split("\n")
    return lines[:-1] if lines[-1] == "" else lines


def _cut(line: str) -> str:
    return line if len(line) <= _WIDTH else f"{line[:_WIDTH]}…"
