"""Views as CSV and Parquet, as other tools read them."""

from __future__ import annotations

import csv
import math
import sys
from pathlib import Path

import pandas as pd
import pytest

from nbtrail.entities.run import Metric, MetricPoint, Param, Run
from nbtrail.exceptions import UsageError
from nbtrail.store import operations as do
from nbtrail.store.export import FORMATS, export_tables
from nbtrail.store.store import Store

HOSTILE = ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\tx", "\rx"]
NUMBERS = ["-0.5", "+1", "-1e-05", "3", "-.5"]


def read(path: Path) -> pd.DataFrame:
    return pd.read_csv(path) if path.suffix == ".csv" else pd.read_parquet(path)


@pytest.mark.parametrize("form", FORMATS)
def test_every_view_and_the_whole_history_are_written(
    store: Store, filling, tmp_path: Path, form: str
) -> None:
    filled = filling.fill(store)
    store.call(
        do.log_metrics(
            filled.other_id,
            [MetricPoint("rmse", v, n, n) for n, v in enumerate([math.inf, -math.inf, -0.0])],
        )
    )
    done = export_tables(store.root, tmp_path / "out", form)
    assert done.rows == {
        f"{name}.{form}": count
        for name, count in {
            "runs": 3,
            "params": 3,
            "metrics": 4,
            "tags": 1,
            "marks": 1,
            "amendments": 1,
            "datasets": 1,
            "models": 1,
            "registry": 1,
            "history": 5006,
        }.items()
    }
    tables = {path.stem: read(path) for path in (tmp_path / "out").iterdir()}
    assert len(tables) == len(done.rows)
    history = tables["history"]
    for run_id, key in {(filled.run_id, "loss"), (filled.other_id, "rmse")}:
        mine = history[(history.run_id == run_id) & (history.key == key)]
        points = store.reader.history(run_id, key)
        assert [repr(v) for v in mine.value.tolist()] == [repr(p.value) for p in points]
        assert mine.step.tolist() == [p.step for p in points]
    assert tables["runs"].set_index("run_id").loc[filled.run_id, "seconds"] == 60.0
    assert tables["registry"].aliases.tolist() == ["champion"]


def test_no_cell_is_a_formula_and_numbers_stay_numbers(
    store: Store, make_run, tmp_path: Path
) -> None:
    params = [Param(f"k{n}", text) for n, text in enumerate([*HOSTILE, *NUMBERS])]
    run: Run = make_run("=evil", params=tuple(params), metrics=(Metric("m", -1.5, -1.5, -1.5),))
    store.call(do.start_run(run))
    export_tables(store.root, tmp_path / "out", "csv")
    with (tmp_path / "out" / "params.csv").open(encoding="utf-8", newline="") as file:
        values = {row["key"]: row["value"] for row in csv.DictReader(file)}
    expected = [*(f"'{text}" for text in HOSTILE), *NUMBERS]
    assert values == {f"k{n}": text for n, text in enumerate(expected)}
    with (tmp_path / "out" / "metrics.csv").open(encoding="utf-8", newline="") as file:
        (row,) = csv.DictReader(file)
    assert (row["name"], row["last"]) == ("'=evil", "-1.5")


def test_parquet_without_pyarrow_says_what_to_do(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(UsageError, match="pip install pyarrow"):
        export_tables(store.root, tmp_path / "out", "parquet")
    assert not (tmp_path / "out").exists()


def test_a_folder_with_something_in_it_is_left_alone(store: Store, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine.csv").write_text("a\n")
    with pytest.raises(UsageError, match="not an empty folder"):
        export_tables(store.root, tmp_path / "out", "csv")
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["mine.csv"]
