"""What the working tree holds beside its commit is read without touching the repository."""

from __future__ import annotations

import os
import socket
import subprocess

import pytest

from nbtrail.capture.git import read_head
from nbtrail.capture.worktree import read_worktree, with_executed


@pytest.fixture
def look(tmp_path):
    """Read a tree; what is kept goes into ``look.kept``."""

    def read(folder, executed=()):
        read.kept = {}
        return read_worktree(folder, read_head(folder), executed, keep)

    def keep(data):
        name = f"blob {len(read.kept)}"
        read.kept[name] = data
        return name

    read.keep = keep
    read.content = lambda tree, path: read.kept[tree.files[path][1]]
    return read


def test_clean_then_dirty(repo, git, look):
    assert look(repo).code.dirty is False
    (repo / "a.py").write_text("a = 2\n")
    (repo / "neu ä.py").write_text("")
    tree = look(repo)
    assert tree.code.dirty is True
    assert tree.code.changed == ("a.py", "neu ä.py")
    assert look.content(tree, "a.py") == b"a = 2\n"


def test_moved_and_deleted_files(repo, git, look):
    git(repo, "mv", "a.py", "b.py")
    tree = look(repo)
    assert set(tree.code.changed) == {"a.py", "b.py"}
    assert tree.deleted == ("a.py",)
    assert look.content(tree, "b.py") == b"a = 1\n"


def test_untracked_code_counts_once_it_was_executed(repo, look):
    for name in ("used.py", "other.py", "pkg/inner.py", "data.csv"):
        (repo / name).parent.mkdir(exist_ok=True)
        (repo / name).write_text(name)
    tree = look(repo, [str(repo / "used.py"), str(repo / "pkg" / "inner.py"), "/elsewhere/x.py"])
    assert set(tree.files) == {"used.py", "pkg/inner.py"}
    left = dict(text.split(": ", 1) for text in tree.code.left_out)
    assert set(left) == {"other.py", "data.csv"}
    assert left["data.csv"].startswith("untracked, xxh3-128/")
    later = with_executed(tree, repo, [str(repo / "other.py")], look.keep)
    assert set(later.files) == {"used.py", "pkg/inner.py", "other.py"}
    assert [t.partition(":")[0] for t in later.code.left_out] == ["data.csv"]
    assert with_executed(later, repo, [str(repo / "other.py")], look.keep) is later


def test_ignored_files_are_not_there(repo, look):
    (repo / ".gitignore").write_text("*.log\nsecret/\n")
    (repo / "run.log").write_text("x")
    (repo / "secret").mkdir()
    (repo / "secret" / "m.py").write_text("x")
    tree = look(repo, [str(repo / "secret" / "m.py")])
    assert tree.code.changed == (".gitignore",)
    assert not tree.files


def test_a_large_untracked_folder_is_one_line(repo, look):
    (repo / "data").mkdir()
    for number in range(60):
        (repo / "data" / f"{number}.txt").write_text("x")
    (repo / "data" / "load.py").write_text("x")
    tree = look(repo, [str(repo / "data" / "load.py")])
    assert tree.code.left_out == ("data/: untracked, 61 files",)
    assert set(tree.files) == {"data/load.py"}


def test_checkpoints_of_jupyter_make_nothing_dirty(repo, look):
    (repo / ".ipynb_checkpoints").mkdir()
    (repo / ".ipynb_checkpoints" / "a-checkpoint.ipynb").write_text("{}")
    assert look(repo).code.dirty is False


def test_large_files_are_left_out_by_digest(repo, git, look):
    (repo / "a.py").write_bytes(b"#" * 6_000_000)
    tree = look(repo)
    assert not tree.files
    (left,) = tree.code.left_out
    assert left.startswith("a.py: larger than 5 MB (6,000,000 bytes, xxh3-128/")


def test_a_secret_keeps_a_file_out(repo, look):
    (repo / "a.py").write_text("password = 'correct-horse-9'\n")
    tree = look(repo)
    assert tree.code.left_out == ("a.py: it holds a secret",)
    assert not look.kept


def test_links_modes_and_strange_files(repo, git, look):
    for name in ("link", "tool.sh", "pipe"):
        (repo / name).write_text("x")
    git(repo, "add", ".")
    git(repo, "commit", "-qm", "more")
    (repo / "link").unlink()
    (repo / "link").symlink_to("/etc/passwd")
    (repo / "tool.sh").chmod(0o755)
    (repo / "pipe").unlink()
    os.mkfifo(repo / "pipe")
    tree = look(repo)
    assert tree.files["link"][0] == "120000"
    assert look.content(tree, "link") == b"/etc/passwd"
    assert tree.files["tool.sh"][0] == "100755"
    assert "pipe" not in tree.files


def test_names_of_any_bytes(repo, git, look):
    names = [b'quo"te.py', b"new\nline.py", b"\xff\xfe.py", "ü 日.py".encode(), b"-x.py", b":(top)"]
    for name in names:
        (repo / os.fsdecode(name)).write_text("1")
    git(repo, "add", "-A")
    git(repo, "commit", "-qm", "names")
    for name in names:
        (repo / os.fsdecode(name)).write_text("2")
    tree = look(repo)
    assert {os.fsencode(p) for p in tree.files} == set(names)
    assert all(look.content(tree, p) == b"2" for p in tree.files)
    "".join(tree.code.changed).encode("utf-8")  # can be stored


def test_unborn_head_and_conflicts(tmp_path, git, look):
    git(tmp_path, "init", "-q", "-b", "main")
    (tmp_path / "new.py").write_text("n")
    tree = look(tmp_path, [str(tmp_path / "new.py")])
    assert (tree.code.commit, tree.code.changed) == ("", ("new.py",))
    git(tmp_path, "add", ".")
    assert set(look(tmp_path).files) == {"new.py"}
    git(tmp_path, "commit", "-qm", "one")
    git(tmp_path, "checkout", "-qb", "side")
    (tmp_path / "new.py").write_text("side")
    git(tmp_path, "commit", "-qam", "side")
    git(tmp_path, "checkout", "-q", "main")
    (tmp_path / "new.py").write_text("main")
    git(tmp_path, "commit", "-qam", "main")
    with pytest.raises(Exception, match="returned non-zero"):
        git(tmp_path, "rebase", "side")
    tree = look(tmp_path)
    assert tree.code.dirty is True
    assert b"<<<<<<<" in look.content(tree, "new.py")


def test_a_submodule_is_its_commit(repo, git, look, tmp_path):
    other = tmp_path / "other"
    other.mkdir()
    git(other, "init", "-q")
    (other / "x").write_text("x")
    git(other, "add", ".")
    git(other, "commit", "-qm", "x")
    git(repo, "-c", "protocol.file.allow=always", "submodule", "add", "-q", str(other), "sub")
    git(repo, "commit", "-qm", "sub")
    (repo / "sub" / "y").write_text("y")
    assert look(repo).code.dirty is False
    git(repo / "sub", "add", ".")
    git(repo / "sub", "commit", "-qm", "y")
    commit = git(repo / "sub", "rev-parse", "HEAD")
    assert look(repo).code.left_out == (f"sub: submodule at commit {commit}",)


def test_a_linked_worktree_and_a_sparse_one(repo, git, look, tmp_path):
    (repo / "deep").mkdir()
    (repo / "deep" / "b.py").write_text("b")
    git(repo, "add", ".")
    git(repo, "commit", "-qm", "two")
    other = tmp_path / "linked"
    git(repo, "worktree", "add", "-q", "-b", "side", str(other))
    git(other, "sparse-checkout", "set", "nothing")
    assert not (other / "deep").exists()
    (other / "a.py").write_text("linked")
    tree = look(other)
    assert (tree.code.changed, tree.deleted) == (("a.py",), ())
    assert look(repo).code.dirty is False


def test_the_repository_stays_as_it_was(repo, git, look):
    (repo / "staged.py").write_text("s")
    git(repo, "add", "staged.py")
    git(repo, "stash", "push", "-q")
    (repo / "staged.py").write_text("again")
    git(repo, "add", "staged.py")
    (repo / "a.py").write_text("a = 5\n")
    lock = repo / ".git" / "index.lock"
    lock.write_text("held")

    def state():
        return {p: p.read_bytes() for p in sorted((repo / ".git").rglob("*")) if p.is_file()}

    before = state()
    assert set(look(repo).files) == {"a.py", "staged.py"}
    assert state() == before


def test_without_git_or_an_answer_the_flag_is_unknown(repo, look, monkeypatch):
    (repo / "a.py").write_text("a = 2\n")
    with monkeypatch.context() as patch:
        patch.setenv("PATH", "")
        assert look(repo).code.dirty is None
    (repo / ".git" / "index").write_bytes(b"damaged")
    assert look(repo).code.dirty is None


def test_a_foreign_repository_is_left_to_gits_own_judgement(repo, look, monkeypatch):
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    monkeypatch.setattr("nbtrail.capture.gitcommand._is_mine", lambda _path: False)
    assert look(repo).code.dirty is None


def test_variables_of_git_in_the_environment_do_not_mislead(repo, git, look, tmp_path, monkeypatch):
    other = tmp_path / "other"
    other.mkdir()
    git(other, "init", "-q")
    monkeypatch.setenv("GIT_DIR", str(other / ".git"))
    monkeypatch.setenv("GIT_WORK_TREE", str(other))
    monkeypatch.setenv("GIT_INDEX_FILE", str(other / "index"))
    (repo / "a.py").write_text("a = 2\n")
    assert look(repo).code.changed == ("a.py",)


@pytest.mark.parametrize("place", ["config", "included", "global"])
def test_programs_named_by_a_repository_are_not_run(repo, git, look, tmp_path, monkeypatch, place):
    marker = tmp_path / "ran"
    evil = tmp_path / "evil.sh"
    evil.write_text(f"#!/bin/sh\ntouch {marker}\ncat\n")
    evil.chmod(0o755)
    settings = tmp_path / "settings"
    for key in ("core.fsmonitor", "filter.e.v-L.clean", "filter.e.v-L.process"):
        git(repo, "config", "--file", str(settings), key, str(evil))
    if place == "config":
        config = repo / ".git" / "config"
        config.write_text(config.read_text() + settings.read_text())
    elif place == "included":
        git(repo, "config", "include.path", str(settings))
    else:
        monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(settings))
    hook = repo / ".git" / "hooks" / "post-index-change"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(evil.read_text())
    hook.chmod(0o755)
    (repo / ".gitattributes").write_text("*.py filter=e.v-L\n")
    (repo / "a.py").write_text("a = 3\n")
    tree = look(repo)
    assert set(tree.files) == {"a.py"}
    assert not marker.exists()
    subprocess.run(["git", "add", "a.py"], cwd=repo, capture_output=True, check=False)
    assert marker.exists()  # without precautions it is run


def test_a_socket_among_the_files(repo, look, tmp_path, monkeypatch):
    monkeypatch.chdir(repo)
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("s.sock")
        assert look(repo).code.dirty is False
