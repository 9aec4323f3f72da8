"""What the files were that a cell's statements read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from nbtrail.entities.cell import StatementFacts
from nbtrail.exceptions import FingerprintError
from nbtrail.fingerprint.files import digest_file

__all__ = ["with_digests"]

_FILE = "file:"


def with_digests(statements: Sequence[StatementFacts], project: Path) -> tuple[StatementFacts, ...]:
    """Add the content digests of the files that the statements read.

    They are taken when the cell has ended, so a file that the cell itself wrote has none.
    """
    written = {channel for facts in statements for channel in facts.channels_written}
    return tuple(
        replace(facts, digests=tuple(_digests(facts, written, project))) for facts in statements
    )


def _digests(facts: StatementFacts, written: set[str], project: Path) -> list[tuple[str, str]]:
    found = []
    for channel in facts.channels_read:
        if not channel.startswith(_FILE) or channel in written:
            continue
        name = channel.removeprefix(_FILE)
        path = project / name
        try:
            if path.is_file():
                found.append((name, digest_file(path).digest.content))
        except (OSError, FingerprintError):
            continue
    return found
