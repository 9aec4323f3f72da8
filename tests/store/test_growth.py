"""Which model files are given up, and that nobody else's bytes go with them."""

from __future__ import annotations

import os
import time
from collections.abc import Callable

from nbtrail.entities.model import Artifact, ModelRecord, ModelVersion
from nbtrail.entities.run import Direction, Experiment, Metric, Run, RunStatus
from nbtrail.store import operations as do
from nbtrail.store.store import Store

Make = Callable[..., Run]
FAR = 1 << 60


def with_model(store: Store, run: Run, data: bytes = b"") -> str:
    sha256, size = store.objects.put_bytes(data or run.name.encode())
    store.call(do.start_run(run))
    store.call(do.end_run(run.run_id, run.status, "", run.started_ms + 1, 0))
    store.call(do.log_artifact(run.run_id, Artifact("models/m/model.skops", sha256, size)))
    model_id = f"m-{run.run_id}"
    record = ModelRecord(model_id, "m", "C", "d", "sklearn-skops", "models/m", "ready")
    store.call(do.put_model(run.run_id, record))
    return sha256


def trained(make_run: Make, name: str, score: float, at: int, **fields: object) -> Run:
    metric = Metric("wobble", score, score, score)
    experiment = Experiment("e", "wobble", Direction.MIN)
    return make_run(
        name, started_ms=at, metrics=(metric,), experiment=experiment, first_cell=0, **fields
    )


def test_the_best_the_latest_and_the_chosen_stay(store: Store, make_run: Make) -> None:
    runs = {
        name: trained(make_run, name, score, at, **fields)
        for at, (name, score, fields) in enumerate(
            [
                ("best", 0.1, {}),
                ("second", 0.2, {}),
                ("poor", 0.8, {}),
                ("unknown", float("nan"), {}),
                ("kept", 0.9, {"tags": {"nbtrail.kept": "afterwards"}}),
                ("promoted", 0.95, {}),
                ("script", 0.97, {}),
                ("running", 0.98, {"status": RunStatus.RUNNING}),
                ("latest", 0.99, {}),
            ]
        )
    }
    for run in runs.values():
        with_model(store, run)
    promoted = runs["promoted"].run_id
    store.call(do.register_version(ModelVersion("x", 0, promoted, f"m-{promoted}", 1)))

    def gone(before_ms: int) -> set[str]:
        ids = store.reader.superfluous_models("e", 2, before_ms)
        return {name for name, run in runs.items() if f"m-{run.run_id}" in ids}

    assert gone(FAR) == {"poor", "unknown", "script"}
    assert gone(4) == {"poor"}  # the others ended later
    assert store.reader.superfluous_models("other", 2, FAR) == ()


def test_a_run_without_cells_keeps_its_model(store: Store, make_run: Make) -> None:
    for at in range(5):
        run = make_run(f"s{at}", started_ms=at, experiment=Experiment("e"), first_cell=-1)
        with_model(store, run)
    assert store.reader.superfluous_models("e", 1, FAR) == ()


def test_bytes_go_when_nobody_refers_to_them(store: Store, make_run: Make) -> None:
    shared = b"the same bytes"
    one, two = trained(make_run, "one", 1, 1), trained(make_run, "two", 2, 2)
    sha256 = with_model(store, one, shared)
    assert with_model(store, two, shared) == sha256

    assert store.call(do.drop_model_files(f"m-{one.run_id}", "why")) == ()
    found = store.reader.run(one.run_id)
    assert found.artifacts == ()
    assert (found.models[0].status, found.models[0].problem) == ("not-kept", "why")

    assert store.call(do.drop_model_files(f"m-{two.run_id}", "why")) == (sha256,)
    assert not store.objects.remove(sha256, lambda: store.reader.is_used(sha256)), "too young"
    old = time.time() - 3600
    os.utime(store.objects.path(sha256), (old, old))
    assert not store.objects.remove(sha256, lambda: True)
    assert store.objects.read(sha256) == shared
    assert store.objects.remove(sha256, lambda: store.reader.is_used(sha256))
    assert not store.objects.path(sha256).exists()
    assert store.objects.put_bytes(shared)[0] == sha256
    assert store.objects.read(sha256) == shared


def test_an_object_that_is_put_again_is_young_again(store: Store) -> None:
    sha256, _ = store.objects.put_bytes(b"again")
    old = time.time() - 3600
    os.utime(store.objects.path(sha256), (old, old))
    store.objects.put_bytes(b"again")
    assert not store.objects.remove(sha256, lambda: False)
