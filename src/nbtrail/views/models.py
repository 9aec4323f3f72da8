"""Registered models: versions, aliases, who moved them, and what the gates said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from nbtrail.entities.comparison import Comparison
from nbtrail.entities.gate import Gate, GateStatus, refused
from nbtrail.entities.model import AliasMove, ModelVersion, RegisteredModel
from nbtrail.views.comparison import metrics_section
from nbtrail.views.document import (
    Document,
    Head,
    Line,
    Row,
    Section,
    Span,
    Table,
    Tone,
    code,
    faint,
    strong,
)
from nbtrail.views.formats import count, moment, numbers

__all__ = [
    "gates_table",
    "model_detail",
    "models_table",
    "promotion_detail",
    "promotion_preview",
]

_TONES = {
    GateStatus.PASSED: Tone.GOOD,
    GateStatus.REFUSED: Tone.BAD,
    GateStatus.NOT_CHECKED: Tone.FAINT,
}


def models_table(models: Sequence[RegisteredModel]) -> Document:
    """Show all registered models, one row each."""
    if not models:
        empty = "No registered models yet. Promote a run: %track promote best NAME@champion"
        return (Line(((Span(empty),),)),)
    rows = tuple(
        Row(
            (
                (strong(model.name),),
                (Span(f"{len(model.versions):,}"),),
                _aliases(model),
                (faint(moment(model.created_ms)),),
            )
        )
        for model in models
    )
    heads = (Head("model"), Head("versions", numeric=True), Head("aliases"), Head("created"))
    return (Table(heads, rows),)


def model_detail(model: RegisteredModel, history: Sequence[AliasMove] = ()) -> Document:
    """Show one registered model with its versions, and the moves of its aliases."""
    top = Line(
        (
            (strong(model.name),),
            (Span(count(len(model.versions), "version")),),
            (Span(model.description),) if model.description else (),
            (faint(_tags(model.tags)),) if model.tags else (),
        )
    )
    texts = numbers([version.metric_value for version in model.versions])
    rows = tuple(_version(v, text) for v, text in zip(model.versions, texts, strict=True))
    heads = (
        Head("version", numeric=True),
        Head("aliases"),
        Head("metric"),
        Head("value", numeric=True),
        Head("run"),
        Head("registered"),
        Head("comment"),
    )
    moves = Table(
        (Head("when"), Head("alias"), Head("from → to"), Head("by"), Head("reason")),
        tuple(map(_move, history)),
    )
    note = count(len(history), "move")
    return (
        top,
        *((Table(heads, rows),) if rows else ()),
        *(
            Section(f"Gates of v{version.version}", (gates_table(version.gates),), folded=True)
            for version in model.versions
            if version.gates and (version.aliases or version is model.versions[0])
        ),
        *((Section("History of aliases", (moves,), note=note),) if history else ()),
    )


def promotion_detail(version: ModelVersion) -> Document:
    """Show what a promotion has made, and what the gates said about it."""
    aliases = "".join(f" @{alias}" for alias in version.aliases)
    top = Line(((strong(f"{version.name} version {version.version}{aliases}"),),))
    gates = gates_table(version.gates)
    return (top, *((gates,) if gates.rows else ()))


def promotion_preview(
    target: str,
    run_name: str,
    gates: Sequence[Gate],
    holder: ModelVersion | None = None,
    comparison: Comparison | None = None,
) -> Document:
    """Show what a promotion would change: who holds the alias, both results, and the gates.

    Parameters
    ----------
    target : str
        ``fraud@champion``.
    holder : ModelVersion, optional
        The version that the alias names now.
    comparison : Comparison, optional
        Of its run and the candidate.
    """
    alias = "@" in target
    now = f"now version {holder.version}" if holder else "now nobody" if alias else "a new version"
    verdict = refused(gates)
    told = (
        Span(f"{count(len(verdict), 'gate')} would refuse", Tone.BAD)
        if verdict
        else Span("no gate would refuse", Tone.GOOD)
    )
    top = Line(((strong(target),), (Span(now),), (Span("candidate "), strong(run_name)), (told,)))
    table = gates_table(gates)
    return (
        top,
        *((table,) if table.rows else ()),
        *(metrics_section(comparison) if comparison is not None else ()),
    )


def gates_table(gates: Sequence[Gate]) -> Table:
    """Show what each gate found, and what to do about those that did not pass.

    Left out are those that had nothing to do: no threshold is set, nothing holds the alias.
    """
    rows = tuple(
        Row(
            (
                (Span(gate.status.value, _TONES[gate.status]),),
                (Span(gate.name.value),),
                (Span(gate.found), *((faint(f" ({gate.remedy})"),) if gate.remedy else ())),
            )
        )
        for gate in gates
        if gate.remedy or gate.status is not GateStatus.NOT_CHECKED
    )
    return Table((Head("", whole=True), Head("", whole=True), Head("")), rows)


def _tags(tags: Mapping[str, str]) -> str:
    return ", ".join(f"{key}={value}" for key, value in tags.items())


def _aliases(model: RegisteredModel) -> tuple[Span, ...]:
    if not model.aliases:
        return (faint("none"),)
    spans: list[Span] = []
    for alias, version in sorted(model.aliases.items()):
        spans += [Span(" " if spans else ""), Span(f"@{alias}", Tone.GOOD), faint(f" v{version}")]
    return tuple(spans)


def _version(version: ModelVersion, value: str) -> Row:
    return Row(
        (
            (strong(f"v{version.version}"),),
            (Span(" ".join(f"@{alias}" for alias in version.aliases), Tone.GOOD),),
            (Span(version.metric),),
            (Span(value),),
            (code(version.run_id[:12]),),
            (faint(moment(version.created_ms)),),
            _words(version),
        )
    )


def _words(version: ModelVersion) -> tuple[Span, ...]:
    origin = f"from {version.origin}" if version.origin else ""
    behind = [text for text in (origin, _tags(version.tags)) if text]
    joined = " · ".join(behind)
    return (Span(version.comment), faint(f"{' · ' if version.comment and joined else ''}{joined}"))


def _move(move: AliasMove) -> Row:
    before = "—" if move.from_version is None else f"v{move.from_version}"
    after = "removed" if move.to_version is None else f"v{move.to_version}"
    forced = (Span("forced ", Tone.WARN),) if move.forced else ()
    return Row(
        (
            (faint(moment(move.moved_ms)),),
            (Span(f"@{move.alias}"),),
            (Span(f"{before} → {after}"),),
            (Span(move.user),),
            (*forced, Span(move.reason)),
        )
    )
