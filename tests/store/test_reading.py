"""Finding runs: RUN as people type it, filters, order, pages."""

from __future__ import annotations

import math
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nbtrail.entities.dataset import Dataset, DatasetContext, DatasetUse, Digest, Seen
from nbtrail.entities.directions import direction_of
from nbtrail.entities.identity import new_id
from nbtrail.entities.run import (
    Direction,
    Experiment,
    Mark,
    MarkKind,
    Metric,
    MetricPoint,
    Param,
    Run,
    RunStatus,
)
from nbtrail.exceptions import NotFoundError, StoreError, UsageError
from nbtrail.store import operations as do
from nbtrail.store.ranking import infer_main_metric
from nbtrail.store.store import Store

Make = Callable[..., Run]


TABLE = Dataset(
    Digest(f"xxh3-128/1:{'0123456789abcdef' * 2}", f"xxh3-128/1:{'0' * 32}"), "table", 3
)


def metrics(**values: float) -> tuple[Metric, ...]:
    return tuple(Metric(key, value, value, value) for key, value in values.items())


@pytest.fixture
def trail(store: Store, make_run: Make) -> dict[str, Run]:
    """Six runs, one second apart."""
    runs = {
        "first": make_run(
            "first", started_ms=1000, metrics=metrics(auc=0.8, loss=0.5), params=(Param("m", "'rf'"),)
        ),
        "second": make_run(
            "second", started_ms=2000, metrics=metrics(auc=0.9, loss=0.7),
            params=(Param("m", "'gb'"), Param("depth", "3")), tags={"kind": "trial_1"},
        ),
        "crashed": make_run(
            "crashed", started_ms=3000, status=RunStatus.FAILED, metrics=metrics(auc=0.99),
            marks=(Mark(MarkKind.STALE, "old"), Mark(MarkKind.SAMPLED, "large")),
        ),
        "nan": make_run("nan", started_ms=4000, metrics=metrics(auc=math.nan, loss=math.nan)),
        "odd": make_run(
            "odd", started_ms=500, experiment=Experiment("other"), metrics=metrics(wobble=3.0),
            datasets=(DatasetUse(TABLE, "X", DatasetContext.TRAINING, Seen.OPENED, "data/x.csv"),),
        ),
    }  # fmt: skip
    runs["child"] = make_run(
        "child", started_ms=5000, parent_run_id=runs["second"].run_id,
        metrics=metrics(auc=0.85), params=(Param("depth", "10.0"),),
    )  # fmt: skip
    for run in runs.values():
        store.submit(do.start_run(run))
    assert store.flush(30)
    return runs


@pytest.mark.parametrize(
    ("ref", "name"),
    [
        ("last", "nan"),  # the child is newer, but not a run of its own
        ("last~1", "crashed"),
        ("last~3", "first"),
        ("best", "second"),
        ("best:auc", "second"),
        ("best:loss", "first"),
        (" second ", "second"),
        ("child", "child"),
    ],
)
def test_run_as_people_type_it(store: Store, trail: dict[str, Run], ref: str, name: str) -> None:
    assert store.reader.resolve(ref) == trail[name].run_id


def test_ids_and_prefixes(store: Store, trail: dict[str, Run], make_run: Make) -> None:
    run_id = "abcdef00" + "0" * 24
    store.call(do.start_run(make_run("x", run_id=run_id)))
    store.call(do.start_run(make_run("y", run_id="abcdef11" + "0" * 24)))
    for ref in (run_id, "abcdef0", "ABCDEF00", run_id[:31]):
        assert store.reader.resolve(ref) == run_id
    with pytest.raises(NotFoundError, match=r"names 2 runs: .*\(x\).*Type more of the id"):
        store.reader.resolve("abcdef")


def test_a_run_in_the_trash_is_found_by_its_whole_id_only(
    store: Store, trail: dict[str, Run]
) -> None:
    run = trail["second"]
    store.call(do.delete_run(run.run_id))
    assert store.reader.resolve(run.run_id) == run.run_id
    assert store.reader.resolve("best") == trail["child"].run_id
    with pytest.raises(NotFoundError):
        store.reader.resolve("second")
    assert store.reader.runs(deleted=True).name == ("second",)
    store.call(do.restore_run(run.run_id))
    assert store.reader.resolve("best") == run.run_id


@pytest.mark.parametrize(
    ("ref", "text"),
    [
        ("secnd", "Did you mean second"),
        ("last~9", "There are 5 runs"),
        ("best:nothing", "has a number for the metric 'nothing'. It has: auc, loss"),
        ("last~x", "no run 'last~x'"),
        ("", "no run ''"),
    ],
)
def test_what_is_not_there(store: Store, trail: dict[str, Run], ref: str, text: str) -> None:
    with pytest.raises(NotFoundError, match=text):
        store.reader.resolve(ref)


def test_an_empty_trail_says_how_to_begin(store: Store) -> None:
    for ref in ("last", "best", "x"):
        with pytest.raises(NotFoundError, match="%%track"):
            store.reader.resolve(ref)
    assert len(store.reader.runs()) == 0


def test_the_direction_is_asked_for_when_no_table_knows_it(
    store: Store, trail: dict[str, Run]
) -> None:
    with pytest.raises(UsageError, match="-m wobble:max"):
        store.reader.resolve("best:wobble", experiment="other")
    with pytest.raises(NotFoundError, match="no main metric"):
        store.reader.resolve("best", experiment="other")
    store.call(do.set_main_metric("other", "wobble", Direction.MIN))
    assert store.reader.resolve("best", experiment="other") == trail["odd"].run_id
    assert store.reader.resolve("best:wobble", experiment="other") == trail["odd"].run_id
    assert store.reader.experiments() == (
        Experiment("default"),
        Experiment("other", "wobble", Direction.MIN),
    )


def test_a_chosen_main_metric_goes_before_the_table(store: Store, trail: dict[str, Run]) -> None:
    store.call(do.set_main_metric("default", "loss", Direction.MIN))
    assert store.reader.resolve("best") == trail["first"].run_id
    table = store.reader.runs(query="first")
    assert (table.main_metric, table.main_value) == (("loss",), (0.5,))
    assert table.main_direction == (Direction.MIN,)


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("", {"first", "second", "crashed", "nan", "odd", "child"}),
        ("SECOND", {"second"}),
        ("rf", {"first"}),
        ("default failed", {"crashed"}),
        ("trial_1", {"second"}),
        ("trial%", set()),
        ("metrics.auc > 0.85", {"second", "crashed"}),
        ("metrics.auc >= .85 AND status = finished", {"second", "child"}),
        ('params.m = "rf"', {"first"}),
        ("params.m != rf", {"second"}),
        ("params.depth > 2 and params.depth < 10", {"second"}),
        ("params.depth = 10", {"child"}),
        ("params.m like 'g%'", {"second"}),
        ("tags.kind = trial_1", {"second"}),
        ('metrics."auc"<0.81', {"first"}),
        ("experiment = other", {"odd"}),
        ("mark = stale", {"crashed"}),
        ("mark != sampled and metrics.auc >= 0.9", {"second"}),
        ("mark = none and metrics.auc >= 0.9", {"second"}),
        ("mark != none", {"crashed"}),
        ("data = X", {"odd"}),
        ("data = data/x.csv", {"odd"}),
        ("data = 0123456", {"odd"}),
        ("data = 123456", set()),
        ("name like '%n%' and metrics.auc > 0", {"second"}),
    ],
)
def test_filters(store: Store, trail: dict[str, Run], query: str, names: set[str]) -> None:
    table = store.reader.runs(query=query)
    assert set(table.name) == names
    assert table.total == len(names)


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("metrics.auc > high", "compared with a number"),
        ("metrics.auc >", "character 14: it ends where a value"),
        ("metrics.auc > 1 name = x", r"character 17(.|\n)*joined by and"),
        ("colour = red", "nothing to filter by"),
        ("mark = dusty", "dirty-tree, out-of-order"),
        ("mark < stale", "by = or !="),
        ("data > x", "by = or !="),
        ("metrics.auc > 1 and", "can't be understood"),
    ],
)
def test_filters_that_can_not_be_understood(store: Store, query: str, text: str) -> None:
    with pytest.raises(UsageError, match=text):
        store.reader.runs(query=query)


def test_order_and_pages(store: Store, trail: dict[str, Run]) -> None:
    def names(**options: object) -> tuple[str, ...]:
        return store.reader.runs(**options).name

    assert names() == ("child", "nan", "crashed", "second", "first", "odd")
    assert names(order="metrics.auc")[:3] == ("crashed", "second", "child")
    assert set(names(order="metrics.auc")[-2:]) == {"nan", "odd"}
    assert names(order="metrics.auc", descending=False)[0] == "first"
    assert names(order="name", descending=False)[:2] == ("child", "crashed")
    assert names(order="params.m", descending=False)[:2] == ("second", "first")
    assert names(order="main", experiment="default")[-1] == "nan"
    page = store.reader.runs(limit=2, offset=1)
    assert (page.name, page.total) == (("nan", "crashed"), 6)
    assert store.reader.runs(limit=2, order="main").total == 6
    with pytest.raises(UsageError, match="can't be ordered"):
        store.reader.runs(order="started_ms; DROP TABLE runs")


def test_columns_have_a_cell_for_each_run(store: Store, trail: dict[str, Run]) -> None:
    table = store.reader.runs(experiment="default", order="name", descending=False)
    assert table.name == ("child", "crashed", "first", "nan", "second")
    assert table.params["m"] == (None, None, "'rf'", None, "'gb'")
    assert table.metrics["loss"][:3] == (None, None, 0.5)
    assert math.isnan(table.metrics["auc"][3])
    assert table.main_metric == ("auc",) * 5
    assert table.parent_run_id[0] == trail["second"].run_id


def test_many_runs_become_columns(store: Store, make_run: Make) -> None:
    for number in range(300):
        params = tuple(Param(f"p{n}", str(number)) for n in range(20))
        store.submit(do.start_run(make_run(f"r{number}", params=params, metrics=metrics(a=1.0))))
    assert store.flush(60)
    table = store.reader.runs()
    assert table.total == len(table) == 300
    assert len(table.params) == 20
    assert table.params["p7"][:2] == ("299", "298")


@settings(max_examples=30, deadline=None)
@given(
    st.lists(
        st.dictionaries(st.sampled_from(["a", "b", 'q"', "é\n", "\0", ","]), st.text(max_size=5)),
        max_size=5,
    )
)
def test_runs_share_columns_only_by_their_keys(asked: list[dict[str, str]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        store = Store.open(Path(folder) / ".nbtrail", create=True)
        try:
            for number, values in enumerate(asked):
                run = Run(
                    new_id(),
                    f"r{number}",
                    Experiment("e"),
                    RunStatus.FINISHED,
                    number,
                    params=tuple(Param(key, value) for key, value in values.items()),
                    metrics=tuple(Metric(key, len(v), 0, 0) for key, v in values.items()),
                )
                store.call(do.start_run(run))
            table = store.reader.runs(descending=False)
        finally:
            store.close()
    kept = [
        {k: v.encode("utf-8", "backslashreplace").decode() for k, v in r.items()} for r in asked
    ]
    keys = {key for values in asked for key in values}
    assert dict(table.params) == {key: tuple(values.get(key) for values in kept) for key in keys}
    sizes = [{key: float(len(text)) for key, text in values.items()} for values in asked]
    assert dict(table.metrics) == {key: tuple(r.get(key) for r in sizes) for key in keys}


def test_the_data_version_moves_with_the_data(store: Store, make_run: Make) -> None:
    run = make_run()
    store.call(do.start_run(run))
    before = store.reader.data_version()
    assert store.reader.data_version() == before
    store.call(do.log_metrics(run.run_id, (MetricPoint("a", 1.0, 0, 1),)))
    assert store.reader.data_version() > before


def test_unknown_things_are_not_found(store: Store) -> None:
    with pytest.raises(NotFoundError, match="no run"):
        store.reader.run(new_id())
    with pytest.raises(NotFoundError, match="no session"):
        store.reader.session("x")
    with pytest.raises(NotFoundError, match="none was promoted yet"):
        store.reader.model("fraud")
    assert store.reader.history(new_id(), "a") == ()


def test_a_database_that_has_gone_is_said(store: Store) -> None:
    for path in store.root.glob("nbtrail.db*"):
        path.unlink()
    with pytest.raises(StoreError, match="can't be read"):
        store.reader.runs()


@pytest.mark.parametrize(
    ("key", "direction"),
    [
        ("accuracy", Direction.MAX),
        ("test/roc_auc", Direction.MAX),
        ("cv_f1_macro_mean", Direction.MAX),
        ("cv_neg_log_loss_mean", Direction.MAX),
        ("log_loss", Direction.MIN),
        ("val_loss", Direction.MIN),
        ("mean_squared_error", Direction.MIN),
        ("my_custom_error", Direction.MIN),
        ("best_score", Direction.MAX),
        ("wobble", None),
        ("", None),
    ],
)
def test_directions(key: str, direction: Direction | None) -> None:
    assert direction_of(key) is direction


def test_the_main_metric_is_chosen_in_the_order_of_the_table() -> None:
    assert infer_main_metric(["loss", "accuracy", "f1"]) == "f1"
    assert infer_main_metric(["train/roc_auc", "loss"]) == "loss"
    assert infer_main_metric(["cv_accuracy_mean", "accuracy"]) == "accuracy"
    assert infer_main_metric(["cv_accuracy_mean", "cv_accuracy_std"]) == "cv_accuracy_mean"
    assert infer_main_metric(["cv_accuracy", "cv_accuracy_mean"]) == "cv_accuracy_mean"
    assert infer_main_metric(["folds/cv_accuracy"]) == ""
    assert infer_main_metric(["wobble"]) == ""
