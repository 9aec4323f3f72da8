"""Notice when a module of certain packages has been imported.

A cell may import a library and fit a model in one go, so taps must be set between
the two. The watch lets Python's own finders do all the work and only asks their
loader to tell when the outermost import of such a package has finished.
"""

from __future__ import annotations

import contextlib
import sys
import threading
from collections.abc import Callable, Sequence
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

__all__ = ["ImportWatch"]


class ImportWatch:
    """Call `notify` after each outermost import of a module below `packages`.

    In threads other than the main one it is called after every such module. It is a
    finder without a base class: `importlib.abc` would take longer to load than all the rest.
    """

    def __init__(self, packages: Sequence[str], notify: Callable[[], None]) -> None:
        self._packages = frozenset(packages)
        self._notify = notify
        self._open = threading.local()

    def install(self) -> None:
        """Start to watch."""
        if self not in sys.meta_path:
            sys.meta_path.insert(0, self)

    def remove(self) -> None:
        """Stop to watch."""
        if self in sys.meta_path:
            sys.meta_path.remove(self)

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Find the module as Python would, with a loader that tells when it is done."""
        if fullname.partition(".")[0] not in self._packages:
            return None
        depth: int = getattr(self._open, "depth", 0)
        if depth and threading.current_thread() is threading.main_thread():
            return None  # the outermost import tells, the modules below it cost nothing
        spec = self._find(fullname, path, target)
        if spec is None or not hasattr(spec.loader, "exec_module"):
            return spec
        loader: Any = spec.loader
        execute = loader.exec_module

        def exec_module(module: ModuleType) -> None:
            depth = getattr(self._open, "depth", 0)
            self._open.depth = depth + 1
            try:
                execute(module)
            finally:
                self._open.depth = depth
            # another thread may use a module of ours before our outermost import ends
            if depth == 0 or threading.current_thread() is not threading.main_thread():
                self._notify()

        # a loader made for this one spec takes it, and no other module is touched
        with contextlib.suppress(AttributeError, TypeError):
            loader.exec_module = exec_module
        return spec

    def _find(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None
    ) -> ModuleSpec | None:
        finders = list(sys.meta_path)
        behind = finders[finders.index(self) + 1 :] if self in finders else finders
        for finder in behind:
            find = getattr(finder, "find_spec", None)
            spec: ModuleSpec | None = find(fullname, path, target) if find is not None else None
            if spec is not None:
                return spec
        return None
