"""Which files a statement's texts name, and whether files changed while it ran."""

from __future__ import annotations

import os

__all__ = ["FileStamp", "path_in", "stamp_of", "tree_of"]

FileStamp = tuple[int, int]
"""Size and time of the last change, in nanoseconds."""

_TREE_LIMIT = 3000  # entries of the project looked at around a process


def path_in(text: str) -> str | None:
    """Return the absolute path that a text may be; None for one that is no path."""
    if not 2 < len(text) < 400 or "\n" in text or ("." not in text and "/" not in text):
        return None
    try:
        return os.path.abspath(os.path.expanduser(text))  # noqa: PTH100, PTH111
    except (OSError, ValueError):
        return None


def stamp_of(path: str) -> FileStamp | None:
    """Return what tells a change of a file; None when there is no such file."""
    try:
        status = os.stat(path)  # noqa: PTH116 - as fast as it gets
    except (OSError, ValueError):
        return None
    return status.st_size, status.st_mtime_ns


def tree_of(root: str) -> dict[str, FileStamp]:
    """Size and time of the files below `root`, hidden folders left out."""
    found: dict[str, tuple[int, int]] = {}
    todo = [root]
    while todo and len(found) < _TREE_LIMIT:
        folder = todo.pop()
        try:
            with os.scandir(folder) as entries:
                for entry in entries:
                    if entry.name.startswith(".") or entry.name == "__pycache__":
                        continue
                    if entry.is_dir(follow_symlinks=False):
                        todo.append(entry.path)
                    else:
                        status = entry.stat(follow_symlinks=False)
                        found[entry.path] = (status.st_size, status.st_mtime_ns)
        except OSError:
            continue
    return found
