"""What each route answers, compared with the contract."""

from __future__ import annotations

import pytest

from nbtrail.entities.identity import new_id
from nbtrail.entities.run import Direction, Experiment, Metric, RunStatus

NOTEBOOK = "project/notebooks/train.ipynb"


async def test_status_says_what_was_found(get, check, add):
    add("one")
    code, document = await get("status", notebook=NOTEBOOK)
    check("status_report", document)
    assert code == 200
    assert (document["store"], document["project"], document["runs"]) == ("found", "project", 1)
    assert document["notebook"] == "notebooks/train.ipynb"


async def test_running_runs_are_counted(get, add):
    add("one", status=RunStatus.RUNNING, ended_ms=None)
    add("two")
    _, document = await get("status", notebook=NOTEBOOK)
    assert (document["runs"], document["running"]) == (2, 1)


async def test_without_a_trail_answers_are_empty_and_say_so(get, check):
    _, status = await get("status")
    check("status_report", status)
    assert (status["store"], status["data_version"]) == ("absent", -1)
    _, page = await get("runs")
    check("runs_page", page)
    assert page == {"total": 0, "offset": 0, "runs": []}
    _, models = await get("models")
    check("registry_page", models)
    code, error = await get(f"runs/{new_id()}")
    check("error", error)
    assert code == 404


async def test_pages_follow_each_other(get, check, add):
    names = [f"run-{number:02}" for number in range(12)]
    for number, name in enumerate(names):
        add(name, started_ms=1_790_000_000_000 + number)
    seen = []
    for offset in (0, 5, 10):
        _, page = await get("runs", notebook=NOTEBOOK, offset=offset, limit=5, desc=0)
        check("runs_page", page)
        assert (page["total"], page["offset"]) == (12, offset)
        seen += [row["name"] for row in page["runs"]]
    assert seen == names


async def test_best_first_knows_which_end_is_good(get, add):
    losses = Experiment("e", "log_loss", Direction.MIN)
    for name, loss in (("bad", 0.9), ("good", 0.1), ("fair", 0.5)):
        add(name, experiment=losses, metrics=(Metric("log_loss", loss, loss, loss),))
    _, page = await get("runs", notebook=NOTEBOOK, order="main", desc=1)
    assert [row["name"] for row in page["runs"]] == ["good", "fair", "bad"]
    assert page["runs"][0]["main_metric"] == {
        "key": "log_loss", "value": 0.1, "direction": "min",
    }  # fmt: skip


async def test_search_and_this_notebook(get, add):
    add("forest")
    add("linear", source="notebooks/other.ipynb")
    _, page = await get("runs", notebook=NOTEBOOK, q="lin")
    assert [row["name"] for row in page["runs"]] == ["linear"]
    _, page = await get("runs", notebook=NOTEBOOK, here=1)
    assert [row["name"] for row in page["runs"]] == ["forest"]
    _, page = await get("runs", notebook=NOTEBOOK, here=1, q="lin")
    assert page["total"] == 0


async def test_a_run_with_everything(get, check, rich_run):
    code, document = await get(f"runs/{rich_run.run_id}", notebook=NOTEBOOK)
    check("run_detail", document)
    assert code == 200
    assert document["main_metric"] == {"key": "accuracy", "value": 0.97, "direction": "max"}
    assert [m["last"] for m in document["metrics"]] == [0.97, "Infinity", "NaN"]
    assert [(c["seq"], c["in_run"]) for c in document["cells"]] == [(0, False), (1, True)]
    assert document["datasets"][0]["columns"] == [
        {"name": "a", "dtype": "int64"},
        {"name": "b", "dtype": "float64"},
    ]
    assert document["datasets"][0]["short"] == "abababab"


async def test_models_come_with_versions_and_aliases(get, check, rich_run):
    _, document = await get("models", notebook=NOTEBOOK)
    check("registry_page", document)
    (model,) = document["models"]
    assert model["aliases"] == {"champion": 1}
    assert [v["run_id"] for v in model["versions"]] == [rich_run.run_id]


@pytest.mark.parametrize(
    "question",
    [
        {"offset": -1},
        {"offset": "1e3"},
        {"offset": "9" * 11},
        {"limit": 0},
        {"limit": 501},
        {"order": "started_ms; drop table runs"},
        {"desc": "yes"},
        {"here": "2"},
        {"q": "x" * 501},
        {"q": "metrics.auc > high"},
        {"notebook": "../outside/n.ipynb"},
        {"notebook": "/etc/n.ipynb"},
        {"notebook": "a/../../n.ipynb"},
        {"notebook": "a\\..\\n.ipynb"},
    ],
)
async def test_bad_questions_are_refused(get, check, add, question):
    add("one")
    code, document = await get("runs", **({"notebook": NOTEBOOK} | question))
    check("error", document)
    assert (code, document["error"]["code"]) == (400, "usage")


async def test_an_unknown_run_is_not_found(get, check, add):
    add("one")
    code, document = await get(f"runs/{new_id()}", notebook=NOTEBOOK)
    check("error", document)
    assert (code, document["error"]["code"]) == (404, "not-found")


async def test_a_broken_trail_is_told_without_its_path(get, check, jp_root_dir):
    folder = jp_root_dir / ".nbtrail"
    folder.mkdir()
    (folder / "nbtrail.db").write_bytes(b"no database" * 1000)
    _, status = await get("status")
    check("status_report", status)
    assert status["store"] == "unreadable"
    code, document = await get("runs")
    check("error", document)
    assert (code, document["error"]["code"]) == (503, "store")
    assert str(jp_root_dir) not in document["error"]["message"]
