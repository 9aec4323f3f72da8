"""A profile says what the values look like, the same for every library that holds them."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
import scipy.sparse as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from nbtrail.fingerprint import digest
from nbtrail.fingerprint.profiles import profile
from nbtrail.fingerprint.summaries import numbers


def only(value):
    (column,) = profile(value).columns
    return column


@pytest.fixture
def frame() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "big": [2**62, 1, 2, 2],
            "gaps": [1.5, np.nan, 2.5, 2.5],
            "text": ["a", "a", None, "b"],
            "time": pd.to_datetime(["2020-01-01", "2021-01-01", None, "2020-01-01"]),
            "maybe": pd.array([1, None, 2, 2], dtype="Int64"),
            "flag": [True, False, True, True],
        }
    )


def test_libraries_agree(frame):
    expected = profile(frame)
    assert profile(pl.from_pandas(frame)) == expected
    assert profile(pa.Table.from_pandas(frame)) == expected
    assert [c.nulls for c in expected.columns] == [0, 1, 1, 1, 1, 0]
    assert [c.distinct for c in expected.columns] == [3, 2, 2, 2, 2, 2]
    by_name = {c.name: c for c in expected.columns}
    assert by_name["text"].top == ()  # two texts among three: they hardly repeat
    assert by_name["flag"].mean == 0.75
    assert by_name["time"].minimum == 1_577_836_800.0
    assert digest(frame, profile=True).profile == expected
    assert digest(frame).profile is None


@settings(max_examples=60)
@given(st.lists(st.one_of(st.floats(allow_nan=False, width=32), st.none()), max_size=60))
def test_exact_where_it_says_so(values):
    numbers = [v for v in values if v is not None]
    found = only(np.array([math.nan if v is None else v for v in values]))
    assert found.nulls == len(values) - len(numbers)
    if not numbers:
        assert (found.minimum, found.mean, found.quantiles) == (None, None, ())
    elif all(map(math.isfinite, numbers)):
        assert (found.minimum, found.maximum) == (min(numbers), max(numbers))
        assert found.mean == pytest.approx(sum(numbers) / len(numbers), rel=1e-6, abs=1e-6)
        assert list(found.quantiles) == sorted(found.quantiles)
        assert found.distinct == len(set(numbers))


def test_above_a_size_quantiles_are_of_a_sample_and_bounds_are_not():
    values = np.arange(200_000.0)
    values[123_457] = -5
    found = profile(values)
    assert found.rows == 200_000
    assert found.sampled == 5_000
    assert found.columns[0].minimum == found.columns[0].quantiles[0] == -5
    assert found.columns[0].quantiles[3] == pytest.approx(100_000, rel=0.01)
    assert found.columns[0].distinct == -1


def test_top_values_only_of_few_that_repeat():
    assert only(pd.Series(["x", "y", "x", "x", "y"])).top == (("x", 3), ("y", 2))
    assert only(np.array([3, 3, 1, 3])).top == (("3", 3), ("1", 1))
    assert only(pd.Series([f"name {i}" for i in range(40)])).top == ()
    assert only(pd.Series([f"name {i % 51}" for i in range(500)])).top == ()
    assert only(pd.Series(pd.Categorical(["x", "x", "z", "z"]))).top == (("x", 2), ("z", 2))


@pytest.mark.parametrize(
    "value",
    [
        np.zeros((0, 2)),
        np.array([np.nan, np.inf, -np.inf]),
        np.array([2**64 - 1], dtype="u8"),
        np.array([1 + 2j]),
        np.array(["NaT"], "M8[ns]"),
        np.array([(1, 2.0)], dtype=[("a", "i4"), ("b", "f8")]),
        np.ma.array([1, 2], mask=[True, True]),
        pd.DataFrame(),
        pd.DataFrame({"a": []}),
        pd.Series([{1}, [2], object(), None, "x"]),
        pd.Series(pd.period_range("2020", periods=3)),
        pd.MultiIndex.from_tuples([(1, "x")]),
        pl.DataFrame({"l": [[1], None], "n": [None, None]}),
        pa.table({"l": [[1], None], "d": pa.array([None, None])}),
    ],
    ids=lambda v: type(v).__name__,
)
def test_odd_data_break_nothing(value):
    found = profile(value)
    assert found.rows == len(value)
    for column in found.columns:
        for number in (column.minimum, column.maximum, column.mean, *column.quantiles):
            assert number is None or math.isfinite(number)


def test_other_values_have_none():
    assert profile("text") is None
    assert profile([1, 2]) is None
    assert profile(np.zeros((2, 2, 2))) is None
    assert profile(sp.eye_array(3).tocsr()).rows == 3


def test_layouts_give_one_profile():
    rng = np.random.default_rng(3)
    matrix = np.where(rng.random((9_001, 7)) < 0.2, np.nan, rng.normal(size=(9_001, 7)))
    expected = [only(np.ascontiguousarray(matrix[:, i])) for i in range(7)]
    for layout in (matrix, np.asfortranarray(matrix), np.repeat(matrix, 2, axis=1)[:, ::2]):
        for found, one in zip(profile(layout).columns, expected, strict=True):
            assert (found.nulls, found.minimum, found.maximum, found.quantiles) == (
                one.nulls,
                one.minimum,
                one.maximum,
                one.quantiles,
            )
            assert found.mean == pytest.approx(one.mean)


@pytest.mark.parametrize("dtype", ["i1", "i8", "u8", "f4", "f8", "?", "M8[s]", ">f8"])
def test_bounds_of_many_rows_are_exact(dtype):
    values = np.random.default_rng(5).integers(0, 2, 300_000).astype("i8")
    values[[17, 299_999]] = 0 if dtype == "?" else 99
    found = only(values.astype(dtype))
    assert (found.minimum, found.maximum) == (0, 1 if dtype == "?" else 99)
    assert found.mean == pytest.approx(values.mean(), rel=1e-6)


def test_a_sample_shows_each_phase_of_a_regular_order():
    hours = np.arange(240_000) % 24
    assert len(only(hours).top) == 10
    assert only(hours).mean == 11.5
    assert 11 < only(np.tile(hours, 10)).mean < 12  # of a sample: there are 2.4 million


@pytest.mark.parametrize(
    "name", ["name", "user_id", "customerId", "E-Mail", "PassengerId", "lastname", "api_key"]
)
def test_people_and_ids_are_never_among_the_top(name):
    texts = pd.DataFrame({name: ["x", "y"] * 30, "sex": ["f", "m"] * 30, "valid": [1, 2] * 30})
    found = {column.name: column.top for column in profile(texts).columns}
    assert (found[name], found["sex"]) == ((), (("f", 30), ("m", 30)))
    assert found["valid"]
    assert only(pd.Series(["a@b.org", "c@d.org"] * 9, name="contact")).top == ()


def test_an_equal_column_is_not_read_again(monkeypatch):
    frame = pd.DataFrame({"a": np.arange(50.0), "b": np.arange(50) % 7, "t": ["u", "v"] * 25})
    first = digest(frame, profile=True).profile
    read = []
    monkeypatch.setattr(
        "nbtrail.fingerprint.profiles.numbers",
        lambda names, *rest: read.extend(names) or numbers(names, *rest),
    )
    assert digest(frame.copy(), profile=True).profile == first
    assert read == []
    changed = digest(frame.assign(b=frame["b"] + 1), profile=True).profile
    assert read == ["b"]
    assert changed.columns[1].minimum == 1
    assert (changed.columns[0], changed.columns[2]) == (first.columns[0], first.columns[2])


def test_a_column_that_was_written_to_is_profiled_again():
    frame = pd.DataFrame({"a": np.arange(300_000.0)})
    digest(frame, profile=True)
    frame.loc[123, "a"] = -1.0
    assert digest(frame, profile=True).profile.columns[0].minimum == -1


def many(values):
    return (values * 7_000)[:7_000]


@pytest.mark.parametrize(
    "value",
    [
        pl.DataFrame({"a": pl.Series(many(["x", "y", None]), dtype=pl.Categorical)}),
        pl.DataFrame({"a": many([{"u": 1}, None, {"u": 2}])}),
        pa.table({"a": pa.array(many(["x", None, "y"]), pa.string_view())}),
        pa.table({"a": pa.array(many([1.5, None, 2.5]))}),
        pd.DataFrame({"a": pd.array(many([1, None, 2]), dtype="int64[pyarrow]")}),
        pd.DataFrame({"a": pd.array(many([True, None, False]), dtype="boolean")}),
        pd.DataFrame({"a": pd.arrays.SparseArray(many([1.0, np.nan, 0.0]))}),
        pd.DataFrame({"a": pd.Categorical.from_codes(many([0, -1, 1]), [("x",), ("y",)])}),
        pd.DataFrame({"a": many([object(), None, "x"])}),
        pd.DataFrame({"a": pd.to_datetime(many(["2024", None, "2025"]), utc=True, format="%Y")}),
        np.ma.array(many([1, 2, 3]), mask=many([False, True, False])),
        np.array(many([1, "NaT", 2]), "m8[s]"),
    ],
    ids=lambda value: f"{type(value).__module__} {getattr(value, 'dtypes', '')}".split("\n")[0],
)
def test_nulls_of_every_kind_of_column_are_counted(value):
    assert only(value).nulls == 2_333
    assert digest(value, profile=True).profile == profile(value)
