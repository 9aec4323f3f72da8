"""Git state of a run: HEAD at once, the working tree and its snapshot as soon as git answers."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from nbtrail.capture.git import read_head
from nbtrail.capture.guard import guarded
from nbtrail.entities.provenance import CodeVersion
from nbtrail.entities.run import Mark, MarkKind
from nbtrail.store.store import Store
from nbtrail.tracking.worker import Worker

if TYPE_CHECKING:
    from nbtrail.capture.worktree import Worktree

__all__ = ["CodeState", "tree_marks"]

_NAMED = 3
_MOST = 200  # what capture tells at most


class CodeState:
    """Reads the project's git state beside the user's code.

    Runs that start while git is still working share its answer.

    Parameters
    ----------
    store : Store
        Whose project is meant, and which keeps the snapshots.
    executed : callable
        Returns the absolute paths of the code that was run or imported so far.
    """

    def __init__(self, store: Store, executed: Callable[[], Collection[str]] = tuple) -> None:
        self._store = store
        self._project: Path = store.project
        self._executed = executed
        self._lock = threading.Lock()
        self._starting: list[tuple[str, Callable[[CodeVersion], None]]] = []
        self._ending: list[str] = []
        self._trees: dict[str, tuple[Worktree, Callable[[CodeVersion], None]]] = {}
        self._worker = Worker("nbtrail-git", self._work)

    def now(self, run_id: str, later: Callable[[CodeVersion], None]) -> CodeVersion | None:
        """Return commit and branch; `later` gets them again with the state of the tree.

        `later` is called from a thread of ours, or never when there is no repository.
        """
        head = read_head(self._project)
        if head is None:
            return None
        with self._lock:
            self._starting.append((run_id, later))
        self._worker.wake()
        return head

    def ended(self, run_id: str) -> None:
        """Add to a run's snapshot what untracked code it has executed since it began."""
        with self._lock:
            known = self._trees.get(run_id)
            if known is not None and not known[0].untracked:
                del self._trees[run_id]
                return
            if known is None and not self._worker.is_busy:
                return
            self._ending.append(run_id)
        self._worker.wake()

    def wait(self, timeout_s: float) -> None:
        """Wait until git has answered, at most `timeout_s` seconds."""
        self._worker.wait(timeout_s)

    def close(self, timeout_s: float) -> None:
        """Wait as `wait` does, and end the thread."""
        self._worker.close(timeout_s)

    # ------------------------------------------------------------ in the thread

    def _work(self) -> None:
        while True:
            with self._lock:
                starting, self._starting = self._starting, []
                ending, self._ending = self._ending, []
                if not starting and not ending:
                    return
            if starting:
                self._look(starting)
            for run_id in ending:
                self._complete(run_id)

    @guarded
    def _look(self, starting: list[tuple[str, Callable[[CodeVersion], None]]]) -> None:
        from nbtrail.capture.worktree import read_worktree

        head = read_head(self._project)
        if head is None:
            return
        keep = None if self._store.read_only else self._store.snapshots.put_blob
        tree = read_worktree(self._project, head, self._executed(), keep)
        code = self._with_snapshot(tree)
        with self._lock:
            self._trees |= {run_id: (tree, later) for run_id, later in starting}
        for _, later in starting:
            later(code)

    @guarded
    def _complete(self, run_id: str) -> None:
        from nbtrail.capture.worktree import with_executed

        with self._lock:
            known = self._trees.pop(run_id, None)
        if known is None or self._store.read_only:
            return
        tree, later = known
        keep = self._store.snapshots.put_blob
        fuller = with_executed(tree, self._project, self._executed(), keep)
        if fuller is not tree:
            later(self._with_snapshot(fuller))

    def _with_snapshot(self, tree: Worktree) -> CodeVersion:
        if not tree.files and not tree.deleted:
            return tree.code
        from os import fsencode

        from nbtrail.store.snapshots import Snapshot

        snapshot = Snapshot(
            tree.code.commit,
            {fsencode(path): entry for path, entry in tree.files.items()},
            tuple(map(fsencode, tree.deleted)),
        )
        return replace(tree.code, snapshot=self._store.snapshots.put(snapshot))


def tree_marks(code: CodeVersion) -> tuple[Mark, ...]:
    """Return the honesty marks that the state of the working tree asks for."""
    if not code.dirty:
        return ()
    amount = len(code.changed)
    many = f"{amount} or more" if amount >= _MOST else str(amount)
    reason = f"{many} uncommitted change{'s' if amount != 1 else ''}"
    if code.left_out:
        names = [text.partition(": ")[0] for text in code.left_out]
        reason += f", of which the snapshot does not hold {_few(names)}"
    elif code.snapshot:
        reason += f", kept in the snapshot: {_few(code.changed)}"
    else:
        reason += f", not kept: {_few(code.changed)}"
    marks = [Mark(MarkKind.DIRTY_TREE, reason)]
    secret = [text.rpartition(": ")[0] for text in code.left_out if text.endswith("holds a secret")]
    if secret:
        left = f"left out of the snapshot because of a secret: {_few(secret)}"
        marks.append(Mark(MarkKind.REDACTED, left))
    return tuple(marks)


def _few(texts: Collection[str]) -> str:
    return ", ".join(list(texts)[:_NAMED]) + (", ..." if len(texts) > _NAMED else "")
