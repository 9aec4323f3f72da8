"""Commit, branch and remote are read by hand."""

from __future__ import annotations

from nbtrail.capture.git import read_head


def test_commit_and_branch(repo, git):
    head = read_head(repo)
    assert head.commit == git(repo, "rev-parse", "HEAD")
    assert head.branch == "main"
    assert head.dirty is None


def test_packed_refs_and_detached_head(repo, git):
    git(repo, "pack-refs", "--all")
    assert read_head(repo).commit == git(repo, "rev-parse", "HEAD")
    git(repo, "checkout", "-q", "--detach")
    head = read_head(repo)
    assert (head.commit, head.branch) == (git(repo, "rev-parse", "HEAD"), "")


def test_linked_worktree(repo, git, tmp_path):
    other = tmp_path / "other"
    git(repo, "worktree", "add", "-q", "-b", "side", str(other))
    head = read_head(other)
    assert (head.commit, head.branch) == (git(repo, "rev-parse", "HEAD"), "side")


def test_unborn_head_and_no_repository(tmp_path, git):
    assert read_head(tmp_path) is None
    git(tmp_path, "init", "-q", "-b", "main")
    head = read_head(tmp_path)
    assert (head.commit, head.branch) == ("", "main")


def test_credentials_never_leave_the_url(repo, git):
    git(repo, "remote", "add", "origin", "https://user:secret@example.org/x.git")
    assert read_head(repo).remote == "https://example.org/x.git"
