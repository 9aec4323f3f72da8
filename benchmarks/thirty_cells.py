"""What nbtrail's own work takes in a notebook of thirty cells.

One process with an IPython shell runs thirty cells as people write them (a table of 20 MB is
made, changed, split; models are fitted and measured; a third of the cells is tracked), and the
time inside of our hooks, probes and taps is added up cell by cell. A second process runs the
same cells without us. Own time is what the budget speaks of: the difference of the two totals
is mostly noise of the machine.

Both are repeated in turn, and each cell counts with the median of its repetitions. Of the time
that we take some is spent in the queue for a processor, because other programs, threads of ours
or the saving of models have them all (Linux tells it): it is shown apart. What our own threads
compute beside the notebook is shown, too; linear algebra runs in one thread, so that the rest
of the process's time is theirs.

Usage: python benchmarks/thirty_cells.py [ROWS] [REPETITIONS]
"""

from __future__ import annotations

import contextlib
import functools
import io
import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

MODELS = ("LogisticRegression(max_iter=200)", "GaussianNB()", "DecisionTreeClassifier(max_depth=6)")


def cells(rows: int) -> list[str]:
    """Return the notebook."""
    found = [
        (
            "import numpy as np\nimport pandas as pd\nfrom sklearn.linear_model import LogisticRegression\n"
            "from sklearn.metrics import accuracy_score, f1_score\nfrom sklearn.naive_bayes import GaussianNB\n"
            "from sklearn.model_selection import train_test_split\n"
            "from sklearn.tree import DecisionTreeClassifier"
        ),
        f"rng = np.random.default_rng(0)\nrows = {rows}",
        "table = pd.DataFrame(rng.normal(size=(rows, 12)), columns=list('abcdefghijkl'))",
        "table['kind'] = pd.Categorical.from_codes(rng.integers(0, 4, rows), list('wxyz'))",
        "table.head()",
        "table.describe()",
        "table['m'] = table['a'] * table['b']",
        "table.loc[table['c'] > 2.5, 'c'] = 2.5",
        "target = (table['a'] + table['d'] > 0.3).astype(int)",
        "table['kind'].value_counts()",
        "X = table.drop(columns='kind')",
        "X_train, X_test, y_train, y_test = train_test_split(X, target, random_state=1)",
    ]
    for model in MODELS:
        found += [
            (
                f"%%track\nmodel = {model}.fit(X_train, y_train)\n"
                "accuracy_score(y_test, model.predict(X_test))"
            ),
            "pred = model.predict(X_test)",
            "f1_score(y_test, pred)",
            "%%track\nshort = " + model + ".fit(X_train[:2000], y_train[:2000])\n"
            "short.score(X_test, y_test)",
            "count = int((pred != y_test).sum())\ncount",
            "[i * i for i in range(1000)][-1]",
        ]
    return found


class Spent(NamedTuple):
    """Seconds of the thread that runs the cells: wall time, CPU time, time in the queue for it."""

    wall: float
    cpu: float
    queued: float

    @classmethod
    def now(cls) -> Spent:
        """Return the present readings."""
        return cls(time.perf_counter(), time.thread_time(), _queued())

    def since(self, before: Spent) -> Spent:
        """Return what was spent since then."""
        return Spent(*(a - b for a, b in zip(self, before, strict=True)))

    def plus(self, other: Spent) -> Spent:
        """Return both together."""
        return Spent(*(a + b for a, b in zip(self, other, strict=True)))


@functools.cache
def _schedule() -> int | None:
    """Open what Linux says of this thread: its second number is the time in the queue, in ns."""
    try:
        return os.open(f"/proc/self/task/{threading.get_native_id()}/schedstat", os.O_RDONLY)
    except OSError:
        return None


def _queued() -> float:
    file = _schedule()
    return int(os.pread(file, 80, 0).split()[1]) / 1e9 if file is not None else 0.0


class Clock:
    """Adds up the time inside of functions; calls within calls count once."""

    def __init__(self) -> None:
        self.total = Spent(0.0, 0.0, 0.0)
        self._depth = 0

    def around(self, owner: Any, name: str) -> None:
        """Measure a method of an object from now on."""
        inner: Callable[..., Any] = getattr(owner, name)

        @functools.wraps(inner)
        def measured(*args: Any, **kwargs: Any) -> Any:
            self._depth += 1
            begun = Spent.now() if self._depth == 1 else self.total
            try:
                return inner(*args, **kwargs)
            finally:
                self._depth -= 1
                if not self._depth:
                    self.total = self.total.plus(Spent.now().since(begun))

        setattr(owner, name, measured)


def play(rows: int, *, loaded: bool) -> dict[str, Any]:
    """Run the notebook, and return the time of each cell and our part of it, in seconds."""
    from IPython.core.interactiveshell import InteractiveShell

    shell = InteractiveShell.instance()
    shell.history_manager.enabled = False
    clock = Clock()
    if loaded:
        shell.run_line_magic("load_ext", "nbtrail")
        from nbtrail.ui import extension

        session = extension._session  # noqa: SLF001
        for hook in ("_before", "_after"):
            for callbacks in shell.events.callbacks.values():
                for place, callback in enumerate(callbacks):
                    if callback == getattr(session._hooks, hook):  # noqa: SLF001
                        clock.around(session._hooks, hook)  # noqa: SLF001
                        callbacks[place] = getattr(session._hooks, hook)  # noqa: SLF001
        for name in ("entered", "returned"):
            clock.around(session._collector, name)  # noqa: SLF001
    totals, own, beside = [], [], []
    for number, source in enumerate(cells(rows)):
        before, begun = clock.total, time.perf_counter()
        others = time.process_time() - time.thread_time()
        with contextlib.redirect_stdout(io.StringIO()):
            text = source if loaded else source.removeprefix("%%track\n")
            shell.run_cell(text, store_history=True).raise_error()
        totals.append(time.perf_counter() - begun)
        own.append(clock.total.since(before))
        beside.append(time.process_time() - time.thread_time() - others)
        if loaded and number == 0:
            recorder = session._recorder  # noqa: SLF001
            clock.around(recorder, "before")
    return {"totals": totals, "own": own, "beside": beside}


def run(rows: int, how: str) -> dict[str, Any]:
    """Play the notebook in a process and a project of its own."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        subprocess.run(["git", "init", "-q"], cwd=folder, check=True)
        done = subprocess.run(
            [sys.executable, str(Path(__file__).resolve()), "play", how, str(rows)],
            cwd=folder, stdout=subprocess.PIPE, text=True, check=True,
            env={**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},
        )  # fmt: skip
    return json.loads(done.stdout.splitlines()[-1])


def median_cells(repetitions: list[list[float]]) -> list[float]:
    """Return the median of each cell over the repetitions."""
    return [statistics.median(cell) for cell in zip(*repetitions, strict=True)]


def show(name: str, times: list[float]) -> None:
    """Print how the cells of one kind are spread, in milliseconds."""
    ordered = sorted(x * 1e3 for x in times)
    print(
        f"    {name:26} median {statistics.median(ordered):6.2f}"
        f"   90 % below {ordered[int(0.9 * len(ordered))]:6.1f}   longest {ordered[-1]:6.1f}"
    )


def main(rows: int, repetitions: int) -> None:
    """Print both kinds of runs."""
    run(rows, "loaded")  # may compile our modules
    without, loaded = [], []
    for _ in range(repetitions):
        without.append(run(rows, "without"))
        loaded.append(run(rows, "loaded"))
    bare = median_cells([one["totals"] for one in without])
    total = median_cells([one["totals"] for one in loaded])
    wall, cpu, queued = (
        median_cells([[cell[part] for cell in one["own"]] for one in loaded]) for part in range(3)
    )
    # what others took of the machine while it was our turn is not ours
    own = [max(a - b, c) for a, b, c in zip(wall, queued, cpu, strict=True)]
    beside = [
        sum(one["beside"]) - sum(other["beside"])
        for one, other in zip(loaded, without, strict=True)
    ]
    sources = cells(rows)
    print(f"{len(own)} cells, table of {rows:,} rows x 14 columns, {repetitions} repetitions")
    print(f"  whole notebook      {sum(bare):6.2f} s without, {sum(total):6.2f} s with")
    print(f"  our own time        {sum(own) * 1e3:6.0f} ms = {sum(own) / sum(total):.2%} of it")
    print(
        f"    {sum(cpu) * 1e3:.0f} ms of it computing; in the queue for a processor besides: "
        f"{sum(queued) * 1e3:.0f} ms"
    )
    print(f"  our threads beside  {statistics.median(beside) * 1e3:6.0f} ms of CPU")
    print("  own time per cell, in ms")
    show("all", own)
    groups: dict[str, list[float]] = {"loading our parts": [], "tracked": [], "others": []}
    seen: set[str] = set()
    for source, time_s in zip(sources, own, strict=True):
        kind = "tracked" if source.startswith("%%track") else "others"
        first = kind == "tracked" and kind not in seen
        loads = first or "import numpy" in source or "train_test_split(X" in source
        groups["loading our parts" if loads else kind].append(time_s)
        seen.add(kind)
    for name, times in groups.items():
        show(name, times)


if __name__ == "__main__":
    if sys.argv[1:2] == ["play"]:
        print(json.dumps(play(int(sys.argv[3]), loaded=sys.argv[2] == "loaded")))
    else:
        given = [int(text) for text in sys.argv[1:]]
        main(*given, *(200_000, 7)[len(given) :])
