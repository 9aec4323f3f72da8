"""What interrupted writes and clean-ups leave in a trail's folder."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

__all__ = ["age_s", "asides", "leftovers", "put_back"]


def leftovers(root: Path) -> Iterator[Path]:
    """Yield files and folders that writing has left behind when it was interrupted."""
    for folder in (root, root / "objects", root / "git", root / "rescue"):
        for pattern in (".*.tmp", "*.tmp"):
            yield from sorted(set(folder.glob(pattern)))


def asides(root: Path) -> Iterator[tuple[Path, Path]]:
    """Yield files that were put aside to be removed, with their place, since that was interrupted."""
    places = (
        (root / "objects", ".*.removed", root / "objects", 64),
        (root / "git", ".*.removed", root / "git" / "objects", 40),
    )
    for folder, pattern, objects, length in places:
        for path in sorted(folder.glob(pattern)):
            name = path.name.split(".")[1]
            if len(name) == length:
                yield path, objects / name[:2] / name[2:]
    for path in sorted((root / "git").glob(".*.forgotten")):
        yield path, root / "git" / "refs" / "snapshots" / path.name.split(".")[1]


def put_back(root: Path) -> tuple[Path, ...]:
    """Put such files back; return their places. Those without a reference are for gc to remove."""
    places = []
    for path, place in list(asides(root)):
        if place.exists():
            path.unlink()
        else:
            place.parent.mkdir(parents=True, exist_ok=True)
            path.rename(place)
        places.append(place)
    return tuple(places)


def age_s(path: Path) -> float:
    """Return the seconds since a file was changed; 0 for one that is gone meanwhile."""
    try:
        return time.time() - path.lstat().st_mtime
    except OSError:
        return 0.0
