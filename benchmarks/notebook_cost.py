"""What nbtrail adds to a notebook: loading it, and each tracked cell.

Load: a fresh process per repetition with an IPython shell in it, once in a new and once
in an existing trail; CPU time of ``%load_ext nbtrail`` beyond that shell, what the writer's
thread spends right after it, what the next cell costs, and which heavy libraries came along.

Cells: two fresh processes, one whose shell never loads nbtrail ("without") and one in
which each cell is run plain ("loaded": its light history alone) and with ``%%track``
in turn. CPU time of the kernel's thread, the least of all repetitions: neither other
programs nor our own background threads are in it. "wall adds" is the same of the wall time, with the
wait for the durable commit in it. Linear algebra runs in one thread, for steady figures.

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
from collections.abc import Iterator
from pathlib import Path

HEAVY = ("pandas", "numpy", "sklearn", "git", "sqlite_utils", "ipywidgets", "matplotlib", "skops")

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


@contextlib.contextmanager
def project() -> Iterator[str]:
    """Give an empty folder under git."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        subprocess.run(["git", "init", "-q"], cwd=folder, check=True)
        yield folder


def in_fresh_process(folder: str, *arguments: str) -> dict:
    """Run a part of this script in a process of its own and return what it found."""
    # without byte code, every import would be compiled again
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    environment |= {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
    done = subprocess.run(
        [sys.executable, str(Path(__file__).resolve()), *arguments],
        cwd=folder, env=environment, stdout=subprocess.PIPE, text=True, check=True,
    )  # fmt: skip
    return json.loads(done.stdout.splitlines()[-1])


def new_shell():
    from IPython.core.interactiveshell import InteractiveShell

    return InteractiveShell.instance()


def run(shell, code: str) -> tuple[float, float]:
    """Run a cell; return CPU time of this thread and wall time, in milliseconds."""
    with contextlib.redirect_stdout(io.StringIO()):
        wall, cpu = time.perf_counter(), time.thread_time()
        result = shell.run_cell(code, store_history=True)
        cpu, wall = time.thread_time() - cpu, time.perf_counter() - wall
    result.raise_error()
    return cpu * 1e3, wall * 1e3


# ---------------------------------------------------------------- load


def load_once() -> dict:
    shell = new_shell()
    shell.run_cell("1 + 1")
    before = set(sys.modules)
    cpu, wall = time.process_time(), time.perf_counter()
    shell.run_line_magic("load_ext", "nbtrail")
    loaded, wall = time.process_time(), time.perf_counter() - wall
    new = set(sys.modules) - before
    time.sleep(0.6)  # the writer's thread begins 200 ms later
    settled = time.process_time()
    shell.run_cell("x = 1")
    first = time.process_time() - settled
    return {
        "cpu": (loaded - cpu) * 1e3,
        "wall": wall * 1e3,
        "background": (settled - loaded) * 1e3,
        "first cell": first * 1e3,
        "modules": len(new),
        "ours": sum(name.partition(".")[0] == "nbtrail" for name in new),
        "heavy": sorted(set(HEAVY) & new),
    }


def measure_load(repetitions: int) -> None:
    """Print the cost of ``%load_ext nbtrail`` in fresh processes."""
    fresh, again = [], []
    with project() as folder:
        in_fresh_process(folder, "load")  # may compile our modules
    for _ in range(repetitions):
        with project() as folder:
            fresh.append(in_fresh_process(folder, "load"))
            again.append(in_fresh_process(folder, "load"))
    print(f"%load_ext nbtrail, {repetitions} fresh processes, milliseconds: median (least)")
    for name, found in (("new trail", fresh), ("existing trail", again)):
        columns = []
        for key in ("cpu", "wall", "background", "first cell"):
            values = [f[key] for f in found]
            columns.append(f"{key} {statistics.median(values):5.1f} ({min(values):.1f})")
        print(f"  {name:15}" + "   ".join(columns))
    one = fresh[0]
    print(f"  {one['modules']} new modules, {one['ours']} of them ours; ", end="")
    print(f"heavy ones: {', '.join(one['heavy']) or 'none'}")


# ---------------------------------------------------------------- cells


def cells_without(repetitions: int) -> dict:
    shell = new_shell()
    run(shell, SETUP)
    return {
        name: [run(shell, code) for _ in range(repetitions + 2)][2:] for name, code in CELLS.items()
    }


def cells_loaded(repetitions: int) -> dict:
    shell = new_shell()
    run(shell, SETUP)
    run(shell, "%load_ext nbtrail")
    from nbtrail.tracking.process import present_tracker

    found = {}
    for name, code in CELLS.items():
        plain, tracked = [], []
        for _ in range(repetitions + 2):  # the first rounds warm caches
            for kind, text in ((plain, code), (tracked, f"%%track\n{code}")):
                present_tracker().models.wait(60)  # the thread that writes model files
                time.sleep(0.25)  # the writer's commit
                kind.append(run(shell, text))
        found[name] = [plain[2:], tracked[2:]]
    with contextlib.redirect_stdout(io.StringIO()):
        shell.run_line_magic("unload_ext", "nbtrail")
    return found


def measure_cells(repetitions: int) -> None:
    """Print what nbtrail adds to each cell."""
    with project() as folder:
        without = in_fresh_process(folder, "without", str(repetitions))
        loaded = in_fresh_process(folder, "loaded", str(repetitions))
    print(f"\ncells, {repetitions} repetitions, milliseconds of CPU, the least")
    print(
        f"  {'cell':20}{'without':>9}{'loaded':>9}{'tracked':>9}"
        f"{'%%track adds':>14}{'all adds':>10}{'ratio':>7}{'wall adds':>11}"
    )
    for name in CELLS:
        plain, tracked = loaded[name]
        bare = min(cpu for cpu, _ in without[name])
        light = min(cpu for cpu, _ in plain)
        full = min(cpu for cpu, _ in tracked)
        wall = min(w for _, w in tracked) - min(w for _, w in without[name])
        print(
            f"  {name:20}{bare:9.2f}{light:9.2f}{full:9.2f}"
            f"{full - light:14.2f}{full - bare:10.2f}{full / bare:7.2f}{wall:11.2f}"
        )


def main(arguments: list[str]) -> None:
    match arguments:
        case ["load"]:
            print(json.dumps(load_once()))
        case ["without", count]:
            print(json.dumps(cells_without(int(count))))
        case ["loaded", count]:
            print(json.dumps(cells_loaded(int(count))))
        case _:
            count = int(arguments[0]) if arguments else 15
            measure_load(count)
            measure_cells(count)


if __name__ == "__main__":
    main(sys.argv[1:])
