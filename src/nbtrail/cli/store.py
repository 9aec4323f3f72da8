"""``nbtrail store``: the folder itself."""

from __future__ import annotations

from pathlib import Path

import click

from nbtrail.cli.output import FAILED, answer, verb
from nbtrail.config import find_store
from nbtrail.entities.codec import to_plain
from nbtrail.exceptions import NotFoundError

__all__ = ["store"]


@click.group()
def store() -> None:
    """Look after the .nbtrail folder."""


@store.command()
@click.option("--store", "place", metavar="DIR", help="The .nbtrail folder.")
@verb
def doctor(place: str | None, *, as_json: bool) -> None:
    """Examine the store and explain what is not healthy.

    Exit code 1 when something is wrong.
    """
    from nbtrail.store.doctor import examine

    root = Path(place) if place else find_store(Path.cwd(), existing=True)
    if root is None or not root.is_dir():
        raise NotFoundError(
            f"There is no trail (.nbtrail folder) at {place or Path.cwd()}. Give --store DIR."
        )
    health = examine(root)
    answer(to_plain(health), health.text, as_json=as_json)
    if not health.ok:
        raise click.exceptions.Exit(FAILED)
