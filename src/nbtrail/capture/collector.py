"""The taps on modelling libraries, and the trainings that their calls become."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from nbtrail.capture.calls import Call
from nbtrail.capture.location import Location
from nbtrail.capture.taps import Taps
from nbtrail.foreground import foreground

if TYPE_CHECKING:
    from nbtrail.capture.book import SoFar, TrainingBook
    from nbtrail.capture.training import Training
    from nbtrail.entities.run import Metric

__all__ = ["Collector"]


class Collector:
    """Sets the taps and hands their calls to a `TrainingBook`.

    Most notebooks are loaded long before the first fit, so the book, with all the
    records and digests it needs, is only loaded at the first tapped call.

    Parameters
    ----------
    name_of : callable
        Object to the user's variable that holds it, or an empty text.
    locate : callable
        Where the kernel is now, as a `Location`.
    open_run : callable
        Id of the run that is open now, or an empty text.
    """

    def __init__(
        self,
        name_of: Callable[[Any], str] = lambda _value: "",
        locate: Callable[[], Location] = Location,
        open_run: Callable[[], str] = lambda: "",
    ) -> None:
        self._questions = (name_of, locate, open_run)
        self._lock = threading.Lock()
        self._book: TrainingBook | None = None
        self._taps = Taps(self)

    def start(self) -> None:
        """Set the taps."""
        self._taps.install()

    def stop(self) -> None:
        """Remove the taps and restore every function."""
        self._taps.remove()

    def refresh(self) -> None:
        """Tap classes that were defined since; forget calls that raised."""
        if self._book is not None:
            self._book.forget_pending()
        self._taps.forget_pending()
        self._taps.refresh()

    def drain(self) -> tuple[Training, ...]:
        """Return the trainings that are new or gained something since the last call.

        The caller reads `Training.points` and clears them, and calls
        `Training.release` when it no longer needs the fitted object.
        """
        return self._book.drain() if self._book is not None else ()

    def drain_loose(self) -> tuple[tuple[str, Metric], ...]:
        """Return metrics that no model could be found for, each with its open run's id."""
        return self._book.drain_loose() if self._book is not None else ()

    def so_far(self, take: SoFar) -> None:
        """Hand over what changed while a cell goes on; see the book's."""
        if self._book is not None:
            self._book.so_far(take)

    def claim(self, name: str, value: float, cell_seq: int) -> bool:
        """Let the user's name of a value replace that of the captured metric; see the book's."""
        return self._book is not None and self._book.claim(name, value, cell_seq)

    def known(self) -> tuple[Training, ...]:
        """Return the remembered trainings, oldest first."""
        return self._book.known() if self._book is not None else ()

    # ------------------------------------------------------------ the sink

    def entered(self, call: Call) -> None:
        """Take a call that begins."""
        with foreground:
            self._opened().entered(call)

    def returned(self, call: Call) -> None:
        """Take a call that came back."""
        with foreground:
            self._opened().returned(call)

    def _opened(self) -> TrainingBook:
        if self._book is None:
            from nbtrail.capture.book import TrainingBook

            with self._lock:  # the first calls may come from several threads
                self._book = self._book or TrainingBook(*self._questions)
        return self._book
