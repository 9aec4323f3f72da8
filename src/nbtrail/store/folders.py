"""Folders whose entries are on the disk: a new name can be lost with the power until then."""

from __future__ import annotations

import errno
import itertools
import os
from pathlib import Path

__all__ = ["make_folder", "missing_folders", "sync_folder"]

_CAN_NOT = frozenset({errno.EINVAL, errno.ENOTSUP})  # some network file systems


def make_folder(folder: Path) -> None:
    """Make a folder for good; the one above it must be there, for a trail that is gone stays so."""
    if not folder.exists():
        folder.mkdir(exist_ok=True)
        sync_folder(folder.parent)


def missing_folders(folder: Path) -> list[Path]:
    """Return those of a folder and the ones above it that are not there, the lowest first."""
    return list(itertools.takewhile(lambda path: not path.exists(), (folder, *folder.parents)))


def sync_folder(folder: Path) -> None:
    """Bring the names in a folder to the disk, where folders can be synced."""
    if os.name == "nt":
        return  # folders can't be opened there
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in _CAN_NOT:
            raise
    finally:
        os.close(descriptor)
