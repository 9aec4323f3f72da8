"""What the panel may have done with an exported pipeline: train it again, as a new run."""

from __future__ import annotations

import asyncio
import json
import sys

import pytest
from tests.exported import export_by_hand
from tornado.httpclient import HTTPClientError

from nbtrail.entities.run import RETRAINED_TAG, Experiment, RunStatus

NOTEBOOK = "project/notebooks/train.ipynb"
FOLDER = "notebooks/out"


@pytest.fixture
def ask(jp_fetch):
    async def send(method, path, body=None, **params):
        try:
            answer = await jp_fetch(
                "nbtrail", "api", *path.split("/"), method=method,
                body=json.dumps(body) if body is not None else None,
                params={"notebook": NOTEBOOK} | params,
            )  # fmt: skip
        except HTTPClientError as error:
            return error.code, json.loads(error.response.body)
        return answer.code, json.loads(answer.body)

    return send


@pytest.fixture
def pipeline(add, store):
    """A pipeline in ``notebooks/out`` of a run that a given Python made."""

    def export(executable=sys.executable):
        run = add("one", experiment=Experiment("e"))
        export_by_hand(store, run, FOLDER, executable, cwd="notebooks")
        return run

    return export


async def planned(ask, **params):
    return await ask("GET", "pipelines/retrain", folder=FOLDER, params=json.dumps(params))


async def begun(ask, **params):
    return await ask("POST", "pipelines/retrain", {"folder": FOLDER, "params": params})


async def ended(ask, job):
    while job["state"] == "running":
        await asyncio.sleep(0.05)
        _, job = await ask("GET", f"jobs/{job['job_id']}")
    return job


async def test_the_plan_names_values_types_data_and_verdict(ask, check, pipeline):
    run = pipeline()
    status, plan = await ask("GET", "pipelines/retrain", folder=FOLDER)
    assert status == 200
    check("retrain_plan", plan)
    assert (plan["run_id"], plan["cwd"], plan["outcome"]) == (
        run.run_id, "notebooks", "verified-exact",
    )  # fmt: skip
    assert (plan["interpreter"], plan["available"], plan["problem"]) == (sys.executable, True, "")
    assert [(p["name"], p["type"], p["recorded"], p["help"]) for p in plan["params"]] == [
        ("depth", "int", "3", "of Tree"),
        ("balanced", "bool", "false", ""),
        ("data", "str", "../data.csv", ""),
    ]
    assert plan["data"] == [
        {"param": "data", "path": "data.csv", "size": 6, "state": "as-recorded"}
    ]
    assert plan["edited"] == []
    assert plan["script"] == "python out/pipeline.py --track"
    assert plan["command"] == f"nbtrail retrain {FOLDER}"


async def test_the_plan_tells_what_was_chosen_and_what_changed_since(ask, check, pipeline, store):
    pipeline()
    (store.project / "data.csv").write_text("a\n1\n3\n")
    script = store.project / FOLDER / "pipeline.py"
    script.write_text(script.read_text() + "# mine\n")
    _, plan = await planned(ask, depth="5", balanced="yes")
    check("retrain_plan", plan)
    assert plan["data"][0]["state"] == "changed"
    assert plan["edited"] == ["pipeline.py"]
    assert plan["script"] == "python out/pipeline.py --track --depth=5 --balanced"
    assert plan["command"] == f"nbtrail retrain {FOLDER} -p depth=5 -p balanced=true"
    assert [p["name"] for p in plan["params"] if p["changed"]] == ["depth", "balanced"]
    _, plan = await planned(ask, depth=" 3 ", balanced="False")
    assert not any(p["changed"] for p in plan["params"])
    (store.project / "data.csv").unlink()
    _, plan = await planned(ask)
    assert plan["data"][0]["state"] == "gone"
    assert "data.csv is gone" in plan["problem"]
    (store.project / "other.csv").write_text("a\n")
    _, plan = await planned(ask, data="../other.csv")
    assert (plan["data"][0]["state"], plan["problem"]) == ("chosen", "")


async def test_a_new_run_comes_of_it_and_is_told_beside_the_recorded_one(
    ask, get, check, pipeline, store
):
    run = pipeline()
    (store.project / "more.csv").write_text("a\n" + "1\n" * 9)
    status, job = await begun(ask, depth="7", data="../more.csv", balanced="true")
    assert status == 200
    check("job", job)
    assert job["command"] == (
        f"nbtrail retrain {FOLDER} -p depth=7 -p balanced=true -p data=../more.csv"
    )
    job = await ended(ask, job)
    check("job", job)
    assert (job["state"], job["message"]) == ("done", "")
    assert job["output"][1:] == ["rows 10 True"]
    found = job["retrained"]
    assert job["output"][0] == f"run: {found['run_id']}"
    assert (found["source_id"], found["folder"]) == (run.run_id, FOLDER)
    assert {(m["key"], m["recorded"], m["found"], m["direction"]) for m in found["metrics"]} == {
        ("rows", 3, 10, None), ("auc", 0.3, 0.7, "max"),
    }  # fmt: skip
    assert [p["name"] for p in found["changed"]] == ["depth", "balanced", "data"]
    _, page = await get("runs", notebook=NOTEBOOK)
    assert [row["run_id"] for row in page["runs"]] == [found["run_id"], run.run_id]
    new = store.reader.run(found["run_id"])
    assert new.tags == {RETRAINED_TAG: run.run_id}
    assert new.source == f"{FOLDER}/pipeline.py"
    assert [use.source for use in new.datasets] == ["more.csv"]
    assert sorted(p.name for p in (store.project / FOLDER).iterdir()) == [
        "manifest.json", "pipeline.py",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("params", "said"),
    [
        ({"deep": "1"}, "no parameter 'deep'"),
        ({"depth": "three"}, "depth must be a whole number"),
        ({"depth": "1.5"}, "depth must be a whole number"),
        ({"balanced": "perhaps"}, "balanced must be true or false"),
        ({"depth": 3}, "params.depth must be a text"),
        ({"data": "none.csv"}, "there is no file none.csv"),
        ({"data": ".."}, "there is no file"),
        ({"data": "/etc/passwd"}, "leads out of"),
        ({"data": "../../../outside.csv"}, "leads out of"),
        ({"data": "../link.csv"}, "leads out of"),
        ({"data": "a\0b"}, "can't hold a zero character"),
    ],
)
async def test_odd_values_are_refused_by_their_name(
    ask, check, pipeline, store, tmp_path, jp_root_dir, params, said
):
    pipeline()
    outside = tmp_path / "secret.csv"
    outside.write_text("a\n")
    (jp_root_dir.parent / "outside.csv").write_text("a\n")
    (store.project / "link.csv").symlink_to("/etc/passwd")
    status, error = await begun(ask, **params)
    check("error", error)
    assert (status, error["error"]["code"]) == (400, "usage")
    assert said in error["error"]["message"]


@pytest.mark.parametrize("params", ["[]", "1", '{"depth": 1}', "{", '{}, "folder": "x"'])
async def test_odd_questions_are_refused(ask, check, pipeline, params):
    pipeline()
    status, error = await ask("GET", "pipelines/retrain", folder=FOLDER, params=params)
    check("error", error)
    assert status == 400


@pytest.mark.parametrize(
    ("folder", "code"), [("notebooks", 404), ("../x", 400), ("", 400), ("/tmp", 400)]
)
async def test_only_what_was_exported_is_trained_again(ask, check, pipeline, folder, code):
    pipeline()
    for method, body in (("GET", None), ("POST", {"folder": folder})):
        status, error = await ask(method, "pipelines/retrain", body, folder=folder)
        check("error", error)
        assert status == code


async def test_no_other_interpreter_is_taken(ask, pipeline):
    pipeline("/gone/bin/python3")
    _, plan = await planned(ask, depth="5")
    assert not plan["available"]
    status, error = await begun(ask, depth="5")
    assert (status, error["error"]["code"]) == (409, "export")
    assert f"nbtrail retrain {FOLDER} -p depth=5" in error["error"]["message"]


async def test_a_manifest_that_leads_elsewhere_is_refused(ask, pipeline, store):
    pipeline()
    path = store.project / FOLDER / "manifest.json"
    path.write_text(path.read_text().replace('"cwd": "notebooks"', '"cwd": "../.."'))
    status, error = await begun(ask)
    assert (status, error["error"]["code"]) == (409, "retrain")
    assert "leads out of the project" in error["error"]["message"]


async def test_a_script_that_fails_tells_its_last_words_and_how_to_repeat_it(
    ask, check, pipeline, store
):
    pipeline()
    _, job = await begun(ask, depth="-1")
    job = await ended(ask, job)
    check("job", job)
    assert (job["state"], job["retrained"]) == ("failed", None)
    assert "ValueError: depth must not be negative (exit code 1)" in job["message"]
    assert job["message"].endswith("python out/pipeline.py --track --depth=-1")
    assert job["output"][-1] == "ValueError: depth must not be negative"
    run = store.reader.run(store.reader.resolve("last"))
    assert (run.status, run.reason) == (
        RunStatus.FAILED, "ValueError: depth must not be negative",
    )  # fmt: skip


async def test_a_stopped_one_ends_with_its_run(ask, check, pipeline, store):
    pipeline()
    _, job = await begun(ask, depth="100")
    while len(job["output"]) < 2:
        await asyncio.sleep(0.05)
        _, job = await ask("GET", f"jobs/{job['job_id']}")
    status, error = await begun(ask)
    assert status == 400
    assert "being worked on already" in error["error"]["message"]
    _, job = await ask("DELETE", f"jobs/{job['job_id']}")
    check("job", job)
    assert job["state"] == "stopped"
    run = store.reader.run(job["output"][0].removeprefix("run: "))
    assert (run.status, run.reason) == (RunStatus.KILLED, "interrupted")
