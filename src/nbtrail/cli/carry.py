"""``nbtrail store backup``, ``bundle``, ``merge`` and ``export``: a trail on its way."""

from __future__ import annotations

from pathlib import Path

import click

from nbtrail.cli.output import answer, find_root, open_store, store_option, verb
from nbtrail.config import FOLDER, find_store
from nbtrail.entities.codec import to_plain
from nbtrail.exceptions import NotFoundError, UsageError

__all__ = ["backup", "bundle", "export", "merge"]


@click.command()
@click.argument("target", metavar="FILE.trail|DIR")
@store_option
@verb
def backup(target: str, place: str | None, *, as_json: bool) -> None:
    """Copy the whole trail while it is in use, verified: into one file or a new folder."""
    from nbtrail.store.archive import SUFFIX
    from nbtrail.store.backup import back_up
    from nbtrail.store.bundle import write_bundle

    root = find_root(place)
    to_file = target.endswith(SUFFIX)
    done = (write_bundle if to_file else back_up)(root, Path(target))
    answer(to_plain(done), done.text, as_json=as_json)


@click.command()
@click.argument("runs", nargs=-1, metavar="RUN RUN...")
@click.option("-o", "--output", required=True, metavar="FILE.trail", help="The new file.")
@store_option
@verb
def bundle(runs: tuple[str, ...], output: str, place: str | None, *, as_json: bool) -> None:
    """Write runs with their children, code, data digests, files and models into one file."""
    from nbtrail.store.archive import SUFFIX
    from nbtrail.store.bundle import write_bundle

    if not runs:
        raise UsageError(
            "bundle needs one run or more. For instance: nbtrail store bundle best -o best.trail"
        )
    if not output.endswith(SUFFIX):
        raise UsageError(f"The name of a bundle ends in {SUFFIX}, but {output} doesn't.")
    store = open_store(place)
    done = write_bundle(store.root, Path(output), [store.reader.resolve(run) for run in runs])
    answer(to_plain(done), done.text, as_json=as_json)


@click.command()
@click.argument("source", metavar="FILE.trail|DIR")
@store_option
@verb
def merge(source: str, place: str | None, *, as_json: bool) -> None:
    """Bring the runs of a bundle or of another trail into this one; twice changes nothing."""
    from nbtrail.store.merge import merge as bring
    from nbtrail.store.store import Store
    from nbtrail.views.terminal import visible

    if not Path(source).exists():
        raise NotFoundError(f"There is no {source} to be merged.")
    root = Path(place) if place else find_store(Path.cwd()) or Path(FOLDER)
    store = Store.open(
        root, create=True, warn=lambda text: click.echo(f"nbtrail: {visible(text)}", err=True)
    )
    done = bring(store.root, Path(source))
    answer(to_plain(done), done.text, as_json=as_json)


@click.command()
@click.option("--to", "form", type=click.Choice(["csv", "parquet"]), required=True)
@click.option("-o", "--output", required=True, metavar="DIR", help="A new or empty folder.")
@store_option
@verb
def export(form: str, output: str, place: str | None, *, as_json: bool) -> None:
    """Write runs, params, metrics with their history, datasets, models... as tables."""
    from nbtrail.store.export import export_tables

    store = open_store(place)
    done = export_tables(store.root, Path(output), form)
    answer(to_plain(done), done.text, as_json=as_json)
