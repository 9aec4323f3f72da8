"""What nbtrail's own work takes in a notebook of thirty cells.

One process with an IPython shell runs thirty cells as people write them (a table of 20 MB is
made, changed, split; models are fitted and measured; a third of the cells is tracked), and the
time inside of our hooks, probes and taps is added up cell by cell. A second process runs the
same cells without us. Own time is what the budget speaks of: the difference of the two totals
is mostly noise of the machine.

Usage: python benchmarks/thirty_cells.py [ROWS]
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
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

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


class Clock:
    """Adds up the time inside of functions; calls within calls count once."""

    def __init__(self) -> None:
        self.total = 0.0
        self._depth = 0

    def around(self, owner: Any, name: str) -> None:
        """Measure a method of an object from now on."""
        inner: Callable[..., Any] = getattr(owner, name)

        @functools.wraps(inner)
        def measured(*args: Any, **kwargs: Any) -> Any:
            self._depth += 1
            begun = time.perf_counter()
            try:
                return inner(*args, **kwargs)
            finally:
                self._depth -= 1
                if not self._depth:
                    self.total += time.perf_counter() - begun

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
    totals, own = [], []
    for number, source in enumerate(cells(rows)):
        before, begun = clock.total, time.perf_counter()
        with contextlib.redirect_stdout(io.StringIO()):
            text = source if loaded else source.removeprefix("%%track\n")
            shell.run_cell(text, store_history=True).raise_error()
        totals.append(time.perf_counter() - begun)
        own.append(clock.total - before)
        if loaded and number == 0:
            recorder = session._recorder  # noqa: SLF001
            clock.around(recorder, "before")
    return {"totals": totals, "own": own}


def main(rows: int) -> None:
    """Print both runs."""
    results = {}
    for how in ("without", "loaded"):
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
            subprocess.run(["git", "init", "-q"], cwd=folder, check=True)
            done = subprocess.run(
                [sys.executable, str(Path(__file__).resolve()), "play", how, str(rows)],
                cwd=folder, stdout=subprocess.PIPE, text=True, check=True,
                env={**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},
            )  # fmt: skip
        results[how] = json.loads(done.stdout.splitlines()[-1])
    total, own = results["loaded"]["totals"], results["loaded"]["own"]
    quiet = sorted(own)
    print(f"{len(own)} cells, table of {rows:,} rows x 14 columns")
    print(
        f"  whole notebook      {sum(results['without']['totals']):6.2f} s without, {sum(total):6.2f} s with"
    )
    print(
        f"  our own time        {sum(own) * 1e3:6.0f} ms = {100 * sum(own) / sum(total):.2f} % of it"
    )
    print(f"  own time per cell   median {statistics.median(own) * 1e3:.2f} ms, ", end="")
    print(f"90 % below {quiet[int(0.9 * len(quiet))] * 1e3:.1f}, longest {quiet[-1] * 1e3:.1f}")


if __name__ == "__main__":
    if sys.argv[1:2] == ["play"]:
        print(json.dumps(play(int(sys.argv[3]), loaded=sys.argv[2] == "loaded")))
    else:
        main(int(sys.argv[1]) if len(sys.argv) > 1 else 200_000)
