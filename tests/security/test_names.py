"""Names are data: whatever they hold, they are found again and do nothing on the way."""

from __future__ import annotations

import atexit
import contextlib
import json
import re
from pathlib import Path

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

import nbtrail
from nbtrail.exceptions import NbtrailError, UsageError
from nbtrail.store.backup import back_up
from nbtrail.store.bundle import write_bundle
from nbtrail.store.collect import collect
from nbtrail.store.doctor import examine
from nbtrail.store.export import export_tables
from nbtrail.store.merge import merge
from nbtrail.store.store import Store
from nbtrail.tracking.process import present_tracker, use_tracker
from nbtrail.tracking.registry import parse_target, promote, set_model_tags
from nbtrail.views.html import html_model, html_run, html_runs
from nbtrail.views.text import text_run

NAMES = {
    "path": "../../../etc/passwd",
    "absolute": "/etc/cron.d/evil",
    "windows": "..\\..\\evil",
    "drive": "C:\\Windows\\evil",
    "reserved": "CON",
    "reserved with an ending": "aux.txt",
    "stream": "file.txt:hidden",
    "nul": "a\x00b",
    "newline": "a\nb\r\nc",
    "escape": "\x1b[2J\x1b]0;owned\x07\x9b31m",
    "direction": "\u202egnp.exe\u2066",
    "script": "<script>alert(1)</script>",
    "image": '"><img src=x onerror=alert(1)>',
    "sql": "'; DROP TABLE runs; --",
    "shell": "$(touch canary);`touch canary`|touch canary&",
    "format": "%s%n{0}{x.__class__}",
    "formula": '=cmd|"/C calc"!A0',
    "git": "--upload-pack=touch canary",
    "long": "x" * 5000,
    "unpaired": "\ud800",
    "dots": "...",
    "blank inside": "a b",
}
ACTS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def told(text: str) -> str:
    """Return a text as the store gives it back: unpaired halves as their escape."""
    return text.encode("utf-8", "backslashreplace").decode()


@pytest.fixture
def _no_tracker():
    yield
    tracker = present_tracker()
    if tracker is not None:
        atexit.unregister(tracker.close)
        tracker.close()
        tracker.store.close()
    use_tracker(None)


@pytest.mark.usefixtures("_no_tracker")
@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize("kind", NAMES)
def test_a_name_is_only_a_name(kind: str, project: Path, canary, cli, tmp_path: Path) -> None:
    name = NAMES[kind]
    outside = set(project.parent.iterdir())
    rng = np.random.default_rng(0)
    data = rng.normal(size=(40, 2))
    fitted = LogisticRegression().fit(data, data[:, 0] > 0)
    with nbtrail.start_run(name, experiment=name, tags={name: name}) as run:
        nbtrail.log_param(name, name)
        nbtrail.log_metric(name, 0.5)
        nbtrail.log_metric("accuracy", 0.5)
        nbtrail.set_note(name)
        nbtrail.log_input(data, name)
        nbtrail.log_text("text", "safe.txt")
        nbtrail.log_model(fitted, name)
    tracker = present_tracker()
    assert tracker is not None
    assert tracker.models.wait(60)
    store = tracker.store
    assert store.flush(10)

    record = store.reader.run(run.run_id)
    assert told(name) in (record.name, told(record.name)) or kind == "long"
    (model,) = record.models
    assert model.status == "ready", model.problem
    assert re.fullmatch(r"models/[\w.-]+", model.path)
    assert len(model.path) < 200
    loaded = nbtrail.load_model(f"runs:/{run.run_id}")
    assert loaded.coef_.shape == (1, 2)
    promote(store, run.run_id, "fraud@champion", reason=name)
    set_model_tags(store, "fraud", {name: name})

    whole = html_run(record) + html_runs(store.reader.runs())
    whole += html_model(store.reader.model("fraud"), store.reader.alias_history("fraud"))
    assert "<script" not in whole
    assert "<img" not in whole
    assert not ACTS.search(text_run(record))
    for command in (
        ("runs",), ("show", run.run_id), ("show", run.run_id, "--json"), ("runs", "--json"),
        ("models",), ("models", "fraud"), ("models", "fraud", "--json"),
        ("models", "fraud", "--card"), ("store", "doctor"), ("store", "size"),
        ("store", "sql", "SELECT * FROM run_list"), ("store", "sql", "SELECT * FROM run_tags", "--json"),
    ):  # fmt: skip
        code, said = cli(*command)
        assert code == 0, (command, said)
        assert not ACTS.search(said), command
        if "--json" in command:
            json.loads(said)

    write_bundle(store.root, tmp_path / "one.trail", [run.run_id])
    other = Store.open(tmp_path / "other" / ".nbtrail", create=True)
    try:
        assert merge(other.root, tmp_path / "one.trail").added == (run.run_id,)
        assert other.reader.run(run.run_id).name == record.name
    finally:
        other.close()
    export_tables(store.root, tmp_path / "tables", "csv")
    back_up(store.root, tmp_path / "backup")
    collect(store.root, 0)
    assert examine(store.root).findings == ()
    assert set(project.parent.iterdir()) == outside
    assert not list(project.rglob("canary"))


@pytest.mark.parametrize("kind", [kind for kind in NAMES if kind not in {"dots", "reserved"}])
def test_registered_names_and_aliases_are_plain_or_refused(kind: str) -> None:
    name = NAMES[kind]
    if kind != "reserved with an ending":
        with pytest.raises(UsageError):
            parse_target(name)
    with pytest.raises(UsageError):
        parse_target(f"model@{name}")


@pytest.mark.usefixtures("_no_tracker")
@pytest.mark.parametrize(
    "path",
    ["../x", "/x", "a/../../x", "..\\x", "C:\\x", "C:/x", "a\x00b", "a/./../../x", "", ".", "a\nb"],
)
def test_artifact_paths_stay_inside(path: str, project: Path, tmp_path: Path) -> None:
    from nbtrail.tracking.client import process_tracker

    tracker = process_tracker()
    run = tracker.start("paths")
    before = sorted(p for p in tmp_path.rglob("*") if ".nbtrail" not in p.parts)
    with contextlib.suppress(NbtrailError, ValueError):
        run.log_bytes(b"data", path)
    run.end()
    tracker.store.flush(10)
    for artifact in tracker.store.reader.run(run.run_id).artifacts:
        parts = artifact.path.split("/")
        assert ".." not in parts
        assert not artifact.path.startswith(("/", "\\"))
        assert "\x00" not in artifact.path
        assert artifact.path not in {"", "."}
        assert ":" not in parts[0]
    after = sorted(p for p in tmp_path.rglob("*") if ".nbtrail" not in p.parts)
    assert after == before


@pytest.mark.usefixtures("_no_tracker")
def test_links_in_a_logged_folder(project: Path, tmp_path: Path) -> None:
    """A link that leads out of the folder, back into it, or to a device is not followed."""
    from nbtrail.tracking.client import process_tracker

    secret = tmp_path / "secret.txt"
    secret.write_text("not for you")
    folder = project / "out"
    folder.mkdir()
    (folder / "plain.txt").write_text("plain")
    (folder / "leak.txt").symlink_to(secret)
    (folder / "loop").symlink_to(folder)
    (folder / "zero").symlink_to("/dev/zero")
    (folder / "dangling").symlink_to(tmp_path / "nothing")
    (folder / "trail").symlink_to(project / ".nbtrail")
    tracker = process_tracker()
    run = tracker.start("links")
    with pytest.warns(UserWarning, match="lead out of it"):
        run.log_artifact(folder)
    run.end()
    tracker.store.flush(10)
    assert [a.path for a in tracker.store.reader.run(run.run_id).artifacts] == ["out/plain.txt"]
