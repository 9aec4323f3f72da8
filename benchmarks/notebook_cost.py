"""What nbtrail adds to a notebook: loading it, and each tracked cell.

Load: a fresh process per repetition with an IPython shell in it; CPU time of
``%load_ext nbtrail`` beyond that shell, and which heavy libraries it imported.
Cells: one shell; each cell is run plain and tracked in turn, so that both meet the same
machine; the median of the paired differences is what tracking adds.

Usage: python benchmarks/notebook_cost.py [REPETITIONS]
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HEAVY = ("pandas", "numpy", "sklearn", "git", "sqlite_utils", "ipywidgets", "matplotlib")

CELLS = {
    "assignment": "x = 1 + 1",
    "logistic regression": (
        "m = LogisticRegression(C=0.5, max_iter=200).fit(Xa, ya)\naccuracy_score(yb, m.predict(Xb))"
    ),
    "random forest": (
        "f = RandomForestClassifier(100, random_state=0).fit(Xa, ya)\n"
        "accuracy_score(yb, f.predict(Xb))"
    ),
}
SETUP = """
from sklearn.datasets import load_breast_cancer
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import scale
X, y = load_breast_cancer(return_X_y=True)
Xa, Xb, ya, yb = train_test_split(scale(X), y, random_state=0)
"""

LOAD = f"""
import json, sys, time
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell.instance()
shell.run_cell("1 + 1")
before = set(sys.modules)
cpu, wall = time.process_time(), time.perf_counter()
shell.run_line_magic("load_ext", "nbtrail")
cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
new = set(sys.modules) - before
print(json.dumps(dict(cpu_ms=cpu * 1e3, wall_ms=wall * 1e3, modules=len(new),
                      heavy=sorted(set({HEAVY!r}) & new))))
"""


def measure_load(repetitions: int) -> None:
    """Print the cost of ``%load_ext nbtrail`` in fresh processes."""
    found = []
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    for _ in range(repetitions + 1):
        with tempfile.TemporaryDirectory() as folder:
            done = subprocess.run(
                [sys.executable, "-c", LOAD],
                cwd=folder, env=environment, capture_output=True, text=True, check=True,
            )  # fmt: skip
            found.append(json.loads(done.stdout.splitlines()[-1]))
    found = found[1:]  # the first may have compiled our modules
    cpu = statistics.median(f["cpu_ms"] for f in found)
    wall = statistics.median(f["wall_ms"] for f in found)
    print(
        f"%load_ext nbtrail   CPU {cpu:6.1f} ms   wall {wall:6.1f} ms   (median of {repetitions})"
    )
    print(
        f"                    {found[0]['modules']} new modules, heavy ones: {found[0]['heavy'] or 'none'}"
    )


def quietly(shell: object, code: str) -> None:
    """Run a cell without showing what it prints."""
    with contextlib.redirect_stdout(io.StringIO()):
        shell.run_cell(code)


def measure_cells(repetitions: int) -> None:
    """Print what tracking adds to each cell, plain and tracked in turn."""
    from IPython.core.interactiveshell import InteractiveShell

    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        subprocess.run(["git", "init", "-q"], check=True)
        shell = InteractiveShell.instance()

        def run(code: str) -> float:
            with contextlib.redirect_stdout(io.StringIO()):
                start = time.perf_counter()
                result = shell.run_cell(code, store_history=True)
                spent = time.perf_counter() - start
            result.raise_error()
            return spent * 1e3

        run(SETUP)
        print(f"\n{'cell':22}{'plain ms':>10}{'tracked ms':>12}{'added ms':>10}{'ratio':>8}")
        for name, code in CELLS.items():
            plain, tracked = [], []
            for number in range(repetitions + 2):
                without = run(code)
                quietly(shell, "%load_ext nbtrail")
                run("%%track\npass")  # not the first tracked cell of the session
                with_it = run(f"%%track\n{code}")
                time.sleep(0.3)  # the background thread stores the model
                quietly(shell, "%unload_ext nbtrail")
                if number >= 2:  # the first rounds warm caches
                    plain.append(without)
                    tracked.append(with_it)
            added = statistics.median(b - a for a, b in zip(plain, tracked, strict=True))
            a, b = statistics.median(plain), statistics.median(tracked)
            print(f"{name:22}{a:10.2f}{b:12.2f}{added:10.2f}{b / a:8.2f}")
        os.chdir(Path(folder).parent)


if __name__ == "__main__":
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 15
    measure_load(count)
    measure_cells(count)
