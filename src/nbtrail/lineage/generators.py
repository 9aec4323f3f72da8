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
        for channel, state, as_json in (
            ("rng:numpy", before.numpy, _numpy),
            ("rng:stdlib", before.stdlib, json.dumps),
        ):
            if channel not in written or channel in self._settled:
                continue
            self._settled.add(channel)
            if channel in read and state is not None:  # else the very statement that drew loaded it
                found.append((channel, as_json(state)))
        return tuple(found)


def _numpy(state: Any) -> str:
    position, has_gauss, gauss, key = state
    words = [int.from_bytes(key[n : n + 4], "little") for n in range(0, len(key), 4)]
    return json.dumps(["MT19937", words, position, has_gauss, gauss])
