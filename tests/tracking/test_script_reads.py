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
