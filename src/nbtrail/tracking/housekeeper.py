"""Keeps the trail of a long session clean, in a thread that is in nobody's way."""

from __future__ import annotations

import os
import threading
from pathlib import Path
from typing import Final

from nbtrail.capture.guard import guarded
from nbtrail.foreground import foreground

__all__ = ["Housekeeper"]

_FIRST_S: Final = 300.0  # short sessions have better things to do
_AGAIN_S: Final = 6 * 3600.0


class Housekeeper:
    """Asks the store now and then to remove what nobody needs.

    Parameters
    ----------
    root : Path
        The folder ``.nbtrail``.
    history_days : int
    first_s : float
        Seconds until it asks for the first time.
    """

    def __init__(self, root: Path, history_days: int, first_s: float = _FIRST_S) -> None:
        self._root = root
        self._days = history_days
        self._first_s = first_s
        self._stop = threading.Event()
        self._process = os.getpid()
        self._thread = threading.Thread(target=self._work, name="nbtrail-housekeeper", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop; a piece of work that goes on is waited for, half a second at most."""
        if os.getpid() == self._process:
            self._stop.set()
            self._thread.join(0.5)

    def _work(self) -> None:
        wait_s = self._first_s
        while not self._stop.wait(wait_s):
            self._once()
            wait_s = _AGAIN_S

    @guarded
    def _once(self) -> None:
        from nbtrail.store.housekeeping import housekeep  # most sessions never come here

        foreground.give_way()
        housekeep(self._root, self._days, self._pause)

    def _pause(self, seconds: float) -> bool:
        stopped = self._stop.wait(seconds)
        foreground.give_way()
        return stopped
