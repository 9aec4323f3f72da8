"""From what a fresh process found to a verdict: nothing passes that was not compared."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import replace

from nbtrail.entities.pipeline import Check, Manifest, Outcome, Scope, Verdict
from nbtrail.fingerprint.forms import same_digest
from nbtrail.pipeline.causes import advice
from nbtrail.pipeline.runner import Replay, same_float

__all__ = ["judge"]

_OLD_FORM = (
    "the run digested it in another form than this version of nbtrail does. "
    "Track the run again to have it compared."
)


def judge(
    manifest: Manifest,
    found: Replay,
    inputs: Sequence[Check] = (),
    *,
    hint: str = "",
    doubts: Sequence[str] = (),
    scope: Scope = Scope.SAME_ENVIRONMENT,
) -> Verdict:
    """Compare a replay with what the manifest promises.

    Parameters
    ----------
    inputs : sequence of Check
        The data files beside what the run read.
    hint : str
        Likely cause of a difference, in one sentence.
    doubts : sequence of str
        What of the data files could not be compared.
    """
    floor = manifest.floor
    unchecked: list[str] = [*found.notes, *manifest.doubts, *doubts]
    unchecked += [
        f"File {item.path}: what the run read of it was not recorded."
        for item in manifest.inputs
        if not item.recorded
    ]
    checks = [
        Check(
            "run", "pipeline.py", "ends without an error", found.error or "it did", not found.error
        )
    ]
    checks += inputs
    if found.error:
        unchecked += [f"Metric {key}: the script did not get that far." for key in manifest.metrics]
    else:
        checks += _data(manifest, found, unchecked)
        checks += _models(manifest, found, unchecked)
        checks += _metrics(manifest, found, unchecked)
        if floor:
            checks = _within(checks, floor, unchecked)
    loose = any(c.kind == "metric" and c.equal and c.expected != c.found for c in checks)
    compared = [c for c in checks if c.kind in {"metric", "model"}]
    wrong = [c for c in checks if not c.equal]
    culprit = ""
    if wrong:
        culprit = _culprit(wrong[0], manifest, hint)
    elif not compared:
        culprit = "Nothing could be compared: " + (unchecked[0] if unchecked else "no metric.")
    good = Outcome.FULL_HISTORY if manifest.form == "history" else Outcome.EXACT
    if loose:
        good = Outcome.WITHIN_TOLERANCE
    return Verdict(
        outcome=Outcome.NOT_REPRODUCIBLE if culprit else good,
        scope=scope,
        pipeline_sha256=manifest.pipeline_sha256,
        checks=tuple(checks),
        culprit=culprit,
        unchecked=tuple(dict.fromkeys(unchecked)),
        seconds=round(found.seconds, 3),
        verified_ms=time.time_ns() // 1_000_000,
        floor=floor,
        guard=found.guard,
    )


def _within(checks: list[Check], floor: Mapping[str, float], unchecked: list[str]) -> list[Check]:
    """Let metrics differ by what two executions of one script were seen to differ by."""
    kept: list[Check] = []
    for check in checks:
        if check.equal or check.kind in {"run", "data"}:
            kept.append(check)
        elif check.kind == "model":
            unchecked.append(
                f"Model {check.name}: its digest differs from one execution to the next."
            )
        else:
            near = abs(float(check.found) - float(check.expected)) <= floor.get(check.name, 0.0)
            kept.append(replace(check, equal=near))
    return kept


def _data(manifest: Manifest, found: Replay, unchecked: list[str]) -> list[Check]:
    by_name: dict[str, list[str]] = {}
    for name, context, digest in found.data:
        by_name.setdefault(f"{name} ({context})", []).append(digest)
    every = {digest for _, _, digest in found.data}
    checks: list[Check] = []
    for name, expected in manifest.data.items():
        if expected in every:
            checks.append(Check("data", name, expected, expected, equal=True))
        elif any(same_digest(expected, digest) is None for digest in by_name.get(name, ())):
            unchecked.append(f"Data {name}: {_OLD_FORM}")
        elif name in by_name:
            checks.append(Check("data", name, expected, by_name[name][-1], equal=False))
        else:
            unchecked.append(f"Data {name}: no model of the script consumed it under that name.")
    return checks


def _models(manifest: Manifest, found: Replay, unchecked: list[str]) -> list[Check]:
    checks: list[Check] = []
    for name, expected in manifest.models.items():
        digest = found.models.get(name)
        if digest is None and expected in found.models.values():
            digest = expected
        if digest is None:
            digest = _of_class(name, found)
        if digest is None:
            unchecked.append(f"Model {name}: the fresh process could not digest it.")
        elif same_digest(expected, digest) is None:
            unchecked.append(f"Model {name}: {_OLD_FORM}")
        else:
            checks.append(Check("model", name, expected, digest, equal=digest == expected))
    return checks


def _of_class(name: str, found: Replay) -> str | None:
    """Return the digest of the last model without a variable whose class has that name."""
    unnamed = [
        digest
        for label, digest in found.models.items()
        if " " in label and label.partition(" ")[0].rpartition(".")[2] == name
    ]
    return unnamed[-1] if unnamed else None


def _metrics(manifest: Manifest, found: Replay, unchecked: list[str]) -> list[Check]:
    checks: list[Check] = []
    for key, expected in manifest.metrics.items():
        if key in found.metrics:
            value = found.metrics[key]
            equal = same_float(value, expected)
            checks.append(Check("metric", key, repr(expected), repr(value), equal=equal))
        elif key in found.tapped:
            seen = {float(value) for value in found.tapped[key]}
            equal = all(same_float(value, expected) for value in seen)
            if equal or not any(same_float(value, expected) for value in seen):
                shown = repr(expected) if equal else max(found.tapped[key])
                checks.append(Check("metric", key, repr(expected), shown, equal=equal))
            else:
                unchecked.append(
                    f"Metric {key}: the script computes several values of it, and which one is "
                    "the run's can't be told."
                )
        else:
            reason = manifest.missing.get(key, "the script does not compute it")
            unchecked.append(f"Metric {key}: {reason}.")
    return checks


def _culprit(check: Check, manifest: Manifest, hint: str) -> str:
    if check.kind == "run":
        text = f"The pipeline stops: {check.found}{advice(check.found)}"
    elif check.kind == "data" and check.name in {item.path for item in manifest.inputs}:
        text = f"The file {check.name} is not what the run read: it changed since."
    elif check.kind == "data":
        text = (
            f"The data {check.name} differs from what the run consumed "
            f"({_short(check.found)} instead of {_short(check.expected)})."
        )
    elif check.kind == "model":
        same_data = "on the same data" if manifest.data else "in the fresh process"
        text = f"The model {check.name}, fitted {same_data}, is not the one of the run."
    else:
        text = f"The metric {check.name} is {check.found} instead of {check.expected}."
    return f"{text} {hint}".strip()


def _short(digest: str) -> str:
    return digest.partition(":")[2][:8] or digest[:8]
