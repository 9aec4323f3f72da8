"""Any single change is not only seen: column, block of rows and the value itself are named."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nbtrail.fingerprint import digest
from nbtrail.fingerprint.diff import diff_values
from nbtrail.fingerprint.digestdiff import diff_datasets

ROWS = 70_000
BLOCK = 65_536
NEW = {"f": -1.25, "i": 10**12, "b": None, "s": "new", "t": pd.Timestamp("1999-12-31")}


def make() -> pd.DataFrame:
    number = np.arange(ROWS)
    return pd.DataFrame(
        {
            "f": number / 7,
            "i": number % 1000,
            "b": pd.array(number % 3 == 0, dtype="boolean"),
            "s": pd.array((number % 50).astype("U"), dtype="str"),
            "t": pd.date_range("2020", periods=ROWS, freq="s"),
        }
    )


FRAME = make()
ENGINES = {
    "pandas": lambda frame: frame,
    "polars": pl.from_pandas,
    "pyarrow": lambda frame: pa.Table.from_pandas(frame, preserve_index=False),
}


@settings(max_examples=10)
@given(
    st.sampled_from(sorted(NEW)),
    st.one_of(st.sampled_from([0, BLOCK - 1, BLOCK, ROWS - 1]), st.integers(0, ROWS - 1)),
    st.sampled_from(sorted(ENGINES)),
)
def test_one_changed_value_is_found(name, row, engine):
    changed = FRAME.copy()
    changed.loc[row, name] = NEW[name]
    other = ENGINES[engine](changed)
    found = diff_datasets(digest(FRAME), digest(other))
    (column,) = [c for c in found.columns if c.change.value == "changed"]
    assert column.name == name
    (rows,) = column.rows
    assert rows.first <= row < rows.stop <= rows.first + BLOCK
    exact = diff_values(FRAME, other)
    assert [(c.row, c.column) for c in exact.cells] == [(row, name)]
    assert (exact.changed_cells, exact.changed_rows) == (1, 1)


@settings(max_examples=20)
@given(st.integers(1, 90), st.data())
def test_one_changed_element_of_an_array_is_found(width, data):
    values = np.arange(width * 900.0).reshape(900, width) / 3
    row, column = data.draw(st.integers(0, 899)), data.draw(st.integers(0, width - 1))
    other = np.asfortranarray(values)
    other = other.copy(order="F")
    other[row, column] = -1.5
    diff = diff_values(values, other)
    (rows,) = diff.columns[0].rows
    assert rows.first <= row < rows.stop
    assert [cell.row for cell in diff.cells] == [row]


@pytest.mark.parametrize("cuts", [[1], [65_536], [10, 69_000, 69_001], [0, 70_000]])
def test_chunks_do_not_count(cuts):
    table = ENGINES["pyarrow"](FRAME)
    edges = [0, *cuts, ROWS]
    parts = [table.slice(a, b - a) for a, b in itertools.pairwise(edges)]
    chunked = pa.concat_tables(parts)
    assert digest(chunked) == digest(table)
    assert digest(pl.concat([pl.from_arrow(p) for p in parts], rechunk=False)).digest == (
        digest(pl.from_arrow(table)).digest
    )
