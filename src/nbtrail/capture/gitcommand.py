"""Git as a program, asked without running anything that a repository's files name.

The one module that uses GitPython. A repository can name programs in its configuration (file
system monitor, hooks, filters, helpers that fetch): all of them are switched off by the
command line, which git holds higher than any file.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

__all__ = ["GitFailed", "ask_git", "git_folder"]

_SECONDS = 5.0
_SAFE = (
    "core.fsmonitor=false",
    "core.hooksPath=/dev/null",
    "core.untrackedCache=false",
    "diff.external=",
    "safe.bareRepository=explicit",
)
_QUIET = {
    "GIT_ALLOW_PROTOCOL": "none",  # a partial clone would fetch what it lacks
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
}


class GitFailed(Exception):  # noqa: N818 - an answer, not a mistake of ours
    """Git is missing, refused, failed, or took too long."""


def ask_git(project: Path, *command: str, text: bytes = b"", seconds: float = _SECONDS) -> bytes:
    """Run one git command that only reads, and return what it printed.

    Parameters
    ----------
    project : Path
        Folder that holds ``.git``.
    text : bytes
        Standard input.
    seconds : float
        After this time git is killed.

    Raises
    ------
    GitFailed
        When there is no answer. A repository that belongs to another user is refused unless
        git's own ``safe.directory`` allows it.
    """
    program = shutil.which("git")
    if program is None or not Path(program).is_absolute():
        raise GitFailed("git is not installed")
    where, environment = _place(project)
    filters = _run(
        [program, *where, "config", "-z", "--name-only", "--get-regexp", r"^filter\."],
        project, environment, b"", seconds, empty=1,
    )  # fmt: skip
    options = [part for setting in (*_SAFE, *_filters_off(filters)) for part in ("-c", setting)]
    line = [program, *options, "--literal-pathspecs", *where, *command]
    return _run(line, project, environment, text, seconds)


def git_folder(project: Path) -> Path | None:
    """Return the folder of a repository's own files, or None where there is none.

    ``.git`` may be a file that names it, as in linked worktrees and submodules.
    """
    path = project / ".git"
    if path.is_dir():
        return path
    try:
        first = path.read_text(encoding="utf-8", errors="surrogateescape").splitlines()[0]
    except (OSError, IndexError):
        return None
    if not first.startswith("gitdir:"):
        return None
    folder = (project / first.removeprefix("gitdir:").strip()).resolve()
    return folder if folder.is_dir() else None


def _place(project: Path) -> tuple[list[str], dict[str, str]]:
    """Return options and variables that hold git to this one repository.

    Naming the folder switches git's check of its owner off, so that is only done where the
    owner is who runs this; else git itself finds the folder and decides.
    """
    folder = git_folder(project)
    if folder is None:
        raise GitFailed("no repository")
    environment = _QUIET | {
        "GIT_CEILING_DIRECTORIES": str(project.parent),
        # variables of whoever started this process can't be removed, only overwritten
        "GIT_INDEX_FILE": str(folder / "index"),
        "GIT_NAMESPACE": "",
        "GIT_ALTERNATE_OBJECT_DIRECTORIES": "",
    }
    where = [f"--work-tree={project}"]
    if all(_is_mine(path) for path in (project, project / ".git", folder)):
        where.append(f"--git-dir={folder}")
    elif "GIT_DIR" in os.environ:
        raise GitFailed("the repository belongs to another user")
    return where, environment


def _is_mine(path: Path) -> bool:
    if os.name == "nt":
        return True  # git's own check needs the owner's token
    try:
        return path.stat().st_uid == os.geteuid()
    except OSError:
        return False


def _filters_off(names: bytes) -> Iterator[str]:
    """Yield settings that empty every filter, from the names of all settings of filters."""
    drivers = {name.rpartition(".")[0] for name in os.fsdecode(names).split("\0") if name}
    for driver in sorted(drivers):
        if "=" in driver:  # can't be named on a command line, so its program would run
            raise GitFailed("a filter's name holds an equals sign")
        yield f"{driver}.required=false"
        for step in ("clean", "smudge", "process"):
            yield f"{driver}.{step}="


def _run(
    line: list[str],
    project: Path,
    environment: dict[str, str],
    text: bytes,
    seconds: float,
    *,
    empty: int = 0,
) -> bytes:
    """Run a command line; exit code `empty` stands for an empty answer."""
    os.environ.setdefault("GIT_PYTHON_REFRESH", "quiet")
    from git import Git
    from git.exc import GitCommandError, GitError

    try:
        with tempfile.TemporaryFile() as given:
            given.write(text)
            given.seek(0)
            answer = Git(str(project)).execute(
                line,
                istream=given,
                env=environment,
                kill_after_timeout=None if os.name == "nt" else seconds,
                stdout_as_string=False,
                strip_newline_in_stdout=False,
            )
    except GitCommandError as error:
        if empty and error.status == empty:
            return b""
        raise GitFailed(str(error)) from error
    except (OSError, GitError) as error:
        raise GitFailed(str(error)) from error
    assert isinstance(answer, bytes)
    return answer
