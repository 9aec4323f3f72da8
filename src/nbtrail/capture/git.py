"""Commit, branch and remote of a project, read by hand from the files of ``.git``.

Reading three small files costs microseconds, so they are known when a run starts. What the
working tree holds beside them needs git itself (`capture.worktree`).
"""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from nbtrail.capture.gitcommand import git_folder
from nbtrail.entities.provenance import CodeVersion

__all__ = ["read_head"]

_OBJECT_ID = re.compile(r"[0-9a-f]{40}([0-9a-f]{24})?")


def read_head(project: Path) -> CodeVersion | None:
    """Read commit, branch and remote from the files of ``.git``.

    Parameters
    ----------
    project : Path
        Folder that holds ``.git`` (a folder, or the file of a worktree or submodule).

    Returns
    -------
    CodeVersion or None
        With `dirty` unknown; None when `project` is no repository. The commit is empty
        for an unborn HEAD, the branch for a detached one.
    """
    folder = git_folder(project)
    if folder is None:
        return None
    try:
        head = _text(folder / "HEAD").strip()
    except (OSError, UnicodeDecodeError):
        return None
    common = _common_folder(folder)
    remote = _remote(common / "config")
    if not head.startswith("ref:"):
        return CodeVersion(head if _OBJECT_ID.fullmatch(head) else "", "", remote=remote)
    reference = head.removeprefix("ref:").strip()
    branch = reference.removeprefix("refs/heads/")
    return CodeVersion(_resolve(folder, common, reference), branch, remote=remote)


def _common_folder(folder: Path) -> Path:
    """Return the folder shared by all worktrees (gitrepository-layout(5), ``commondir``)."""
    for line in _lines(folder / "commondir"):
        return (folder / line.strip()).resolve()
    return folder


def _resolve(folder: Path, common: Path, reference: str) -> str:
    for base in (folder, common):
        for line in _lines(base / reference):
            if _OBJECT_ID.fullmatch(line.strip()):
                return line.strip()
    for line in _lines(common / "packed-refs"):
        commit, _, name = line.strip().partition(" ")
        if name == reference and _OBJECT_ID.fullmatch(commit):
            return commit
    return ""


def _remote(config: Path) -> str:
    """Return the URL of ``origin`` without user name and password."""
    inside = False
    for line in _lines(config):
        text = line.strip()
        if text.startswith("["):
            inside = text.replace(" ", "") == '[remote"origin"]'
        elif inside and text.partition("=")[0].strip().lower() == "url":
            return _without_credentials(text.partition("=")[2].strip())
    return ""


def _without_credentials(url: str) -> str:
    parts = urlsplit(url)
    if not parts.scheme or not parts.netloc:
        return url
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))


def _lines(path: Path) -> list[str]:
    try:
        return _text(path).splitlines()
    except (OSError, UnicodeDecodeError):
        return []


def _text(path: Path) -> str:
    with open(path, "rb", buffering=0) as file:  # noqa: PTH123 - each run waits for it
        return file.readall().decode()
