"""Runs in the order of their main metric, beside the same order worked out run by run."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from nbtrail.entities.directions import direction_of
from nbtrail.entities.identity import new_id
from nbtrail.entities.run import Direction, Experiment, Metric, Run, RunStatus
from nbtrail.store import best, selection
from nbtrail.store import operations as do
from nbtrail.store.ranking import infer_main_metric
from nbtrail.store.store import Store

EXPERIMENTS = (
    Experiment("inferred"),
    Experiment("other"),
    Experiment("lowest", "cost", Direction.MIN),
    Experiment("highest", "f1", Direction.MAX),
)
KEYS = ("accuracy", "f1", "my_loss", "roc_auc", "size", "cost", "train/accuracy", "fit_time")
VALUES = (0.0, -0.0, 0.5, 0.5, 0.9, 1.0, -3.0, 7.0, math.inf, -math.inf, math.nan)


def make_runs(seed: int) -> list[Run]:
    chance = random.Random(seed)
    runs = []
    for number in range(300):
        keys = chance.sample(KEYS, chance.choice((0, 1, 2, 2, 3, len(KEYS))))
        metrics = [(key, chance.choice([*VALUES, chance.random()])) for key in keys]
        runs.append(
            Run(
                run_id=new_id(),
                name=f"run-{number}",
                experiment=chance.choice(EXPERIMENTS),
                status=RunStatus.FINISHED,
                started_ms=1_790_000_000_000 - number,
                ended_ms=1_790_000_000_000,
                source=chance.choice(("a.ipynb", "b.ipynb")),
                metrics=tuple(Metric(key, value, value, value) for key, value in metrics),
            )
        )
    return runs


def goodness(run: Run) -> float | None:
    key, direction = run.experiment.main_metric, run.experiment.direction
    metrics = {metric.key: metric.last for metric in run.metrics}
    if not key:
        key = infer_main_metric(metrics)
        direction = direction_of(key) if key else None
    value = metrics.get(key)
    if value is None or math.isnan(value):
        return None
    return -value if direction is Direction.MIN else value


def in_order(runs: list[Run], *, descending: bool) -> list[str]:
    sign = 1 if descending else -1
    valued = [(sign * value, n) for n, r in enumerate(runs) if (value := goodness(r)) is not None]
    rest = [n for n, run in enumerate(runs) if goodness(run) is None]
    places = [n for _, n in sorted(valued, reverse=True)] + rest[::-1]
    return [runs[n].name for n in places]


@pytest.fixture(scope="module", params=range(3))
def filled(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator:
    store = Store.open(tmp_path_factory.mktemp("best") / ".nbtrail", create=True)
    runs = make_runs(request.param)
    for run in runs:
        store.submit(do.start_run(run))
    assert store.flush(60)
    yield store, runs
    store.close()


@pytest.fixture(params=["walked", "given up", "read", "read through"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each of the ways to a page, and the one that changes over after a few steps."""
    if request.param == "given up":
        monkeypatch.setattr(best, "_STEPS", ((0, 5), (1, 20)))
    if request.param.startswith("read"):
        monkeypatch.setattr(best, "_DEEPEST", 0)
    if request.param == "read through":
        monkeypatch.setattr(selection, "_MANY", 0)


@pytest.mark.parametrize("descending", [True, False])
@pytest.mark.parametrize(
    "options", [{}, {"experiment": "inferred"}, {"source": "b.ipynb"}, {"experiment": "lowest"}]
)
@pytest.mark.usefixtures("way")
def test_every_page_is_what_working_it_out_gives(
    filled: tuple[Store, list[Run]], options: dict[str, str], *, descending: bool
) -> None:
    store, runs = filled
    asked = [
        run
        for run in runs
        if options.get("experiment", run.experiment.name) == run.experiment.name
        and options.get("source", run.source) == run.source
    ]
    expected = in_order(asked, descending=descending)
    for offset, limit in ((0, 1), (0, 7), (3, 50), (40, 40), (100, 300), (len(asked), 5)):
        table = store.reader.runs(
            order="main", descending=descending, offset=offset, limit=limit, **options
        )
        assert list(table.name) == expected[offset : offset + limit]
        assert table.total == len(asked)
    whole = store.reader.runs(order="main", descending=descending, **options)
    assert list(whole.name) == expected


def test_the_trash_is_ordered_by_itself(tmp_path: Path) -> None:
    store = Store.open(tmp_path / ".nbtrail", create=True)
    runs = make_runs(7)[:20]
    for run in runs:
        store.call(do.start_run(run))
    for run in runs[::2]:
        store.call(do.delete_run(run.run_id))
    deleted = store.reader.runs(order="main", deleted=True, limit=50).name
    assert list(deleted) == in_order(runs[::2], descending=True)
    store.close()


def test_a_trail_without_metrics_has_its_newest_runs_first(tmp_path: Path) -> None:
    store = Store.open(tmp_path / ".nbtrail", create=True)
    assert store.reader.runs(order="main", limit=5).name == ()
    for name in "abc":
        run = Run(new_id(), name, Experiment("e"), RunStatus.FINISHED, 0)
        store.call(do.start_run(run))
    assert store.reader.runs(order="main", limit=2).name == ("c", "b")
    store.close()
