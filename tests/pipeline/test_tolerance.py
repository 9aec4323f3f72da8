"""A tolerance is what two executions of one script differ by, and nothing else."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import pytest

from nbtrail.entities.cell import StatementFacts
from nbtrail.entities.pipeline import Manifest, Outcome, Scope, Verdict
from nbtrail.lineage.graph import build_graph
from nbtrail.pipeline.attempt import Attempt
from nbtrail.pipeline.judge import judge
from nbtrail.pipeline.plan import Plan
from nbtrail.pipeline.runner import Replay
from nbtrail.pipeline.tolerance import within_floor

SUM = 1.0 + 2**-40  # two sums of the same numbers in another order


@dataclass
class Shop:
    """Repeats an attempt with values that were laid down."""

    values: list[float]
    errors: list[str] = field(default_factory=list)

    def repeat(self, attempt):
        found = Replay(
            metrics={"m": self.values.pop(0)}, error=self.errors[0] if self.errors else ""
        )
        return self.judged(replace(attempt, found=found))

    def judged(self, attempt):
        return replace(attempt, verdict=judge(attempt.manifest, attempt.found))


def attempt(recorded, found, text="m = add(parts)"):
    plan = Plan(None, "", ".", build_graph(()), (), (), {}, {}, (), (), ())
    plan = replace(plan, nodes=((0, 0),), texts={(0, 0): ((), text)})
    plan.graph.facts[0, 0] = StatementFacts(0, 1, 1)
    manifest = Manifest(1, "a" * 32, "run", 0, "", metrics={"m": recorded}, form="stages")
    verdict = Verdict(Outcome.NOT_REPRODUCIBLE, Scope.SAME_ENVIRONMENT, "")
    return Attempt(plan, None, (), manifest, Replay(metrics={"m": found}), verdict)


def outcome(recorded, first, reference, again, **options):
    judged = within_floor(
        Shop([again]),
        attempt(recorded, first, **options),
        attempt(recorded, reference, **options),
    )
    return judged and judged.verdict


def test_rounding_that_was_measured_is_allowed():
    verdict = outcome(1.0, SUM, 1.0, SUM)
    assert verdict.outcome is Outcome.WITHIN_TOLERANCE
    assert verdict.floor == {"m": SUM - 1.0}
    assert [check.equal for check in verdict.checks if check.kind == "metric"] == [True]


@pytest.mark.parametrize(
    ("values", "why"),
    [
        ((1.0, SUM, 1.0, 1.0), "the reference agrees with itself"),
        ((1.0, 1.0 + 2**-30, 1.0, SUM), "the script differs by more than the reference"),
        ((0.91, 0.93, 0.91, 0.94), "that is no rounding"),
        ((1.0, 1.0 + 2**-42, 1.0 + 2**-41, 1.0 + 2**-40), "it only grows: a clock"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_never_allowed(values, why):
    assert outcome(*values) is None, why


def test_a_clock_and_a_generator_without_seed_are_never_allowed():
    assert outcome(1.0, SUM, 1.0, SUM, text="m = time.time() * 0 + 1") is None
    assert outcome(1.0, SUM, 1.0, SUM, text="m = np.random.default_rng().random()") is None


def test_a_reference_that_fails_measures_nothing():
    shop = Shop([SUM], errors=["ValueError: no"])
    assert within_floor(shop, attempt(1.0, SUM), attempt(1.0, 1.0)) is None


def test_a_later_verification_allows_no_more_than_was_measured():
    manifest = Manifest(1, "a" * 32, "run", 0, "", metrics={"m": 1.0}, floor={"m": SUM - 1.0})
    near = judge(manifest, Replay(metrics={"m": SUM}))
    assert near.outcome is Outcome.WITHIN_TOLERANCE
    assert judge(manifest, Replay(metrics={"m": 1.0})).outcome is Outcome.EXACT
    far = judge(manifest, Replay(metrics={"m": 1.0 + 2**-30}))
    assert far.outcome is Outcome.NOT_REPRODUCIBLE
