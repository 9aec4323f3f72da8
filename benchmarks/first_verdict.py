"""How long an export takes until its first verdict, beside what the run itself computed.

A notebook is played in an IPython shell with nbtrail, and its last run exported. What counts is
the time from the call until the first script is judged: planning, writing, and one execution in a
fresh process, which has to import the libraries again. The run's own compute is the time of the
cells that its result needs. The budget is 1.5 times that, and three seconds.

Usage: python benchmarks/first_verdict.py [ROWS]
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

SIZES = (2_000, 50_000, 200_000)

CELLS = """
import numpy as np
import pandas as pd
from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import accuracy_score
from sklearn.model_selection import train_test_split
# %%
table = pd.read_csv("data.csv")
# %%
table.describe()
# %%
table["ratio"] = table["a"] / (table["b"].abs() + 1)
# %%
X_train, X_test, y_train, y_test = train_test_split(
    table.drop(columns="y"), table["y"], random_state=1
)
# %%
%%track forest -m accuracy
model = RandomForestClassifier(n_estimators=40, random_state=1)
model.fit(X_train, y_train)
accuracy = accuracy_score(y_test, model.predict(X_test))
"""


def make_data(rows: int) -> None:
    import numpy as np
    import pandas as pd

    rng = np.random.default_rng(0)
    table = pd.DataFrame(rng.normal(size=(rows, 8)), columns=list("abcdefgh"))
    table["y"] = (table["a"] + table["b"] * table["c"] > 0).astype(int)
    table.to_csv("data.csv", index=False)


def measure() -> dict[str, float]:
    """Play the notebook here and export it; seconds of both."""
    from IPython.core.interactiveshell import InteractiveShell

    shell = InteractiveShell.instance()
    shell.history_manager.enabled = False
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        shell.run_cell("%load_ext nbtrail")
        started = time.perf_counter()
        for cell in CELLS.split("# %%\n"):
            shell.run_cell(cell.strip(), store_history=True).raise_error()
        compute = time.perf_counter() - started

        from nbtrail.pipeline.export import export_run
        from nbtrail.ui.verbs import open_store

        store = open_store()
        store.flush(10.0)
        marks: list[float] = []
        started = time.perf_counter()
        manifest = export_run(
            store,
            store.reader.resolve("last"),
            Path("out"),
            progress=lambda text: (
                marks.append(time.perf_counter() - started) if "reproduced" in text else None
            ),
        )
        whole = time.perf_counter() - started
    assert manifest.verdict is not None
    assert manifest.verdict.outcome.value == "verified-exact", manifest.verdict
    return {"compute": compute, "verdict": marks[0], "export": whole}


def main() -> None:
    sizes = [int(sys.argv[1])] if len(sys.argv) > 1 else SIZES
    print(f"{'rows':>8} {'run':>8} {'verdict':>8} {'export':>8}  {'budget':>8}  times the run")
    for rows in sizes:
        with tempfile.TemporaryDirectory(dir=os.environ.get("BENCH_DIR")) as folder:
            make = f"import os; os.chdir({folder!r}); "
            make += "import first_verdict as b; "
            code = make + f"b.make_data({rows}); "
            code += "import json; print(json.dumps(b.measure()))"
            done = subprocess.run(
                [sys.executable, "-W", "ignore", "-c", code],
                check=True,
                capture_output=True,
                text=True,
                env={**os.environ, "PYTHONPATH": _path()},
            )
        found = json.loads(done.stdout.splitlines()[-1])
        budget = 1.5 * found["compute"] + 3
        print(
            f"{rows:>8} {found['compute']:>7.1f}s {found['verdict']:>7.1f}s {found['export']:>7.1f}s "
            f"{budget:>8.1f}s  {found['verdict'] / found['compute']:.2f}"
        )


def _path() -> str:
    here = str(Path(__file__).resolve().parent)
    return os.pathsep.join(filter(None, [here, os.environ.get("PYTHONPATH", "")]))


if __name__ == "__main__":
    main()
