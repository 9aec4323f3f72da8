"""Notice when a module of certain packages has been imported.

A cell may import a library and fit a model in one go, so taps must be set between
the two. The watch lets Python's own finders do all the work and only asks their
loader to tell when the outermost import of such a package has finished.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Sequence
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType

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
        spec = PathFinder.find_spec(fullname, path, target)
        if spec is None or spec.loader is None:
            return spec
        execute = spec.loader.exec_module

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

        # the loader belongs to this one spec, so this touches no other module
        spec.loader.exec_module = exec_module  # type: ignore[method-assign]
        return spec
