"""Code of the notebook that runs beside a statement: its threads, and tasks while it awaits."""

from __future__ import annotations

import ast
import sys
import threading
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from types import CodeType, CoroutineType, FunctionType
from typing import Any

from nbtrail.lineage.names import code_globals
from nbtrail.lineage.walk import Reach

__all__ = ["Background"]


@dataclass(frozen=True, slots=True)
class _Beside:
    """One thread or task.

    Attributes
    ----------
    key : int
        Id of the object.
    code : CodeType
        Of the notebook's function that it runs.
    always : bool
        It runs between statements too; a task only where one awaits.
    """

    key: int
    code: CodeType
    always: bool


class Background:
    """Remembers the notebook's threads: what one did since the last statement shows only now.

    Parameters
    ----------
    reach : callable
        Returns what the value of a name reaches.
    is_users : callable
        Whether a name is one of the user's.
    """

    def __init__(
        self, reach: Callable[[str, Any, float], Reach], is_users: Callable[[str], bool]
    ) -> None:
        self._reach = reach
        self._is_users = is_users
        self._alive: set[_Beside] = set()
        self._known: set[_Beside] = set()

    def beside(
        self, node: ast.stmt, loads: Collection[str], namespace: Mapping[str, Any], until: float
    ) -> tuple[set[str], set[str]]:
        """Return names that what runs beside a statement uses or is held by, and the unsure ones.

        The value of an unsure one may change at any moment while a thread runs.
        """
        running = {*_running_beside(node, namespace), *self._alive}
        used: set[str] = set()
        unsure: set[str] = set()
        for other in running | self._known:
            holders = {
                name
                for name, value in namespace.items()
                if self._is_users(name) and other.key in self._reach(name, value, until).keys
            }
            if other not in running and holders.isdisjoint(loads):
                continue  # it has ended, and nobody asks for it
            inner = frozenset().union(*code_globals(other.code)) & namespace.keys()
            used |= inner | holders
            unsure |= inner if other.always else set()
        return used, unsure

    def look(self, namespace: Mapping[str, Any]) -> None:
        """Note which threads run when a statement has ended."""
        self._alive = set(_running_beside(ast.Pass(), namespace))
        self._known |= self._alive


def _running_beside(node: ast.stmt, namespace: Mapping[str, Any]) -> list[_Beside]:
    """Return what may run while a statement does."""
    found = [_Beside(id(t), code, True) for t, code in _threads(namespace)]
    tasks = list(_tasks(namespace)) if "asyncio" in sys.modules else []
    if tasks and _awaits(node):
        found += [_Beside(id(t), code, False) for t, code in tasks]
    return found


def _threads(namespace: Mapping[str, Any]) -> Iterable[tuple[threading.Thread, CodeType]]:
    for thread in threading.enumerate():
        target = getattr(thread, "_target", None)
        target = getattr(target, "__func__", target)
        if type(target) is FunctionType and target.__globals__ is namespace:
            yield thread, target.__code__


def _tasks(namespace: Mapping[str, Any]) -> Iterable[tuple[Any, CodeType]]:
    import asyncio

    try:
        tasks = asyncio.all_tasks()
    except RuntimeError:  # no loop runs here
        return
    for task in tasks:
        coroutine = task.get_coro()
        frame = coroutine.cr_frame if isinstance(coroutine, CoroutineType) else None
        if frame is not None and frame.f_globals is namespace:
            yield task, frame.f_code


def _awaits(node: ast.stmt) -> bool:
    waiting = (ast.Await, ast.AsyncFor, ast.AsyncWith)
    return any(isinstance(part, waiting) for part in ast.walk(node))
