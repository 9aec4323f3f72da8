"""``%%track`` is an input transformer: it takes its own line away and changes nothing else.

A cell magic that runs the cell again would break ``await``, line numbers and cell ids.
The line becomes a comment, so that line numbers stay; above another cell magic it is
removed, since that must come first.
"""

from __future__ import annotations

__all__ = ["strip_track_line", "track_line"]

_MAGIC = "%%track"


def track_line(source: str) -> str | None:
    """Return what follows ``%%track`` in a cell's first line, or None without one."""
    for line in source.splitlines():
        if line.strip():
            head, _, rest = line.strip().partition(" ")
            return rest.strip() if head == _MAGIC else None
    return None


def strip_track_line(lines: list[str]) -> list[str]:
    """Transform a cell's lines for `input_transformers_cleanup`; pure, called often."""
    for index, line in enumerate(lines):
        if not line.strip():
            continue
        if line.split(None, 1)[0] != _MAGIC:
            return lines
        rest = lines[index + 1 :]
        following = next((text for text in rest if text.strip()), "")
        if following.startswith("%%"):
            return rest
        return [*lines[:index], "#\n", *rest]
    return lines
