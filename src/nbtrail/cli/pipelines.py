"""``nbtrail export``, ``verify`` and ``retrain``."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import click

from nbtrail.cli.output import answer, open_store, store_option, verb
from nbtrail.cli.refusal import FAILED
from nbtrail.config import find_store
from nbtrail.entities.codec import to_plain
from nbtrail.entities.pipeline import Outcome, Verdict
from nbtrail.store.store import Store
from nbtrail.views.terminal import visible

__all__ = ["export", "retrain", "verify"]


@click.command()
@click.argument("run")
@click.option("--output", "-o", required=True, metavar="DIR", help="A new folder.")
@click.option("--overwrite", is_flag=True, help="Replace an earlier export that was edited.")
@store_option
@verb
def export(run: str, output: str, place: str | None, *, overwrite: bool, as_json: bool) -> None:
    """Turn RUN into a clean pipeline, verified in a fresh process.

    Exit code 1 when the pipeline does not reproduce the run.
    """
    from nbtrail.pipeline.export import export_run
    from nbtrail.views.text import text_export

    store = open_store(place)
    manifest = export_run(
        store,
        store.reader.resolve(run),
        Path(output),
        progress=_progress(as_json=as_json),
        overwrite=overwrite,
    )
    answer(to_plain(manifest), lambda: text_export(manifest, output), as_json=as_json)
    _leave(manifest.verdict)


@click.command()
@click.argument("folder", metavar="DIR")
@click.option("--isolated", is_flag=True, help="Rebuild the environment from the lock first.")
@verb
def verify(folder: str, *, isolated: bool, as_json: bool) -> None:
    """Run the pipeline in DIR in a fresh process and compare what comes out.

    Exit code 1 when it does not reproduce the run.
    """
    from nbtrail.pipeline.verify import verify_folder
    from nbtrail.views.text import text_verdict

    root = find_store(Path(folder).absolute(), existing=True)
    verdict = verify_folder(
        Path(folder),
        progress=_progress(as_json=as_json),
        store=Store.open(root) if root is not None else None,
        isolated=isolated,
    )
    answer(to_plain(verdict), lambda: text_verdict(verdict), as_json=as_json)
    _leave(verdict)


@click.command()
@click.argument("folder", metavar="DIR")
@click.option("--param", "-p", "values", multiple=True, metavar="NAME=VALUE", help="Another value.")
@store_option
@verb
def retrain(folder: str, values: tuple[str, ...], place: str | None, *, as_json: bool) -> None:
    """Run the pipeline in DIR with other values and record that as a new run.

    Paths of data files are relative to where the notebook ran, as the recorded ones are.
    """
    from nbtrail.pipeline.choices import parse_values
    from nbtrail.pipeline.retrain import retrain_folder
    from nbtrail.views.text import text_retrained

    root = place or find_store(Path(folder).absolute(), existing=True)
    found = retrain_folder(
        open_store(str(root) if root is not None else None),
        Path(folder),
        parse_values(values),
        progress=_progress(as_json=as_json),
        hear=lambda line: click.echo(visible(f"| {line}"), err=as_json),
    )
    answer(to_plain(found), lambda: text_retrained(found), as_json=as_json)


def _progress(*, as_json: bool) -> Callable[[str], None]:
    return lambda message: click.echo(visible(message), err=as_json)


def _leave(verdict: Verdict | None) -> None:
    if verdict is None or verdict.outcome is Outcome.NOT_REPRODUCIBLE:
        raise click.exceptions.Exit(FAILED)
