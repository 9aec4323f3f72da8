"""A diff names the columns, dtypes, blocks of rows and values that changed."""

from __future__ import annotations

import numpy as np
import pandas as pd
import polars as pl
import pytest

from nbtrail.entities.comparison import CellChange, ColumnChange, RowRange
from nbtrail.fingerprint import digest
from nbtrail.fingerprint.diff import diff_values
from nbtrail.fingerprint.digestdiff import diff_datasets

ROWS = 150_000


@pytest.fixture(scope="module")
def frame() -> pd.DataFrame:
    return pd.DataFrame({"a": np.arange(ROWS) / 7, "b": np.arange(ROWS), "c": "x"})


def changes(diff):
    return [(c.name, c.change.value) for c in diff.columns]


def test_nothing_changed(frame):
    diff = diff_datasets(digest(frame), digest(frame.copy()))
    assert diff.same_content
    assert diff.same_schema
    assert diff.columns == ()


def test_one_value_names_column_block_and_cell(frame):
    other = frame.copy()
    other.loc[70_000, "b"] = -1
    diff = diff_values(frame, other)
    assert changes(diff) == [("b", "changed")]
    assert diff.columns[0].rows == (RowRange(65_536, 131_072),)
    assert diff.cells == (CellChange(70_000, "b", "70000", "-1"),)
    assert (diff.changed_cells, diff.changed_rows) == (1, 1)
    assert diff.same_schema


def test_columns_come_go_change_type_and_name(frame):
    other = frame.drop(columns="a").rename(columns={"c": "z"}).assign(b=frame.b.astype("i4"), d=1)
    diff = diff_datasets(digest(frame), digest(other))
    assert sorted(changes(diff)) == [
        ("a", "removed"),
        ("b", "retyped"),
        ("d", "added"),
        ("z", "renamed"),
    ]
    renamed = next(c for c in diff.columns if c.change is ColumnChange.RENAMED)
    assert renamed.old_name == "c"
    assert not diff.same_content


def test_rows_and_order(frame):
    diff = diff_datasets(digest(frame), digest(frame[["c", "a", "b"]].iloc[:-1]))
    assert diff.reordered
    assert (diff.old_rows, diff.new_rows) == (ROWS, ROWS - 1)
    assert {c.rows for c in diff.columns} == {(RowRange(131_072, ROWS),)}


def test_a_schema_change_alone_is_no_change_of_content(frame):
    diff = diff_values(frame, pl.from_pandas(frame.head(ROWS)))
    assert diff.same_content
    assert not diff.same_schema
    assert {c.change for c in diff.columns} == {ColumnChange.RETYPED}


def test_arrays_and_the_index():
    old = np.zeros((100_000, 4))
    new = old.copy()
    new[50_000, 3] = 1
    diff = diff_values(old, new)
    assert diff.columns[0].rows == (RowRange(49_152, 65_536),)
    assert [c.row for c in diff.cells] == [50_000]
    indexed = pd.Series([1, 2], index=["x", "y"], name="s")
    diff = diff_values(indexed, indexed.rename({"y": "z"}))
    assert [(c.column, c.old, c.new) for c in diff.cells] == [("[index]", "'y'", "'z'")]


def test_the_list_of_values_is_capped_and_the_count_is_not(frame):
    diff = diff_values(frame.head(500), frame.head(500).assign(b=-1), most=7)
    assert len(diff.cells) == 7
    assert diff.changed_cells == 500


def test_a_sampled_digest_makes_no_exact_claim(frame):
    sampled = digest(frame, limit=1_000_000)
    assert not diff_datasets(sampled, sampled).exact
