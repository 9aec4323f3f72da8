"""What the panel may have done: promote, roll back, delete, restore, export, verify."""

from __future__ import annotations

import asyncio
import json
import sys

import pytest
from tornado.httpclient import HTTPClientError

from nbtrail.entities.model import ModelRecord
from nbtrail.entities.provenance import Environment
from nbtrail.entities.run import Direction, Experiment, Metric, RunStatus
from nbtrail.store import operations

NOTEBOOK = "project/notebooks/train.ipynb"
BORN = 1_790_000_000_000


@pytest.fixture
def post(jp_fetch):
    async def send(path, body=None, method="POST"):
        try:
            answer = await jp_fetch(
                "nbtrail", "api", *path.split("/"), method=method,
                body=None if method == "DELETE" else json.dumps(body or {}),
                params={"notebook": NOTEBOOK},
            )  # fmt: skip
        except HTTPClientError as error:
            return error.code, json.loads(error.response.body)
        return answer.code, json.loads(answer.body)

    return send


@pytest.fixture
def candidate(add, store):
    """A run with a kept model and an auc."""

    def make(name, auc, **fields):
        run = add(
            name,
            experiment=Experiment("penguins", "auc", Direction.MAX),
            metrics=(Metric("auc", auc, auc, auc, role="test"),),
            **fields,
        )
        number = f"{int(auc * 100):032x}"
        model = ModelRecord(
            f"m-{number}", "forest", "sklearn.tree.Tree", f"xxh3-128/1:{number}",
            "sklearn-skops", "models/forest", "ready",
        )  # fmt: skip
        store.call(operations.put_model(run.run_id, model))
        return run

    return make


@pytest.fixture
def exportable(add, store):
    """A run whose interpreter is a given program."""

    def make(executable, name="one"):
        run = add(name)
        environment = Environment("e" * 64, "3", "CPython", "Linux", "x86_64", executable, {})
        store.call(operations.set_environment(run.run_id, environment))
        return run

    return make


@pytest.fixture
def python(tmp_path):
    """Make an interpreter that tells steps and answers as the command line does."""

    def make(body):
        program = tmp_path / "python3.99"
        program.write_text(f"#!{sys.executable}\nimport sys, time, json\n{body}")
        program.chmod(0o755)
        return str(program)

    return make


async def ended(post, get, job):
    while job["state"] == "running":
        await asyncio.sleep(0.05)
        _, job = await get(f"jobs/{job['job_id']}")
    return job


async def test_promote_and_roll_back(get, post, check, candidate):
    first, second = candidate("first", 0.8), candidate("second", 0.9)
    status, model = await post(f"runs/{first.run_id}/promote", {"target": "fraud@champion"})
    assert status == 200
    check("model_detail", model)
    assert (model["aliases"], model["before"]) == ({"champion": 1}, {"champion": None})
    _, page = await get(f"runs/{second.run_id}/gates", notebook=NOTEBOOK, target="fraud@champion")
    check("gates_page", page)
    assert {gate["name"]: gate["status"] for gate in page["gates"]}["no regression"] == "passed"
    body = {"target": "fraud@champion", "reason": "better", "expected": 1}
    _, model = await post(f"runs/{second.run_id}/promote", body)
    assert (model["aliases"], model["before"]) == ({"champion": 2}, {"champion": 1})
    body = {"alias": "champion", "reason": "too slow", "expected": 2}
    _, model = await post("models/fraud/rollback", body)
    assert (model["aliases"], model["before"]) == ({"champion": 1}, {"champion": None})
    assert model["history"][-1]["reason"] == "rolled back from version 2: too slow"
    _, again = await get("models/fraud", notebook=NOTEBOOK)
    assert again == model
    status, error = await post("models/fraud/rollback", {"alias": "champion"})
    assert (status, error["error"]["code"]) == (409, "registry")


async def test_a_refusal_names_its_gates_and_force_needs_a_reason(post, check, candidate):
    best, worse = candidate("best", 0.9), candidate("worse", 0.8)
    await post(f"runs/{best.run_id}/promote", {"target": "fraud@champion"})
    path, body = f"runs/{worse.run_id}/promote", {"target": "fraud@champion"}
    status, error = await post(path, body)
    check("error", error)
    assert (status, error["error"]["code"]) == (409, "gate")
    assert [text.split(":")[0] for text in error["error"]["reasons"]] == ["no regression"]
    status, error = await post(path, body | {"force": True, "reason": " "})
    assert (status, error["error"]["code"]) == (400, "usage")
    status, model = await post(path, body | {"force": True, "reason": "smaller"})
    assert status == 200
    move = model["history"][-1]
    assert move["forced"]
    assert move["reason"].startswith("smaller; forced past no regression")


async def test_what_another_tab_did_meanwhile_is_not_undone(post, candidate):
    first, second, third = (candidate(f"run {n}", n) for n in (0.7, 0.8, 0.9))
    await post(f"runs/{first.run_id}/promote", {"target": "fraud@champion"})
    await post(f"runs/{second.run_id}/promote", {"target": "fraud@champion"})
    for path, body in (
        (f"runs/{third.run_id}/promote", {"target": "fraud@champion", "expected": 1}),
        ("models/fraud/rollback", {"alias": "champion", "expected": 1}),
    ):
        status, error = await post(path, body)
        assert (status, error["error"]["code"]) == (409, "registry")
        assert "moved meanwhile: it names version 2 now" in error["error"]["message"]


@pytest.mark.parametrize(
    "body",
    [{"target": 3}, {"target": "a b"}, {"target": "x@v2"}, {"force": "yes"}, {"expected": True},
     {"more": 1}, []],
)  # fmt: skip
async def test_odd_promotions_are_refused(post, check, candidate, body):
    run = candidate("one", 0.5)
    status, error = await post(f"runs/{run.run_id}/promote", body or [1])
    check("error", error)
    assert (status, error["error"]["code"]) == (400, "usage")


async def test_into_the_trash_and_back(get, post, check, add):
    run = add("parent")
    add("child", parent_run_id=run.run_id)
    status, report = await post(f"runs/{run.run_id}/trash")
    check("trash_report", report)
    assert (status, report["runs"]) == (200, 2)
    _, page = await get("runs", notebook=NOTEBOOK)
    assert page["total"] == 0
    _, detail = await get(f"runs/{run.run_id}", notebook=NOTEBOOK)
    assert detail["lifecycle"] == "deleted"
    _, report = await post(f"runs/{run.run_id}/restore")
    assert report["runs"] == 2
    _, page = await get("runs", notebook=NOTEBOOK)
    assert page["total"] == 2


async def test_an_open_run_stays(post, add):
    run = add("now", status=RunStatus.RUNNING, ended_ms=None)
    status, error = await post(f"runs/{run.run_id}/trash")
    assert status == 400
    assert "still open" in error["error"]["message"]


async def test_an_unknown_run_is_said(post, store):
    for part in ("trash", "restore", "promote", "export"):
        body = {"target": "fraud"} if part == "promote" else {}
        status, error = await post(f"runs/{'0' * 32}/{part}", body)
        assert (status, error["error"]["code"]) == (404, "not-found"), part


async def test_export_is_planned_and_followed(get, post, check, python, exportable, store):
    program = python(
        "print('one: 3 of 5 executed statements made the result.', file=sys.stderr)\n"
        "print('[0 s] the slice: 3 statements in a fresh process ...', file=sys.stderr)\n"
        "print('   reproduced', file=sys.stderr)\n"
        "print(json.dumps({'argv': sys.argv, 'verdict': {'outcome': 'verified-exact'}}))"
    )
    run = exportable(program)
    _, plan = await get(f"runs/{run.run_id}/export", notebook=NOTEBOOK, folder="out/one")
    check("export_plan", plan)
    assert (plan["available"], plan["exists"], plan["problem"]) == (True, False, "")
    assert plan["command"] == f"nbtrail export {run.run_id[:16]} -o out/one"
    status, job = await post(f"runs/{run.run_id}/export", {"folder": "out/one"})
    assert status == 200
    check("job", job)
    job = await ended(post, get, job)
    check("job", job)
    assert (job["state"], job["outcome"]) == ("done", "verified-exact")
    assert job["steps"][1] == {
        "text": "the slice: 3 statements in a fresh process ...", "found": "reproduced",
    }  # fmt: skip


async def test_a_stopped_export_ends_by_itself(get, post, check, python, exportable, store):
    mark = store.project / "cleared"
    program = python(
        "print('[0 s] the slice: waiting', file=sys.stderr, flush=True)\n"
        f"try:\n    time.sleep(60)\nfinally:\n    open({str(mark)!r}, 'w').close()"
    )
    run = exportable(program)
    _, job = await post(f"runs/{run.run_id}/export", {"folder": "out"})
    while not job["steps"]:
        _, job = await get(f"jobs/{job['job_id']}")
    status, error = await post(f"runs/{run.run_id}/export", {"folder": "out"})
    assert status == 400
    assert "being worked on already" in error["error"]["message"]
    _, job = await post(f"jobs/{job['job_id']}", method="DELETE")
    check("job", job)
    assert job["state"] == "stopped"
    assert mark.exists()


@pytest.mark.parametrize(
    ("body", "part"),
    [
        ("print(json.dumps({'error': {'message': 'its data is gone'}}))", "its data is gone"),
        ('sys.exit("/p/python: No module named nbtrail")', "Install nbtrail there"),
        ("sys.exit(3)", "it said nothing"),
    ],
)
async def test_a_failure_is_told(get, post, python, exportable, store, body, part):
    run = exportable(python(body))
    _, job = await post(f"runs/{run.run_id}/export", {"folder": "out"})
    job = await ended(post, get, job)
    assert job["state"] == "failed"
    assert part in job["message"]


@pytest.mark.parametrize("executable", ["/gone/bin/python3", "", "/bin/sh", "python3"])
async def test_no_other_interpreter_is_taken(get, post, exportable, executable):
    run = exportable(executable)
    _, plan = await get(f"runs/{run.run_id}/export", notebook=NOTEBOOK, folder="out")
    assert not plan["available"]
    status, error = await post(f"runs/{run.run_id}/export", {"folder": "out"})
    assert (status, error["error"]["code"]) == (409, "export")
    assert "nbtrail export" in error["error"]["message"]


@pytest.mark.parametrize(
    "folder",
    ["", "/tmp/x", "../x", "a/../../x", ".nbtrail/x", "a//b", "a\\b", "-o", "link/x", "c:x"],
)
async def test_only_folders_of_the_project(get, post, exportable, store, tmp_path, folder):
    (store.project / "link").symlink_to(tmp_path)
    run = exportable(sys.executable)
    _, plan = await get(f"runs/{run.run_id}/export", notebook=NOTEBOOK, folder=folder)
    assert plan["problem"]
    status, _ = await post(f"runs/{run.run_id}/export", {"folder": folder})
    assert status == 400


async def test_a_folder_with_other_files_is_not_taken(get, exportable, store):
    run = exportable(sys.executable)
    (store.project / "full").mkdir()
    (store.project / "full" / "mine.txt").touch()
    for folder in ("full", "full/mine.txt"):
        _, plan = await get(f"runs/{run.run_id}/export", notebook=NOTEBOOK, folder=folder)
        assert plan["problem"], folder


async def test_only_what_was_exported_is_verified(post, store):
    status, error = await post("pipelines/verify", {"folder": "notebooks"})
    assert (status, error["error"]["code"]) == (404, "not-found")


async def test_jobs_of_an_earlier_server_are_unknown(get, check):
    status, error = await get(f"jobs/{'0' * 32}")
    check("error", error)
    assert status == 404


async def test_a_trail_that_is_only_read_stays_as_it_is(post, candidate, newer):
    run = candidate("one", 0.5)
    newer()
    for path, body in (
        (f"runs/{run.run_id}/promote", {"target": "fraud@champion"}),
        (f"runs/{run.run_id}/trash", {}),
    ):
        status, error = await post(path, body)
        assert (status, error["error"]["code"]) == (403, "store-read-only"), path
