"""Files are kept and carried, but nothing that looks at a trail ever loads one."""

from __future__ import annotations

import io
import json
import pickle
import zipfile
from collections.abc import Callable
from pathlib import Path

import joblib
import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from nbtrail.entities.model import Artifact, ModelRecord
from nbtrail.exceptions import ModelError, UntrustedModelError
from nbtrail.flavors import load_model as load_folder
from nbtrail.flavors import save_model
from nbtrail.store import operations as do
from nbtrail.store.bundle import write_bundle
from nbtrail.store.collect import collect
from nbtrail.store.doctor import examine
from nbtrail.store.merge import merge
from nbtrail.store.needle import Needle
from nbtrail.store.scrub import scrub
from nbtrail.store.store import Store
from nbtrail.tracking.loading import load_model
from nbtrail.tracking.registry import promote


def as_pickle(canary) -> bytes:
    return pickle.dumps(canary)


def as_joblib(canary) -> bytes:
    stream = io.BytesIO()
    joblib.dump(canary, stream)
    return stream.getvalue()


def as_npy(canary) -> bytes:
    stream = io.BytesIO()
    array = np.empty(1, object)
    array[0] = canary
    np.save(stream, array, allow_pickle=True)
    return stream.getvalue()


def as_torch(canary) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("archive/data.pkl", pickle.dumps(canary))
    return stream.getvalue()


def as_yaml(canary) -> bytes:
    return f"!!python/object/apply:os.system [{canary.command!r}]".encode()


def as_mlmodel(canary) -> bytes:
    return json.dumps(
        {
            "flavors": {
                "python_function": {"loader_module": "canary_module", "data": "model.pkl"},
                "sklearn": {"pickled_model": "model.pkl", "serialization_format": "pickle"},
            }
        }
    ).encode()


UNSAFE: dict[str, Callable[..., bytes]] = {
    "model.pkl": as_pickle,
    "model.joblib": as_joblib,
    "data.npy": as_npy,
    "model.pt": as_torch,
    "MLmodel": as_yaml,
    "conda.yaml": as_yaml,
    "model.skops": as_pickle,
}


@pytest.mark.parametrize("name", UNSAFE)
def test_nothing_that_shows_or_carries_a_file_loads_it(
    name: str, store: Store, filling, canary, cli, tmp_path: Path
) -> None:
    pickle.loads(pickle.dumps(canary))
    assert not canary.is_alive  # so a load would be noticed
    canary.path.unlink()

    filled = filling.fill(store)
    data = UNSAFE[name](canary)
    sha256, size = store.objects.put_bytes(data)
    model = ModelRecord(
        "m-" + "7" * 32, "evil", "x.Y", "d", "sklearn-skops", "models/evil", "ready"
    )
    store.call(do.put_model(filled.run_id, model))
    for path in (f"models/evil/{name}", name):
        store.call(do.log_artifact(filled.run_id, Artifact(path, sha256, size)))
    promote(store, filled.run_id, "evil@champion", model="evil", force=True)
    for command in (
        ("show", filled.run_id), ("show", filled.run_id, "--json"), ("runs",),
        ("compare", filled.run_id, filled.child_id), ("why", filled.run_id, filled.child_id),
        ("models", "evil", "--json"), ("models", "evil", "--card"), ("store", "size"),
    ):  # fmt: skip
        assert cli(*command)[0] == 0, command
    said = cli("show", filled.run_id)[1]
    assert ("unsafe: loading it runs code" in said) == (
        name in {"model.pkl", "model.joblib", "model.pt"}
    )
    with pytest.raises(ModelError):
        load_model(store, "models:/evil@champion")
    write_bundle(store.root, tmp_path / "one.trail")
    other = Store.open(tmp_path / "other" / ".nbtrail", create=True)
    try:
        merge(other.root, tmp_path / "one.trail")
    finally:
        other.close()
    assert examine(store.root).findings == ()
    collect(store.root, 0)
    scrub(store.root, Needle.secret("does-not-occur-anywhere"))
    assert canary.is_alive


@pytest.mark.parametrize("text", ["yaml", "mlmodel", "no object", "deep", "empty", "binary"])
def test_an_evil_description_is_refused(text: str, canary, tmp_path: Path) -> None:
    (tmp_path / "canary_module.py").write_text(f"import os; os.system({canary.command!r})")
    (tmp_path / "model.pkl").write_bytes(pickle.dumps(canary))
    said = {
        "yaml": as_yaml(canary),
        "mlmodel": as_mlmodel(canary),
        "no object": b"[]",
        "deep": b"[" * 100_000,
        "empty": b"",
        "binary": b"\xff\x00",
    }[text]
    (tmp_path / "MLmodel").write_bytes(said)
    for allow in (False, True):
        with pytest.raises(ModelError):
            load_folder(tmp_path, ["canary_module.x"], allow_unsafe=allow)


def test_a_pickle_in_the_place_of_a_model_is_no_model(canary, tmp_path: Path) -> None:
    """No silent way from the safe format to the other one."""
    save_model(LogisticRegression().fit(np.eye(2), [0, 1]), tmp_path)
    (tmp_path / "model.skops").write_bytes(pickle.dumps(canary))
    with pytest.raises(ModelError, match="can't be loaded"):
        load_folder(tmp_path, allow_unsafe=True)


def test_a_model_that_names_other_types_says_which(canary, tmp_path: Path) -> None:
    save_model(LogisticRegression().fit(np.eye(2), [0, 1]), tmp_path)
    path = tmp_path / "model.skops"
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    schema = json.loads(members["schema.json"])
    schema["content"] = {
        "__class__": "system", "__module__": "posix", "__loader__": "FunctionNode",
        "__id__": 1, "content": {"module_path": "posix", "function": "system"},
    }  # fmt: skip
    members["schema.json"] = json.dumps(schema).encode()
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    with pytest.raises(UntrustedModelError, match=r"posix\.system"):
        load_folder(tmp_path)
