"""``nbtrail store``: carrying a trail, and looking after it."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from nbtrail.cli.main import main
from nbtrail.entities.identity import new_id
from nbtrail.entities.model import Artifact
from nbtrail.entities.run import Experiment, Metric, Param, Run, RunStatus
from nbtrail.store import operations as do
from nbtrail.store.store import Store

Cli = Callable[..., tuple[int, str, str]]


@pytest.fixture
def cli(capsys: pytest.CaptureFixture[str]) -> Cli:
    """Run a command; return exit code, standard output and standard error."""

    def run(*arguments: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as left:
            main(arguments)
        out, err = capsys.readouterr()
        return int(left.value.code or 0), out, err

    return run


@pytest.fixture
def trail(project: Path) -> Iterator[Store]:
    """Two runs in the working folder's project, one with a file."""
    store = Store.open(project / ".nbtrail", create=True)
    for number, name in enumerate(["slow-owl", "fast-fox"]):
        run = Run(
            new_id(),
            name,
            Experiment("default"),
            RunStatus.FINISHED,
            1_700_000_000_000 + number,
            ended_ms=1_700_000_001_000,
            params=(Param("depth", str(number)),),
            metrics=(Metric("roc_auc", 0.9, 0.9, 0.9),),
        )
        store.call(do.start_run(run))
    sha256, size = store.objects.put_bytes(b"the report")
    store.call(do.log_artifact(run.run_id, Artifact("report.txt", sha256, size)))
    yield store
    store.close()


def document(answer: tuple[int, str, str], code: int = 0) -> Any:
    assert answer[0] == code, answer
    return json.loads(answer[1])


def test_a_bundle_travels_into_another_project(
    cli: Cli, trail: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bundle = tmp_path / "fox.trail"
    code, out, err = cli("store", "bundle", "fast-fox", "-o", str(bundle))
    assert (code, err) == (0, "")
    assert "1 runs, 1 files" in out
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    found = document(cli("store", "merge", str(bundle), "--json"))
    assert len(found["added"]) == 1
    code, out, _ = cli("store", "merge", str(bundle))
    assert (code, out) == (0, f"0 runs added from {bundle}, 1 were here already\n")
    assert "fast-fox" in cli("runs")[1]


def test_what_can_not_be_bundled_is_said(cli: Cli, trail: Store, tmp_path: Path) -> None:
    assert cli("store", "bundle", "-o", "x.trail")[0] == 2
    assert cli("store", "bundle", "best", "-o", "x.zip")[0] == 2
    assert cli("store", "bundle", "nobody", "-o", "x.trail")[0] == 2
    assert cli("store", "merge", "nothing.trail")[0] == 2
    (tmp_path / "x.trail").write_bytes(b"no zip")
    code, _, err = cli("store", "merge", str(tmp_path / "x.trail"))
    assert code == 1
    assert "is no bundle" in err


def test_a_backup_is_a_folder_or_one_file(cli: Cli, trail: Store, tmp_path: Path) -> None:
    found = document(cli("store", "backup", str(tmp_path / "copy"), "--json"))
    assert (found["runs"], found["files"], found["missing"]) == (2, 1, [])
    assert cli("store", "doctor", "--store", str(tmp_path / "copy"))[0] == 0
    assert cli("store", "backup", str(tmp_path / "all.trail"))[0] == 0
    assert cli("store", "backup", str(tmp_path / "all.trail"))[0] == 1


def test_tables_are_exported(cli: Cli, trail: Store, tmp_path: Path) -> None:
    found = document(cli("store", "export", "--to", "csv", "-o", str(tmp_path / "out"), "--json"))
    assert found["rows"]["runs.csv"] == 2
    code, out, _ = cli("store", "export", "--to", "parquet", "-o", str(tmp_path / "pq"))
    assert code == 0
    assert "history.parquet" in out
    assert cli("store", "export", "--to", "csv", "-o", str(tmp_path / "out"))[0] == 2
    assert cli("store", "export", "--to", "xls", "-o", str(tmp_path / "new"))[0] == 2


def test_runs_go_to_the_trash_and_out_of_it(cli: Cli, trail: Store) -> None:
    assert cli("store", "trash", "list")[1] == "The trash is empty.\n"
    code, out, _ = cli("delete", "slow-owl")
    assert code == 0
    assert "nbtrail store trash restore slow-owl" in out
    assert [run["name"] for run in document(cli("store", "trash", "list", "--json"))["runs"]] == [
        "slow-owl"
    ]
    assert cli("store", "trash", "restore", "nobody")[0] == 2
    assert cli("store", "trash", "restore", "slow-owl")[:2] == (0, "1 runs are back.\n")
    assert cli("delete", "slow-owl")[0] == 0
    assert document(cli("store", "trash", "purge", "--json"))["runs"] == ["slow-owl"]
    assert "slow-owl" not in cli("runs")[1]


def test_gc_and_size_report(cli: Cli, trail: Store) -> None:
    assert document(cli("store", "gc", "--dry-run", "--json"))["dry"] is True
    assert cli("store", "gc")[0] == 0
    found = document(cli("store", "size", "--json"))
    assert found["places"]["files"] == len(b"the report")


def test_a_secret_is_scrubbed(cli: Cli, trail: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    trail.call(do.log_params(trail.reader.resolve("fast-fox"), [Param("key", "hunter2-hunter2")]))
    monkeypatch.setattr("sys.stdin", io.StringIO("hunter2-hunter2\n"))
    found = document(cli("store", "scrub", "--stdin", "--json"))
    assert (found["values"], found["runs"], found["left"]) == ({"params.value": 1}, 1, [])
    code, out, _ = cli("store", "scrub", "hunter2-hunter2")
    assert code == 0
    assert "nowhere" in out
    assert cli("store", "scrub")[0] == 2
    assert cli("store", "scrub", "abc")[0] == 2
    assert cli("store", "scrub", "hunter2", "--pattern", "x")[0] == 2


def test_the_doctor_mends_what_is_safe(cli: Cli, trail: Store) -> None:
    (trail.root / ".gitignore").unlink()
    code, out, _ = cli("store", "doctor")
    assert code == 1
    assert "nbtrail store doctor --repair" in out
    found = document(cli("store", "doctor", "--repair", "--json"))
    assert found["ok"] is True
    assert ".gitignore is there again." in found["repaired"]
