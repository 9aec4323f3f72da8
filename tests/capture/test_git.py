"""HEAD is read by hand; whether the tree is dirty is asked from git, safely."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from nbtrail.capture.git import read_head, read_worktree


def git(folder: Path, *arguments: str) -> str:
    command = ["git", "-c", "user.name=t", "-c", "user.email=t@t", *arguments]
    done = subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True)
    return done.stdout.strip()


@pytest.fixture
def repo(tmp_path):
    git(tmp_path, "init", "-q", "-b", "main")
    (tmp_path / "a.py").write_text("a = 1\n")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-qm", "first")
    return tmp_path


def test_commit_and_branch(repo):
    head = read_head(repo)
    assert head.commit == git(repo, "rev-parse", "HEAD")
    assert head.branch == "main"
    assert head.dirty is None


def test_packed_refs_and_detached_head(repo):
    git(repo, "pack-refs", "--all")
    assert read_head(repo).commit == git(repo, "rev-parse", "HEAD")
    git(repo, "checkout", "-q", "--detach")
    head = read_head(repo)
    assert (head.commit, head.branch) == (git(repo, "rev-parse", "HEAD"), "")


def test_linked_worktree(repo, tmp_path):
    other = tmp_path / "other"
    git(repo, "worktree", "add", "-q", "-b", "side", str(other))
    head = read_head(other)
    assert (head.commit, head.branch) == (git(repo, "rev-parse", "HEAD"), "side")


def test_unborn_head_and_no_repository(tmp_path):
    assert read_head(tmp_path) is None
    git(tmp_path, "init", "-q", "-b", "main")
    head = read_head(tmp_path)
    assert (head.commit, head.branch) == ("", "main")
    (tmp_path / "new.py").write_text("")
    assert read_worktree(tmp_path, head).changed == ("new.py",)


def test_clean_then_dirty(repo):
    head = read_head(repo)
    assert read_worktree(repo, head).dirty is False
    (repo / "a.py").write_text("a = 2\n")
    (repo / "neu ä.py").write_text("")
    git(repo, "mv", "a.py", "b.py")
    state = read_worktree(repo, head)
    assert state.dirty is True
    assert set(state.changed) == {"b.py", "neu ä.py"}


def test_checkpoints_of_jupyter_make_nothing_dirty(repo):
    (repo / ".ipynb_checkpoints").mkdir()
    (repo / ".ipynb_checkpoints" / "a-checkpoint.ipynb").write_text("{}")
    assert read_worktree(repo, read_head(repo)).dirty is False


def test_git_missing_leaves_the_flag_unknown(repo, monkeypatch):
    monkeypatch.setenv("PATH", "")
    head = read_head(repo)
    assert read_worktree(repo, head) == head


def test_credentials_never_leave_the_url(repo):
    git(repo, "remote", "add", "origin", "https://user:secret@example.org/x.git")
    assert read_head(repo).remote == "https://example.org/x.git"


def test_programs_named_in_the_repository_are_not_run(repo, tmp_path):
    marker = tmp_path / "ran"
    evil = tmp_path / "evil.sh"
    evil.write_text(f"#!/bin/sh\ntouch {marker}\ncat\n")
    evil.chmod(0o755)
    (repo / ".gitattributes").write_text("*.py filter=evil\n")
    git(repo, "config", "core.fsmonitor", str(evil))
    git(repo, "config", "filter.evil.clean", str(evil))
    (repo / "a.py").write_text("a = 3\n")
    assert read_worktree(repo, read_head(repo)).dirty is True
    assert not marker.exists()
