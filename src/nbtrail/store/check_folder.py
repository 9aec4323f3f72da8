"""What can be wrong around a trail's database: folder, files, locks, disk, libraries."""

from __future__ import annotations

import importlib.metadata
import os
import re
import shutil
import sqlite3
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path

from nbtrail.store.connection import DATABASE, reset_bug
from nbtrail.store.finding import Finding
from nbtrail.store.lock import LockedTooLongError, WriteLock
from nbtrail.store.remains import age_s, asides, leftovers
from nbtrail.store.rescue import Rescue
from nbtrail.store.sizes import size_text

__all__ = ["check_folder", "check_library", "unwritable"]

_HOUR_S = 3600.0
_LOW_BYTES = 200 << 20
_LARGE_JOURNAL = 64 << 20


def check_folder(root: Path) -> Iterator[Finding]:
    """Yield everything that is unusual in the folder."""
    yield from _permissions(root)
    yield from _rescue_files(root)
    yield from _remains(root)
    yield from _lock(root)
    yield from _space(root)
    if not (root / ".gitignore").exists():
        yield Finding(
            f"{root / '.gitignore'} is missing, so git would take the trail for a part of the "
            "project: write a line with * into it.",
            mendable=True,
        )


def check_library() -> Iterator[Finding]:
    """Yield what is to be known of the SQLite libraries around."""
    fixed = "(fixed in 3.51.3)"
    if reset_bug():
        yield Finding(
            f"SQLite {sqlite3.sqlite_version} can lose a commit that overlaps a checkpoint {fixed}. "
            "nbtrail's write lock keeps them apart; open the database with other tools for reading "
            "only.",
            harmless=True,
        )
    program = shutil.which("sqlite3")
    version = _version_of(program) if program else ()
    if version and reset_bug(version):
        text = ".".join(map(str, version))
        yield Finding(
            f"The program {program} is SQLite {text}, which can lose a commit that overlaps a "
            f"checkpoint {fixed}. Use it for reading only: sqlite3 'file:{DATABASE}?mode=ro'",
            harmless=True,
        )
    for name in ("apsw", "pysqlite3-binary", "pysqlite3"):
        try:
            found = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
        yield Finding(
            f"{name} {found} brings an SQLite library of its own. Two of them must not open one "
            "database in the same process: don't open the trail with it in a notebook.",
            harmless=True,
        )


def _version_of(program: str) -> tuple[int, ...]:
    try:
        answer = subprocess.run(
            [program, "--version"], capture_output=True, text=True, timeout=5, check=False
        )
    except (OSError, subprocess.SubprocessError):
        return ()
    found = re.match(r"(\d+)\.(\d+)\.(\d+)", answer.stdout)
    return tuple(map(int, found.groups())) if found else ()


# ---------------------------------------------------------------- permissions


def unwritable(root: Path) -> Iterator[Path]:
    """Yield folders and databases that their owner can't read and write."""
    for name in ("", "objects", "git", "rescue", DATABASE, f"{DATABASE}-wal", f"{DATABASE}-shm"):
        path = root / name
        try:
            mode = path.lstat().st_mode
        except OSError:
            continue
        wanted = stat.S_IRUSR | stat.S_IWUSR | (stat.S_IXUSR if stat.S_ISDIR(mode) else 0)
        if mode & wanted != wanted or not os.access(path, os.R_OK | os.W_OK):
            yield path


def _permissions(root: Path) -> Iterator[Finding]:
    owner = os.geteuid() if hasattr(os, "geteuid") else None
    found = list(unwritable(root))
    if found:
        mine = all(owner in {0, path.lstat().st_uid} for path in found)
        names = ", ".join(str(path.relative_to(root)) for path in found)
        what = "The folder" if found[0] == root else names
        yield Finding(f"{what} can't be written, so the trail is only read.", mendable=mine)
    for path in (root, root / DATABASE):
        status = path.lstat()
        if os.name != "nt" and status.st_mode & stat.S_IWOTH:
            yield Finding(f"{path} can be changed by everybody on this machine.", mendable=True)
    strangers = {
        path.lstat().st_uid
        for path in (root / DATABASE, root / f"{DATABASE}-wal", root / "write.lock")
        if path.exists()
    } - {root.lstat().st_uid}
    if strangers and os.name != "nt":
        yield Finding(
            f"Some of its files belong to user {min(strangers)}, the folder to user "
            f"{root.lstat().st_uid} (a sudo?). Give all to one: chown -R USER {root}"
        )


# ---------------------------------------------------------------- files


def _rescue_files(root: Path) -> Iterator[Finding]:
    rescue = Rescue(root)
    if waiting := rescue.pending():
        yield Finding(
            f"{len(waiting)} rescue files wait to be brought in by the next write.",
            harmless=True,
            mendable=True,
        )
    refused = sorted(rescue.folder.glob("*.rejected"))
    if refused:
        yield Finding(
            f"{len(refused)} rescue files could not be applied; look at them, and delete them when "
            f"nothing of them is needed: {refused[0]}"
        )


def _remains(root: Path) -> Iterator[Finding]:
    old = [path for path in leftovers(root) if age_s(path) > _HOUR_S]
    if old:
        yield Finding(
            f"{len(old)} temporary files were left behind by interrupted writes.",
            harmless=True,
            mendable=True,
        )
    lost = [path for path, _ in asides(root) if age_s(path) > 1.0]
    if lost:
        yield Finding(
            f"{len(lost)} files were put aside by an interrupted clean-up and can't be found.",
            mendable=True,
        )
    for path in sorted(root.glob(f"{DATABASE}.v*.backup")):
        size = size_text(path.stat().st_size)
        yield Finding(
            f"{path.name} ({size}) is the copy from before an update; delete it when all is well.",
            harmless=True,
        )
    journal = root / f"{DATABASE}-wal"
    if journal.exists() and journal.stat().st_size > _LARGE_JOURNAL:
        yield Finding(
            f"The journal has {size_text(journal.stat().st_size)}: some program reads the database "
            "without ever ending. Close it.",
            mendable=True,
        )


# ---------------------------------------------------------------- lock and disk


def _lock(root: Path) -> Iterator[Finding]:
    path = root / "write.lock"
    if path.is_symlink() or path.is_dir():
        yield Finding(f"{path} must be a plain file, but is none: remove it.")
        return
    if not os.access(root, os.W_OK):
        return
    lock = WriteLock(path)
    try:
        with lock.held(0.5):
            if not lock.supported:
                yield Finding(
                    "This file system has no file locks, so nbtrail writes with SQLite's slower "
                    "journal here.",
                    harmless=True,
                )
    except LockedTooLongError:
        yield Finding(
            f"The write lock is held by process {_holder(path) or 'unknown'} for more than half a "
            "second. If that process hangs, end it: the lock goes with it.",
            harmless=True,
        )
    except OSError as error:
        yield Finding(f"{path} can't be opened: {error}.")


def _holder(path: Path) -> str:
    """Return the process that holds a file lock, as /proc/locks knows it."""
    try:
        status = path.stat()
        wanted = f"{os.major(status.st_dev):02x}:{os.minor(status.st_dev):02x}:{status.st_ino}"
        lines = Path("/proc/locks").read_text(encoding="ascii").splitlines()
    except OSError:
        return ""
    return next((line.split()[4] for line in lines if f" {wanted} " in line), "")


def _space(root: Path) -> Iterator[Finding]:
    free = shutil.disk_usage(root).free
    needed = max(_LOW_BYTES, 2 * (root / DATABASE).stat().st_size)
    if free < needed:
        yield Finding(
            f"Only {size_text(free)} are free on its disk; an update of the trail needs about "
            f"{size_text(needed)}. Free some space: nbtrail store gc, nbtrail store trash purge"
        )
