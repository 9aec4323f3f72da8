"""Keeps a trail from growing: files of models that nobody will miss are given up."""

from __future__ import annotations

import functools
import threading
import time

from nbtrail.capture.guard import guarded
from nbtrail.store import operations
from nbtrail.store.store import Store

__all__ = ["Growth"]

_EVERY_S = 60.0
_YOUNG_MS = 120_000  # younger objects can't be removed: see Objects.remove
_PROBLEM = (
    "better or later runs of the experiment keep theirs (models_kept); rebuild by its pipeline"
)


class Growth:
    """Gives up model files by the rule of `store.growth`.

    Parameters
    ----------
    store : Store
    best : int
        How many of the best runs of an experiment keep their models; 0 for all.
    """

    def __init__(self, store: Store, best: int) -> None:
        self._store = store
        self._best = best
        self._lock = threading.Lock()
        self._last: dict[str, float] = {}

    @guarded
    def trim(self, experiment: str) -> None:
        """Trim an experiment, once a minute at most; called from a thread of ours."""
        with self._lock:
            now = time.monotonic()
            if not self._best or now - self._last.get(experiment, 0.0) < _EVERY_S:
                return
            self._last[experiment] = now
        self._store.flush(5.0)
        reader = self._store.reader
        before_ms = time.time_ns() // 1_000_000 - _YOUNG_MS
        for model_id in reader.superfluous_models(experiment, self._best, before_ms):
            for sha256 in self._store.call(operations.drop_model_files(model_id, _PROBLEM)) or ():
                self._store.objects.remove(sha256, functools.partial(reader.is_used, sha256))
