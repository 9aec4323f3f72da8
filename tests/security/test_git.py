"""A repository may name programs; none of them runs because we look at it."""

from __future__ import annotations

import os
import subprocess
from contextlib import suppress
from pathlib import Path

import pytest

from nbtrail.capture.commits import commit_files, read_blobs
from nbtrail.capture.git import read_head
from nbtrail.capture.gitcommand import GitFailed, ask_git
from nbtrail.capture.worktree import read_worktree

PROGRAMS = (
    "core.fsmonitor",
    "core.sshCommand",
    "core.gitProxy",
    "core.editor",
    "core.pager",
    "core.askPass",
    "core.alternateRefsCommand",
    "credential.helper",
    "diff.external",
    "diff.evil.textconv",
    "diff.evil.command",
    "filter.evil.clean",
    "filter.evil.smudge",
    "filter.evil.process",
    "gpg.program",
    "gpg.ssh.program",
    "interactive.diffFilter",
    "merge.evil.driver",
    "pager.status",
    "pager.diff",
    "pager.log",
    "sequence.editor",
    "uploadpack.packObjectsHook",
    "alias.status",
    "alias.diff",
    "alias.cat-file",
    "alias.ls-tree",
)
HOOKS = (
    "post-index-change",
    "pre-commit",
    "post-checkout",
    "fsmonitor-watchman",
    "reference-transaction",
)


def git(folder: Path, *arguments: str) -> None:
    subprocess.run(
        ["git", "-c", "user.name=t", "-c", "user.email=t@t", *arguments],
        cwd=folder, check=True, capture_output=True,
    )  # fmt: skip


@pytest.fixture
def repository(tmp_path: Path, canary, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository in which everything that can name a program does."""
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    folder = tmp_path / "repository"
    folder.mkdir()
    git(folder, "init", "-q")
    (folder / "a.py").write_text("a = 1\n")
    (folder / ".gitattributes").write_text("*.py filter=evil diff=evil merge=evil\n")
    git(folder, "add", ".")
    git(folder, "commit", "-qm", "start")
    program = tmp_path / "program.sh"
    program.write_text(f"#!/bin/sh\n{canary.command}\ncat\n")
    program.chmod(0o755)
    hooks = tmp_path / "hooks"
    for place in (folder / ".git" / "hooks", hooks):
        place.mkdir(exist_ok=True)
        for name in HOOKS:
            (place / name).write_text(program.read_text())
            (place / name).chmod(0o755)
    with (folder / ".git" / "config").open("a") as config:
        for key in PROGRAMS:
            section, _, name = key.rpartition(".")
            head, _, sub = section.partition(".")
            title = f'[{head} "{sub}"]' if sub else f"[{head}]"
            value = f"!{program}" if head == "alias" else str(program)
            config.write(f'{title}\n\t{name} = "{value}"\n')
        config.write(f"[core]\n\thooksPath = {hooks}\n\tattributesFile = {folder}/.gitattributes\n")
        config.write("[log]\n\tshowSignature = true\n[diff]\n\tnoprefix = true\n")
        config.write(
            f'[protocol "ext"]\n\tallow = always\n[remote "origin"]\n\turl = ext::{program}\n'
        )
    (folder / "a.py").write_text("a = 2\n")
    (folder / "b.py").write_text("b = 1\n")
    return folder


def test_looking_at_a_repository_runs_none_of_its_programs(repository: Path, canary) -> None:
    head = read_head(repository)
    tree = read_worktree(repository, head, (), lambda _data: "kept")
    assert set(tree.files) == {"a.py"}
    files = commit_files(repository, head.commit)
    assert files is not None
    assert dict(read_blobs(repository, files))[b"a.py"] == b"a = 1\n"
    assert canary.is_alive

    # the same questions without our precautions
    subprocess.run(["git", "status"], cwd=repository, capture_output=True, check=False)
    assert not canary.is_alive
    canary.path.unlink()


@pytest.mark.parametrize(
    "name",
    ["--upload-pack=touch {}", "-oProxyCommand=touch {}", "$(touch {})", "a;touch {}", "@{{-1}}"],
)
def test_names_are_no_options_and_no_commands(name: str, repository: Path, canary) -> None:
    told = name.format(canary.path)
    assert commit_files(repository, told) is None
    with suppress(GitFailed):
        ask_git(repository, "cat-file", "-t", told)
    assert canary.is_alive


def test_a_git_in_the_working_folder_is_not_run(
    repository: Path, canary, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake = repository / "git"
    fake.write_text(f"#!/bin/sh\n{canary.command}\n")
    fake.chmod(0o755)
    monkeypatch.chdir(repository)
    monkeypatch.setenv("PATH", f".{os.pathsep}{os.pathsep}{os.environ['PATH']}")
    with suppress(GitFailed):
        read_worktree(repository, read_head(repository), (), lambda _data: "kept")
    assert canary.is_alive
