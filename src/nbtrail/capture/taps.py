"""One face for both ways of tapping: sys.monitoring from Python 3.12 on, patches before."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from typing import Protocol

from nbtrail.capture.calls import LIBRARIES, CallSink
from nbtrail.capture.guard import guarded
from nbtrail.capture.imports import ImportWatch
from nbtrail.capture.targets import Target, TargetFinder

__all__ = ["Taps"]


_OTHERS = frozenset({"xgboost", "lightgbm", "optuna"})


class _Backend(Protocol):
    def tap(self, target: Target) -> None: ...
    def watch(self, target: Target, notify: Callable[[type], None]) -> None: ...
    def forget_pending(self) -> None: ...
    def remove_all(self) -> None: ...


class Taps:
    """Taps on every estimator method and metric that is loaded, now or later.

    Parameters
    ----------
    sink : CallSink
        Receives the user-level calls.
    """

    def __init__(self, sink: CallSink) -> None:
        self._sink = sink
        self._lock = threading.RLock()
        self._finder = TargetFinder()
        self._backend: _Backend | None = None
        self._watches_classes = False
        self._modules = 0  # how many were loaded at the last look
        self._others: set[str] = set()
        self._watch = ImportWatch(("sklearn", *sorted(_OTHERS)), self.refresh)

    def install(self) -> None:
        """Tap what is loaded, and watch for what will be."""
        if self._backend is None:
            self._backend = _backend(self._sink)
            self._finder = TargetFinder()
            self._watch.install()
        self.refresh()

    @guarded
    def refresh(self) -> None:
        """Tap targets that appeared since the last call (new classes of the user too)."""
        with self._lock:  # who finds another thread at it waits until the taps are set
            if self._backend is None:
                return
            modules = len(sys.modules)
            if self._watches_classes and modules == self._modules:
                return  # classes that the user defines tell themselves
            self._modules = modules
            if not self._watches_classes and (hook := self._finder.subclass_hook()) is not None:
                self._watches_classes = True
                self._backend.watch(hook, self._defined)
            for target in self._new_targets():
                self._backend.tap(target)

    def _new_targets(self) -> Iterator[Target]:
        yield from self._finder.new_targets()
        if sys.modules.keys() & _OTHERS - self._others:
            from nbtrail.capture.boosting import boosting_targets  # few notebooks need them
            from nbtrail.capture.studies import study_targets

            yield from boosting_targets(self._others)
            yield from study_targets(self._others)

    @guarded
    def _defined(self, cls: type) -> None:
        """Tap a class that the user has just defined: it may be fitted in the same cell."""
        if cls.__module__.partition(".")[0] in LIBRARIES:
            return  # found together when its import is over
        with self._lock:
            if self._backend is not None:
                for target in self._finder.targets_of(cls):
                    self._backend.tap(target)

    def forget_pending(self) -> None:
        """Drop calls that were entered and never returned (they raised)."""
        if self._backend is not None:
            self._backend.forget_pending()

    def remove(self) -> None:
        """Restore everything as it was before `install`."""
        self._watch.remove()
        if self._backend is not None:
            self._backend.remove_all()
            self._backend = None
            self._watches_classes = False
            self._others = set()


def _backend(sink: CallSink) -> _Backend:
    if sys.version_info >= (3, 12):
        from nbtrail.capture.taps_monitoring import MonitoringTaps, free_tool_id

        tool = free_tool_id()
        if tool is not None:
            return MonitoringTaps(sink, tool)
    from nbtrail.capture.taps_patch import PatchTaps

    return PatchTaps(sink)
