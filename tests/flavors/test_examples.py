"""Input rows and a V2 request beside a model."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from nbtrail.flavors.example import write_example


@pytest.mark.parametrize("kind", ["table", "array", "texts", "whole"])
def test_an_example_and_a_request_stand_beside_the_model(kind, tmp_path):
    data = {
        "table": pd.DataFrame({"a": [1.5, np.nan, 3.0], "b": [1, 2, 3], "c": ["x", None, "z"]}),
        "array": np.array([[1.0, 2.0], [np.inf, 4.0]]),
        "texts": np.array(["spam", "eggs"], dtype=object),
        "whole": np.arange(12, dtype=np.int32).reshape(6, 2),
    }[kind]
    said = write_example(data, tmp_path)
    example = json.loads((tmp_path / "input_example.json").read_text())
    request = json.loads((tmp_path / "v2_request.json").read_text())
    shown = [(t["name"], t["datatype"], t["shape"], t["data"]) for t in request["inputs"]]
    assert (
        shown
        == {
            "table": [
                ("a", "FP64", [3, 1], [1.5, None, 3.0]),
                ("b", "INT64", [3, 1], [1, 2, 3]),
                ("c", "BYTES", [3, 1], ["x", None, "z"]),
            ],
            "array": [("input-0", "FP64", [2, 2], [1.0, 2.0, None, 4.0])],
            "texts": [("input-0", "BYTES", [2], ["spam", "eggs"])],
            "whole": [("input-0", "INT32", [5, 2], list(range(10)))],
        }[kind]
    )
    if kind == "table":
        assert said["type"] == "dataframe"
        assert example == {
            "columns": ["a", "b", "c"],
            "data": [[1.5, 1, "x"], [None, 2, None], [3.0, 3, "z"]],
        }
    else:
        assert said["type"] == "ndarray"
        assert np.array(example["inputs"]).shape == data[:5].shape


@pytest.mark.parametrize(
    "value", [None, "text", [1, 2], {"a": 1}, np.array([object()]), np.float64(1)]
)
def test_other_values_make_no_example(value, tmp_path):
    assert write_example(value, tmp_path) is None
    assert list(tmp_path.iterdir()) == []
