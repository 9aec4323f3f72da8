"""Files, processes and environment variables that Python code touches, as audit events.

Python can't remove an audit hook, so there is one for the whole process, added at the first
subscription; for the events that nobody asked for its first statement returns.
"""

from __future__ import annotations

import os
import re
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import Enum
from types import FrameType
from typing import Any, NamedTuple

__all__ = [
    "FileEvent",
    "SystemEvent",
    "SystemKind",
    "database_of",
    "is_noise",
    "publish",
    "subscribe",
    "subscribe_system",
    "unsubscribe",
    "unwatched",
]


class SystemKind(Enum):
    """What else was seen besides a file."""

    PROCESS = "process"
    ENVIRONMENT = "environment"
    EXEC = "exec"


class FileEvent(NamedTuple):
    """A file or folder is about to be opened or changed; it need not succeed.

    Attributes
    ----------
    path : str
        Absolute, not resolved.
    mode : str
        ``"r"``, ``"w"`` or ``"rw"``; ``"l"`` for a folder whose entries are listed.
    tapped : bool
        A tap on a reading or writing function told it, since native code opens the file.
    """

    path: str
    mode: str
    tapped: bool = False


class SystemEvent(NamedTuple):
    """A process, a change of the environment, or code that is about to be executed.

    Attributes
    ----------
    value : object
        The command as text, the variable's name, or the code object.
    """

    kind: SystemKind
    value: Any


_files: list[Callable[[FileEvent], None]] = []
_system: list[Callable[[SystemEvent], None]] = []
_armed = False
_added = False
_busy = threading.local()
# by id: a connection takes no weak reference, but whoever has its id later is told of too
_databases: dict[int, Any] = {}
_MOST_DATABASES = 1000

_WRITES = {"os.mkdir", "os.rmdir", "os.remove", "os.truncate"}
_LISTS = {"os.listdir", "os.scandir"}
_MOVES = {"os.rename", "shutil.move", "os.link", "os.symlink"}
_COPIES = {"shutil.copyfile", "shutil.copytree"}
_PROCESSES = {"subprocess.Popen", "os.system", "os.posix_spawn", "os.exec", "pty.spawn"}
_FORKS = {"os.fork", "os.forkpty"}
_VARIABLES = {"os.putenv", "os.unsetenv"}
_DATABASES = {"sqlite3.connect", "sqlite3.connect/handle"}
_WATCHED = frozenset({"open", "exec"}).union(
    _WRITES, _LISTS, _MOVES, _COPIES, _PROCESSES, _FORKS, _VARIABLES, _DATABASES
)

_OURS = "nbtrail"  # begins the names of our own threads
# what never is data: byte code, libraries, system folders, our own and the shell's files
_NOISE_SUFFIXES = (".pyc", ".pyo", ".so", ".pyd", ".dll", ".ttf", ".otf", ".afm", ".pth")
_NOISE_PREFIXES = ("/proc/", "/sys/", "/dev/", "/etc/", "/usr/share/", "/usr/lib/")
_MEMORY_FOLDER = "/dev/shm/"  # the one below /dev that holds files  # noqa: S108
_NOISE_PARTS = (
    "/.nbtrail/",
    "/.ipython/",
    "/.jupyter/",
    "/jupyter/runtime/",
    "/.git/",
    "/__pycache__/",
    "/.cache/fontconfig",
    "/.cache/matplotlib",
    "/.config/",
    "/.matplotlib/",
    ".dist-info/",
    ".egg-info/",
)
_NOISE_NAMES = (
    "/matplotlibrc",
    "/history.sqlite",
    "/history.sqlite-journal",
    "/.netrc",
    "/__pycache__",
)
_LIBRARY_PARTS = ("/site-packages/", "/dist-packages/")
_DATA_SUFFIXES = (".csv", ".gz", ".json", ".npz", ".npy", ".parquet", ".txt", ".zip", ".bz2")


def subscribe(callback: Callable[[FileEvent], None]) -> None:
    """Call `callback` for each file event from now on, in the thread that causes it."""
    _files.append(callback)
    _arm()


def subscribe_system(callback: Callable[[SystemEvent], None]) -> None:
    """Call `callback` for processes, environment changes and executed code."""
    _system.append(callback)
    _arm()


def publish(path: str, mode: str) -> None:
    """Tell of a file that native code reads or writes without an audit event."""
    if _armed and not getattr(_busy, "inside", False):
        _tell_file(path, mode, tapped=True)


def database_of(connection: Any) -> str:
    """Return the file of a SQLite connection that was opened since the first subscription.

    ``:memory:`` for one in memory, empty for one that nobody saw.
    """
    return os.fsdecode(_databases.get(id(connection), ""))


@contextmanager
def unwatched() -> Iterator[None]:
    """Open files of the user's without a trace: our reading is none of the user's code."""
    before = getattr(_busy, "inside", False)
    _busy.inside = True
    try:
        yield
    finally:
        _busy.inside = before


def unsubscribe(callback: Callable[[Any], None]) -> None:
    """Stop calling `callback`; nothing happens when it was not subscribed."""
    global _armed
    for subscribers in (_files, _system):
        if callback in subscribers:
            subscribers.remove(callback)
    _armed = bool(_files or _system)
    if not _armed:
        _databases.clear()


def _arm() -> None:
    global _armed, _added
    _armed = True
    if not _added:
        _added = True
        sys.addaudithook(_hook)


def _hook(event: str, arguments: tuple[Any, ...]) -> None:
    # id() and sys._getframe() are events too, and the most of them: a deep copy asks for each id
    if event not in _WATCHED or not _armed:
        return
    if getattr(_busy, "inside", False):
        return
    _busy.inside = True
    try:
        if threading.current_thread().name.startswith(_OURS):
            return
        _dispatch(event, arguments)
    except Exception:  # noqa: S110 - an audit hook that raises would break the user's call
        pass
    finally:
        _busy.inside = False


def _dispatch(event: str, arguments: tuple[Any, ...]) -> None:
    if event == "open":
        _tell_file(arguments[0], _open_mode(arguments[1], arguments[2]))
    elif event in _WRITES:
        _tell_file(arguments[0], "w")
    elif event in _LISTS:
        _tell_listing(arguments[0])
    elif event in _MOVES:
        _tell_file(arguments[0], "rw")
        _tell_file(arguments[1], "w")
    elif event in _COPIES:
        _tell_file(arguments[0], "r")
        _tell_file(arguments[1], "w")
    elif event == "sqlite3.connect":
        _busy.database = _database_file(arguments[0])
        _tell_file(_busy.database, "rw")
    elif event == "sqlite3.connect/handle":
        while len(_databases) >= _MOST_DATABASES:
            del _databases[next(iter(_databases))]
        _databases[id(arguments[0])] = getattr(_busy, "database", None) or ":memory:"
    elif event in _PROCESSES:
        _tell_system(SystemKind.PROCESS, " ".join(_texts(arguments)))
    elif event in _FORKS:
        _tell_system(SystemKind.PROCESS, "")
    elif event in _VARIABLES:
        _tell_system(SystemKind.ENVIRONMENT, os.fsdecode(arguments[0]))
    elif event == "exec":
        _tell_system(SystemKind.EXEC, arguments[0])


def _tell_file(path: Any, mode: str, *, tapped: bool = False) -> None:
    if not _files or isinstance(path, int) or not path:
        return
    text = os.path.abspath(os.fsdecode(path))  # noqa: PTH100 - pathlib is slower here
    if is_noise(text, mode):
        return
    event = FileEvent(text, mode, tapped)
    for callback in tuple(_files):
        callback(event)


def _tell_listing(path: Any) -> None:
    if _files and not _is_importing():  # Python lists the folders that it imports from
        _tell_file("." if path is None else path, "l")


def _tell_system(kind: SystemKind, value: Any) -> None:
    if not _system:
        return
    event = SystemEvent(kind, value)
    for callback in tuple(_system):
        callback(event)


def is_noise(path: str, mode: str) -> bool:
    """Say whether a file never is data: byte code, libraries, fonts, caches, our own."""
    if path.endswith(_NOISE_SUFFIXES + _NOISE_NAMES):
        return True
    if path.startswith(_NOISE_PREFIXES) and not path.startswith(_MEMORY_FOLDER):
        return True
    if any(part in path for part in _NOISE_PARTS):
        return True
    if mode != "r" or not _is_library(path):
        return False
    return not path.endswith(_DATA_SUFFIXES) or _is_importing()


def _is_library(path: str) -> bool:
    if path.startswith((sys.prefix + os.sep, sys.base_prefix + os.sep)):
        return True
    return any(part in path for part in _LIBRARY_PARTS)


def _is_importing() -> bool:
    """Say whether a library reads its own tables while it is imported."""
    frame: FrameType | None = sys._getframe(1)  # noqa: SLF001
    while frame is not None:
        if frame.f_code.co_filename.startswith("<frozen importlib"):
            return True
        frame = frame.f_back
    return False


def _database_file(database: Any) -> Any:
    """Return the file of a SQLite database, or None for one in memory."""
    if not isinstance(database, (str, bytes, os.PathLike)):
        return None
    text = os.fsdecode(database)
    if text.startswith("file:"):
        text, _, options = text[5:].partition("?")
        text = "" if "mode=memory" in options else re.sub("^//[^/]*", "", text.partition("#")[0])
    return None if text == ":memory:" else text


def _open_mode(mode: Any, flags: Any) -> str:
    if isinstance(mode, str):
        if "+" in mode:
            return "w" if "w" in mode else "rw"
        if "a" in mode:
            return "rw"
        return "w" if "w" in mode or "x" in mode else "r"
    if isinstance(flags, int):
        access = flags & (os.O_RDONLY | os.O_WRONLY | os.O_RDWR)
        if access == os.O_RDONLY:
            return "r"
        return "w" if flags & os.O_TRUNC or access == os.O_WRONLY else "rw"
    return "r"


def _texts(arguments: Any) -> list[str]:
    found: list[str] = []
    for item in arguments:
        if isinstance(item, (str, bytes, os.PathLike)):
            found.append(os.fsdecode(item))
        elif isinstance(item, (list, tuple)):
            found.extend(_texts(item))
    return found
