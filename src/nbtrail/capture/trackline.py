"""``%%track`` is an input transformer: it takes its own line away and changes nothing else.

A cell magic that runs the cell again would break ``await``, line numbers and cell ids.
The line becomes a comment, so that line numbers stay; above another cell magic it is
removed, since that must come first. Below ``%%time`` and ``%%capture``, which run Python,
it counts too.
"""

from __future__ import annotations

__all__ = ["strip_track_line", "track_line"]

_MAGIC = "%%track"
_ABOVE = ("%%time", "%%capture")


def track_line(source: str) -> str | None:
    """Return what follows ``%%track`` among a cell's first lines, or None without one."""
    lines = source.splitlines()
    index = _find(lines)
    return lines[index].strip().removeprefix(_MAGIC).strip() if index is not None else None


def strip_track_line(lines: list[str]) -> list[str]:
    """Transform a cell's lines for `input_transformers_cleanup`; pure, called often."""
    index = _find(lines)
    if index is None:
        return lines
    rest = lines[index + 1 :]
    following = next((text for text in rest if text.strip()), "")
    if following.startswith("%%") and not any(line.strip() for line in lines[:index]):
        return rest
    return [*lines[:index], "#\n", *rest]


def _find(lines: list[str]) -> int | None:
    """Return the position of the line: only magics that run Python may stand above it."""
    for index, line in enumerate(lines):
        words = line.split(None, 1)
        if words and words[0] == _MAGIC:
            return index
        if words and words[0] not in _ABOVE:
            return None
    return None
