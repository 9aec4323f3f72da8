"""``nbtrail store sql``: read-only questions to the stored views."""

from __future__ import annotations

import click

from nbtrail.cli.output import answer, find_root, verb
from nbtrail.entities.codec import to_plain
from nbtrail.exceptions import UsageError
from nbtrail.views.terminal import visible

__all__ = ["sql"]


@click.command()
@click.argument("query")
@click.option("--store", "place", metavar="DIR", help="The .nbtrail folder.")
@verb
def sql(query: str, place: str | None, *, as_json: bool) -> None:
    """Answer a SELECT on the store; nothing can be changed.

    Views: run_list, run_params, run_metrics, metric_history, run_tags, run_datasets, run_models,
    registry.
    """
    import sqlite3

    from sqlite_utils import Database

    from nbtrail.store.chunks import show_history
    from nbtrail.store.connection import connect_reader

    connection = connect_reader(find_root(place) / "nbtrail.db")
    try:
        show_history(connection)
        rows = list(Database(connection).query(query))
    except (sqlite3.Error, ValueError) as error:
        raise UsageError(f"The store can't answer that: {error}.") from None
    finally:
        connection.close()
    plain = [{name: _plain(value) for name, value in row.items()} for row in rows]
    answer(plain, lambda: _table(plain), as_json=as_json)


def _plain(value: object) -> object:
    """Return a value as JSON has it: bytes as hex digits, infinities as their names."""
    return value.hex() if isinstance(value, bytes) else to_plain(value)


def _table(rows: list[dict[str, object]]) -> str:
    if not rows:
        return "(no rows)"
    lines = [list(rows[0]), *([_in_one_line(value) for value in row.values()] for row in rows)]
    widths = [max(len(line[i]) for line in lines) for i in range(len(rows[0]))]
    return "\n".join(
        "  ".join(text.ljust(width) for text, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    )


def _in_one_line(value: object) -> str:
    return visible(str(value)).replace("\n", "\\n").replace("\t", "\\t")
