"""A verification writes nowhere but to its scratch folder."""

from __future__ import annotations

import contextlib
import sqlite3
import sys
import tempfile

import pytest

from nbtrail.entities.pipeline import Manifest, Outcome
from nbtrail.exceptions import VerifyError
from nbtrail.pipeline.judge import judge
from nbtrail.pipeline.runner import replay
from nbtrail.pipeline.scratch import Job

pytestmark = pytest.mark.slow

END = """
import json, pathlib, sys
out = pathlib.Path(sys.argv[2])
out.mkdir(exist_ok=True)
(out / "metrics.json").write_text(json.dumps({"m": float(m)}))
"""


@pytest.fixture
def project(tmp_path, monkeypatch):
    """Return a project; the temporary folder is a neighbour, not a parent of it."""
    (tmp_path / "temporary").mkdir()
    monkeypatch.setenv("TMPDIR", str(tmp_path / "temporary"))
    monkeypatch.setattr(tempfile, "tempdir", None)
    folder = tmp_path / "project"
    folder.mkdir()
    return folder


@pytest.fixture
def verify(project):
    """Run a script that computes ``m = 1``, and return the verdict."""

    def run(body, *, inputs=(), cwd="."):
        script = (body + END).encode()
        job = Job(
            script, project, cwd, inputs=tuple(inputs), executable=sys.executable, timeout_s=60
        )
        found = replay(job)
        manifest = Manifest(1, "a" * 32, "run", 0, "", metrics={"m": 1.0})
        return judge(manifest, found)

    return run


@pytest.fixture
def mine(tmp_path):
    path = tmp_path / "mine.txt"
    path.write_text("precious")
    return path


def state(path):
    status = path.stat()
    listed = sorted(p.name for p in path.parent.iterdir())
    return path.read_bytes(), status.st_mode, status.st_mtime_ns, listed


@pytest.mark.parametrize(
    "source",
    [
        "open({path!r}, 'w')",
        "open({path!r}, 'r+')",
        "open({path!r}, 'ab')",
        "import os; os.open({path!r}, os.O_WRONLY | os.O_TRUNC)",
        "import os; os.remove({path!r})",
        "import pathlib; pathlib.Path({path!r}).unlink()",
        "import os; os.rename({path!r}, 'taken')",
        "open('new', 'w').close(); import os; os.replace('new', {path!r})",
        "import os; os.chmod({path!r}, 0)",
        "import os; os.utime({path!r}, (1, 1))",
        "import os; os.truncate({path!r}, 0)",
        "import os; os.link({path!r}, 'same'); open('same', 'w')",
        "import os; os.symlink({path!r}, 'same'); open('same', 'w')",
        "import os; os.symlink('x', {path!r} + '.link')",
        "import os; os.mkdir({path!r} + '.folder')",
        "open('new', 'w').close(); import shutil; shutil.copyfile('new', {path!r})",
        "import shutil; shutil.move({path!r}, 'taken')",
        "import shutil; shutil.rmtree({folder!r}, ignore_errors=True)",
        "import os; os.remove('mine.txt', dir_fd=os.open({folder!r}, os.O_RDONLY))",
        "import sqlite3; sqlite3.connect({path!r} + '.db').execute('create table t (a)')",
    ],
)
def test_write_outside_of_scratch_is_refused(verify, mine, source):
    before = state(mine)
    verdict = verify(source.format(path=str(mine), folder=str(mine.parent)) + "\nm = 1")
    assert state(mine) == before
    assert verdict.outcome is Outcome.NOT_REPRODUCIBLE
    assert "PermissionError" in verdict.culprit
    assert str(mine.parent) in verdict.culprit
    assert "scratch folder" in verdict.culprit


def test_project_in_the_temporary_folder_is_protected(verify, project, monkeypatch):
    monkeypatch.setenv("TMPDIR", str(project.parent))
    monkeypatch.setattr(tempfile, "tempdir", None)
    mine = project / "mine.txt"
    mine.write_text("precious")
    verdict = verify(f"open({str(mine)!r}, 'w')\nm = 1")
    assert mine.read_text() == "precious"
    assert str(mine) in verdict.culprit


def test_link_in_scratch_does_not_lead_out(verify, project):
    mine = project / "data.csv"
    mine.write_text("1")
    verdict = verify(
        "m = float(open('data.csv').read())\nopen('data.csv', 'w')", inputs=[mine.name]
    )
    assert mine.read_text() == "1"
    assert verdict.outcome is Outcome.NOT_REPRODUCIBLE
    assert "its own input data.csv" in verdict.culprit


def test_scratch_temporary_folder_and_devices_can_be_written(verify, mine):
    verdict = verify(
        "import os, pathlib, shutil, sqlite3, tempfile\n"
        "os.makedirs('a/b')\npathlib.Path('a/b/x.txt').write_text('1')\n"
        "os.replace('a/b/x.txt', 'a/y.txt')\nshutil.copy('a/y.txt', 'a/z.txt')\n"
        "db = sqlite3.connect('a/t.db')\ndb.execute('create table t (a)')\ndb.close()\n"
        "m = float(pathlib.Path('a/z.txt').read_text())\nshutil.rmtree('a')\n"
        "open(os.devnull, 'w').write('x')\n"
        "with tempfile.TemporaryDirectory() as t:\n    pathlib.Path(t, 'x').write_text('x')\n"
        f"os.makedirs({str(mine.parent)!r}, exist_ok=True)\n"
        f"pathlib.Path({str(mine) + '.gone'!r}).unlink(missing_ok=True)\n"
    )
    assert verdict.outcome is Outcome.EXACT, verdict


def test_reading_outside_of_scratch_is_allowed(verify, mine):
    verdict = verify(
        f"import shutil\nshutil.copy({str(mine)!r}, 'copy')\n"
        f"m = float(open({str(mine)!r}).read() == open('copy').read())"
    )
    assert verdict.outcome is Outcome.EXACT, verdict


def test_database_of_the_user_can_be_read_and_not_written(verify, project):
    path = project / "data.db"
    with contextlib.closing(sqlite3.connect(path)) as db:
        db.execute("create table t (a)")
        db.execute("insert into t values (1)")
        db.commit()
    before = path.read_bytes()
    reading = "import sqlite3\ndb = sqlite3.connect('data.db')\nm, = db.execute('select a from t').fetchone()\n"
    assert verify(reading, inputs=["data.db"]).outcome is Outcome.EXACT
    verdict = verify(reading + "db.execute('delete from t')\ndb.commit()", inputs=["data.db"])
    assert path.read_bytes() == before
    assert verdict.outcome is Outcome.NOT_REPRODUCIBLE
    assert "data.db" in verdict.culprit
    assert "scratch folder" in verdict.culprit
    forced = f"import sqlite3\nsqlite3.connect('file:{path}?mode=rw', uri=True)\nm = 1"
    assert str(path) in verify(forced).culprit


@pytest.mark.parametrize("cwd", ["../beside", "a/../../beside", "../../../{name}", "{beside}"])
def test_working_directory_outside_of_the_project_is_refused(verify, project, cwd):
    beside = project.parent / "temporary" / "beside"  # what `..` of scratch may lead to
    cwd = cwd.format(name="beside", beside=beside)
    with pytest.raises(VerifyError, match=r"working directory .* leads out of the project"):
        verify("m = 1", cwd=cwd)
    assert list((project.parent / "temporary").iterdir()) == []


def test_input_that_leaves_the_project_is_refused(verify, project, mine):
    (project / "sub").mkdir()
    for path in ("../mine.txt", "sub/../../mine.txt"):
        with pytest.raises(VerifyError, match=r"input .* leads out of the project"):
            verify("m = 1", inputs=[path])


def test_absolute_input_and_folder_of_the_project_are_fine(verify, project, mine):
    (project / "sub").mkdir()
    (project / "sub" / "data.txt").write_text("1")
    verdict = verify(
        "m = float(open('data.txt').read())", inputs=[str(mine), "sub/data.txt"], cwd="sub"
    )
    assert verdict.outcome is Outcome.EXACT, verdict
