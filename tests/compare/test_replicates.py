"""Runs that differ in their seed become one row."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from nbtrail.compare.replicates import replicate_groups
from nbtrail.entities.table import RunTable
from nbtrail.views.frame import replicates_frame
from nbtrail.views.text import text_replicates


def table(**changes: object) -> RunTable:
    columns = {
        "run_id": tuple("abcdef"),
        "name": tuple("abcdef"),
        "experiment": ("e",) * 6,
        "status": ("FINISHED",) * 5 + ("FAILED",),
        "params": {
            "C": ("1", "1", "1", "2", "2", "2"),
            "clf__random_state": ("0", "1", "2", "0", "1", "2"),
            "seed": ("0", "1", "2", "0", "1", "2"),
        },
        "metrics": {
            "auc": (0.8, 0.9, 0.85, 0.7, None, 0.1),
            "loss": (float("nan"), 1.0, 2.0, None, None, None),
        },
    }
    return RunTable(total=6, **(columns | changes))


def test_the_interval_is_students():
    first, second = replicate_groups(table())
    values = [0.8, 0.9, 0.85]
    low, high = stats.t.interval(0.95, 2, np.mean(values), stats.sem(values))
    found = first.metrics["auc"]
    assert (first.runs, dict(first.params)) == (("a", "b", "c"), {"C": "1"})
    assert found.count == 3
    assert found.mean == pytest.approx(np.mean(values))
    assert found.half == pytest.approx((high - low) / 2)
    assert second.runs == ("d", "e")  # the failed one is none
    assert (second.metrics["auc"].mean, second.metrics["auc"].half) == (0.7, None)
    assert first.metrics["loss"].count == 2  # NaN is no value


def test_only_the_named_parameters_tell_them_apart():
    assert len(replicate_groups(table(), ["seed"])) == 5
    assert len(replicate_groups(table(), ["random_state", "seed", "C"])) == 1


def test_as_frame_and_text():
    groups = replicate_groups(table())
    frame = replicates_frame(groups)
    assert list(frame["runs"]) == [3, 2]
    assert list(frame["params.C"]) == [1, 2]
    assert frame["metrics.auc±"].isna().tolist() == [False, True]
    text = text_replicates(groups)
    assert "±" in text
    assert "C" in text
    assert "No finished run" in text_replicates(())
