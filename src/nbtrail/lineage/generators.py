"""The states of the global random generators before a notebook first drew from them unseeded.

Without a seed nobody can repeat what was drawn; with the state of that moment anybody can.
One state of a Mersenne Twister is 2.5 kB, and is kept once for a session.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import Any

from nbtrail.lineage.channels import Ambient

__all__ = ["FirstDraws"]


class FirstDraws:
    """Notes for each generator the first draw of a session, unless it was seeded before."""

    def __init__(self) -> None:
        self._settled: set[str] = set()

    def note(
        self, before: Ambient, read: Collection[str], written: Collection[str]
    ) -> tuple[tuple[str, str], ...]:
        """Return the states that a statement found, by channel, as JSON.

        Parameters
        ----------
        before : Ambient
            As it was when the statement began.
        read, written : collection of str
            Channels of the statement.
        """
        found = []
        for channel, state in (
            ("rng:numpy", _numpy(before.numpy)),
            ("rng:stdlib", _stdlib(before.stdlib)),
        ):
            if channel not in written or channel in self._settled:
                continue
            self._settled.add(channel)
            if channel in read and state:
                found.append((channel, state))
        return tuple(found)


def _numpy(state: Any) -> str:
    if state is None:
        return ""  # it was loaded by the very statement that drew
    position, has_gauss, gauss, key = state
    words = [int.from_bytes(key[n : n + 4], "little") for n in range(0, len(key), 4)]
    return json.dumps(["MT19937", words, position, has_gauss, gauss])


def _stdlib(state: Any) -> str:
    return json.dumps(state) if state is not None else ""
