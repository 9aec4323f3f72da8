"""``nbtrail delete`` and ``nbtrail store trash``, ``gc``, ``size`` and ``scrub``."""

from __future__ import annotations

import sys

import click

from nbtrail.cli.output import answer, find_root, open_store, store_option, verb
from nbtrail.cli.refusal import FAILED
from nbtrail.entities.codec import to_plain
from nbtrail.exceptions import UsageError

__all__ = ["delete", "gc", "scrub", "size", "trash"]


@click.command()
@click.argument("runs", nargs=-1, metavar="RUN RUN...")
@store_option
@verb
def delete(runs: tuple[str, ...], place: str | None, *, as_json: bool) -> None:
    """Put runs and what stands below them into the trash; nothing is lost until it is purged."""
    from nbtrail.tracking.trash import delete_run

    if not runs:
        raise UsageError("delete needs one run or more. For instance: nbtrail delete last")
    store = open_store(place)
    chosen = [store.reader.run(store.reader.resolve(run)) for run in runs]
    count = sum(delete_run(store, run.run_id) for run in chosen)
    names = ", ".join(run.name for run in chosen)
    text = (
        f"{count} runs in the trash. Take back with: nbtrail store trash restore {chosen[0].name}"
    )
    answer({"deleted": [run.run_id for run in chosen], "names": names}, text, as_json=as_json)


@click.group(invoke_without_command=True)
@click.pass_context
def trash(context: click.Context) -> None:
    """List the runs in the trash, take one out of it, or purge it."""
    if context.invoked_subcommand is None:
        context.invoke(list_)


@trash.command("list")
@store_option
@verb
def list_(place: str | None, *, as_json: bool) -> None:
    """List the runs in the trash."""
    from nbtrail.views.contract import runs_page
    from nbtrail.views.text import text_runs

    table = open_store(place).reader.runs(deleted=True)
    answer(
        runs_page(table),
        lambda: text_runs(table) if table.run_id else "The trash is empty.",
        as_json=as_json,
    )


@trash.command()
@click.argument("run")
@store_option
@verb
def restore(run: str, place: str | None, *, as_json: bool) -> None:
    """Take RUN, named by its name or the beginning of its id, out of the trash."""
    from nbtrail.tracking.trash import find_deleted, restore_run

    store = open_store(place)
    run_id = find_deleted(store, run)
    count = restore_run(store, run_id)
    answer({"restored": run_id, "runs": count}, f"{count} runs are back.", as_json=as_json)


@trash.command()
@click.option("--older-than", default=0.0, metavar="DAYS", help="Only what lies there for so long.")
@store_option
@verb
def purge(older_than: float, place: str | None, *, as_json: bool) -> None:
    """Delete the runs of the trash for good, but those that a registered version points to."""
    from nbtrail.store.purge import purge as empty

    done = empty(open_store(place).root, older_than)
    answer(to_plain(done), done.text, as_json=as_json)


@click.command()
@click.option("--dry-run", is_flag=True, help="Only say what would go.")
@store_option
@verb
def gc(place: str | None, *, dry_run: bool, as_json: bool) -> None:
    """Remove files that nothing refers to, and light history older than `history_days`."""
    from nbtrail.config import load_settings
    from nbtrail.store.collect import collect

    store = open_store(place)
    done = collect(store.root, load_settings(store.project).history_days, dry=dry_run)
    answer(to_plain(done), done.text, as_json=as_json)


@click.command()
@store_option
@verb
def size(place: str | None, *, as_json: bool) -> None:
    """Say what takes the space."""
    from nbtrail.store.sizes import measure

    found = measure(find_root(place))
    answer(to_plain(found), found.text, as_json=as_json)


@click.command()
@click.argument("secret", required=False)
@click.option("--pattern", metavar="REGEX", help="Remove what this regular expression matches.")
@click.option("--stdin", "asked", is_flag=True, help="Read the secret: it stays out of histories.")
@store_option
@verb
def scrub(
    secret: str | None, pattern: str | None, place: str | None, *, asked: bool, as_json: bool
) -> None:
    """Remove a leaked secret everywhere, and prove it by searching every byte.

    Exit code 1 when it is still somewhere.
    """
    from nbtrail.store.needle import Needle
    from nbtrail.store.scrub import scrub as remove_secret

    if sum((secret is not None, pattern is not None, asked)) != 1:
        raise UsageError("scrub takes one of SECRET, --pattern REGEX and --stdin.")
    if asked:
        secret = sys.stdin.readline().rstrip("\r\n")
    needle = Needle.matching(pattern) if pattern is not None else Needle.secret(secret or "")
    done = remove_secret(open_store(place).root, needle)
    answer(to_plain(done), done.text, as_json=as_json)
    if done.left:
        raise click.exceptions.Exit(FAILED)
