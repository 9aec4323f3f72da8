"""One line that tells how far a long digest is, and only when it takes longer than a second."""

from __future__ import annotations

import threading
import time
from typing import Any

from nbtrail.capture.guard import guarded

__all__ = ["AFTER_S", "ProgressLine"]

AFTER_S = 1.0
_EVERY_S = 0.3
_UNITS = ("bytes", "kB", "MB", "GB", "TB")


class ProgressLine:
    """Takes the reports of digests that last longer than `AFTER_S`: one line below the cell.

    Called between two blocks of data, in the thread that digests; only the main thread's
    digests make the user wait, so only they are shown.
    """

    def __init__(self) -> None:
        self._begun = self._shown = 0.0
        self._last = 0
        self._line: Any = None

    def __call__(self, done: int, total: int) -> None:
        """Take a report: bytes done, and in all."""
        if threading.current_thread() is not threading.main_thread():
            return
        now = time.monotonic()
        if done <= self._last or not self._begun:
            self._begun, self._line = now - AFTER_S, None  # another digest
        self._last = done
        if done >= total:
            if self._line is not None:
                self._show(f"nbtrail read {_amount(total)} in {now - self._begun:.0f} s")
            self._begun, self._last = 0.0, 0
        elif now - self._shown >= _EVERY_S:
            self._shown = now
            self._show(
                f"nbtrail reads the data: {_amount(done)} of {_amount(total)} "
                f"({100 * done // total} %)"
            )

    @guarded
    def _show(self, text: str) -> None:
        from IPython.display import display

        content = {"text/plain": text, "text/html": f"<small>{text}</small>"}
        if self._line is None:
            self._line = display(content, raw=True, display_id=True)  # type: ignore[no-untyped-call]
        else:
            self._line.update(content, raw=True)


def _amount(size: int) -> str:
    power = min(len(str(size)) - 1, 12) // 3
    number = size / 1000**power
    return f"{number:.{0 if number >= 100 or not power else 1}f} {_UNITS[power]}"
