"""The process as one session of a trail, and its one tracker."""

from __future__ import annotations

import socket
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbtrail.entities.identity import new_id
from nbtrail.entities.provenance import Session
from nbtrail.store import operations
from nbtrail.store.store import Store

if TYPE_CHECKING:
    from nbtrail.tracking.tracker import Tracker

__all__ = [
    "begin_session",
    "end_session",
    "name_finder",
    "present_tracker",
    "relative_path",
    "use_tracker",
]

_CLOSING_S = 5.0

_provider: Callable[[], Tracker] | None = None


def use_tracker(provider: Callable[[], Tracker] | None) -> None:
    """Say who gives the process's tracker, made when it is first asked for."""
    global _provider
    _provider = provider


def present_tracker() -> Tracker | None:
    """Return the process's tracker, if anybody gives one."""
    return _provider() if _provider is not None else None


def begin_session(store: Store, notebook: str, folder: Path) -> Session:
    """Begin a session of `store` that stands for this process."""
    session = Session(
        session_id=new_id(),
        started_ms=time.time_ns() // 1_000_000,
        notebook=notebook or _script(store.project),
        cwd=relative_path(folder, store.project) or ".",
        python=sys.version.split()[0],
        executable=sys.executable or "",
        host=socket.gethostname(),
    )
    store.submit(operations.start_session(session))
    return session


def end_session(store: Store, session: Session) -> None:
    """End a session, and write what is pending."""
    store.submit(operations.end_session(session.session_id, time.time_ns() // 1_000_000))
    store.flush(_CLOSING_S)


def name_finder(namespace: Callable[[], Mapping[str, Any]]) -> Callable[[Any], str]:
    """Return a function from an object to the public name that holds it, or ``""``."""

    def name_of(value: Any) -> str:
        for name, held in list(namespace().items()):
            if held is value and not name.startswith("_"):
                return name
        return ""

    return name_of


def relative_path(path: Path, project: Path) -> str:
    """Return `path` relative to the project with forward slashes; absolute outside of it."""
    absolute = path.absolute()
    try:
        return absolute.resolve().relative_to(project.resolve()).as_posix()
    except ValueError:
        return absolute.as_posix()


def _script(project: Path) -> str:
    main = getattr(sys.modules.get("__main__"), "__file__", None)
    return relative_path(Path(main), project) if main else ""
