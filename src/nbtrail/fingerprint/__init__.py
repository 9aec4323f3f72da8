"""Canonical digests of data, files and models: the same value gives the same digest.

`digest(value)` is all that other rooms need; `files.digest_file`, `estimators.digest_estimator`
and `diff.diff_datasets` stand in their own modules.
"""

from __future__ import annotations

from nbtrail.fingerprint.dispatch import digest

__all__ = ["digest"]
