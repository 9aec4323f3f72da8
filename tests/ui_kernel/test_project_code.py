"""The code of a run: modules, scripts and uncommitted changes, kept and given back."""

from __future__ import annotations

import subprocess
import sys

import pytest

from nbtrail.entities.run import MarkKind
from nbtrail.exceptions import NotFoundError, UsageError
from nbtrail.tracking.restore import restore_code

TRAIN = "m = LogisticRegression(max_iter=300).fit(X_train, y_train)\n"


def git(*arguments):
    command = ["git", "-c", "user.name=t", "-c", "user.email=t@t", *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


@pytest.fixture
def helpers(project, monkeypatch):
    """A module of the project, and a script."""
    monkeypatch.syspath_prepend(str(project))
    (project / "helpers_of_test.py").write_text("def f():\n    return 1\n")
    (project / "script.py").write_text("made_by_script = 5\n")
    yield project
    sys.modules.pop("helpers_of_test", None)


def finished(notebook):
    notebook.session.tracker.wait_for_git(20)
    notebook.session.tracker.judge_ended(20)
    return notebook.last()


def sources(notebook, run):
    reader = notebook.store.reader
    found = reader.modules(run.session_id, run.last_cell)
    return {module.name: reader.source(module.sha256) for module in found}


def test_a_module_is_known_as_it_was_imported_and_reloaded(notebook, helpers):
    notebook.run("%%track first\nimport helpers_of_test")
    (helpers / "helpers_of_test.py").write_text("def f():\n    return 22\n")
    notebook.run("%%track second\nx = helpers_of_test.f()")
    notebook.run("import importlib")
    notebook.run("%%track third\nimportlib.reload(helpers_of_test)")
    first, second, third = (notebook.named(n) for n in ("first", "second", "third"))
    assert sources(notebook, first)["helpers_of_test"] == "def f():\n    return 1\n"
    assert sources(notebook, second) == sources(notebook, first)  # edited, but not loaded
    assert sources(notebook, third)["helpers_of_test"] == "def f():\n    return 22\n"


def test_a_script_is_known(notebook, helpers):
    notebook.run("%%track\n%run script.py")
    assert sources(notebook, notebook.last())["script.py"] == "made_by_script = 5\n"


def test_libraries_and_the_cache_are_no_code_of_the_project(notebook, helpers):
    notebook.run("%%track\nimport json, colorsys, sklearn.cluster")
    assert sources(notebook, notebook.last()) == {}


def test_uncommitted_changes_can_be_given_back(notebook, helpers, tmp_path):
    git("add", "script.py")
    (helpers / "README.md").write_text("changed\n")
    (helpers / "data.csv").write_text("a,b\n1,2\n")
    notebook.run("%%track\nimport helpers_of_test\n" + TRAIN)
    run = finished(notebook)
    assert run.code.snapshot
    assert [text.partition(":")[0] for text in run.code.left_out] == ["data.csv"]
    (mark,) = [m for m in run.marks if m.kind is MarkKind.DIRTY_TREE]
    assert mark.reason.startswith("4 uncommitted changes")
    back = restore_code(notebook.store, run, tmp_path / "back")
    assert (tmp_path / "back" / "README.md").read_text() == "changed\n"
    assert (tmp_path / "back" / "helpers_of_test.py").read_text().startswith("def f")
    assert (tmp_path / "back" / "script.py").read_text() == "made_by_script = 5\n"
    assert not (tmp_path / "back" / "data.csv").exists()
    assert [text.partition(":")[0] for text in back.missing] == ["data.csv"]
    with pytest.raises(UsageError, match="not an empty folder"):
        restore_code(notebook.store, run, tmp_path / "back")
    status = git("status", "--porcelain")
    assert " M README.md" in f" {status}"


def test_all_changes_kept_is_said(notebook, project):
    (project / "README.md").write_text("changed\n")
    notebook.run("%%track\nx = 1")
    (mark,) = finished(notebook).marks
    assert mark.reason == "1 uncommitted change, kept in the snapshot: README.md"


def test_changes_survive_a_reset_and_the_collection_of_garbage(notebook, project, tmp_path):
    (project / "unchanged.py").write_text("u = 1\n")
    git("add", ".")
    git("commit", "-qm", "will be lost")
    (project / "README.md").write_text("precious\n")
    notebook.run("%%track\nx = 1")
    run = finished(notebook)
    git("reset", "-q", "--hard", "HEAD~1")
    git("reflog", "expire", "--expire=now", "--all")
    git("gc", "-q", "--prune=now")
    back = restore_code(notebook.store, run, tmp_path / "back")
    assert (tmp_path / "back" / "README.md").read_text() == "precious\n"
    assert any(run.code.commit[:12] in text for text in back.missing)


def test_a_clean_run_is_given_back_from_its_commit(notebook, project, tmp_path):
    notebook.run("%%track\nx = 1")
    run = finished(notebook)
    assert run.code.snapshot == ""
    (project / "README.md").write_text("later\n")
    restore_code(notebook.store, run, tmp_path / "back")
    assert (tmp_path / "back" / "README.md").read_text() == "a project\n"


def test_a_secret_stays_out_of_everything(notebook, project, tmp_path):
    secret = "hunter2" + "-x9"
    (project / "README.md").write_text(f"api_password = '{secret}'\n")
    notebook.run(
        f"%%track -t token=ghp_{'a1B2' * 9}\n"
        f"db_password = '{secret}'\nprint(db_password[:2])\nx = 1"
    )
    notebook.run(f"%%track bad\nraise ValueError('postgresql://u:{secret}@host')", ok=False)
    bad = finished(notebook)
    run = notebook.store.reader.run(notebook.store.reader.resolve("last~1"))
    assert notebook.shell.user_ns["db_password"] == secret
    assert bad.reason == "ValueError: postgresql://u:<redacted:url-password>@host"
    (mark,) = [m for m in run.marks if m.kind is MarkKind.REDACTED]
    assert "README.md" in mark.reason
    assert "the password in In [" in mark.reason
    assert secret not in mark.reason
    assert run.code.left_out == ("README.md: it holds a secret",)
    restore_code(notebook.store, run, tmp_path / "back") if run.code.snapshot else None
    assert notebook.store.flush(10)
    stored = b"".join(p.read_bytes() for p in notebook.store.root.rglob("*") if p.is_file())
    assert secret.encode() not in stored
    assert b"a1B2a1B2" not in stored


def test_nothing_kept_is_an_error(notebook, project, tmp_path):
    import shutil

    shutil.rmtree(project / ".git")
    notebook.run("%%track\nx = 1")
    with pytest.raises(NotFoundError, match="No code of run"):
        restore_code(notebook.store, notebook.last(), tmp_path / "back")


@pytest.mark.parametrize(
    ("code", "marked"),
    [
        ("import numpy as np\nv = float(np.random.rand())", True),
        ("import numpy as np\nnp.random.seed(0)\nv = float(np.random.rand())", False),
        ("import numpy as np\nv = float(np.random.default_rng().random())", True),
        ("import numpy as np\nv = float(np.random.default_rng(1).random())", False),
        ("import random\nv = random.random()", True),
        ("m = RandomForestClassifier(n_estimators=3).fit(X_train, y_train)", True),
        ("m = RandomForestClassifier(n_estimators=3, random_state=0).fit(X_train, y_train)", False),
        (TRAIN, False),
    ],
)
def test_randomness_without_a_seed_is_marked(notebook, code, marked):
    notebook.run("%%track\n" + code)
    kinds = [m.kind for m in finished(notebook).marks]
    assert (MarkKind.UNSEEDED in kinds) is marked


def test_the_code_is_shown_and_written(notebook, helpers, tmp_path, capsys):
    (helpers / "README.md").write_text("changed\n")
    notebook.run("%%track\nimport helpers_of_test\n" + TRAIN)
    finished(notebook)
    capsys.readouterr()
    notebook.run(f"%track show last --code -o {tmp_path / 'out'}")
    said = capsys.readouterr().out
    assert "helpers_of_test.py" in said
    assert "import helpers_of_test" in said
    assert f"2 files written to {tmp_path / 'out'}" in said
    assert (tmp_path / "out" / "README.md").read_text() == "changed\n"
    notebook.run(f"%track show last -o {tmp_path / 'other'}")
    assert "add --code" in capsys.readouterr().err


def test_an_export_that_needs_a_secret_says_so(notebook, project, tmp_path, capsys):
    notebook.run("password = 'hunter2-x9'\nscale = float(len(password))")
    notebook.run("%%track\n" + TRAIN + "acc = accuracy_score(y_test, m.predict(X_test))")
    notebook.run("%%track needs -m value\nvalue = scale * 2")
    capsys.readouterr()
    notebook.run(f"%track export needs -o {tmp_path / 'out'}")
    assert "held a secret" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
    assert notebook.shell.user_ns["value"] == 20.0


def test_threads_seeds_and_generators_are_known(notebook, monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    notebook.run("import random, numpy as np\nN = 11\nrandom.seed(7)\nnp.random.seed(N)")
    notebook.run("%%track one\nrng = np.random.default_rng(seed=5)")
    notebook.run("%%track two\nx = random.random()")
    notebook.run("%%track three\ny = 1")
    one, two, three = (notebook.named(n).start for n in ("one", "two", "three"))
    assert one.seeds == {"python": "7", "numpy": "11", "numpy.default_rng": "5"}
    assert one.threads["OMP_NUM_THREADS"] == "3"
    assert int(one.threads["usable processors"]) >= 1
    assert one.rng == two.rng
    assert two.rng["numpy"] == three.rng["numpy"]
    assert two.rng["python"] != three.rng["python"]
    notebook.run("random.seed(7)\nfirst = random.random()\nrandom.seed(7)")
    notebook.run("%%track\nsecond = random.random()")
    assert notebook.shell.user_ns["first"] == notebook.shell.user_ns["second"]


def test_a_changed_module_is_a_difference(notebook, helpers, capsys):
    notebook.run("import importlib, helpers_of_test")
    notebook.run("%%track one\nx = 1")
    (helpers / "helpers_of_test.py").write_text("def f():\n    return 333\n")
    notebook.run("importlib.reload(helpers_of_test)")
    notebook.run("%%track two\nx = 1")
    capsys.readouterr()
    notebook.run("%track compare one two")
    said = capsys.readouterr().out
    assert "helpers_of_test.py" in said
    assert "+    return 333" in said


def test_autoreload_is_a_reload(notebook, helpers):
    notebook.run("%load_ext autoreload\n%autoreload 2")
    notebook.run("%%track one\nimport helpers_of_test\nx = helpers_of_test.f()")
    (helpers / "helpers_of_test.py").write_text("def f():\n    return 4444\n")
    notebook.run("%%track two\nx = helpers_of_test.f()")
    assert notebook.shell.user_ns["x"] == 4444
    assert "return 1" in sources(notebook, notebook.named("one"))["helpers_of_test"]
    assert "return 4444" in sources(notebook, notebook.named("two"))["helpers_of_test"]
    notebook.run("%autoreload 0")


def test_a_plain_script_records_itself_and_its_modules(helpers):
    code = (
        "import helpers_of_test, nbtrail\n"
        "with nbtrail.start_run('plain') as run:\n    run.log_metric('v', helpers_of_test.f())\n"
    )
    (helpers / "main_script.py").write_text(code)
    subprocess.run([sys.executable, "main_script.py"], cwd=helpers, check=True)
    from nbtrail.store.store import Store

    reader = Store.open(helpers / ".nbtrail").reader
    run = reader.run(reader.resolve("plain"))
    assert {m.path: t for m, t in reader.module_sources(run)} == {
        "main_script.py": code,
        "helpers_of_test.py": "def f():\n    return 1\n",
    }
    assert {text.partition(":")[0] for text in run.code.left_out} == {"script.py"}
    assert run.code.snapshot
