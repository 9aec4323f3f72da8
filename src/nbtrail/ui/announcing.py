"""Tells front ends whether this kernel tracks, so that a toolbar can show it without asking.

A comm of the target ``nbtrail.tracking`` is open exactly while there is something to show. All
windows on the kernel hear it; one that comes later finds it by a ``comm_info_request`` and asks
for the state by any message. A front end that does not know the target closes the comm, as the
messaging protocol wants it, and nothing else happens.
"""

from __future__ import annotations

from typing import Any

from nbtrail.capture.guard import guarded

__all__ = ["TARGET", "Announcer"]

TARGET = "nbtrail.tracking"


class Announcer:
    """Says it when the state is another one than before.

    Parameters
    ----------
    shell : IPython.core.interactiveshell.InteractiveShell
        Without a kernel nobody is told.
    """

    def __init__(self, shell: Any) -> None:
        self._kernel = getattr(shell, "kernel", None)
        self._said = (False, "")
        self._comm: Any = None

    @guarded
    def tell(self, *, on: bool, run: str = "") -> None:
        """Say whether every training becomes a run, and which run is open by hand."""
        if self._kernel is None or (on, run) == self._said:
            return
        self._said = (on, run)
        if not on and not run:
            if self._comm is not None:
                self._comm.close()
                self._comm = None
        elif self._comm is None:
            from comm import create_comm  # comes with every kernel that has comms

            self._comm = create_comm(target_name=TARGET, data=self._state())
            self._comm.on_msg(lambda _asked: self._answer())
            self._comm.on_close(lambda _told: self._lost())
        else:
            self._comm.send(self._state())

    def _state(self) -> dict[str, object]:
        on, run = self._said
        return {"on": on, "run": run}

    @guarded
    def _answer(self) -> None:
        if self._comm is not None:
            self._comm.send(self._state())

    def _lost(self) -> None:
        self._comm = None
