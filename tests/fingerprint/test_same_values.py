"""The same values have the same content, whatever library and dtype hold them."""

from __future__ import annotations

import datetime as dt
import decimal

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
import scipy.sparse as sp

from nbtrail.fingerprint import digest

ROWS = 70_000  # two blocks


def content(value) -> str:
    return digest(value).digest.content


def schema(value) -> str:
    return digest(value).digest.schema


@pytest.fixture(scope="module")
def frame() -> pd.DataFrame:
    rng = np.random.default_rng(0)
    return pd.DataFrame(
        {
            "float": rng.normal(size=ROWS),
            "gaps": np.where(rng.random(ROWS) < 0.1, np.nan, rng.normal(size=ROWS)),
            "int": rng.integers(-99, 99, ROWS),
            "unsigned": rng.integers(0, 2**64 - 1, ROWS, dtype="u8"),
            "bool": rng.random(ROWS) < 0.5,
            "text": pd.array(rng.choice(["é", "bb", "", None, "longer"], ROWS), dtype="str"),
            "time": pd.date_range("2020-01-01", periods=ROWS, freq="s", unit="us"),
            "zoned": pd.date_range("2020", periods=ROWS, freq="s", unit="us", tz="Europe/Paris"),
            "nullable": pd.array(np.where(rng.random(ROWS) < 0.1, None, 7), dtype="Int64"),
            "flags": pd.array(rng.choice([True, False, None], ROWS), dtype="boolean"),
            "cat": pd.Categorical(rng.choice(["x", "y"], ROWS), categories=["z", "y", "x"]),
            "levels": pd.Categorical(rng.choice([3, 4, None], ROWS)),
            "span": pd.to_timedelta(rng.integers(0, 10**9, ROWS), unit="us"),
            "day": np.array([dt.date(2020, 1, 1), None] * (ROWS // 2), dtype=object),
            "clock": np.array([dt.time(1, 2, 3, 4)] * ROWS, dtype=object),
            "decimal": np.array([decimal.Decimal("1.5")] * ROWS, dtype=object),
            "list": [[1, 2], [3]] * (ROWS // 2),
            "binary": [b"ab", b""] * (ROWS // 2),
            "nothing": np.array([None] * ROWS, dtype=object),
        }
    )


def test_engines_agree_column_by_column(frame):
    table = pa.Table.from_pandas(frame, preserve_index=False)
    chunked = pa.concat_tables([table.slice(0, 123), table.slice(123, 60_000), table.slice(60_123)])
    expected = {c.name: c.content for c in digest(frame).columns}
    for other in (table, chunked, pl.from_arrow(table), frame.copy()):
        found = {c.name: c.content for c in digest(other).columns}
        assert [n for n in expected if expected[n] != found[n]] == []
        assert content(other) == content(frame)


def test_object_columns_of_one_kind_agree_with_typed_ones(frame):
    head = frame.head(500)
    assert content(head.astype(object)) == content(head)
    assert schema(head.astype(object)) != schema(head)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (np.arange(9, dtype="i4"), np.arange(9, dtype="i8")),
        (np.arange(9, dtype="i4"), np.arange(9.0)),
        (np.arange(9, dtype=">u2"), np.arange(9, dtype="f2")),
        (np.array([0.5, 1.0]), np.array([0.5, 1.0], dtype="f4")),
        (np.array([2.0**63, 1.0]), np.array([2**63, 1], dtype="u8")),
        (pd.array([1, None], dtype="Int64"), np.array([1.0, np.nan])),
        (pd.Series(["a", "b"], dtype="str"), pd.Series(["a", "b"], dtype="category")),
        (pd.Series(["a", None], dtype=object), pd.Series(["a", np.nan], dtype="string")),
        (pd.Series(pd.Categorical([1.5, None])), pd.Series([1.5, None])),
        (np.array(["2020-01-01"], "M8[D]"), np.array(["2020-01-01T00"], "M8[ns]")),
        (np.array(["2020-01-01"], "M8[h]"), pd.Series([pd.Timestamp("2020-01-01")])),
        (np.array(["9999-01-01"], "M8[D]"), np.array(["9999-01-01"], "M8[us]")),
        (pd.array([0, 1, 0, 1], dtype=pd.SparseDtype("int64", 0)), np.array([0, 1, 0, 1])),
        (np.array(["ab", "c"]), pd.Series(["ab", "c"])),
        (np.array([1, 2]), [1, 2.0]),
        (np.array([[1, 2], [3, 4]]), [(1, 2), (3, 4)]),
        (np.array(3.0), 3),
        (np.ma.array([1, 2], mask=[False, True]), np.array([1, np.nan])),
        (np.array([0.5, 0.0, np.nan]), np.array([0.5, -0.0, -np.nan], "f4")),
        (sp.csr_array(np.eye(3)), sp.coo_array(np.eye(3, dtype="i4"))),
        (pl.Series([1, None]), np.array([1, np.nan])),
        (pa.array(["x", "y"]), pl.Series(["x", "y"], dtype=pl.Categorical)),
        ({"a": [1], "b": 2}, {"b": 2, "a": np.array([1])}),
    ],
)
def test_equal_values_in_other_storage(one, other):
    assert content(one) == content(other)
    assert schema(one) != schema(other)


def test_layouts_are_equal_in_both_parts():
    values = np.random.default_rng(0).normal(size=(300, 70))
    for other in (np.asfortranarray(values), np.repeat(values, 2, axis=1)[:, ::2], values.copy()):
        assert digest(other) == digest(values)
    assert digest(values.astype(">f8")).digest.content == digest(values).digest.content


def test_structured_arrays_are_read_by_field():
    kind = np.dtype({"names": ["a", "b"], "formats": ["i1", "f8"]}, align=True)
    clean, dirty = np.zeros(5, kind), np.frombuffer(bytearray(b"\xff" * 16 * 5), kind)
    dirty["a"], dirty["b"] = 0, 0  # the padding stays as it was
    assert clean.tobytes() != dirty.tobytes()
    assert digest(clean) == digest(dirty)
    assert [c.name for c in digest(clean).columns] == ["a", "b"]


def test_a_plain_numbering_is_no_index():
    frame = pd.DataFrame({"a": [1, 2, 3]})
    assert content(frame) == content(frame.set_index(pd.Index([0, 1, 2])))
    assert content(frame) == content(pl.DataFrame({"a": [1, 2, 3]}))
    shifted = frame.set_index(pd.RangeIndex(1, 4))
    assert content(shifted) != content(frame)
    assert [c.name for c in digest(shifted).columns] == ["[index]", "a"]
    named = frame.set_index(pd.Index(["x", "y", "z"], name="key"))
    assert [c.name for c in digest(named).columns] == ["[index key]", "a"]
    assert content(frame["a"].rename(None)) == content(np.array([1, 2, 3]))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (np.array([1, 2]), np.array([2, 1])),
        (np.array([1, 2]), np.array([[1, 2]])),
        (np.array([1, 0]), np.array([True, False])),
        (np.array([2**53 + 1, 1]), np.array([float(2**53), 1])),
        (np.array([1.0, np.nan]), np.array([1.0, 0.0])),
        (pd.Series(["a-b", "c"]), pd.Series(["a", "b-c"])),
        (pd.Series(["", None]), pd.Series([None, ""])),
        (pd.Series(["1"]), pd.Series([1])),
        (pd.Series(["a"]), pd.Series([b"a"])),
        (pd.Series([1], name="a"), pd.Series([1], name="b")),
        (pd.DataFrame({"a": [1], "b": [1]}), pd.DataFrame({"b": [1], "a": [1]})),
        (pd.DataFrame({"ab": [1]}), pd.DataFrame({"a": [1]})),
        (pd.Series(["x", 1, [2, {3}]]), pd.Series(["x", 1, [2, {4}]])),
        (pd.Series([pd.Timestamp(0)]), pd.Series([pd.Timestamp(0, tz="UTC")])),
        (pd.Series([pd.Timestamp(0)]), pd.Series([0])),
        (pd.Series([pd.Timestamp(0)]), pd.Series([pd.Timedelta(0)])),
        (sp.csr_array(np.eye(3)), sp.csr_array(np.eye(3)[::-1])),
        ("a", b"a"),
        (None, "None"),
        ([[1], [2, 3]], [[1, 2], [3]]),
        (np.array([1 + 2j]), np.array([1 - 2j])),
        (np.longdouble(1) / 3, 1 / 3),
        ([np.longdouble(1) / 3, "a"], [1 / 3, "a"]),
        ([np.datetime64(1, "ps")], [np.datetime64(2, "ps")]),
    ],
)
def test_different_values_differ(one, other):
    assert content(one) != content(other)


def test_only_the_schema_tells_time_zones_apart():
    paris = pd.Series(pd.date_range("2020", periods=3, tz="Europe/Paris"))
    assert content(paris) == content(paris.dt.tz_convert("UTC"))
    assert schema(paris) != schema(paris.dt.tz_convert("UTC"))
