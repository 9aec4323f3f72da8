"""What the card of a model version is made of."""

from __future__ import annotations

from typing import NamedTuple

from nbtrail.entities.model import AliasMove, ModelVersion, RegisteredModel
from nbtrail.entities.pipeline import Manifest
from nbtrail.entities.run import Run
from nbtrail.exceptions import NotFoundError
from nbtrail.store.store import Store

__all__ = ["CardFacts", "card_facts"]


class CardFacts(NamedTuple):
    """The records behind a card; `run` is None when it is gone."""

    model: RegisteredModel
    version: ModelVersion
    run: Run | None
    history: tuple[AliasMove, ...]
    exports: tuple[Manifest, ...]


def card_facts(store: Store, ref: str) -> CardFacts:
    """Gather what a trail knows of ``fraud@champion``, ``fraud/3`` or ``fraud`` (the latest).

    Raises
    ------
    NotFoundError
        When there is no such model, version or alias.
    """
    reader = store.reader
    version = reader.model_version(ref)
    try:
        run = reader.run(version.run_id)
    except NotFoundError:
        run = None
    return CardFacts(
        reader.model(version.name),
        version,
        run,
        reader.alias_history(version.name),
        reader.exports(version.run_id),
    )
