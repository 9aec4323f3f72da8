"""Rows about git and the environment."""

from __future__ import annotations

from collections.abc import Sequence

from nbtrail.entities.comparison import ProvenanceRow
from nbtrail.entities.run import Run

__all__ = ["environment_rows", "git_rows"]


def git_rows(runs: Sequence[Run]) -> tuple[ProvenanceRow, ...]:
    """Return commit, branch, uncommitted changes and remote; nothing without git."""
    codes = [run.code for run in runs]
    if not any(codes):
        return ()
    rows = {
        "commit": [None if c is None else c.commit or None for c in codes],
        "branch": [None if c is None else c.branch or None for c in codes],
        "uncommitted changes": [
            None if c is None or c.dirty is None else "yes" if c.dirty else "no" for c in codes
        ],
        "changed files": [
            None if c is None or c.dirty is None else ", ".join(c.changed) for c in codes
        ],
        "remote": [None if c is None else c.remote or None for c in codes],
    }
    return _ordered([_row(key, values) for key, values in rows.items() if any(values)])


def environment_rows(runs: Sequence[Run]) -> tuple[tuple[ProvenanceRow, ...], int]:
    """Return the rows about interpreter and packages that differ, and how many packages agree."""
    known = [run.environment for run in runs]
    facts = ("python", "implementation", "platform", "machine")
    rows = [_row(f, [None if e is None else getattr(e, f) for e in known]) for f in facts]
    rows = [row for row in rows if any(row.values)]
    # A run without a recorded environment says nothing of its packages.
    recorded = [e for e in known if e is not None]
    names = sorted({name for e in recorded for name in e.packages})
    same = 0
    for name in names:
        if len({e.packages.get(name) for e in recorded}) > 1:
            values = [None if e is None else e.packages.get(name, "not installed") for e in known]
            rows.append(ProvenanceRow(name, tuple(values), differs=True))
        else:
            same += 1
    rows += [row for row in _start_rows(runs) if row.differs]
    return _ordered(rows), same


def _start_rows(runs: Sequence[Run]) -> list[ProvenanceRow]:
    """Return threads and seeds; a run that recorded none of them says nothing."""
    if any(run.start is None for run in runs):
        return []
    states = [run.start for run in runs if run.start is not None]
    threads = dict.fromkeys(key for state in states for key in state.threads)
    seeds = dict.fromkeys(key for state in states for key in state.seeds)
    return [
        *(_row(f"threads: {key}", [s.threads.get(key) for s in states]) for key in threads),
        *(_row(f"seed: {key}", [s.seeds.get(key) for s in states]) for key in seeds),
    ]


def _row(key: str, values: Sequence[str | None]) -> ProvenanceRow:
    return ProvenanceRow(key, tuple(values), differs=len(set(values)) > 1)


def _ordered(rows: list[ProvenanceRow]) -> tuple[ProvenanceRow, ...]:
    return tuple(sorted(rows, key=lambda row: not row.differs))
