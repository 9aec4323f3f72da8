"""What recording each statement adds to a notebook of fifty cells around a frame of 1 GB.

Two fresh processes run the same cells in an IPython shell: one plain, one with the statement
recorder alone (no runs, no store). Compared is the CPU time of the thread that runs the cells;
of each cell the median of the repetitions counts, since some cells take one of two times by
chance (the first fit 40 or 110 ms), and linear algebra runs in one thread, since two that wait
for each other take CPU time. The whole
notebook includes the cells that import and make the frame; they take most of its time, so the
cells after them are summed by themselves as well. The recorder's own time is taken around its
entry points, with what it does to the user's next write left out: that is in the totals
(copy-on-write copies a block that the recorder still holds).

Usage: python benchmarks/recorder_cost.py [REPETITIONS] [GIGABYTES]
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

SETUP = [
    "import numpy as np\nimport pandas as pd\nrng = np.random.default_rng(0)",
    "rows = {rows}",
    "df = pd.DataFrame(rng.random((rows, 20)), columns=[f'c{{i}}' for i in range(20)])",
    "df['group'] = rng.integers(0, 50, rows)",
    (
        "from sklearn.linear_model import LogisticRegression, Ridge\n"
        "from sklearn.metrics import accuracy_score, r2_score\n"
        "from sklearn.model_selection import train_test_split\n"
        "from sklearn.pipeline import make_pipeline\nfrom sklearn.preprocessing import StandardScaler"
    ),
]
CELLS = [
    "df.head()",
    "df.shape",
    "df['c0'].describe()",
    "means = df[['c0', 'c1', 'c2']].mean()",
    "df['ratio'] = df['c0'] / (df['c1'] + 1)",
    "df['ratio'].max()",
    "by_group = df.groupby('group')['ratio'].mean()",
    "top = by_group.sort_values().tail(5)",
    "print(top.index.tolist())",
    "small = df.sample(20_000, random_state=0)",
    "def scaled(frame, columns):\n    part = frame[columns]\n    return (part - part.mean()) / part.std()",
    "features = [f'c{i}' for i in range(10)]",
    "X = scaled(small, features)",
    "y = (small['ratio'] > small['ratio'].median()).astype(int)",
    "Xa, Xb, ya, yb = train_test_split(X, y, random_state=0)",
    "model = LogisticRegression(max_iter=200)",
    "model.fit(Xa, ya)",
    "accuracy = accuracy_score(yb, model.predict(Xb))",
    "accuracy",
    "df.loc[df['c2'] > 0.99, 'c2'] = 0.99",
    "df['c2'].max()",
    "clipped = df['c3'].clip(0.1, 0.9)",
    "df['c3'] = clipped",
    "low = df[df['c4'] < 0.01]",
    "len(low)",
    "low['c4'].mean()",
    "results = {}",
    (
        "for alpha in (0.1, 1.0, 10.0):\n    ridge = Ridge(alpha=alpha).fit(Xa, small.loc[Xa.index, 'ratio'])\n"
        "    results[alpha] = r2_score(small.loc[Xb.index, 'ratio'], ridge.predict(Xb))"
    ),
    "best = max(results, key=results.get)",
    "pipe = make_pipeline(StandardScaler(), LogisticRegression(C=0.5, max_iter=200))",
    "pipe.fit(Xa, ya)",
    "pipe.score(Xb, yb)",
    "df.drop(columns=['ratio'], inplace=True)",
    "df.columns.tolist()",
    "array = small[features].to_numpy(copy=True)",
    "array -= array.mean(axis=0)",
    "u, s, vt = np.linalg.svd(array, full_matrices=False)",
    "s[:3]",
    "parts = array @ vt[:2].T",
    "notes = []\nnotes.append('done')",
    "total = float(df['c5'].sum())",
    "summary = {'accuracy': accuracy, 'best': best, 'total': total}",
    "summary",
    "weights = pd.Series(model.coef_[0], index=features)",
    "weights.abs().sort_values()",
]


def work(recorded: str, gigabytes: str) -> None:
    """Run the notebook in this process and print what its cells took, as JSON."""
    from IPython.core.interactiveshell import InteractiveShell
    from IPython.utils.capture import capture_output

    shell = InteractiveShell.instance()
    shell.history_manager.enabled = False
    recorder = _recorder(shell) if recorded == "recorded" else None
    rows = int(float(gigabytes) * 1e9 / 160)
    own: list[float] = []
    cells: list[float] = []
    for source in [*(s.format(rows=rows) for s in SETUP), *CELLS]:
        started = time.thread_time()
        if recorder is not None:
            recorder.begin_cell(source, source)
        with capture_output():
            shell.run_cell(source, store_history=True).raise_error()
        if recorder is not None:
            _, statements = recorder.end_cell()
            own += [recorder.spent / len(statements)] * len(statements)
            recorder.spent = 0.0
        cells.append(time.thread_time() - started)
    print(json.dumps({"cells": cells, "own": own}))


def _recorder(shell):  # type: ignore[no-untyped-def]
    from nbtrail.capture.statements import StatementProbes
    from nbtrail.lineage.recorder import Recorder

    class Timed(Recorder):
        """Adds up how long it looked before and after the statements of a cell."""

        spent = 0.0

        def before(self, node, index):  # type: ignore[no-untyped-def]
            started = time.perf_counter()
            super().before(node, index)
            self.spent += time.perf_counter() - started

        def end_cell(self, error=""):  # type: ignore[no-untyped-def]
            started = time.perf_counter()
            found = super().end_cell(error)
            self.spent += time.perf_counter() - started
            return found

    recorder = Timed(lambda: shell.user_ns, Path.cwd())
    StatementProbes(shell, recorder).install()
    return recorder


def main(repetitions: int, gigabytes: float) -> None:
    """Run both ways in turn and print the figures."""
    found: dict[str, list[dict[str, list[float]]]] = {"plain": [], "recorded": []}
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(repetitions):
            for kind, results in found.items():
                command = [sys.executable, __file__, "work", kind, str(gigabytes)]
                done = subprocess.run(
                    command,
                    cwd=folder,
                    env=environment,
                    check=True,
                    capture_output=True,
                    text=True,
                )
                results.append(json.loads(done.stdout.strip().splitlines()[-1]))
    usual = {
        kind: [
            statistics.median(times) for times in zip(*(r["cells"] for r in results), strict=True)
        ]
        for kind, results in found.items()
    }
    own = sorted(t for r in found["recorded"] for t in r["own"])
    for label, first in (
        (f"whole notebook, {gigabytes:g} GB made in it", 0),
        (f"its {len(CELLS)} cells after the frame was made", len(SETUP)),
    ):
        plain, recorded = (sum(usual[kind][first:]) for kind in ("plain", "recorded"))
        print(
            f"{label}: {plain:.2f} s plain, {recorded:.2f} s recorded: "
            f"{100 * (recorded / plain - 1):.1f} % added"
        )
    print(
        f"own time per statement: median {1000 * statistics.median(own):.2f} ms, "
        f"p90 {1000 * own[len(own) * 9 // 10]:.2f} ms, most {1000 * own[-1]:.1f} ms"
    )


if __name__ == "__main__":
    if sys.argv[1:2] == ["work"]:
        work(*sys.argv[2:])
    else:
        main(int(sys.argv[1]) if sys.argv[1:] else 7, float(sys.argv[2]) if sys.argv[2:] else 1.0)
