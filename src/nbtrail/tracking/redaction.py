"""Secrets are taken out of records before anything of them is stored or leaves the process."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from nbtrail.capture.hyperparams import text_of
from nbtrail.capture.modules import LoadedSource
from nbtrail.capture.secrets import PLACEHOLDER, Finding, redact, redact_value
from nbtrail.entities.cell import CellExecution
from nbtrail.entities.dataset import Dataset, DatasetUse
from nbtrail.entities.episode import Episode
from nbtrail.entities.provenance import ModuleSource
from nbtrail.entities.run import Mark, MarkKind, Param, Run
from nbtrail.store import operations
from nbtrail.store.store import Store

__all__ = [
    "cell_marks",
    "mark_of",
    "record_modules",
    "redacted_cell",
    "redacted_datasets",
    "redacted_episode",
    "redacted_file",
    "redacted_params",
    "redacted_tags",
    "redacted_text",
]

_KIND = "the {kind} in {where}"
_MOST = 5
_SHORT = 7  # shorter values have the shape of no key


def redacted_text(text: str) -> str:
    """Return a text without its secrets."""
    return redact(text)[0]


def redacted_file(text: str, path: str) -> tuple[str, tuple[Mark, ...]]:
    """Return the text of a file without its secrets, and the mark that this asks for."""
    kept, found = redact(text)
    return kept, mark_of([_place(f, f"{path}, line {f.line}") for f in found])


def redacted_cell(cell: CellExecution) -> CellExecution:
    """Return a cell without the secrets in its code, its output and its error."""
    return replace(
        cell,
        source=redacted_text(cell.source),
        code=redacted_text(cell.code),
        error=redacted_text(cell.error),
        output=redacted_text(cell.output),
        statements=tuple(
            replace(facts, error=redacted_text(facts.error)) if facts.error else facts
            for facts in cell.statements
        ),
    )


def redacted_params(params: Iterable[Param]) -> tuple[tuple[Param, ...], tuple[Mark, ...]]:
    """Return params without secrets, and the mark that this asks for."""
    kept, places = [], []
    for param in params:
        value, found = redact_value(param.key, param.value)
        kept.append(replace(param, value=value) if found else param)
        places += [_place(finding, param.key) for finding in found]
    return tuple(kept), mark_of(places)


def redacted_tags(tags: Mapping[str, Any]) -> tuple[dict[str, str], tuple[Mark, ...]]:
    """Return tags as texts without secrets, and the mark that this asks for."""
    params, marks = redacted_params([Param(f"tag {key}", text_of(v)) for key, v in tags.items()])
    return {param.key.removeprefix("tag "): param.value for param in params}, marks


def redacted_datasets(uses: Iterable[DatasetUse]) -> tuple[DatasetUse, ...]:
    """Return datasets without the secrets in their addresses, queries and frequent values."""
    return tuple(
        replace(
            use,
            dataset=_without_secrets(use.dataset),
            source=redacted_text(use.source),
            query=redacted_text(use.query),
        )
        for use in uses
    )


def _without_secrets(dataset: Dataset) -> Dataset:
    """Return a dataset whose profile shows no secret; the same one if it did not."""
    profile = dataset.profile
    if profile is None or not any(len(text) > _SHORT for c in profile.columns for text, _ in c.top):
        return dataset
    columns = tuple(
        replace(c, top=tuple((redacted_text(text), n) for text, n in c.top)) if c.top else c
        for c in profile.columns
    )
    return replace(dataset, profile=replace(profile, columns=columns))


def redacted_episode(episode: Episode) -> Episode:
    """Return a training without the secrets in its params."""
    return replace(episode, params=redacted_params(episode.params)[0])


def record_modules(
    store: Store, session_id: str, loaded: Iterable[LoadedSource], cell_seq: int
) -> None:
    """Record the sources of modules and scripts, without their secrets."""
    for source in loaded:
        text, found = redact(source.text)
        # the digest of the whole would let a weak password be guessed
        sha256 = hashlib.sha256(text.encode()).hexdigest() if found else source.sha256
        module = ModuleSource(source.name, source.path, sha256, cell_seq)
        store.submit(operations.put_module(session_id, module, text))


def mark_of(places: Sequence[str]) -> tuple[Mark, ...]:
    """Return the mark that says where secrets were left out, never what they were."""
    if not places:
        return ()
    named = list(dict.fromkeys(places))
    more = f" and {len(named) - _MOST} more" if len(named) > _MOST else ""
    return (Mark(MarkKind.REDACTED, f"not stored: {', '.join(named[:_MOST])}{more}"),)


def cell_marks(run: Run, cells: Iterable[CellExecution]) -> tuple[Mark, ...]:
    """Return the mark for the secrets that were left out of a run's own cells.

    Parameters
    ----------
    cells : iterable of CellExecution
        Of the run's session, as they are stored.
    """
    mine = (cell for cell in cells if run.first_cell <= cell.seq <= run.last_cell)
    return mark_of([place for cell in mine for place in _places(cell)])


def _places(cell: CellExecution) -> Iterator[str]:
    named = f"In [{cell.execution_count}]" if cell.execution_count else f"cell {cell.seq}"
    for number, line in enumerate(cell.source.splitlines(), start=1):
        for piece in line.split(PLACEHOLDER)[1:]:
            yield _KIND.format(kind=piece.partition(">")[0], where=f"{named}, line {number}")
    if PLACEHOLDER in cell.output or PLACEHOLDER in cell.error:
        yield f"a secret that {named} printed"


def _place(finding: Finding, where: str) -> str:
    return _KIND.format(kind=finding.kind, where=where)
