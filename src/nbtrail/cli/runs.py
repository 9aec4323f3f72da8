"""``nbtrail runs``, ``show`` and ``compare``."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from nbtrail.cli.output import answer, open_store, store_option, verb
from nbtrail.entities.run import Run
from nbtrail.exceptions import UsageError
from nbtrail.store.store import Store

__all__ = ["compare", "runs", "show", "why"]


@click.command()
@click.argument("query", nargs=-1)
@click.option("--limit", default=50, show_default=True, help="At most this many runs.")
@click.option("--experiment", "-e", multiple=True, help="Only runs of this experiment.")
@click.option("--order", default="started", help='Such as main, or "metrics.auc desc, started".')
@click.option("--over", multiple=True, help="A seed: runs that differ in nothing else are a row.")
@store_option
@verb
def runs(
    query: tuple[str, ...],
    limit: int,
    experiment: tuple[str, ...],
    order: str,
    over: tuple[str, ...],
    place: str | None,
    *,
    as_json: bool,
) -> None:
    """List runs, newest first; QUERY filters by words or clauses like "metrics.auc > 0.9"."""
    from nbtrail.compare.replicates import replicate_groups
    from nbtrail.entities.codec import to_plain
    from nbtrail.views.contract import runs_page
    from nbtrail.views.text import text_replicates, text_runs

    table = open_store(place).reader.runs(
        query=" ".join(query),
        experiment=experiment or None,
        limit=None if over else limit,
        order=order,
    )
    if over:
        groups = replicate_groups(table, over)
        answer(to_plain(groups), lambda: text_replicates(groups), as_json=as_json)
        return
    asked = bool(query or experiment)
    answer(runs_page(table), lambda: text_runs(table, filtered=asked), as_json=as_json)


@click.command()
@click.argument("run", default="last")
@click.option("--html", metavar="FILE", help="Write the page to FILE as well.")
@click.option("--code", is_flag=True, help="Show what it executed instead.")
@click.option("--diff", is_flag=True, help="Show what was not committed when it started instead.")
@click.option("--lineage", is_flag=True, help="Show which executed cells it came from instead.")
@click.option("-o", "--output", metavar="DIR", help="With --code: write its files into DIR.")
@store_option
@verb
def show(
    run: str,
    html: str | None,
    output: str | None,
    place: str | None,
    *,
    code: bool,
    diff: bool,
    lineage: bool,
    as_json: bool,
) -> None:
    """Show everything about RUN: an id's beginning, a name, last, last~2, best, best:auc."""
    from nbtrail.tracking.origins import file_origins
    from nbtrail.views.contract import run_detail
    from nbtrail.views.html import html_run
    from nbtrail.views.text import text_run

    store = open_store(place)
    reader = store.reader
    found = reader.run(reader.resolve(run))
    if output and not code:
        raise UsageError("show -o DIR writes the code of a run: add --code.")
    if code:
        _show_code(store, found, html, output, as_json=as_json)
        return
    if diff:
        _show_diff(store, found, html, as_json=as_json)
        return
    if lineage:
        _show_lineage(store, found, html, as_json=as_json)
        return
    origins = file_origins(reader, found)
    if html:
        Path(html).write_text(html_run(found, origins), encoding="utf-8")
    cells = reader.cells(found.session_id, 0, found.last_cell) if found.last_cell >= 0 else ()
    answer(run_detail(found, cells), lambda: text_run(found, origins), as_json=as_json)


def _show_code(
    store: Store, run: Run, html: str | None, output: str | None, *, as_json: bool
) -> None:
    from nbtrail.entities.codec import to_plain
    from nbtrail.tracking.ancestry import run_code
    from nbtrail.tracking.restore import restore_code
    from nbtrail.views.html import html_code
    from nbtrail.views.text import text_code

    code = run_code(store.reader, run)
    if html:
        Path(html).write_text(html_code(*code), encoding="utf-8")
    if output:
        done = restore_code(store, run, Path(output))
        document = {"folder": output, "written": done.written, "missing": list(done.missing)}
        answer(document, lambda: str(done), as_json=as_json)
        return
    _, cells, modules = code
    document = {
        "code": to_plain(run.code),
        "cells": [{"execution_count": c.execution_count, "source": c.source} for c in cells],
        "modules": to_plain(modules),
    }
    answer(document, lambda: text_code(*code), as_json=as_json)


def _show_diff(store: Store, run: Run, html: str | None, *, as_json: bool) -> None:
    from nbtrail.entities.codec import to_plain
    from nbtrail.tracking.uncommitted import uncommitted_changes
    from nbtrail.views.html import html_uncommitted
    from nbtrail.views.text import text_uncommitted

    found = uncommitted_changes(store, run)
    if html:
        Path(html).write_text(html_uncommitted(run, found), encoding="utf-8")
    answer(to_plain(found), lambda: text_uncommitted(run, found), as_json=as_json)


def _show_lineage(store: Store, run: Run, html: str | None, *, as_json: bool) -> None:
    from nbtrail.entities.codec import to_plain
    from nbtrail.tracking.ancestry import ancestry_of_run
    from nbtrail.views.html import html_ancestry
    from nbtrail.views.text import text_ancestry

    found = ancestry_of_run(store.reader, store.project, run)
    if html:
        Path(html).write_text(html_ancestry(found), encoding="utf-8")
    answer(to_plain(found), lambda: text_ancestry(found), as_json=as_json)


@click.command()
@click.argument("refs", nargs=-1, metavar="RUN RUN...")
@store_option
@verb
def compare(refs: tuple[str, ...], place: str | None, *, as_json: bool) -> None:
    """Show what differs between runs, differences first."""
    from nbtrail.tracking.gathering import Gathering
    from nbtrail.views.contract_compare import comparison_document, statistics_document
    from nbtrail.views.text import text_comparison

    reader = open_store(place).reader
    gathering = Gathering.named(reader, refs)
    comparison = gathering.comparison()
    # all rows: nobody draws them, and a program may want any of them
    document = comparison_document(comparison, gathering.why(comparison), limit=sys.maxsize)
    document["statistics"] = statistics_document(gathering.statistics(comparison))
    answer(document, lambda: text_comparison(comparison), as_json=as_json)


@click.command()
@click.argument("first", metavar="RUN")
@click.argument("second", metavar="RUN")
@store_option
@verb
def why(first: str, second: str, place: str | None, *, as_json: bool) -> None:
    """Show why two runs differ: recorded causes, the most direct first."""
    from nbtrail.tracking.ancestry import used_cells
    from nbtrail.tracking.gathering import Gathering
    from nbtrail.views.contract_compare import why_document
    from nbtrail.views.text import text_why

    reader = open_store(place).reader
    gathering = Gathering.named(reader, (first, second), cells=used_cells)
    found = gathering.why(gathering.comparison())
    assert found is not None
    answer(why_document(found), lambda: text_why(found), as_json=as_json)
