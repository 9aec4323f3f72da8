"""The routes of the compare view: what they answer, how much, and when they stop."""

from __future__ import annotations

import base64
import json
import struct
import threading

import numpy as np
import pytest

from nbtrail.entities.comparison import Comparison, ImageRow
from nbtrail.entities.identity import new_id
from nbtrail.entities.model import Artifact
from nbtrail.entities.run import Metric, MetricPoint, Param
from nbtrail.store import operations
from nbtrail.tracking.gathering import CancelledError, Gathering
from nbtrail.tracking.smallimages import LARGEST, MOST, small_images

NOTEBOOK = "project/notebooks/train.ipynb"
EVIL = "<img src=x onerror=alert(1)>"


@pytest.fixture
def log(store):
    """Write the history of a metric of a run."""

    def write(run, key, values):
        points = [MetricPoint(key, v, n, 1_790_000_000_000 + n) for n, v in enumerate(values)]
        info = Metric(key, values[-1], min(values), max(values), count=0)
        store.submit(operations.log_metrics(run.run_id, points, [info]))
        store.flush(10)

    return write


def ids(*runs):
    return ",".join(run.run_id for run in runs)


async def test_two_runs(get, check, rich_run, add):
    other = add(
        "plain", params=(Param("n_estimators", "80"),), metrics=(Metric("accuracy", 0.9, 0.9, 0.9),)
    )
    code, found = await get("compare", notebook=NOTEBOOK, runs=ids(rich_run, other))
    check("comparison", found)
    assert code == 200
    assert [run["name"] for run in found["runs"]] == ["forest", "plain"]
    assert found["params"][0] == {"key": "n_estimators", "values": ["50", "80"], "differs": True}
    row = next(row for row in found["metrics"] if row["key"] == "accuracy")
    assert (row["values"], row["best"], row["direction"]) == ([0.97, 0.9], [0], "max")
    assert found["datasets"][0]["digests"] == ["abababab", None]
    assert found["why"]["causes"][0]["kind"] == "data"
    assert "Infinity" in json.dumps(found)


async def test_pictures_and_pages(get, check, store, add):
    runs = [
        add(f"r{n}", params=tuple(Param(f"{EVIL}{k:04}", f"{n}") for k in range(600)))
        for n in range(3)
    ]
    for number, run in enumerate(runs[:2]):
        picture = Artifact("figures/roc.png", f"{number}" * 64, 12, "image/png")
        store.submit(operations.log_artifact(run.run_id, picture))
    store.flush(10)
    _, first = await get("compare", notebook=NOTEBOOK, runs=ids(*runs))
    check("comparison", first)
    assert (len(first["params"]), first["params_total"], first["why"]) == (500, 600, None)
    (images,) = first["images"]
    assert [a and a["sha256"][0] for a in images["artifacts"]] == ["0", "1", None]
    _, rest = await get("compare", notebook=NOTEBOOK, runs=ids(*runs), offset=500)
    assert len({row["key"] for row in first["params"] + rest["params"]}) == 600


async def test_long_values_are_cut(get, add):
    runs = [add(f"r{n}", params=(Param("text", str(n) + "x" * 10**6),)) for n in range(2)]
    _, found = await get("compare", notebook=NOTEBOOK, runs=ids(*runs))
    assert found["params"][0]["differs"]
    assert len(json.dumps(found)) < 20_000


async def test_statistics(get, check, add, log):
    runs = []
    for number in range(6):
        params = (Param("C", str(number % 3)), Param("seed", str(number)))
        score = number % 3 + number / 100
        runs.append(add(f"r{number}", params=params, metrics=(Metric("f1", score, score, score),)))
    for number, run in enumerate(runs[:2]):
        log(run, "cv_f1", [0.5 + number / 10 + fold / 100 * (number + 1) for fold in range(5)])
    code, found = await get("compare/statistics", notebook=NOTEBOOK, runs=ids(*runs))
    check("comparison_statistics", found)
    assert code == 200
    assert [group["runs"] for group in found["groups"]] == [
        ["r0", "r3"],
        ["r1", "r4"],
        ["r2", "r5"],
    ]
    (test,) = found["tests"]
    assert (test["run"], test["folds"], test["tie"]) == (1, 5, False)
    assert found["importance"][0]["param"] == "C"
    assert {"C", "seed", "f1"} <= {axis["key"] for axis in found["axes"]}


async def test_curves_are_packed_and_reduced(jp_fetch, check, add, log):
    runs = [add(f"r{n}") for n in range(3)]
    wave = np.sin(np.arange(10_000) / 50)
    for number, run in enumerate(runs[:2]):
        log(run, "loss", (wave + number).tolist())
    answer = await jp_fetch(
        "nbtrail", "api", "compare", "curves",
        params={"notebook": NOTEBOOK, "runs": ids(*runs), "metric": "loss", "points": 300},
    )  # fmt: skip
    assert answer.headers["Content-Type"] == "application/octet-stream"
    (size,) = struct.unpack_from("<I", answer.body)
    header = json.loads(answer.body[4 : 4 + size])
    check("curves_header", header)
    assert (4 + size) % 8 == 0
    numbers = np.frombuffer(answer.body, "<f8", offset=4 + size)
    for number, curve in enumerate(header["curves"]):
        assert (curve["run"], curve["key"], curve["count"]) == (number, "loss", 10_000)
        assert curve["points"] <= 300
        x, y = np.split(numbers[curve["start"] :][: 2 * curve["points"]], 2)
        assert np.array_equal(wave[x.astype(int)] + number, y)
        assert (y.min(), y.max()) == (wave.min() + number, wave.max() + number)
    assert len(header["curves"]) == 2
    assert len(numbers) == 2 * sum(curve["points"] for curve in header["curves"])


@pytest.mark.parametrize(
    "path", ["compare", "compare/statistics", "compare/curves", "compare/page"]
)
@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"runs": "a" * 32},
        {"runs": ",".join(["a" * 32] * 2)},
        {"runs": ",".join(f"{n:032x}" for n in range(101))},
        {"runs": "last,best"},
        {"runs": f"{'a' * 32},{'b' * 32}", "limit": "501", "points": "7"},
    ],
)
async def test_bad_questions(get, check, add, path, asked):
    add("one")
    code, error = await get(path, notebook=NOTEBOOK, metric="loss", **asked)
    check("error", error)
    assert (code, error["error"]["code"]) == (400, "usage")


async def test_unknown_runs_are_not_found(get, check, add):
    run = add("one")
    for notebook in (NOTEBOOK, ""):
        asked = f"{run.run_id},{new_id()}"
        for path in ("compare", "compare/statistics", "compare/curves", "compare/page"):
            code, error = await get(path, notebook=notebook, runs=asked, metric="loss")
            check("error", error)
            assert code == 404


def test_work_stops_when_the_client_has_gone(store, add):
    runs = [add(f"r{n}") for n in range(5)]
    gone = threading.Event()
    gathering = Gathering(store.reader, [run.run_id for run in runs], cancelled=gone.is_set)
    gathering.comparison()
    gone.set()
    with pytest.raises(CancelledError):
        gathering.comparison()


async def test_rows_are_searched_and_what_was_chosen_comes_before_defaults(get, check, add):
    params = (Param("tol", "1", is_default=True), Param("C", "2"), Param("depth", "3"))
    runs = [add(f"r{n}", params=(*params, Param("Seed", str(n)))) for n in range(2)]
    _, found = await get("compare", notebook=NOTEBOOK, runs=ids(*runs))
    assert [row["key"] for row in found["params"]] == ["Seed", "C", "depth", "tol"]
    _, found = await get("compare", notebook=NOTEBOOK, runs=ids(*runs), q="SEE")
    check("comparison", found)
    assert ([row["key"] for row in found["params"]], found["params_total"]) == (["Seed"], 1)
    code, _ = await get("compare", notebook=NOTEBOOK, runs=ids(*runs), q="x" * 501)
    assert code == 400


async def test_a_page_to_keep_runs_nothing(jp_fetch, add):
    runs = [add(f"{EVIL}{n}", params=(Param("C", f"{EVIL}{n}"),)) for n in range(2)]
    answer = await jp_fetch(
        "nbtrail", "api", "compare", "page", params={"notebook": NOTEBOOK, "runs": ids(*runs)}
    )
    assert answer.headers["Content-Type"] == "text/html; charset=UTF-8"
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    page = answer.body.decode()
    assert page.startswith("<!DOCTYPE html>")
    assert "default-src 'none'" in page
    assert EVIL not in page
    assert page.count("&lt;img src=x onerror=alert(1)&gt;0") > 1


async def test_a_page_to_keep_carries_small_images(jp_fetch, store, add):
    runs = [add(f"r{n}") for n in range(3)]
    small, large = b"not a real PNG", b"x" * (LARGEST + 1)
    kept = [
        *((run, "figures/same.png", small, "image/png") for run in runs[:2]),
        (runs[0], "figures/large.png", large, "image/png"),
        (runs[1], "figures/evil.svg", b"<svg onload=alert(1)>", "image/svg+xml"),
        (runs[2], "figures/other.jpg", b"a JPEG", "image/jpeg"),
    ]
    for run, path, data, kind in kept:
        artifact = Artifact(path, *store.objects.put_bytes(data), kind)
        store.submit(operations.log_artifact(run.run_id, artifact))
    gone = Artifact("figures/gone.png", "0" * 64, 12, "image/png")
    store.submit(operations.log_artifact(runs[2].run_id, gone))
    store.flush(10)
    answer = await jp_fetch(
        "nbtrail", "api", "compare", "page", params={"notebook": NOTEBOOK, "runs": ids(*runs)}
    )
    page = answer.body.decode()
    assert page.count(f"data:image/png;base64,{base64.b64encode(small).decode()}") == 1
    assert 'alt="figures/same.png of r0, r1"' in page
    assert f"data:image/jpeg;base64,{base64.b64encode(b'a JPEG').decode()}" in page
    assert page.count("<img") == 2
    assert "3 images not shown here" in page


def test_images_share_the_room_of_a_page():
    images = [Artifact(f"{n}.png", f"{n:064}", LARGEST, "image/png") for n in range(30)]
    rows = tuple(ImageRow(image.path, (image, None), differs=True) for image in images)
    found = small_images(Comparison(runs=(), images=rows), lambda _sha256: b"x", 2)
    assert list(found) == [image.sha256 for image in images[: MOST // LARGEST]]
