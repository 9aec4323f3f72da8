"""Which digests can be held against each other: only those of one canonical form.

Form 0 was written before the form was frozen. Files hash the same in both; of anything else a
digest of form 0 says nothing about one of form 1, and no change may be claimed from them.
"""

from __future__ import annotations

__all__ = ["same_digest"]

_FILE_FORMS = frozenset({"xxh3-128/0", "xxh3-128/1"})


def same_digest(old: str, new: str, *, file: bool = False) -> bool | None:
    """Compare two digests, ``FORM:HEX`` each.

    Parameters
    ----------
    file : bool
        Whether they are digests of a file's bytes.

    Returns
    -------
    bool or None
        None when they are of different forms, or were sampled by different rules.
    """
    before, _, old_hex = old.rpartition(":")
    after, _, new_hex = new.rpartition(":")
    if before != after and not (file and {before, after} <= _FILE_FORMS):
        return None
    return old_hex == new_hex
