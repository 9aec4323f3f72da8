"""The command line: what it prints, as text and as JSON, and how it refuses."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from nbtrail.cli.main import main
from nbtrail.entities.identity import new_id
from nbtrail.entities.model import ModelRecord
from nbtrail.entities.provenance import CodeVersion
from nbtrail.entities.run import Experiment, Metric, Param, Run, RunStatus
from nbtrail.store import operations as do
from nbtrail.store.migrations import SCHEMA_VERSION
from nbtrail.store.snapshots import Snapshot
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
    """Two finished runs and a failed one, in the working folder's project."""
    store = Store.open(project / ".nbtrail", create=True)
    for number, (name, status, auc) in enumerate(
        [("slow-owl", "FINISHED", 0.8), ("fast-fox", "FINISHED", 0.9), ("bad-cat", "FAILED", 0.99)]
    ):
        run = Run(
            new_id(),
            name,
            Experiment("default"),
            RunStatus(status),
            1_700_000_000_000 + number,
            reason="ValueError: no" if status == "FAILED" else "",
            ended_ms=1_700_000_001_000,
            params=(Param("depth", str(number)),),
            metrics=(Metric("roc_auc", auc, auc, auc),),
            models=(
                ModelRecord(f"m-{number:032x}", "clf", "a.B", "x", "f", "models/clf", "ready"),
            ),
        )
        store.call(do.start_run(run))
    yield store
    store.close()


def document(answer: tuple[int, str, str], code: int = 0) -> Any:
    assert answer[0] == code, answer
    return json.loads(answer[1])


def test_runs_are_listed(cli: Cli, trail: Store) -> None:
    code, out, err = cli("runs")
    assert (code, err) == (0, "")
    assert all(name in out for name in ("slow-owl", "fast-fox", "bad-cat"))
    found = document(cli("runs", "metrics.roc_auc > 0.85", "and", "status = finished", "--json"))
    assert [run["name"] for run in found["runs"]] == ["fast-fox"]
    assert len(document(cli("runs", "--limit", "1", "--json"))["runs"]) == 1


def test_one_run_is_shown(cli: Cli, trail: Store, tmp_path: Path) -> None:
    code, out, _ = cli("show", "best")
    assert code == 0
    assert "fast-fox" in out
    assert document(cli("show", "slow-owl", "--json"))["name"] == "slow-owl"
    page = tmp_path / "page.html"
    assert cli("show", "last", "--html", str(page))[0] == 0
    assert "bad-cat" in page.read_text(encoding="utf-8")


def test_what_was_not_committed_is_shown(cli: Cli, trail: Store, tmp_path: Path) -> None:
    run_id = trail.reader.resolve("slow-owl")
    blob = trail.snapshots.put_blob(b"depth = 4\x1b[2J\n")
    snapshot = trail.snapshots.put(Snapshot("c" * 40, {b"x.py": ("100644", blob)}))
    code = CodeVersion(
        "c" * 40, "main", dirty=True, snapshot=snapshot, left_out=("key.py: secret",)
    )
    trail.call(do.set_code(run_id, code))
    status, out, _ = cli("show", "slow-owl", "--diff", "--html", str(tmp_path / "x.html"))
    assert status == 0
    assert "\x1b" not in out
    parts = (
        "1 uncommitted change",
        "lacks commit cccccccccc",
        "x.py",
        "+depth = 4",
        "key.py: secret",
    )
    for text in parts:
        assert text in out
    assert "depth = 4" in (tmp_path / "x.html").read_text(encoding="utf-8")
    assert document(cli("show", "slow-owl", "--diff", "--json"))["base_missing"]


def test_two_runs_are_compared(cli: Cli, trail: Store) -> None:
    code, out, _ = cli("compare", "slow-owl", "fast-fox")
    assert code == 0
    assert "depth" in out
    assert "roc_auc" in out
    assert document(cli("compare", "slow-owl", "fast-fox", "--json"))
    code, _, err = cli("compare", "best")
    assert code == 2
    assert "two runs or more" in err


def test_a_model_is_promoted_and_refused(cli: Cli, trail: Store) -> None:
    code, out, _ = cli("promote", "best", "fraud@champion", "--reason", "good")
    assert code == 0
    assert out.startswith("fraud version 1 @champion\nnot checked")
    assert "reproducibility  the run was never exported and verified" in out
    code, out, err = cli("promote", "slow-owl", "fraud@champion")
    assert (code, out) == (1, "")
    assert "0.8, but version 1, which holds the alias, has 0.9" in err
    refusal = document(cli("promote", "slow-owl", "fraud@champion", "--json"), 1)["error"]
    assert refusal["code"] == "gate"
    assert len(refusal["reasons"]) == 1
    version = document(cli("promote", "slow-owl", "fraud@champion", "--force", "--json"))
    assert (version["version"], version["aliases"]) == (2, ["champion"])
    code, out, _ = cli("models", "fraud")
    assert code == 0
    assert "forced past no regression" in out
    (model,) = document(cli("models", "--json"))["models"]
    assert (model["name"], len(model["versions"])) == ("fraud", 2)
    assert cli("promote", "best", "fraud@chief", "--min-metric", "0.95")[0] == 1
    assert cli("promote", "best", "fraud@chief", "--model", "other")[0] == 2


@pytest.mark.parametrize(
    ("arguments", "code", "name", "text"),
    [
        (("show", "nothing"), 2, "not-found", "no run 'nothing'"),
        (("runs", "metrics.auc >"), 2, "usage", "can't be understood"),
        (("promote", "bad-cat", "fraud@champion"), 1, "registry", "only a FINISHED run"),
        (("promote", "best", "fraud@latest"), 2, "usage", "reserved"),
        (("models", "fraud"), 2, "not-found", "none was promoted yet"),
        (("verify", "nowhere"), 1, "verify", "nowhere"),
        (("runs", "--nope"), 2, "usage", "No such option"),
        (("promote", "best"), 2, "usage", "MODEL@ALIAS"),
        (("store",), 2, "usage", "Missing command"),
        (("nonsense",), 2, "usage", "No such command"),
        (("runs", "--store", "/nowhere"), 2, "not-found", "There is no trail"),
    ],
)
def test_refusals(
    cli: Cli, trail: Store, arguments: tuple[str, ...], code: int, name: str, text: str
) -> None:
    found, out, err = cli(*arguments)
    assert (found, out) == (code, "")
    assert err.startswith("nbtrail: ")
    assert text in err
    assert "Traceback" not in err
    if arguments[0] in {"store", "nonsense"}:
        return  # no command, so nobody can have given it --json
    error = document(cli(*arguments, "--json"), code)["error"]
    assert (error["code"], text in error["message"]) == (name, True)


def test_no_trail_here(cli: Cli, project: Path) -> None:
    for arguments in (("runs",), ("show",), ("models",), ("store", "doctor"), ("store", "path")):
        code, out, err = cli(*arguments)
        assert (code, out) == (2, "")
        assert "%load_ext nbtrail" in err
    assert not (project / ".nbtrail").exists()


def test_the_store_is_found_from_below_and_by_option(
    cli: Cli, trail: Store, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    below = trail.project / "notebooks" / "deep"
    below.mkdir(parents=True)
    monkeypatch.chdir(below)
    assert cli("store", "path") == (0, f"{trail.root}\n", "")
    monkeypatch.chdir(tmp_path)
    assert document(cli("store", "path", "--store", str(trail.root), "--json")) == {
        "path": str(trail.root)
    }


def test_the_doctor_reports(cli: Cli, trail: Store) -> None:
    code, out, err = cli("store", "doctor")
    assert (code, err) == (0, "")
    assert "Everything is in order" in out
    health = document(cli("store", "doctor", "--json"))
    assert health["ok"]
    assert health["counts"]["runs"] == 3
    assert (health["schema_version"], health["journal_mode"]) == (SCHEMA_VERSION, "wal")


def test_the_doctor_finds_what_is_wrong(cli: Cli, trail: Store) -> None:
    from nbtrail.entities.model import Artifact

    sha256, size = trail.objects.put_bytes(b"plot")
    trail.call(do.log_artifact(trail.reader.resolve("last"), Artifact("a.png", sha256, size)))
    trail.objects.path(sha256).unlink()
    (trail.root / "rescue" / "1-1-1.rejected").write_text("x")
    (trail.root / ".gitignore").unlink()
    health = document(cli("store", "doctor", "--json"), 1)
    assert [next(word for word in ("artifact", "rescue", ".gitignore") if word in finding)
            for finding in health["findings"]] == ["artifact", "rescue", ".gitignore"]  # fmt: skip
    code, out, _ = cli("store", "doctor")
    assert code == 1
    assert out.count("\n! ") == 3


def test_the_doctor_survives_a_ruin(cli: Cli, project: Path) -> None:
    root = project / ".nbtrail"
    root.mkdir()
    (root / "nbtrail.db").write_bytes(b"not a database at all, but long enough " * 100)
    health = document(cli("store", "doctor", "--json"), 1)
    assert "can't be read" in health["findings"][0]


@pytest.mark.slow
def test_help_needs_no_heavy_library(project: Path) -> None:
    code = (
        "import sys\n"
        "from nbtrail.cli.main import main\n"
        "try: main(['--help'])\n"
        "except SystemExit as left: code = left.code\n"
        "heavy = {'IPython', 'pandas', 'sklearn', 'numpy', 'skops', 'sqlite3', 'git'}\n"
        "print(code, sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "0 []"
    for command in ("demo", "runs", "show", "compare", "promote", "models", "export", "verify"):
        assert f"  {command} " in done.stdout


def test_sql_reads_and_never_writes(cli: Cli, trail: Store) -> None:
    question = "select name, last from run_metrics order by last"
    code, out, _ = cli("store", "sql", question, "--json")
    assert code == 0
    assert json.loads(out)[0] == {"name": "slow-owl", "last": 0.8}
    code, out, _ = cli("store", "sql", question)
    assert out.splitlines()[1].split() == ["slow-owl", "0.8"]
    for refused in ("delete from runs", "select nope", "attach 'x.db' as x"):
        code, _, err = cli("store", "sql", refused)
        assert code == 2
        assert "can't answer" in err
    assert trail.reader.runs().total == 3
