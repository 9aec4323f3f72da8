"""The files that a plain script reads are data of its runs."""

from __future__ import annotations

import subprocess
import sys

import pytest

from nbtrail.fingerprint.files import digest_file
from nbtrail.store.store import Store

pytestmark = pytest.mark.slow

SCRIPT = """
import pandas as pd
import nbtrail

before = pd.read_csv("before.csv")
with nbtrail.start_run("first"):
    pd.read_csv("first.csv")
between = pd.read_parquet("between.parquet")
with nbtrail.start_run("second"):
    with open("second.txt") as file:
        file.read()
    before.to_csv("written.csv")
    pd.read_csv("written.csv")
"""


def test_each_run_has_its_own_and_what_none_has(project):
    import pandas as pd

    frame = pd.DataFrame({"a": [1, 2], "b": [0.5, 1.5]})
    for name in ("before.csv", "first.csv"):
        frame.to_csv(project / name)
        frame += 1
    frame.to_parquet(project / "between.parquet")
    (project / "second.txt").write_text("seen")
    (project / "script.py").write_text(SCRIPT)
    subprocess.run([sys.executable, "script.py"], cwd=project, check=True)
    store = Store.open(project / ".nbtrail")
    seen = {}
    for name in ("first", "second"):
        run = store.reader.run(store.reader.resolve(name))
        seen[name] = {d.source: (d.seen.value, d.dataset.digest.content) for d in run.datasets}
    store.close()
    assert {s: how for s, (how, _) in seen["second"].items()} == {
        "before.csv": "inferred",
        "between.parquet": "reader",
        "second.txt": "opened",
    }
    assert seen["first"]["before.csv"][0] == "inferred"
    assert seen["first"]["first.csv"][0] in {"reader", "opened"}
    for source, (_, content) in seen["second"].items():
        assert content == digest_file(project / source).digest.content


OPTIONS = """
import argparse
import nbtrail

parser = argparse.ArgumentParser()
parser.add_argument("--data", default="before.csv", help="ü")
parser.add_argument("--other", default="other.csv")
args = parser.parse_args()
with nbtrail.start_run("one"):
    open(args.data).read()
"""


def test_a_default_that_the_command_line_overrules_was_not_read(project):
    for name in ("before.csv", "other.csv", "given.csv"):
        (project / name).write_text(f"a,b\n1,{len(name)}\n")
    (project / "script.py").write_text(OPTIONS)
    words = [sys.executable, "script.py", "--data=given.csv"]
    subprocess.run(words, cwd=project, check=True)
    store = Store.open(project / ".nbtrail")
    run = store.reader.run(store.reader.resolve("one"))
    store.close()
    assert {use.source: use.seen.value for use in run.datasets} == {
        "given.csv": "opened",
        "other.csv": "inferred",
    }


FAILING = """
import nbtrail

nbtrail.start_run("one")
raise ValueError("too few rows")
"""


def test_a_script_that_fails_has_failed_its_open_run(project):
    (project / "script.py").write_text(FAILING)
    subprocess.run([sys.executable, "script.py"], cwd=project, check=False)
    store = Store.open(project / ".nbtrail")
    run = store.reader.run(store.reader.resolve("one"))
    store.close()
    assert (run.status.value, run.reason) == ("FAILED", "ValueError: too few rows")
