"""The trackers, each behind the same few calls; a constructor imports the tracker itself.

Everything is written to the working folder. What a tracker can't be asked offline raises
`NotImplementedError`. Settings are those that make it fastest without losing what it is for:
system statistics, console capture, code and git capture are off everywhere.
"""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

__all__ = ["SUBJECTS", "Subject"]


class Subject:
    """One tracker.

    Attributes
    ----------
    needs : tuple of str
        What pip installs for it.
    """

    needs: tuple[str, ...] = ()

    def start(self, params: Mapping[str, Any]) -> None:
        """Open a run."""
        raise NotImplementedError

    def log(self, values: Mapping[str, float], step: int) -> None:
        """Log one step."""
        raise NotImplementedError

    def finish(self) -> None:
        """Close the run; what was logged is durable when the process has ended, at the latest."""
        raise NotImplementedError

    def settle(self) -> None:
        """Do what is needed before finished runs can be asked for."""

    def best(self, model: str) -> list[float]:
        """Return ``m0`` of the best 50 runs with ``params.model = model and metrics.m1 > 0.5``."""
        raise NotImplementedError

    def frame(self) -> Any:
        """Return all runs with params and metrics as a DataFrame."""
        raise NotImplementedError


class Nbtrail(Subject):
    """Our own, by the functions that scripts call."""

    def __init__(self) -> None:
        import nbtrail

        self.nbtrail = nbtrail

    def start(self, params: Mapping[str, Any]) -> None:
        self.run = self.nbtrail.start_run(experiment="bench")
        self.run.log_params(params)

    def log(self, values: Mapping[str, float], step: int) -> None:
        self.nbtrail.log_metrics(values, step)

    def finish(self) -> None:
        self.run.end()

    def best(self, model: str) -> list[float]:
        table = self.nbtrail.runs(
            f"params.model = '{model}' and metrics.m1 > 0.5", order_by="metrics.m0 desc", limit=50
        )
        return list(table["metrics.m0"])

    def frame(self) -> Any:
        return self.nbtrail.runs()


class Mlflow(Subject):
    """MLflow with its SQLite store, which is its default."""

    needs = ("mlflow",)

    def __init__(self) -> None:
        os.environ["GIT_PYTHON_REFRESH"] = "quiet"
        import mlflow

        self.mlflow = mlflow
        mlflow.set_tracking_uri(f"sqlite:///{Path('mlflow.db').absolute()}")

    def start(self, params: Mapping[str, Any]) -> None:
        self.mlflow.set_experiment("bench")
        self.mlflow.start_run()
        self.mlflow.log_params(dict(params))

    def log(self, values: Mapping[str, float], step: int) -> None:
        self.mlflow.log_metrics(dict(values), step=step)

    def finish(self) -> None:
        self.mlflow.end_run()

    def best(self, model: str) -> list[float]:
        table = self.mlflow.search_runs(
            experiment_names=["bench"],
            filter_string=f"params.model = '{model}' and metrics.m1 > 0.5",
            order_by=["metrics.m0 DESC"],
            max_results=50,
        )
        return list(table["metrics.m0"]) if len(table) else []  # no run, no column

    def frame(self) -> Any:
        return self.mlflow.search_runs(experiment_names=["bench"], max_results=50_000)


class Trackio(Subject):
    """Trackio; metrics of other runs are read by the storage class that its Api stands on."""

    needs = ("trackio", "pandas")

    def __init__(self) -> None:
        os.environ.update(TRACKIO_DIR=str(Path("trackio").absolute()), HF_HUB_OFFLINE="1")
        import trackio

        self.trackio = trackio

    def start(self, params: Mapping[str, Any]) -> None:
        quiet = {"embed": False, "auto_log_cpu": False, "auto_log_gpu": False}
        self.trackio.init(project="bench", config=dict(params), **quiet)

    def log(self, values: Mapping[str, float], step: int) -> None:
        self.trackio.log(dict(values), step=step)

    def finish(self) -> None:
        self.trackio.finish()

    def _rows(self) -> list[dict[str, Any]]:
        from trackio.sqlite_storage import SQLiteStorage

        return [
            {**run.config, **SQLiteStorage.get_logs("bench", run.name, run_id=run.id)[-1]}
            for run in self.trackio.Api().runs("bench")
        ]

    def best(self, model: str) -> list[float]:
        rows = (row for row in self._rows() if row["model"] == model and row["m1"] > 0.5)
        return sorted((row["m0"] for row in rows), reverse=True)[:50]

    def frame(self) -> Any:
        import pandas as pd

        return pd.DataFrame(self._rows())


class Wandb(Subject):
    """Weights & Biases, offline: there is nothing local to ask for runs."""

    needs = ("wandb",)

    def __init__(self) -> None:
        off = ("WANDB_X_DISABLE_STATS", "WANDB_DISABLE_GIT", "WANDB_DISABLE_CODE", "WANDB_SILENT")
        os.environ.update(dict.fromkeys(off, "true"), WANDB_MODE="offline", WANDB_CONSOLE="off")
        import wandb

        self.wandb = wandb

    def start(self, params: Mapping[str, Any]) -> None:
        self.run = self.wandb.init(project="bench", config=dict(params), dir=".")

    def log(self, values: Mapping[str, float], step: int) -> None:
        self.run.log(dict(values), step=step)

    def finish(self) -> None:
        self.run.finish()


class Aim(Subject):
    """Aim; its queries find a finished run only once it is indexed."""

    needs = ("aim", "pandas")

    def __init__(self) -> None:
        import aim

        self.aim = aim
        self.repo = aim.Repo.from_path(".", init=not Path(".aim").exists())

    def start(self, params: Mapping[str, Any]) -> None:
        quiet = {"capture_terminal_logs": False, "log_system_params": False}
        self.run = self.aim.Run(
            repo=self.repo, experiment="bench", system_tracking_interval=None, **quiet
        )
        self.run["hparams"] = dict(params)

    def log(self, values: Mapping[str, float], step: int) -> None:
        self.run.track(dict(values), step=step)

    def finish(self) -> None:
        self.run.close()

    def settle(self) -> None:
        self.repo._recreate_index()  # noqa: SLF001 - what `aim storage reindex` does

    def best(self, model: str) -> list[float]:
        from aim.storage.context import Context

        found = []
        query = f"run.hparams.model == '{model}'"
        for collection in self.repo.query_runs(query, report_mode=0).iter_runs():
            m0, m1 = (
                float(collection.run.get_metric(key, Context({})).values.last()[1])  # noqa: PD011
                for key in ("m0", "m1")
            )
            if m1 > 0.5:
                found.append(m0)
        return sorted(found, reverse=True)[:50]

    def frame(self) -> Any:
        import pandas as pd

        frames = [run.dataframe(include_params=True) for run in self.repo.iter_runs()]
        return pd.concat(frames, ignore_index=True)


class Bare(Subject):
    """The floor: sqlite3 by hand, a commit with each run and every thousand points."""

    needs = ("pandas",)

    def __init__(self) -> None:
        self.db = sqlite3.connect("bare.db", isolation_level=None)
        self.db.execute("PRAGMA journal_mode=WAL")
        self.db.executescript(
            "CREATE TABLE IF NOT EXISTS runs (id INTEGER PRIMARY KEY, started REAL);"
            "CREATE TABLE IF NOT EXISTS params (run, key, value, PRIMARY KEY (run, key));"
            "CREATE TABLE IF NOT EXISTS points (run, key, step, ms, value);"
            "CREATE TABLE IF NOT EXISTS metrics (run, key, value, PRIMARY KEY (run, key));"
            "CREATE INDEX IF NOT EXISTS by_key ON metrics (key, value)"
        )
        self.points: list[tuple[Any, ...]] = []
        self.last: dict[str, float] = {}

    def start(self, params: Mapping[str, Any]) -> None:
        self.db.execute("BEGIN IMMEDIATE")
        self.run = self.db.execute(
            "INSERT INTO runs (started) VALUES (?)", (time.time(),)
        ).lastrowid
        rows = [(self.run, key, str(value)) for key, value in params.items()]
        self.db.executemany("INSERT INTO params VALUES (?, ?, ?)", rows)
        self.db.execute("COMMIT")

    def log(self, values: Mapping[str, float], step: int) -> None:
        now = time.time()
        self.last.update(values)
        self.points += [(self.run, key, step, now, value) for key, value in values.items()]
        if len(self.points) >= 1000:
            self._write()

    def _write(self) -> None:
        self.db.execute("BEGIN IMMEDIATE")
        self.db.executemany("INSERT INTO points VALUES (?, ?, ?, ?, ?)", self.points)
        rows = [(self.run, *item) for item in self.last.items()]
        self.db.executemany("INSERT OR REPLACE INTO metrics VALUES (?, ?, ?)", rows)
        self.db.execute("COMMIT")
        self.points.clear()
        self.last.clear()

    def finish(self) -> None:
        self._write()

    def best(self, model: str) -> list[float]:
        rows = self.db.execute(
            "SELECT b.run, b.value FROM metrics b JOIN metrics m ON m.run = b.run AND m.key = 'm1' "
            "JOIN params p ON p.run = b.run AND p.key = 'model' WHERE b.key = 'm0' AND m.value > 0.5 "
            "AND p.value = ? ORDER BY b.value DESC LIMIT 50",
            (model,),
        ).fetchall()
        marks = ", ".join("?" * len(rows))
        for table in ("params", "metrics"):
            runs = [run for run, _ in rows]
            self.db.execute(f"SELECT * FROM {table} WHERE run IN ({marks})", runs).fetchall()
        return [value for _, value in rows]

    def frame(self) -> Any:
        import pandas as pd

        parts = [
            pd.DataFrame(
                self.db.execute(f"SELECT run, key, value FROM {table}").fetchall(),
                columns=["run", "key", "value"],
            ).pivot_table(index="run", columns="key", values="value", aggfunc="first")
            for table in ("params", "metrics")
        ]
        return pd.concat(parts, axis=1)


SUBJECTS: dict[str, type[Subject]] = {
    "nbtrail": Nbtrail,
    "mlflow": Mlflow,
    "trackio": Trackio,
    "wandb": Wandb,
    "aim": Aim,
    "bare sqlite3": Bare,
}
