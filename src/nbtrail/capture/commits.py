"""Files of a commit, read from the project's repository without writing to it."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from nbtrail.capture.gitcommand import GitFailed, ask_git

__all__ = ["CommitFile", "commit_files", "read_blobs"]

_SECONDS = 60.0
_BATCH = 32_000_000  # bytes asked for at once


class CommitFile(NamedTuple):
    """One file of a commit: git's mode, the object and its size in bytes."""

    mode: str
    name: str
    size: int


def commit_files(
    project: Path, commit: str, paths: Sequence[bytes] = ()
) -> dict[bytes, CommitFile] | None:
    """Return the files of a commit by path; None when the repository does not have it.

    Parameters
    ----------
    paths : sequence of bytes
        Only these, few enough for a command line; all of them when empty.
    """
    try:
        answer = ask_git(
            project, "ls-tree", "-r", "-z", "-l", "--full-tree", "--end-of-options", commit,
            *map(os.fsdecode, paths), seconds=_SECONDS,
        )  # fmt: skip
    except GitFailed:
        return None
    found = {}
    for row in answer.split(b"\0"):
        if row:
            facts, _, path = row.partition(b"\t")
            mode, _kind, name, size = facts.decode().split()
            found[path] = CommitFile(mode, name, int(size) if size.isdigit() else 0)
    return found


def read_blobs(
    project: Path, files: Mapping[bytes, CommitFile]
) -> Iterator[tuple[bytes, bytes | None]]:
    """Yield each path with the bytes of its file, None where the repository lacks them."""
    batch: list[tuple[bytes, CommitFile]] = []
    room = _BATCH
    for path, file in files.items():
        if batch and file.size > room:
            yield from _read(project, batch)
            batch, room = [], _BATCH
        batch.append((path, file))
        room -= file.size
    if batch:
        yield from _read(project, batch)


def _read(
    project: Path, batch: list[tuple[bytes, CommitFile]]
) -> Iterator[tuple[bytes, bytes | None]]:
    asked = "".join(f"{file.name}\n" for _, file in batch).encode()
    try:
        answer = ask_git(project, "cat-file", "--batch", text=asked, seconds=_SECONDS)
    except GitFailed:
        answer = b""
    at = 0
    for path, _ in batch:
        head = answer[at : answer.find(b"\n", at)].split()
        at = answer.find(b"\n", at) + 1
        if len(head) != 3 or not at:  # "<name> missing"
            yield path, None
            continue
        size = int(head[2])
        yield path, answer[at : at + size]
        at += size + 1
