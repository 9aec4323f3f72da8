"""Promotion: gates, versions, aliases, their history, and models back from the trail."""

from __future__ import annotations

import math
import secrets
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from nbtrail.entities.identity import new_id
from nbtrail.entities.model import Artifact, ModelRecord
from nbtrail.entities.run import Direction, Experiment, Metric, Run, RunStatus
from nbtrail.exceptions import (
    GateError,
    ModelError,
    NotFoundError,
    RegistryError,
    StoreReadOnlyError,
    UsageError,
)
from nbtrail.flavors import save_model
from nbtrail.store import operations as do
from nbtrail.store.store import Store
from nbtrail.tracking.loading import load_model
from nbtrail.tracking.registry import parse_target, promote, rollback

Make = Callable[..., Run]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(tmp_path / ".nbtrail", create=True)
    yield opened
    opened.close()


def model(name: str = "clf", status: str = "ready", **fields: str) -> ModelRecord:
    return ModelRecord(
        f"m-{secrets.token_hex(16)}", name, "sklearn.X", "x:1", "sklearn-skops", f"models/{name}",
        status, **fields,
    )  # fmt: skip


@pytest.fixture
def make(store: Store) -> Make:
    def make(name: str, *models: ModelRecord, status: str = "FINISHED", **metrics: float) -> Run:
        run = Run(
            new_id(),
            name,
            Experiment("default"),
            RunStatus(status),
            time.time_ns() // 1_000_000,
            metrics=tuple(Metric(key, value, value, value) for key, value in metrics.items()),
            models=models or (model(),),
        )
        store.call(do.start_run(run))
        return run

    return make


def test_a_promoted_model_is_a_version_with_an_alias(store: Store, make: Make) -> None:
    run = make("first", accuracy=0.9)
    version = promote(store, run.run_id, "fraud@champion", reason="the first one")
    assert (version.name, version.version, version.aliases) == ("fraud", 1, ("champion",))
    assert (version.metric, version.metric_value) == ("accuracy", 0.9)
    assert version.model_id == run.models[0].model_id
    assert store.reader.model_version("models:/fraud@champion") == version
    (move,) = store.reader.alias_history("fraud")
    assert (move.from_version, move.to_version, move.reason) == (None, 1, "the first one")
    assert not move.forced


def test_promoting_the_same_model_again_changes_nothing(store: Store, make: Make) -> None:
    run = make("first", accuracy=0.9)
    first = promote(store, run.run_id, "fraud@champion")
    assert promote(store, run.run_id, "fraud@champion") == first
    assert promote(store, run.run_id, "fraud") == first
    assert len(store.reader.alias_history("fraud")) == 1
    assert len(store.reader.model("fraud").versions) == 1


def test_without_an_alias_only_a_version_is_made(store: Store, make: Make) -> None:
    assert promote(store, make("a", accuracy=0.9).run_id, "fraud").aliases == ()
    assert promote(store, make("b", accuracy=0.1).run_id, "fraud").version == 2
    assert store.reader.model_version("fraud").version == 2
    assert store.reader.model_version("fraud/1").version == 1


@pytest.mark.parametrize(
    ("metrics", "worse", "text"),
    [
        ({"accuracy": 0.9}, {"accuracy": 0.8}, "accuracy is 0.8, but version 1.*has 0.9"),
        ({"log_loss": 0.1}, {"log_loss": 0.2}, "lower is better"),
        ({"accuracy": 0.9}, {"accuracy": math.nan}, "accuracy is nan"),
        ({"accuracy": 0.9}, {"accuracy": -math.inf}, "accuracy is -inf"),
    ],
)
def test_a_worse_model_is_refused(
    store: Store, make: Make, metrics: dict[str, float], worse: dict[str, float], text: str
) -> None:
    promote(store, make("champion", **metrics).run_id, "fraud@champion")
    challenger = make("challenger", **worse)
    with pytest.raises(GateError, match=text) as refusal:
        promote(store, challenger.run_id, "fraud@champion")
    assert len(refusal.value.reasons) == 1
    assert "--force" in str(refusal.value)
    assert len(store.reader.model("fraud").versions) == 1
    version = promote(
        store, challenger.run_id, "fraud@champion", force=True, reason="because I say so"
    )
    assert version.version == 2
    move = store.reader.alias_history("fraud")[-1]
    assert move.forced
    assert move.reason.startswith("because I say so; forced past no regression")


def test_an_equal_model_and_an_unequal_metric_pass(store: Store, make: Make) -> None:
    promote(store, make("a", accuracy=0.9).run_id, "fraud@champion")
    promote(store, make("b", accuracy=0.9).run_id, "fraud@champion")
    promote(store, make("c", r2=0.1).run_id, "fraud@champion")
    moves = store.reader.alias_history("fraud")
    assert [(m.from_version, m.to_version, m.forced) for m in moves] == [
        (None, 1, False), (1, 2, False), (2, 3, False),
    ]  # fmt: skip


def test_another_alias_has_a_champion_of_its_own(store: Store, make: Make) -> None:
    promote(store, make("a", accuracy=0.9).run_id, "fraud@champion")
    promote(store, make("b", accuracy=0.5).run_id, "fraud@challenger")
    assert dict(store.reader.model("fraud").aliases) == {"challenger": 2, "champion": 1}


def test_a_threshold_follows_the_direction(store: Store, make: Make) -> None:
    run = make("a", accuracy=0.8)
    with pytest.raises(GateError, match=r"accuracy is 0.8, but must be at least 0.9"):
        promote(store, run.run_id, "fraud", min_metric=0.9)
    promote(store, run.run_id, "fraud", min_metric=0.8)
    loss = make("b", log_loss=0.5)
    with pytest.raises(GateError, match=r"must be at most 0.4"):
        promote(store, loss.run_id, "other", min_metric=0.4)
    with pytest.raises(GateError, match="has no main metric"):
        promote(store, make("c", wobble=1.0).run_id, "other", min_metric=0.4)


def test_the_experiments_main_metric_is_the_one(store: Store, make: Make) -> None:
    store.call(do.set_main_metric("default", "wobble", Direction.MIN))
    promote(store, make("a", wobble=1.0, accuracy=0.9).run_id, "fraud@champion")
    with pytest.raises(GateError, match=r"wobble is 2\.0"):
        promote(store, make("b", wobble=2.0, accuracy=0.99).run_id, "fraud@champion")


def test_rollback_goes_back_step_by_step(store: Store, make: Make) -> None:
    for value in (0.7, 0.8, 0.9):
        promote(store, make("r", accuracy=value).run_id, "fraud@champion")
    assert rollback(store, "fraud", "champion").version == 2
    assert rollback(store, "fraud", "champion").version == 1
    with pytest.raises(RegistryError, match="nothing to go back to"):
        rollback(store, "fraud", "champion")
    assert [m.to_version for m in store.reader.alias_history("fraud")] == [1, 2, 3, 2, 1]
    assert "rolled back from version 3" in store.reader.alias_history("fraud")[3].reason
    with pytest.raises(NotFoundError, match="no alias 'other'"):
        rollback(store, "fraud", "other")


def test_a_decision_about_another_version_is_refused(store: Store, make: Make) -> None:
    first, second = make("a", accuracy=0.7).run_id, make("b", accuracy=0.8).run_id
    promote(store, first, "fraud@champion", expected=0)
    with pytest.raises(RegistryError, match="names version 1 now"):
        promote(store, second, "fraud@champion", expected=0)
    assert len(store.reader.model("fraud").versions) == 1
    promote(store, second, "fraud@champion", expected=1)
    with pytest.raises(RegistryError, match="names version 2 now"):
        rollback(store, "fraud", "champion", expected=1)
    with pytest.raises(RegistryError, match="names no version now"):
        promote(store, first, "fraud@other", expected=2)
    assert rollback(store, "fraud", "champion", expected=2).version == 1


@pytest.mark.parametrize(
    ("status", "text"),
    [
        ("RUNNING", "is RUNNING; only a FINISHED run"),
        ("FAILED", "is FAILED"),
        ("KILLED", "is KILLED"),
    ],
)
def test_only_finished_runs(store: Store, make: Make, status: str, text: str) -> None:
    run = make("r", status=status, accuracy=1.0)
    for force in (False, True):
        with pytest.raises(RegistryError, match=text):
            promote(store, run.run_id, "fraud@champion", force=force)
    assert store.reader.models() == ()


@pytest.mark.parametrize(
    ("status", "text"),
    [
        ("pending", "still being written"),
        ("failed", "has no file .failed: too odd"),
        ("not-kept", "Rebuild it by its pipeline"),
    ],
)
def test_only_models_with_a_file(store: Store, make: Make, status: str, text: str) -> None:
    run = make("r", model(status=status, problem="too odd"), accuracy=1.0)
    with pytest.raises(RegistryError, match=text):
        promote(store, run.run_id, "fraud@champion")


def test_runs_that_have_none_or_several_models(store: Store, make: Make) -> None:
    run = make("r", model("a"), model("b"), model("c", "failed"), accuracy=1.0)
    with pytest.raises(RegistryError, match=r"several models: a, b, c.*--model b"):
        promote(store, run.run_id, "fraud")
    assert promote(store, run.run_id, "fraud", model="a").model_id == run.models[0].model_id
    with pytest.raises(NotFoundError, match=r"no model 'x'\. It has: a, b, c"):
        promote(store, run.run_id, "fraud", model="x")
    empty = Run(new_id(), "empty", Experiment("default"), RunStatus.FINISHED, 1)
    store.call(do.start_run(empty))
    with pytest.raises(RegistryError, match="has no model"):
        promote(store, empty.run_id, "fraud")


def test_unknown_and_deleted_runs(store: Store, make: Make) -> None:
    with pytest.raises(NotFoundError, match="no run"):
        promote(store, new_id(), "fraud")
    run = make("gone", accuracy=1.0)
    store.call(do.delete_run(run.run_id))
    with pytest.raises(RegistryError, match="in the trash"):
        promote(store, run.run_id, "fraud")


@pytest.mark.parametrize(
    "target",
    ["", "@champion", "a/b@c", "fraud@", "fraud@a b", "fraud@latest", "fraud@v3", "fraud@V12",
     "..", "fraud@a@b", "x" * 256, "fraud@" + "x" * 256, "a b"],
)  # fmt: skip
def test_bad_names(target: str) -> None:
    with pytest.raises(UsageError, match=r"for instance: \S+@champion"):
        parse_target(target)


@pytest.mark.parametrize(
    ("target", "parts"),
    [("fraud", ("fraud", "")), (" my.model-2@prod_eu ", ("my.model-2", "prod_eu")),
     ("Größe@v", ("Größe", "v"))],
)  # fmt: skip
def test_good_names(target: str, parts: tuple[str, str]) -> None:
    assert parse_target(target) == parts


def test_somebody_else_was_faster(store: Store, make: Make) -> None:
    promote(store, make("a", accuracy=0.8).run_id, "fraud@champion")
    promote(store, make("b", accuracy=0.9).run_id, "fraud")
    move = do.move_alias(store.reader.alias_history("fraud")[0], expected=2)
    with pytest.raises(RegistryError, match="somebody else"):
        store.call(move)


def test_a_trail_that_is_only_read_refuses(store: Store, make: Make) -> None:
    run = make("a", accuracy=0.8)
    store.flush(10)
    store.read_only = True
    with pytest.raises(StoreReadOnlyError):
        promote(store, run.run_id, "fraud")


# ---------------------------------------------------------------------- back from the trail


@pytest.fixture
def fitted(store: Store, make: Make, tmp_path: Path) -> tuple[Run, LogisticRegression, np.ndarray]:
    data = np.linspace(-1, 1, 40).reshape(-1, 2)
    estimator = LogisticRegression().fit(data, data.sum(axis=1) > 0)
    run = make("fitted", model("clf"), accuracy=0.9)
    save_model(estimator, tmp_path / "model", data[:3])
    for file in (f for f in (tmp_path / "model").rglob("*") if f.is_file()):
        sha256, size = store.objects.put_file(file)
        path = f"models/clf/{file.relative_to(tmp_path / 'model').as_posix()}"
        store.call(do.log_artifact(run.run_id, Artifact(path, sha256, size)))
    promote(store, run.run_id, "fraud@champion")
    return run, estimator, data


def test_every_address_gives_the_model(
    store: Store, fitted: tuple[Run, LogisticRegression, np.ndarray]
) -> None:
    run, estimator, data = fitted
    for uri in (
        "models:/fraud@champion", "models:/fraud/1", "models:/fraud", "models:/fraud@latest",
        f"runs:/{run.run_id}", f"runs:/{run.run_id}/models/clf", "runs:/last",
    ):  # fmt: skip
        loaded = load_model(store, uri)
        assert np.array_equal(loaded.predict_proba(data), estimator.predict_proba(data))


@pytest.mark.parametrize(
    ("uri", "error", "text"),
    [
        ("fraud", UsageError, "no address of a model"),
        ("models:/", UsageError, "no address"),
        ("file:/etc/passwd", UsageError, "no address"),
        ("models:/frau", NotFoundError, "There is fraud"),
        ("models:/fraud/9", NotFoundError, "no version '9'. It has: 1"),
        ("models:/fraud@x", NotFoundError, "no alias 'x'. It has: champion"),
        ("runs:/nothing", NotFoundError, "no run 'nothing'"),
        ("runs:/fitted/models/other", NotFoundError, "names no model"),
    ],
)
def test_bad_addresses(
    store: Store,
    fitted: tuple[Run, LogisticRegression, np.ndarray],
    uri: str,
    error: type[Exception],
    text: str,
) -> None:
    with pytest.raises(error, match=text):
        load_model(store, uri)


def test_a_damaged_file_is_not_loaded(
    store: Store, fitted: tuple[Run, LogisticRegression, np.ndarray]
) -> None:
    artifact = store.reader.run(fitted[0].run_id).artifacts[0]
    store.objects.path(artifact.sha256).unlink()
    with pytest.raises(ModelError, match="is missing"):
        load_model(store, "models:/fraud")


def test_a_file_may_not_leave_the_folder(store: Store, make: Make, tmp_path: Path) -> None:
    run = make("evil", accuracy=1.0)
    sha256, size = store.objects.put_bytes(b"x")
    store.call(do.log_artifact(run.run_id, Artifact("models/clf/../../evil", sha256, size)))
    with pytest.raises(ModelError, match="outside of it"):
        load_model(store, f"runs:/{run.run_id}")


def test_a_model_without_a_file_says_how_to_rebuild_it(store: Store, make: Make) -> None:
    run = make("r", model(status="not-kept", problem="it is larger than model_max_mb"))
    with pytest.raises(ModelError, match=r"larger than model_max_mb.*export"):
        load_model(store, f"runs:/{run.run_id}")


@pytest.mark.slow
def test_the_registry_imports_alone() -> None:
    code = (
        "import sys, nbtrail.tracking.registry\n"
        "heavy = {'IPython', 'pandas', 'sklearn', 'numpy', 'skops', 'sqlite_utils'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
