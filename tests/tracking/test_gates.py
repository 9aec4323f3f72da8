"""Each gate: when it passes, when it refuses and why, and what is remembered of it."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from nbtrail.entities.dataset import Dataset, DatasetContext, DatasetUse, Digest, Seen
from nbtrail.entities.gate import Gate, GateName, GateStatus, refused
from nbtrail.entities.identity import new_id
from nbtrail.entities.model import ModelRecord
from nbtrail.entities.pipeline import Manifest, Outcome, Scope, Verdict
from nbtrail.entities.run import Direction, Experiment, Metric, Run, RunStatus
from nbtrail.exceptions import GateError, NotFoundError, UsageError
from nbtrail.store import operations as do
from nbtrail.store.store import Store
from nbtrail.tracking.cards import card_facts
from nbtrail.tracking.registry import (
    check_gates,
    describe_model,
    promote,
    rollback,
    set_model_tags,
)
from nbtrail.views.card import model_card
from nbtrail.views.text import text_model, text_promotion

Make = Callable[..., Run]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(tmp_path / ".nbtrail", create=True)
    yield opened
    opened.close()


@pytest.fixture
def make(store: Store) -> Make:
    def make(
        accuracy: float,
        shared: int | None = None,
        role: str = "test",
        context: DatasetContext = DatasetContext.TEST,
    ) -> Run:
        uses = ()
        if shared is not None:
            data = Dataset(Digest(f"xxh3-128/1:{new_id()}", "s"), "table", 100)
            uses = (DatasetUse(data, "X_test", context, Seen.CONSUMED, shared=shared),)
        model = ModelRecord(
            f"m-{secrets.token_hex(16)}", "clf", "sklearn.X", "x:1", "sklearn-skops", "models/clf",
            "ready",
        )  # fmt: skip
        run = Run(
            new_id(),
            f"run-{secrets.token_hex(4)}",
            Experiment("default", "accuracy", Direction.MAX),
            RunStatus.FINISHED,
            time.time_ns() // 1_000_000,
            metrics=(Metric("accuracy", accuracy, accuracy, accuracy, role=role),),
            models=(model,),
            datasets=uses,
        )
        store.call(do.start_run(run))
        return run

    return make


def verified(store: Store, run: Run, outcome: Outcome, moment: int = 5) -> None:
    verdict = Verdict(
        outcome, Scope.SAME_ENVIRONMENT, "0" * 64, culprit="it has no seed", verified_ms=moment
    )
    manifest = Manifest(1, run.run_id, run.name, moment, "0" * 64, verdict=verdict)
    store.call(do.put_export(run.run_id, f"out-{moment}", manifest))


def gate(gates: tuple[Gate, ...], name: GateName) -> Gate:
    return next(gate for gate in gates if gate.name is name)


def test_what_could_not_be_checked_passes_and_says_what_to_do(store: Store, make: Make) -> None:
    version = promote(store, make(0.9).run_id, "fraud@champion")
    assert [g.name for g in version.gates] == list(GateName)
    assert {g.status for g in version.gates} == {GateStatus.NOT_CHECKED}
    told = text_promotion(version)
    assert "%track export" in told
    assert "gate_min_metric" not in told  # nothing was asked for
    assert "not checked" in told


@pytest.mark.parametrize(
    ("outcome", "rule", "status"),
    [
        (Outcome.EXACT, "known", GateStatus.PASSED),
        (Outcome.WITHIN_TOLERANCE, "required", GateStatus.PASSED),
        (Outcome.FULL_HISTORY, "required", GateStatus.PASSED),
        (Outcome.NOT_REPRODUCIBLE, "known", GateStatus.REFUSED),
        (Outcome.NOT_REPRODUCIBLE, "off", GateStatus.NOT_CHECKED),
        (None, "known", GateStatus.NOT_CHECKED),
        (None, "required", GateStatus.REFUSED),
        (None, "off", GateStatus.NOT_CHECKED),
    ],
)
def test_the_verdict(
    store: Store, make: Make, outcome: Outcome | None, rule: str, status: GateStatus
) -> None:
    run = make(0.9)
    if outcome is not None:
        verified(store, run, outcome)
    gates = check_gates(store, run.run_id, "fraud@champion", verdict=rule)
    found = gate(gates, GateName.REPRODUCIBILITY)
    assert found.status is status
    if status is GateStatus.REFUSED:
        assert "%track export" in found.remedy
        with pytest.raises(GateError, match="reproducibility: "):
            promote(store, run.run_id, "fraud@champion", verdict=rule)


def test_the_latest_verdict_counts(store: Store, make: Make) -> None:
    run = make(0.9)
    verified(store, run, Outcome.EXACT, 9)
    verified(store, run, Outcome.NOT_REPRODUCIBLE, 7)
    (found,) = [
        g for g in check_gates(store, run.run_id, "fraud") if g.name is GateName.REPRODUCIBILITY
    ]
    assert found.status is GateStatus.PASSED
    verified(store, run, Outcome.NOT_REPRODUCIBLE, 11)
    with pytest.raises(GateError, match="it has no seed"):
        promote(store, run.run_id, "fraud")


@pytest.mark.parametrize(
    ("shared", "allowed", "status"),
    [
        (0, None, GateStatus.PASSED),
        (3, None, GateStatus.REFUSED),
        (3, "3%", GateStatus.PASSED),
        (4, "3%", GateStatus.REFUSED),
        (-1, None, GateStatus.NOT_CHECKED),
        (None, None, GateStatus.NOT_CHECKED),
    ],
)
def test_rows_that_the_model_was_fitted_on(
    store: Store, make: Make, shared: int | None, allowed: str | None, status: GateStatus
) -> None:
    run = make(0.9, shared)
    found = gate(
        check_gates(store, run.run_id, "fraud", max_overlap=allowed), GateName.DATA_OVERLAP
    )
    assert found.status is status
    if shared is not None and shared >= 0:
        assert f"{shared} of 100 rows of X_test" in found.found


def test_a_metric_of_training_rows_says_nothing(store: Store, make: Make) -> None:
    run = make(0.99, 0, role="training")
    with pytest.raises(GateError, match="measured on the rows that the model was fitted on"):
        promote(store, run.run_id, "fraud")


def test_predicting_all_rows_is_no_leak(store: Store, make: Make) -> None:
    run = make(0.9, 0)
    everything = Dataset(Digest("xxh3-128/1:all", "s"), "table", 400)
    use = DatasetUse(everything, "X", DatasetContext.SOURCE, Seen.CONSUMED, shared=300)
    store.call(do.log_datasets(run.run_id, (use,)))
    found = gate(check_gates(store, run.run_id, "fraud"), GateName.DATA_OVERLAP)
    assert found.status is GateStatus.PASSED


@pytest.mark.parametrize(
    ("drop", "passes"),
    [("0.05", True), (0.05, True), ("5%", False), ("6%", True), ("0", False), (None, False)],
)
def test_how_much_worse_it_may_be(
    store: Store, make: Make, drop: str | float | None, passes: bool
) -> None:
    promote(store, make(0.9).run_id, "fraud@champion")
    run = make(0.85)
    found = gate(
        check_gates(store, run.run_id, "fraud@champion", max_drop=drop), GateName.NO_REGRESSION
    )
    assert (found.status is GateStatus.PASSED) is passes


def test_the_projects_rules_hold_until_others_are_asked_for(store: Store, make: Make) -> None:
    text = '[tool.nbtrail]\ngate_min_metric = 0.95\ngate_verdict = "required"\n'
    (store.project / "pyproject.toml").write_text(text)
    run = make(0.9)
    with pytest.raises(GateError, match=r"at least 0\.95") as refusal:
        promote(store, run.run_id, "fraud@champion")
    assert len(refusal.value.reasons) == 2
    assert str(refusal.value).index("promote a better run") < str(refusal.value).index("--force")
    version = promote(store, run.run_id, "fraud@champion", min_metric=0.9, verdict="off")
    assert gate(version.gates, GateName.THRESHOLD).status is GateStatus.PASSED


@pytest.mark.parametrize(
    ("rule", "value"),
    [
        ("min_metric", "much"),
        ("min_metric", True),
        ("min_metric", "nan"),
        ("max_drop", "-1"),
        ("max_drop", "1e999999%%"),
        ("max_overlap", "3"),
        ("max_overlap", "-3%"),
        ("verdict", "sometimes"),
    ],
)
def test_a_rule_that_makes_no_sense_is_named(
    store: Store, make: Make, rule: str, value: object
) -> None:
    with pytest.raises(UsageError, match=f"gate_{rule} .asked for here. must be"):
        promote(store, make(0.9).run_id, "fraud", **{rule: value})
    assert store.reader.models() == ()


def test_checking_changes_nothing(store: Store, make: Make) -> None:
    run = make(0.9)
    assert check_gates(store, run.run_id, "fraud@champion")
    store.flush(5)
    assert store.reader.models() == ()
    assert store.reader.alias_history("fraud") == ()


def test_what_was_forced_is_remembered_with_its_gates(store: Store, make: Make) -> None:
    promote(store, make(0.9).run_id, "fraud@champion")
    run = make(0.5, 40)
    version = promote(store, run.run_id, "fraud@champion", force=True, reason="an emergency")
    names = [g.name for g in refused(version.gates)]
    assert names == [GateName.NO_REGRESSION, GateName.DATA_OVERLAP]
    move = store.reader.alias_history("fraud")[-1]
    assert move.forced
    assert move.gates == version.gates
    assert move.user
    assert move.moved_ms > 0
    assert "an emergency; forced past no regression" in move.reason
    assert "forced" in text_model(store.reader.model("fraud"), store.reader.alias_history("fraud"))
    back = rollback(store, "fraud", "champion", reason="it was none")
    assert back.version == 1
    assert store.reader.alias_history("fraud")[-1].reason.endswith("version 2: it was none")
    assert store.reader.model_version("fraud/2").gates == version.gates


def test_tags_and_descriptions(store: Store, make: Make) -> None:
    promote(store, make(0.9).run_id, "fraud@champion")
    set_model_tags(store, "fraud", {"team": "risk"})
    set_model_tags(store, "fraud@champion", {"reviewed": "ada", "old": "x"})
    set_model_tags(store, "models:/fraud/1", {"old": None})
    describe_model(store, "fraud", "Says which payments to look at.")
    model = store.reader.model("fraud")
    assert dict(model.tags) == {"team": "risk"}
    assert dict(model.versions[0].tags) == {"reviewed": "ada"}
    assert model.description == "Says which payments to look at."
    for ref in ("other", "fraud/7", "fraud@none"):
        with pytest.raises(NotFoundError):
            set_model_tags(store, ref, {"a": "b"})
    with pytest.raises(UsageError, match="needs a name"):
        set_model_tags(store, "fraud", {" ": "b"})


def test_the_card_says_what_is_known_and_is_no_markup(store: Store, make: Make) -> None:
    run = make(0.9, 0)
    verified(store, run, Outcome.EXACT)
    promote(store, run.run_id, "fraud@champion", reason="<img src=x onerror=alert(1)> [a](b) | c")
    describe_model(store, "fraud", "# <script>alert(1)</script>\n\n![x](http://evil)")
    set_model_tags(store, "fraud/1", {"a|b": "c`d"})
    card = model_card(*card_facts(store, "fraud@champion"))
    assert card.startswith("# fraud, version 1\n")
    for part in ("verified-exact", "accuracy", "0 of 100 rows", "@champion", run.run_id, "X_test"):
        assert part in card
    for evil in ("<img", "<script", "![x]", "[a](b)", "a|b", "c`d"):
        assert evil not in card.replace("\\", "\0")
    rows = [line for line in card.splitlines() if line.startswith("|")]
    plain = [line.replace("\\|", "").count("|") for line in rows]
    assert set(plain) <= {3, 4, 5, 6}


def test_the_card_of_a_version_whose_run_is_gone(store: Store, make: Make) -> None:
    version = promote(store, make(0.9).run_id, "fraud@champion")
    facts = card_facts(store, "fraud")._replace(run=None)
    assert f"{version.run_id}, which is gone" in model_card(*facts)
