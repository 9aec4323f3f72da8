"""What git state and snapshots cost, in milliseconds, beside git itself.

Run: ``python benchmarks/git_cost.py``. Everything but `read_head` happens beside the cell.
"""

from __future__ import annotations

import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from nbtrail.capture.git import read_head
from nbtrail.capture.worktree import Worktree, read_worktree
from nbtrail.store.snapshots import Snapshot, Snapshots

REPEATS = 7


def main() -> None:
    print(f"{'ms, least of 7':34}{'20 files':>12}{'10,000 files':>14}")
    with tempfile.TemporaryDirectory() as folder:
        repositories = [repository(Path(folder), 20), repository(Path(folder), 10_000)]
        for name, action in {
            "read_head (in the cell)": read_head,
            "git status": lambda path: git(path, "status", "--porcelain=v2"),
            "read_worktree, nothing kept": lambda path: read_worktree(path, read_head(path)),
            "snapshot of 3 changes, first": snapshot_first,
            "the same again": snapshot_again,
            "git stash create": lambda path: git(path, "stash", "create"),
        }.items():
            figures = [least(lambda: action(path)) for path in repositories]  # noqa: B023
            print(f"{name:34}{figures[0]:12.3f}{figures[1]:14.3f}")


def repository(folder: Path, count: int) -> Path:
    path = folder / str(count)
    for number in range(count):
        file = path / f"d{number % 100}" / f"m{number}.py"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"x = {number}\n" * 20)
    git(path, "init", "-q")
    git(path, "add", "-A")
    git(path, "-c", "user.name=b", "-c", "user.email=b@b", "commit", "-qm", "first")
    for number in range(3):
        (path / f"d{number}" / f"m{number}.py").write_text("changed = 1\n")
    return path


def git(path: Path, *arguments: str) -> None:
    subprocess.run(["git", *arguments], cwd=path, check=True, capture_output=True)


def snapshot_first(path: Path) -> None:
    with tempfile.TemporaryDirectory() as place:
        take(path, Snapshots(Path(place) / "git"))


def snapshot_again(path: Path) -> None:
    take(path, Snapshots(path.parent / "kept" / path.name))


def take(path: Path, snapshots: Snapshots) -> None:
    tree: Worktree = read_worktree(path, read_head(path), (), snapshots.put_blob)
    files = {name.encode(): entry for name, entry in tree.files.items()}
    assert len(files) == 3
    snapshots.put(Snapshot(tree.code.commit, files))


def least(action: Callable[[], object]) -> float:
    figures = []
    for _ in range(REPEATS):
        begun = time.perf_counter()
        action()
        figures.append(time.perf_counter() - begun)
    return min(figures) * 1000


if __name__ == "__main__":
    main()
