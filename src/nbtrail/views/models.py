"""Registered models with their versions and aliases."""

from __future__ import annotations

from collections.abc import Sequence

from nbtrail.entities.model import AliasMove, RegisteredModel
from nbtrail.views.format import number_text, time_text
from nbtrail.views.page import Section, html_page, text_page
from nbtrail.views.table import Cell, Table

__all__ = ["html_models", "text_models"]

_COLOUR = "#7b61c4"


def html_models(models: Sequence[RegisteredModel], history: Sequence[AliasMove] = ()) -> str:
    """Return registered models as HTML."""
    return html_page(_title(models), _COLOUR, _hint(models), _sections(models, history))


def text_models(models: Sequence[RegisteredModel], history: Sequence[AliasMove] = ()) -> str:
    """Return registered models as text."""
    return text_page(_title(models), _hint(models), _sections(models, history))


def _title(models: Sequence[RegisteredModel]) -> str:
    count = len(models)
    return f"{count} registered model{'' if count == 1 else 's'}" if count else "No models yet"


def _hint(models: Sequence[RegisteredModel]) -> list[str]:
    return [] if models else ["%track promote best NAME@champion registers the best run's model"]


def _sections(models: Sequence[RegisteredModel], history: Sequence[AliasMove]) -> list[Section]:
    sections = [
        Section(
            model.name,
            Table(
                ("version", "aliases", "metric", "", "registered", "by", "comment"),
                [
                    [
                        Cell(str(v.version), number=True, strong=True),
                        Cell(" ".join(f"@{a}" for a in v.aliases), colour=_COLOUR, strong=True),
                        v.metric,
                        Cell(number_text(v.metric_value), number=True),
                        Cell(time_text(v.created_ms), faint=True),
                        Cell(v.user, faint=True),
                        v.comment,
                    ]
                    for v in model.versions
                ],
            ),
        )
        for model in models
    ]
    rows = [
        [
            Cell(f"{move.name}@{move.alias}", strong=True),
            f"{_version(move.from_version)} → {_version(move.to_version)}",
            "forced" if move.forced else "",
            Cell(time_text(move.moved_ms), faint=True),
            Cell(move.user, faint=True),
            move.reason,
        ]
        for move in history
    ]
    sections.append(Section("History", Table(("alias", "moved", "", "when", "by", "why"), rows)))
    return sections


def _version(number: int | None) -> str:
    return "none" if number is None else str(number)
