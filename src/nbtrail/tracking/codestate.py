"""Git state of a run: HEAD at once, the working tree's state as soon as git answers."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

from nbtrail.capture.git import read_head, read_worktree
from nbtrail.capture.guard import guarded
from nbtrail.entities.provenance import CodeVersion

__all__ = ["CodeState"]


class CodeState:
    """Reads the project's git state beside the user's code.

    Runs that start while git is still working share its answer.
    """

    def __init__(self, project: Path) -> None:
        self._project = project
        self._lock = threading.Lock()
        self._waiting: list[Callable[[CodeVersion], None]] = []
        self._worker: threading.Thread | None = None

    def now(self, later: Callable[[CodeVersion], None]) -> CodeVersion | None:
        """Return commit and branch; `later` gets them again with the dirty flag.

        `later` is called from a thread of ours, or never when there is no repository.
        """
        head = read_head(self._project)
        if head is None:
            return None
        with self._lock:
            self._waiting.append(later)
            if self._worker is None:
                self._worker = threading.Thread(
                    target=self._ask_git, args=(head,), name="nbtrail-git", daemon=True
                )
                self._worker.start()
        return head

    def wait(self, timeout_s: float) -> None:
        """Wait until git has answered, at most `timeout_s` seconds."""
        worker = self._worker
        if worker is not None and worker is not threading.current_thread():
            worker.join(timeout_s)

    @guarded
    def _ask_git(self, head: CodeVersion) -> None:
        code = head
        try:
            code = read_worktree(self._project, head)
        finally:
            with self._lock:
                waiting, self._waiting, self._worker = self._waiting, [], None
            for later in waiting:
                later(code)
