"""The project's own modules and scripts: which were loaded, and from what source.

Python gives a module a new spec object whenever it is executed, at its import and at every
reload, by whatever means. So one look at the specs after each cell tells exactly what was
loaded since the last one; a file that was only edited is not taken for code that ran. The
exception is ``%autoreload``, which brings edits into a module without executing it.
"""

from __future__ import annotations

import hashlib
import os
import sys
from pathlib import Path
from typing import Any, NamedTuple

from nbtrail.capture.audit import FileEvent

__all__ = ["LoadedSource", "ProjectModules"]

_LIBRARIES = ("site-packages", "dist-packages")
_SHELL = frozenset({"__main__", "__mp_main__"})  # a kernel's launcher is no code of the project
_MOST_BYTES = 5_000_000


class LoadedSource(NamedTuple):
    """A module or script as it was executed.

    Attributes
    ----------
    name : str
        Dotted name; the path of a script.
    path : str
        Relative to the project.
    sha256 : str
        Of the bytes of its file.
    """

    name: str
    path: str
    sha256: str
    text: str


class ProjectModules:
    """Notices modules and scripts of one project.

    Parameters
    ----------
    project : Path
    script : bool
        The process's own main module is one of them.
    """

    def __init__(self, project: Path, *, script: bool = False) -> None:
        self._root = os.path.realpath(project) + os.sep
        libraries = {sys.prefix, sys.base_prefix, os.path.dirname(os.__file__)}  # noqa: PTH120
        libraries |= set(map(os.path.realpath, libraries))
        self._outside = tuple(
            folder + os.sep
            for folder in libraries
            if not self._root.startswith(os.path.realpath(folder) + os.sep)
        )
        self._script = script
        # name to what stood for its last execution, and for its file then
        self._mine: dict[str, tuple[Any, tuple[int, int]] | None] = {}
        self._known: dict[str, str] = {}
        self._names: set[str] = set()
        self._newest = (0, "")
        self._opened: dict[str, None] = {}
        self.files: dict[str, None] = {}

    def begin(self) -> None:
        """Take the begin of a cell: what was opened before is no script of it."""
        self._opened.clear()

    def opened(self, event: FileEvent) -> None:
        """Take a file that is opened: when a cell runs, it may be a script."""
        if event.mode == "r" and event.path.endswith(".py"):
            self._opened[event.path] = None

    def changed(self) -> list[LoadedSource]:
        """Return what was loaded since the last call; some microseconds when nothing was."""
        found = []
        newest = (len(sys.modules), next(reversed(sys.modules)))  # an import is put at the end
        if newest != self._newest:
            self._newest = newest
            self._meet(sys.modules.copy())  # other threads may import meanwhile
        paths = set()
        patching = _autoreload_is_on()
        for name, before in self._mine.items():
            module = sys.modules.get(name)
            path = self._path(module) if module is not None else ""
            paths.add(path)
            if not path:
                continue
            stamp = _stamp(module)
            if (
                before is None
                or stamp is not before[0]
                or (patching and _file_stamp(path) != before[1])
            ):
                self._mine[name] = (stamp, _file_stamp(path))
                found.append(self._source(name, path))
        opened, self._opened = self._opened, {}
        scripts = {os.path.realpath(path): None for path in opened}
        found += [self._source("", p) for p in scripts if p not in paths and self._is_mine(p)]
        return [source for source in found if source is not None]

    def _meet(self, present: dict[str, Any]) -> None:
        for name in present.keys() - self._names:
            if self._path(present[name]) and (self._script or name not in _SHELL):
                self._mine.setdefault(name, None)
        self._names = set(present)

    def _path(self, module: Any) -> str:
        """Return the real path of a module's source, or an empty text when it is not ours."""
        path = _file_of(module)
        if not path.endswith(".py") or path.startswith(self._outside):
            return ""  # as most are, so nothing is looked up for them
        if path not in self._known:
            real = os.path.realpath(path)
            self._known[path] = real if self._is_mine(real) else ""
        return self._known[path]

    def _is_mine(self, real: str) -> bool:
        inside = real.startswith(self._root) and not real.startswith(self._outside)
        return inside and not any(part in _LIBRARIES for part in Path(real).parts)

    def _source(self, name: str, real: str) -> LoadedSource | None:
        try:
            with open(real, "rb") as file:  # noqa: PTH123
                data = file.read(_MOST_BYTES + 1)
        except OSError:
            return None
        if len(data) > _MOST_BYTES:
            return None
        self.files[real] = None
        path = real[len(self._root) :].replace(os.sep, "/")
        text = data.decode("utf-8", "replace")
        return LoadedSource(name or path, path, hashlib.sha256(data).hexdigest(), text)


def _file_of(module: Any) -> str:
    """Return a module's file without running any code of it."""
    try:
        path = object.__getattribute__(module, "__dict__").get("__file__")
    except (AttributeError, TypeError):
        return ""
    return path if isinstance(path, str) else ""


def _autoreload_is_on() -> bool:
    """Say whether ``%autoreload`` is active: it patches functions without executing a module."""
    if "IPython.extensions.autoreload" not in sys.modules:
        return False
    try:
        from IPython import get_ipython

        magics = get_ipython().magics_manager.registry["AutoreloadMagics"]
        return bool(magics._reloader.enabled)  # noqa: SLF001
    except Exception:
        return False


def _file_stamp(path: str) -> tuple[int, int]:
    try:
        status = os.stat(path)  # noqa: PTH116 - as fast as it gets
    except OSError:
        return 0, 0
    return status.st_mtime_ns, status.st_size


def _stamp(module: Any) -> Any:
    """Return an object that is another one after each execution of the module."""
    try:
        spec = object.__getattribute__(module, "__dict__").get("__spec__")
    except (AttributeError, TypeError):
        return module
    return spec if spec is not None else module
