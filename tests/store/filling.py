"""A trail with something in every table, as real sessions leave it."""

from __future__ import annotations

from dataclasses import dataclass

from nbtrail.entities.cell import CellExecution, CellStatus, StatementFacts
from nbtrail.entities.dataset import Column, Dataset, DatasetContext, DatasetUse, Digest, Seen
from nbtrail.entities.episode import Episode
from nbtrail.entities.identity import new_id
from nbtrail.entities.model import AliasMove, Artifact, ModelRecord, ModelVersion
from nbtrail.entities.pipeline import Manifest, Outcome, Scope, Verdict
from nbtrail.entities.profile import ColumnProfile, Profile
from nbtrail.entities.provenance import (
    CodeVersion,
    Environment,
    ModuleSource,
    Resources,
    Session,
    StartState,
)
from nbtrail.entities.run import (
    Direction,
    Experiment,
    Mark,
    MarkKind,
    Metric,
    MetricPoint,
    Param,
    Run,
    RunSpan,
    RunStatus,
)
from nbtrail.store import operations as do
from nbtrail.store.snapshots import Snapshot
from nbtrail.store.store import Store

START = 1_700_000_000_000
MODEL_BYTES = b"model" * 100
CODE = b"answer = 42\n"


@dataclass(frozen=True)
class Filled:
    """Ids of what was stored."""

    run_id: str
    child_id: str
    other_id: str
    session_id: str
    model_id: str
    snapshot: str


def fill(store: Store, *, name: str = "brisk-otter", points: int = 5000) -> Filled:
    """Store a run with a child, and a second run, with everything that runs can have."""
    session = Session(f"s-{name}", START, "work.ipynb", ".", "3.11.7", "/usr/bin/python3", "host")
    store.call(do.start_session(session))
    for seq in range(4):
        store.submit(do.record_cell(_cell(session.session_id, seq)))
    body = "def helper():\n    return 1\n"
    module = ModuleSource("helpers", "helpers.py", "ab" * 32, 0)
    store.submit(do.put_module(session.session_id, module, body))
    blob = store.snapshots.put_blob(CODE)
    snapshot = store.snapshots.put(Snapshot("11" * 20, {b"src/work.py": ("100644", blob)}))
    run = _run(name, session.session_id, snapshot)
    child = Run(
        new_id(START + 1),
        f"{name}.1",
        run.experiment,
        RunStatus.FINISHED,
        START + 1,
        ended_ms=START + 2,
        parent_run_id=run.run_id,
        session_id=session.session_id,
        first_cell=1,
        last_cell=2,
        params=(Param("C", "0.1"),),
    )
    other = Run(
        new_id(START + 5),
        f"{name}-other",
        Experiment("trees", "rmse", Direction.MIN),
        RunStatus.FINISHED,
        START + 5,
        ended_ms=START + 6,
        session_id=session.session_id,
        first_cell=3,
        last_cell=3,
        metrics=(Metric("rmse", 3.5, 3.5, 3.5),),
    )
    model_id = f"m-{new_id()}"
    for one in (run, child, other):
        store.call(do.start_run(one))
    _files(store, run.run_id, model_id)
    store.submit(
        do.log_metrics(
            run.run_id, [MetricPoint("loss", 1 / (n + 1), n, START + n) for n in range(points)]
        )
    )
    store.submit(do.log_metrics(run.run_id, [MetricPoint("odd", float("nan"), 0, START)]))
    store.call(do.log_params(run.run_id, [Param("C", "0.75")], amended=True, user="ada"))
    store.submit(do.put_span(run.run_id, RunSpan(session.session_id, 0, 2)))
    store.submit(do.put_export(run.run_id, "pipeline", _manifest(run)))
    episode = Episode(
        new_id(START),
        session.session_id,
        1,
        START,
        START + 1,
        "clf",
        "sklearn.svm.SVC",
        "d",
        run.params,
    )
    store.submit(do.put_episode(episode))
    version = ModelVersion("churn", 0, run.run_id, model_id, START + 9, "ada", "first", "auc", 0.9)
    number = store.call(do.register_version(version))
    store.call(do.set_model_tags("churn", number, {"reviewed": "yes"}))
    store.call(
        do.move_alias(AliasMove("churn", "champion", None, number, START + 9, "ada", "best"))
    )
    store.call(do.end_session(session.session_id, START + 100))
    return Filled(run.run_id, child.run_id, other.run_id, session.session_id, model_id, snapshot)


def _cell(session_id: str, seq: int) -> CellExecution:
    facts = StatementFacts(0, 1, 1, binds=("x",), written=((f"out-{seq}.csv", "xxh3-128/1:aa"),))
    source = f"x = {seq}"
    return CellExecution(
        session_id,
        seq,
        f"c{seq}",
        seq + 1,
        source,
        source,
        START,
        START + 1,
        CellStatus.OK,
        "",
        (facts,),
        "said",
    )


def _run(name: str, session_id: str, snapshot: str) -> Run:
    digest = Digest("xxh3-128/1:" + "0" * 31 + "1", "xxh3-128/1:" + "0" * 31 + "2")
    profile = Profile(2, (ColumnProfile("a", 0, 2, 1.0, 2.0, 1.5, top=(("1", 1),)),), 2)
    data = Dataset(digest, "table", 2, (Column("a", "int64", "3" * 32),), (2, 1), profile)
    return Run(
        new_id(START),
        name,
        Experiment("digits", "auc", Direction.MAX),
        RunStatus.FINISHED,
        START,
        ended_ms=START + 60_000,
        source="work.ipynb",
        session_id=session_id,
        first_cell=0,
        last_cell=2,
        user="ada",
        note="the first one",
        code=CodeVersion("11" * 20, "main", True, ("src/work.py",), "https://host/x", snapshot),
        environment=Environment(
            "e" * 64, "3.11.7", "CPython", "Linux", "x86_64", "/usr/bin/python3", {"numpy": "2.0"}
        ),
        start=StartState({"OMP_NUM_THREADS": "2"}, {"numpy": "0"}, {"python": "aa"}),
        resources=Resources(60.0, 50.0, 1 << 28),
        params=(Param("C", "0.5", "estimator"), Param("seed", "0", "literal")),
        metrics=(Metric("auc", 0.9, 0.9, 0.9, origin="roc_auc_score", role="test", cell_seq=2),),
        tags={"team": "red"},
        datasets=(DatasetUse(data, "X", DatasetContext.TRAINING, Seen.CONSUMED, "data.csv"),),
        marks=(Mark(MarkKind.DIRTY_TREE, "1 uncommitted change"),),
    )


def _files(store: Store, run_id: str, model_id: str) -> None:
    for path, data in (
        ("models/clf/model.skops", MODEL_BYTES),
        ("notes/report.txt", b"a report\n"),
    ):
        sha256, size = store.objects.put_bytes(data)
        store.call(do.log_artifact(run_id, Artifact(path, sha256, size)))
    model = ModelRecord(
        model_id, "clf", "sklearn.svm.SVC", "d", "sklearn-skops", "models/clf", "ready"
    )
    store.call(do.put_model(run_id, model))


def _manifest(run: Run) -> Manifest:
    verdict = Verdict(Outcome.EXACT, Scope.SAME_ENVIRONMENT, "cd" * 32)
    return Manifest(1, run.run_id, run.name, START, "cd" * 32, verdict=verdict)
