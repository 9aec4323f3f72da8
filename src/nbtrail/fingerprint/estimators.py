"""Digest of a fitted model: its class and learned state, not its pickle."""

from __future__ import annotations

from typing import Any

from nbtrail.fingerprint.roots import tag
from nbtrail.fingerprint.walk import walk

__all__ = ["digest_estimator"]


def digest_estimator(estimator: Any) -> str:
    """Return the canonical digest of an estimator's parameters and fitted state.

    It is the same after pickling, in another process, on another machine with the same
    versions of the libraries, and for a second fit that learned the same; wall times
    (``refit_time_``) do not count.

    Raises
    ------
    FingerprintError
        When an attribute has no state that could be compared (an open file, a lock).
    """
    return tag(walk(estimator))
