"""Whose turn it is: while the user's thread works for us, threads of ours begin nothing.

Python lets one thread compute at a time and takes the turn away after 5 ms only. Each system
call, each block that is hashed gives it up, and would get it back so much later.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["foreground"]

_PATIENCE_S = 1.0


class _Foreground:
    """Held by the threads that run the user's code, while they are in our hooks."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._held = 0
        self._free = threading.Event()
        self._free.set()

    def __enter__(self) -> None:
        with self._lock:
            self._held += 1
            if self._held == 1:
                self._free.clear()

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._held -= 1
            if not self._held:
                self._free.set()

    @contextmanager
    def released(self) -> Iterator[None]:
        """Let others work inside the block: who holds it waits for one of them."""
        with self._lock:
            held, self._held = self._held, 0
            self._free.set()
        try:
            yield
        finally:
            with self._lock:
                self._held += held
                if self._held:
                    self._free.clear()

    def give_way(self) -> None:
        """Wait until nobody holds it, a second at most."""
        self._free.wait(_PATIENCE_S)


foreground = _Foreground()
