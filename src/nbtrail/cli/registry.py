"""``nbtrail promote`` and ``models``."""

from __future__ import annotations

from typing import Any

import click

from nbtrail.cli.output import answer, open_store, store_option, verb
from nbtrail.cli.refusal import FAILED
from nbtrail.entities.codec import to_plain
from nbtrail.entities.gate import refused
from nbtrail.exceptions import UsageError
from nbtrail.store.store import Store

__all__ = ["models", "promote"]


@click.command()
@click.argument("run")
@click.argument("target", metavar="MODEL@ALIAS")
@click.option("--check", is_flag=True, help="Only say what the gates say.")
@click.option("--force", is_flag=True, help="Move the alias although a gate refuses; recorded.")
@click.option("--reason", default="", help="Why; kept in the alias's history.")
@click.option("--min-metric", metavar="X", help="Refuse when the main metric is worse than this.")
@click.option(
    "--max-drop", metavar="X|X%", help="How much worse than the present version it may be."
)
@click.option(
    "--verdict",
    type=click.Choice(["required", "known", "off"]),
    help="Refuse a run that was not verified, or only one that was refuted.",
)
@click.option(
    "--max-overlap",
    metavar="X%",
    help="Share of the held-out rows that it may have been fitted on.",
)
@click.option("--model", default="", metavar="NAME", help="Which model, when the run has several.")
@store_option
@verb
def promote(
    run: str,
    target: str,
    model: str,
    reason: str,
    place: str | None,
    *,
    check: bool,
    force: bool,
    as_json: bool,
    **rules: Any,
) -> None:
    """Make RUN's model a version of MODEL and move ALIAS to it.

    Rules that are not given are those of the project: gate_... in [tool.nbtrail].
    """
    from nbtrail.tracking.registry import check_gates
    from nbtrail.tracking.registry import promote as register
    from nbtrail.views.contract import gates_page
    from nbtrail.views.text import text_gates, text_promotion

    store = open_store(place)
    run_id = store.reader.resolve(run)
    if check:
        gates = check_gates(store, run_id, target, model=model, **rules)
        answer(gates_page(gates), lambda: text_gates(gates), as_json=as_json)
        if refused(gates):
            raise click.exceptions.Exit(FAILED)
        return
    version = register(store, run_id, target, force=force, reason=reason, model=model, **rules)
    answer(to_plain(version), lambda: text_promotion(version), as_json=as_json)


@click.command()
@click.argument("name", required=False, metavar="[MODEL|MODEL@ALIAS|MODEL/3]")
@click.option("--rollback", is_flag=True, help="Move the alias back to the version before.")
@click.option("--reason", default="", help="Why; kept in the alias's history.")
@click.option("--card", is_flag=True, help="The card of the version, as Markdown.")
@click.option("--describe", metavar="TEXT", help="Say what the model is for.")
@click.option("--tag", "tags", multiple=True, metavar="KEY=VALUE", help="Set a tag.")
@store_option
@verb
def models(
    name: str | None,
    place: str | None,
    *,
    rollback: bool,
    reason: str,
    card: bool,
    describe: str | None,
    tags: tuple[str, ...],
    as_json: bool,
) -> None:
    """List the registered models, or one with its versions, gates and history."""
    from nbtrail.views.contract import model_detail, models_page
    from nbtrail.views.text import text_model, text_models

    store = open_store(place)
    if name is None:
        if rollback or card or tags or describe is not None:
            raise UsageError("Say which model. For instance: nbtrail models fraud@champion --card")
        found = store.reader.models()
        answer(models_page(found), lambda: text_models(found), as_json=as_json)
        return
    if card:
        from nbtrail.tracking.cards import card_facts
        from nbtrail.views.card import model_card

        text = model_card(*card_facts(store, name))
        answer({"card": text}, text, as_json=as_json)
        return
    bare = name.partition("@")[0].partition("/")[0]
    _change(store, name, rollback=rollback, reason=reason, describe=describe, tags=tags)
    model, history = store.reader.model(bare), store.reader.alias_history(bare)
    answer(model_detail(model, history), lambda: text_model(model, history), as_json=as_json)


def _change(
    store: Store,
    name: str,
    *,
    rollback: bool,
    reason: str,
    describe: str | None,
    tags: tuple[str, ...],
) -> None:
    from nbtrail.tracking import registry

    bare, _, alias = name.partition("@")
    if rollback:
        registry.rollback(store, bare, alias or "champion", reason=reason)
    if describe is not None:
        registry.describe_model(store, bare, describe)
    if tags:
        pairs = [tag.partition("=") for tag in tags]
        if not all(key and equals for key, equals, _ in pairs):
            raise UsageError(f"A tag is written KEY=VALUE, but got {', '.join(tags)}.")
        registry.set_model_tags(store, name, {key: value for key, _, value in pairs})
