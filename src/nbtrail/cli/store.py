"""``nbtrail store``: the folder itself."""

from __future__ import annotations

import click

from nbtrail.cli.carry import backup, bundle, export, merge
from nbtrail.cli.lifecycle import gc, scrub, size, trash
from nbtrail.cli.output import answer, find_root, store_option, verb
from nbtrail.cli.refusal import FAILED
from nbtrail.cli.sql import sql
from nbtrail.entities.codec import to_plain

__all__ = ["store"]


@click.group(no_args_is_help=False)
def store() -> None:
    """Look after the .nbtrail folder."""


@store.command()
@store_option
@verb
def path(place: str | None, *, as_json: bool) -> None:
    """Print where the store lies."""
    root = str(find_root(place))
    answer({"path": root}, root, as_json=as_json)


@store.command()
@click.option("--repair", "mend", is_flag=True, help="Mend what is safe to mend, then examine.")
@store_option
@verb
def doctor(place: str | None, *, mend: bool, as_json: bool) -> None:
    """Examine the store and explain what is not healthy.

    Exit code 1 when something is wrong.
    """
    from nbtrail.store.doctor import examine
    from nbtrail.store.repair import repair

    root = find_root(place)
    health = examine(root, repair(root) if mend else ())
    answer(to_plain(health), health.text, as_json=as_json)
    if not health.ok:
        raise click.exceptions.Exit(FAILED)


for command in (backup, bundle, merge, export, sql, trash, gc, size, scrub):
    store.add_command(command)
