"""The git state of a project: HEAD read by hand at once, the working tree's state later.

Reading three small files costs microseconds, so commit and branch are known when a run
starts. Whether the tree is dirty needs git itself; that runs beside the cell, through
GitPython, with everything switched off that would execute programs named in somebody's
repository (file system monitor, hooks, external diff, clean filters).
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from nbtrail.entities.provenance import CodeVersion

__all__ = ["read_head", "read_worktree"]

_OBJECT_ID = re.compile(r"[0-9a-f]{40}([0-9a-f]{24})?")
_SECONDS = 5
_MOST_PATHS = 200
_CHECKPOINTS = ".ipynb_checkpoints/"  # Jupyter's own copies, which nobody commits
_SAFE = (
    "core.fsmonitor=false",
    "core.hooksPath=/dev/null",
    "core.untrackedCache=false",
    "diff.external=",
    "safe.bareRepository=explicit",
)


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
    folder = _git_folder(project)
    if folder is None:
        return None
    try:
        head = (folder / "HEAD").read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        return None
    common = _common_folder(folder)
    remote = _remote(common / "config")
    if not head.startswith("ref:"):
        return CodeVersion(head if _OBJECT_ID.fullmatch(head) else "", "", remote=remote)
    reference = head.removeprefix("ref:").strip()
    branch = reference.removeprefix("refs/heads/")
    return CodeVersion(_resolve(folder, common, reference), branch, remote=remote)


def read_worktree(project: Path, head: CodeVersion) -> CodeVersion:
    """Add to `head` whether the working tree is dirty and which paths differ.

    Returns `head` itself, with `dirty` unknown, when git is missing, fails or needs
    longer than five seconds. Runs git once, changes nothing in the repository.
    """
    program = shutil.which("git")
    if program is None:
        return head
    os.environ.setdefault("GIT_PYTHON_REFRESH", "quiet")
    from git import Git
    from git.exc import GitError

    settings = (*_SAFE, *_filters_off(project))
    options = [part for setting in settings for part in ("-c", setting)]
    where = [f"--git-dir={_git_folder(project)}", f"--work-tree={project}"]
    status = ["status", "--porcelain=v2", "-z", "--ignore-submodules=all"]
    try:
        output = Git(str(project)).execute(
            [program, *options, *where, *status],
            env={"GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0"},
            kill_after_timeout=None if os.name == "nt" else _SECONDS,
            strip_newline_in_stdout=False,
        )
    except (OSError, GitError):
        return head
    paths = tuple(_paths(str(output)))
    return replace(head, dirty=bool(paths), changed=paths[:_MOST_PATHS])


def _paths(output: str) -> Iterator[str]:
    """Yield the paths of ``git status --porcelain=v2 -z`` (format: git-status(1))."""
    records = iter(output.split("\0"))
    for record in records:
        kind = record[:1]
        if kind == "1":
            yield record.split(" ", 8)[8]
        elif kind == "2":
            yield record.split(" ", 9)[9]
            next(records, None)  # the path before the rename
        elif kind == "u":
            yield record.split(" ", 10)[10]
        elif kind == "?" and _CHECKPOINTS not in record:
            yield record[2:]


def _filters_off(project: Path) -> Iterator[str]:
    """Yield settings that empty each filter program named in the repository's config."""
    folder = _git_folder(project)
    if folder is None:
        return
    for line in _lines(_common_folder(folder) / "config"):
        match = re.match(r'\s*\[\s*filter\s+"([^"\\]+)"\s*\]', line, re.IGNORECASE)
        if match:
            name = match.group(1)
            yield f"filter.{name}.required=false"
            for step in ("clean", "smudge", "process"):
                yield f"filter.{name}.{step}="


def _git_folder(project: Path) -> Path | None:
    path = project / ".git"
    if path.is_dir():
        return path
    for line in _lines(path):
        if line.startswith("gitdir:"):
            folder = (project / line.removeprefix("gitdir:").strip()).resolve()
            return folder if folder.is_dir() else None
    return None


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
        return path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return []
