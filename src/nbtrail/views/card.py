"""The card of a model version: what there is to know about it, as Markdown.

It is made of what the trail has recorded, so that it can't be forgotten or out of date.
The headings are those of Mitchell et al., "Model Cards for Model Reporting" (2019), as far as
a trail can answer them.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Sequence

from nbtrail.entities.model import AliasMove, ModelRecord, ModelVersion, RegisteredModel, Signature
from nbtrail.entities.pipeline import Manifest
from nbtrail.entities.run import Run
from nbtrail.views.formats import moment, number

__all__ = ["model_card"]

_MARKUP = re.compile(r"([\\`*\[\]|~!#])")
_UNSAFE = "pickle-unsafe"


def model_card(
    model: RegisteredModel,
    version: ModelVersion,
    run: Run | None,
    history: Sequence[AliasMove] = (),
    exports: Sequence[Manifest] = (),
) -> str:
    """Return the card of a version.

    Parameters
    ----------
    model : RegisteredModel
    version : ModelVersion
    run : Run or None
        The one that made it; None when it is gone.
    history : sequence of AliasMove
        Of the model's aliases.
    exports : sequence of Manifest
        The pipelines exported from the run, oldest first.
    """
    aliases = ", ".join(f"@{alias}" for alias in version.aliases)
    parts = [f"# {_text(version.name)}, version {version.version}"]
    parts += [_text(model.description)] if model.description else []
    parts += ["## Model details", _details(version, run, aliases)]
    record = _record(version, run)
    if record is not None and record.signature is not None:
        parts += ["## Inputs and outputs", _signature(record.signature)]
    if run is not None:
        data = _data(run)
        parts += ["## Metrics", _metrics(run)] if run.metrics else []
        parts += ["## Data", data] if data else []
        parts += ["## Caveats", _marks(run)] if run.marks else []
    parts += ["## Reproducibility", _verdicts(exports, run)]
    if version.gates:
        answers = ((g.name.value, g.status.value, g.found) for g in version.gates)
        parts += ["## Gates", _table(("gate", "answer", "found"), answers)]
    moves = [m for m in history if version.version in (m.to_version, m.from_version)]
    if moves:
        rows = ((moment(m.moved_ms), f"@{m.alias}", _moved(m), m.user, m.reason) for m in moves)
        parts += ["## History", _table(("when", "alias", "move", "by", "reason"), rows)]
    return "\n\n".join(parts) + "\n"


def _details(version: ModelVersion, run: Run | None, aliases: str) -> str:
    record = _record(version, run)
    rows = [
        ("aliases", aliases or "none"),
        ("registered", f"{moment(version.created_ms)} by {version.user or 'unknown'}"),
        ("comment", version.comment),
        ("origin", version.origin),
    ]
    rows += [(f"tag {key}", value) for key, value in version.tags.items()]
    if record is not None:
        rows += [
            ("class", record.class_name),
            ("format", record.flavor or record.problem or record.status),
            ("digest", record.digest),
        ]
        if record.flavor == _UNSAFE:
            rows.append(("warning", "loading this file runs code: only load it if you trust it"))
    if run is not None:
        commit = "" if run.code is None else run.code.commit
        dirty = " with uncommitted changes" if run.code is not None and run.code.dirty else ""
        rows += [
            ("run", f"{run.name} ({run.run_id})"),
            ("experiment", run.experiment.name),
            ("made by", run.source),
            ("commit", f"{commit}{dirty}" if commit else ""),
            ("python", "" if run.environment is None else run.environment.python),
        ]
    else:
        rows.append(("run", f"{version.run_id}, which is gone"))
    return _table(("", ""), (row for row in rows if row[1]))


def _signature(signature: Signature) -> str:
    rows = [
        (side, field.name or "(all)", field.dtype, str(list(field.shape)) if field.shape else "")
        for side, fields in (("input", signature.inputs), ("output", signature.outputs))
        for field in fields
    ]
    return _table(("", "name", "type", "shape"), rows)


def _metrics(run: Run) -> str:
    rows = ((m.key, number(m.last), m.role or "unknown") for m in run.metrics)
    return _table(("metric", "value", "measured on"), rows)


def _data(run: Run) -> str:
    rows = [
        (
            use.name,
            use.context.value,
            f"{use.dataset.rows:,}" if use.dataset.rows >= 0 else "",
            f"{use.dataset.digest.short()} {use.dataset.digest.coverage.value}",
            use.source,
        )
        for use in run.datasets
    ]
    return _table(("name", "used for", "rows", "digest", "source"), rows) if rows else ""


def _marks(run: Run) -> str:
    return "\n".join(f"- {_text(mark.kind.value)}: {_text(mark.reason)}" for mark in run.marks)


def _verdicts(exports: Sequence[Manifest], run: Run | None) -> str:
    found = [m.verdict for m in exports if m.verdict is not None]
    if not found:
        name = "RUN" if run is None else run.run_id[:12]
        return f"Never verified. Do it with: `%track export {name} -o DIR`"
    latest = max(found, key=lambda verdict: verdict.verified_ms)
    text = f"{latest.outcome.value} ({latest.scope.value}), {moment(latest.verified_ms)}"
    return _text(text + (f": {latest.culprit}" if latest.culprit else ""))


def _moved(move: AliasMove) -> str:
    before = "none" if move.from_version is None else f"v{move.from_version}"
    after = "none" if move.to_version is None else f"v{move.to_version}"
    return f"{before} to {after}" + (", forced" if move.forced else "")


def _record(version: ModelVersion, run: Run | None) -> ModelRecord | None:
    models = () if run is None else run.models
    return next((m for m in models if m.model_id == version.model_id), None)


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [f"| {' | '.join(heads)} |", f"|{'---|' * len(heads)}"]
    lines += [f"| {' | '.join(map(_text, row))} |" for row in rows]
    return "\n".join(lines)


def _text(text: str) -> str:
    """Return a text of the user as Markdown that shows it and does nothing else."""
    return _MARKUP.sub(r"\\\1", html.escape(" ".join(text.split()), quote=False))
