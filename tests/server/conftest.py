"""A real jupyter_server in this process, and a project with runs below its root."""

from __future__ import annotations

import contextlib
import json
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from pytest_jupyter.jupyter_server import *  # noqa: F403  - fixtures for this folder alone
from tornado.httpclient import HTTPClientError

from nbtrail.entities.cell import CellExecution, CellStatus
from nbtrail.entities.dataset import Column, Dataset, DatasetContext, DatasetUse, Digest, Seen
from nbtrail.entities.identity import new_id
from nbtrail.entities.model import (
    AliasMove,
    Artifact,
    ModelRecord,
    ModelVersion,
    Signature,
    SignatureField,
)
from nbtrail.entities.provenance import CodeVersion, Environment, Session
from nbtrail.entities.run import (
    Direction,
    Experiment,
    Mark,
    MarkKind,
    Metric,
    Param,
    Run,
    RunStatus,
)
from nbtrail.store import operations
from nbtrail.store.migrations import SCHEMA_VERSION
from nbtrail.store.store import Store

CONTRACT = Path(__file__).parents[2] / "labextension" / "contract" / "api.json"
BORN = 1_790_000_000_000


@pytest.fixture(scope="session")
def check() -> Callable[[str, Any], None]:
    """Compare a document with its part of the contract."""
    contract = json.loads(CONTRACT.read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(contract)

    def compare(kind: str, document: Any) -> None:
        Draft202012Validator(contract | {"$ref": f"#/$defs/{kind}"}).validate(document)

    return compare


@pytest.fixture
def jp_server_config() -> dict[str, Any]:
    return {
        "ServerApp": {
            "jpserver_extensions": {"nbtrail": True},
            "allow_unauthenticated_access": False,
        }
    }


@pytest.fixture
def store(jp_root_dir: Path) -> Iterator[Store]:
    """The trail of ``root/project``; the notebooks lie in ``root/project/notebooks``."""
    (jp_root_dir / "project" / ".git").mkdir(parents=True)
    (jp_root_dir / "project" / "notebooks").mkdir()
    opened = Store.open(jp_root_dir / "project" / ".nbtrail", create=True)
    yield opened
    opened.close()


@pytest.fixture
def newer(store: Store) -> Callable[[], None]:
    """Make the trail one of a later version of nbtrail, which may only be read."""

    def make() -> None:
        store.close()
        with contextlib.closing(sqlite3.connect(store.root / "nbtrail.db")) as db:
            db.execute(f"PRAGMA user_version = {SCHEMA_VERSION + 1}")

    return make


@pytest.fixture
def add(store: Store) -> Callable[..., Run]:
    """Write a small run; `fields` replace what it is made of."""

    def write(name: str, **fields: Any) -> Run:
        plain = {
            "run_id": new_id(),
            "experiment": Experiment("default"),
            "status": RunStatus.FINISHED,
            "started_ms": BORN,
            "ended_ms": BORN + 1500,
            "source": "notebooks/train.ipynb",
        }
        run = Run(name=name, **(plain | fields))
        store.call(operations.start_run(run))
        return run

    return write


@pytest.fixture
def get(jp_fetch: Any) -> Callable[..., Any]:
    """Ask the server; returns status code and document."""

    async def fetch(path: str, /, **params: Any) -> tuple[int, Any]:
        try:
            answer = await jp_fetch("nbtrail", "api", *path.split("/"), params=params)
        except HTTPClientError as error:
            return error.code, json.loads(error.response.body)
        return answer.code, json.loads(answer.body)

    return fetch


@pytest.fixture
def rich_run(store: Store, add: Callable[..., Run]) -> Run:
    """A run that has something of everything."""
    session = Session(new_id(), BORN, "notebooks/train.ipynb", ".", "3.11", "/usr/bin/python", "h")
    store.call(operations.start_session(session))
    for seq, source in enumerate(["import pandas", "%%track forest\nfit()", "plot()"]):
        cell = CellExecution(
            session.session_id, seq, f"c{seq}", seq + 1, source, source, BORN, BORN + 5,
            CellStatus.OK,
        )  # fmt: skip
        store.submit(operations.record_cell(cell))
    digest = Digest("xxh3-128/1:" + "ab" * 16, "xxh3-128/0:" + "cd" * 16)
    columns = (Column("a", "int64", "0" * 32, ("1" * 32,)), Column("b", "float64", "2" * 32))
    run = add(
        "forest",
        experiment=Experiment("penguins", "accuracy", Direction.MAX),
        session_id=session.session_id,
        first_cell=1,
        last_cell=1,
        note="<b>the note</b>",
        code=CodeVersion("a" * 40, "main", dirty=True, changed=("x.py",)),
        params=(Param("n_estimators", "50", "estimator"), Param("tol", "0.1", is_default=True)),
        metrics=(
            Metric("accuracy", 0.97, 0.9, 0.97, role="test", last_ms=BORN),
            Metric("loss", float("inf"), 0.1, float("inf"), last_ms=BORN),
            Metric("gap", float("nan"), 0.1, 0.2, last_ms=BORN),
        ),
        tags={"stage": "draft"},
        datasets=(
            DatasetUse(
                Dataset(digest, "table", 344, columns),
                "X_train",
                DatasetContext.TRAINING,
                Seen.CONSUMED,
                "data/penguins.csv",
            ),
        ),
        marks=(Mark(MarkKind.DIRTY_TREE, "1 changed file"),),
    )
    environment = Environment(
        "e" * 64, "3.11.7", "CPython", "Linux", "x86_64", "/p", {"pandas": "3"}
    )
    store.submit(operations.set_environment(run.run_id, environment))
    store.submit(operations.log_artifact(run.run_id, Artifact("a.png", "f" * 64, 12, "image/png")))
    signature = Signature((SignatureField("a", "int64", (-1,)),), (SignatureField("y", "str"),))
    model = ModelRecord(
        "m-" + new_id(), "forest", "sklearn.ensemble.RandomForestClassifier",
        "xxh3-128/1:" + "9" * 32, "sklearn-skops", "models/forest", "ready", signature=signature,
    )  # fmt: skip
    store.submit(operations.put_model(run.run_id, model))
    version = ModelVersion("penguin", 0, run.run_id, model.model_id, BORN, metric_value=0.97)
    number = store.call(operations.register_version(version))
    store.call(operations.move_alias(AliasMove("penguin", "champion", None, number, BORN)))
    store.flush(10)
    return run
