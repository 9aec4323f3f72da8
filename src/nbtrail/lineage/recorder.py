"""Facts of each executed statement: what it read, bound, changed and touched outside.

Everything is decided at the boundaries between statements, on the live objects; nothing is
traced while the user's code runs. Own time is limited per cell: beyond the limit a change that
can't be excluded is recorded as not certain, and verification decides later.
"""

from __future__ import annotations

import ast
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from nbtrail.capture.audit import (
    subscribe,
    subscribe_system,
    unsubscribe,
)
from nbtrail.entities.cell import StatementFacts
from nbtrail.lineage.channels import Channels
from nbtrail.lineage.observe import Observation, Observer

__all__ = ["Recorder"]

_BUDGET_S = 0.020
_BUDGET_SHARE = 0.02


class Recorder:
    """Listens to statement probes and turns what happens between them into facts.

    Parameters
    ----------
    namespace : callable
        Returns the live namespace of the notebook.
    project : Path, optional
        The folder that files are named relative to; the working directory when absent.
    """

    def __init__(
        self, namespace: Callable[[], dict[str, Any]], project: Path | None = None
    ) -> None:
        self._channels = Channels(project if project is not None else Path.cwd())
        self._observer = Observer(namespace, self._channels)
        self._thread = -1
        self._code = ""
        self._nodes: tuple[ast.stmt, ...] = ()
        self._running: ast.stmt | None = None
        self._index = -1
        self._inner_lines = 0
        self._pending: Observation | None = None
        self._facts: list[StatementFacts] = []
        self._began = 0.0
        self._own = 0.0

    @property
    def running(self) -> ast.stmt | None:
        """The statement that runs now in this thread; None between cells."""
        return self._running if threading.get_ident() == self._thread else None

    @property
    def current_statement(self) -> int:
        """Index of the statement that runs now; -1 between cells."""
        return self._index

    def begin_cell(self, raw_source: str, transformed: str) -> None:  # noqa: ARG002 - both named by the contract
        """Take a cell that is about to run."""
        if self._thread == -1:
            subscribe(self._channels.on_file)
            subscribe_system(self._channels.on_system)
        self._thread = threading.get_ident()
        self._code = transformed
        self._nodes = ()
        self._running = self._pending = None
        self._index = -1
        self._inner_lines = 0
        self._facts = []
        self._observer.forget()
        self._began = time.perf_counter()
        self._own = 0.0

    def begin_block(self, nodes: tuple[ast.stmt, ...], code: str | None, *, line: bool) -> bool:
        """Take the statements of the cell, or of the magic that it consists of."""
        if threading.get_ident() != self._thread:
            return False
        if line:
            if self._pending is not None:
                self._observer.extend(self._pending, nodes)
            return False
        if code is not None:
            # the statement that called the magic gives way to those in the magic's body
            self._inner_lines += 1
            self._code = "\n" * self._inner_lines + code
            self._drop_pending()
        elif self._running is not None:
            return False
        self._nodes = nodes
        return True

    def before(self, node: ast.stmt, index: int) -> None:
        """Take the statement that begins now; the one before it has ended."""
        if threading.get_ident() != self._thread:
            return
        started = time.perf_counter()
        self._finish("")
        self._running, self._index = node, index
        self._pending = self._observer.begin(node, index, self._deadline(started))
        self._own += time.perf_counter() - started
        self._pending.started_ns = time.perf_counter_ns()
        self._channels.open(self._pending.texts)

    def end_cell(self, error: str = "") -> tuple[str, tuple[StatementFacts, ...]]:
        """Return the code that ran and the facts of its statements.

        Parameters
        ----------
        error : str
            Name and text of the exception that ended the cell, or empty.
        """
        started = time.perf_counter()
        self._finish(error)
        self._own += time.perf_counter() - started
        if self._thread != -1:
            unsubscribe(self._channels.on_file)
            unsubscribe(self._channels.on_system)
        self._thread = self._index = -1
        self._running = None
        return self._code, tuple(self._facts)

    def _finish(self, error: str) -> None:
        pending, self._pending = self._pending, None
        if pending is None:
            return
        duration = time.perf_counter_ns() - pending.started_ns
        traffic = self._channels.close()
        until = self._deadline(time.perf_counter())
        facts = self._observer.finish(
            pending, traffic, until, self._inner_lines, failed=bool(error)
        )
        self._facts.append(self._observer.valued(facts.closed(error, duration), until))

    def _drop_pending(self) -> None:
        self._pending = None
        self._channels.close()

    def _deadline(self, now: float) -> float:
        allowed = max(_BUDGET_S, _BUDGET_SHARE * (now - self._began - self._own))
        return now + allowed - self._own
