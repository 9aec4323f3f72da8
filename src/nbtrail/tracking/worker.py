"""A thread of ours that does what is waiting, beside the user's code."""

from __future__ import annotations

import threading
from collections.abc import Callable

from nbtrail.foreground import foreground

__all__ = ["Worker"]

_IDLE_S = 60.0


class Worker:
    """Starts its thread when there is work, and ends it when none came for a minute.

    Parameters
    ----------
    name : str
        Of the thread.
    work : callable
        Does everything that is waiting; raises nothing.
    """

    def __init__(self, name: str, work: Callable[[], None]) -> None:
        self._name = name
        self._work = work
        self._lock = threading.Lock()
        self._woken = threading.Event()
        self._idle = threading.Event()
        self._idle.set()
        self._thread: threading.Thread | None = None
        self._ending = False

    @property
    def is_busy(self) -> bool:
        """Whether something is being done, or waits to be."""
        return not self._idle.is_set() and self._is_alive()

    def wake(self) -> None:
        """Have the work done; it may take its turn when our hooks have ended."""
        with self._lock:
            self._idle.clear()
            self._woken.set()
            if self._is_alive():
                return
            self._ending = False
            self._thread = threading.Thread(target=self._loop, name=self._name, daemon=True)
            try:
                self._thread.start()
            except RuntimeError:  # the interpreter ends
                self._thread = None
        if self._thread is None:
            self._turn()

    def wait(self, timeout_s: float) -> None:
        """Wait until nothing is left to do, at most `timeout_s` seconds."""
        if self.is_busy and threading.current_thread() is not self._thread:
            with foreground.released():
                self._idle.wait(timeout_s)

    def close(self, timeout_s: float) -> None:
        """Wait as `wait` does, and end the thread; work that comes later starts another."""
        self.wait(timeout_s)
        with self._lock:
            self._ending = True
            self._woken.set()

    def _is_alive(self) -> bool:
        return self._thread is not None and self._thread.is_alive()  # a forked child has none

    def _loop(self) -> None:
        while self._has_work():
            foreground.give_way()
            self._turn()

    def _has_work(self) -> bool:
        if not self._ending:
            self._woken.wait(_IDLE_S)
        with self._lock:
            ends = not self._woken.is_set() or (self._ending and self._idle.is_set())
            if ends:
                self._thread = None
            return not ends

    def _turn(self) -> None:
        self._woken.clear()
        self._work()
        with self._lock:
            if not self._woken.is_set():
                self._idle.set()
