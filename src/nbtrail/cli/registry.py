"""``nbtrail promote`` and ``models``."""

from __future__ import annotations

import click

from nbtrail.cli.output import answer, open_store, store_option, verb
from nbtrail.entities.codec import to_plain

__all__ = ["models", "promote"]


@click.command()
@click.argument("run")
@click.argument("target", metavar="MODEL@ALIAS")
@click.option("--force", is_flag=True, help="Move the alias although a gate refuses.")
@click.option("--reason", default="", help="Why; kept in the alias's history.")
@click.option("--min-metric", type=float, help="Refuse when the main metric is worse than this.")
@click.option("--model", default="", metavar="NAME", help="Which model, when the run has several.")
@store_option
@verb
def promote(
    run: str,
    target: str,
    force: bool,  # noqa: FBT001  (click passes by name)
    reason: str,
    min_metric: float | None,
    model: str,
    place: str | None,
    *,
    as_json: bool,
) -> None:
    """Make RUN's model a version of MODEL and move ALIAS to it."""
    from nbtrail.tracking.registry import promote as register

    store = open_store(place)
    version = register(
        store,
        store.reader.resolve(run),
        target,
        force=force,
        reason=reason,
        min_metric=min_metric,
        model=model,
    )
    aliases = "".join(f" @{alias}" for alias in version.aliases)
    answer(to_plain(version), f"{version.name} version {version.version}{aliases}", as_json=as_json)


@click.command()
@click.argument("name", required=False)
@store_option
@verb
def models(name: str | None, place: str | None, *, as_json: bool) -> None:
    """List the registered models, or one with its versions and history."""
    from nbtrail.views.contract import models_page
    from nbtrail.views.text import text_model, text_models

    reader = open_store(place).reader
    if name is None:
        found = reader.models()
        answer(models_page(found), lambda: text_models(found), as_json=as_json)
        return
    model, history = reader.model(name), reader.alias_history(name)
    answer(models_page((model,)), lambda: text_model(model, history), as_json=as_json)
