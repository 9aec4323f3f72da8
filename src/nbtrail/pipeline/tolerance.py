"""How much a result differs from itself: the only tolerance that a verdict ever allows."""

from __future__ import annotations

import itertools
from dataclasses import replace

from nbtrail.entities.pipeline import Manifest
from nbtrail.pipeline.attempt import Attempt, Workshop
from nbtrail.pipeline.causes import reads_clock, unseeded
from nbtrail.pipeline.runner import same_float

__all__ = ["measured_floor", "within_floor"]

_ROUNDING = 1e-6  # relative: whatever differs by more is no rounding, and needs a seed


def measured_floor(one: Attempt, other: Attempt) -> dict[str, float]:
    """Return by how much each metric differs between two executions of one script."""
    found: dict[str, float] = {}
    for key, value in one.found.metrics.items():
        again = other.found.metrics.get(key)
        if again is not None and not same_float(value, again):
            found[key] = abs(value - again)
    return found


def within_floor(shop: Workshop, first: Attempt, reference: Attempt) -> Attempt | None:
    """Return the first attempt, judged by what two executions of the reference differ by.

    The reference is the whole history. Nothing is allowed when a generator was not seeded,
    when an execution failed, when a difference is larger than rounding makes it, when the two
    executions agree, or when a value only grows or only falls from one execution to the next.

    Parameters
    ----------
    first : Attempt
        Whose script is to be exported.
    reference : Attempt
        One execution of the whole history; the second is made here.
    """
    broken = first.found.error or reference.found.error
    if broken or unseeded(reference.plan) or reads_clock(first.plan):
        return None
    again = shop.repeat(reference)
    if again.found.error:
        return None
    floor = measured_floor(reference, again)
    recorded = first.manifest.metrics
    for key, spread in floor.items():
        if spread > _ROUNDING * max(abs(recorded.get(key, 0.0)), abs(again.found.metrics[key])):
            return None
    if not floor or any(_drifts(key, first, reference, again) for key in floor):
        return None
    manifest: Manifest = replace(first.manifest, floor=floor)
    attempt = replace(first, manifest=manifest)
    judged = shop.judged(attempt)
    return judged if judged.good else None


def _drifts(key: str, first: Attempt, reference: Attempt, again: Attempt) -> bool:
    """Say whether a metric only grows or only falls from one execution to the next."""
    values = [first.manifest.metrics.get(key, 0.0)]
    values += [attempt.found.metrics.get(key, 0.0) for attempt in (first, reference, again)]
    pairs = list(itertools.pairwise(values))
    return all(a < b for a, b in pairs) or all(a > b for a, b in pairs)
