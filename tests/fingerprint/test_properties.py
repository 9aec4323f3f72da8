"""Properties that hold for any data: copies agree, and no change goes unseen."""

from __future__ import annotations

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from nbtrail.fingerprint import digest

quick = settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])

numbers = st.sampled_from(["i1", "i8", "u4", "u8", "f4", "f8", "?"])
arrays = numbers.flatmap(lambda kind: hnp.arrays(kind, hnp.array_shapes(max_dims=3, max_side=6)))
cells = st.one_of(
    st.none(), st.integers(), st.floats(), st.text(max_size=4), st.booleans(), st.binary(max_size=3)
)


def content(value) -> str:
    return digest(value).digest.content


@quick
@given(arrays)
def test_copies_views_and_layouts(values):
    expected = digest(values)
    doubled = np.repeat(values, 2, axis=-1)[..., ::2]
    for other in (values.copy(), np.asfortranarray(values), doubled):
        assert digest(other) == expected
    assert content(values.tolist()) == expected.digest.content


@quick
@given(hnp.arrays(st.sampled_from(["i1", "i2", "u1", "u4", "f2", "f4"]), st.integers(1, 20)))
def test_widening(values):
    wide = values.astype("f8" if values.dtype.kind == "f" else "i8")
    assert content(wide) == content(values)


@quick
@given(arrays, st.data())
def test_one_changed_cell_is_seen(values, data):
    changed = values.copy()
    where = tuple(data.draw(st.integers(0, side - 1)) for side in values.shape)
    elements = hnp.from_dtype(values.dtype)
    new = data.draw(elements.filter(lambda x: x != values[where] and not np.isnan(x)))
    changed[where] = new
    assert content(changed) != content(values)


@quick
@given(st.lists(cells, min_size=1, max_size=8), st.data())
def test_one_changed_object_is_seen(values, data):
    where = data.draw(st.integers(0, len(values) - 1))
    series = pd.Series(values, dtype=object)
    changed = series.copy()
    changed.iloc[where] = "a value that was not there"
    assert content(changed) != content(series)
    assert content(series) == content(series.copy()) == content(values)


@quick
@given(st.lists(st.one_of(st.none(), st.text(max_size=5)), max_size=12))
def test_texts_agree_between_engines(values):
    try:
        "".join(v for v in values if v).encode()
    except UnicodeEncodeError:
        return  # lone surrogates: only Python holds them
    expected = content(values)
    assert content(pa.array(values, pa.string())) == expected
    assert content(pl.Series(values, dtype=pl.String)) == expected
    assert content(pd.Series(values, dtype=object)) == expected
    assert content(pd.Series(values, dtype="str")) == expected
    assert content(pd.Series(values, dtype="category")) == expected


@quick
@given(st.lists(st.integers(-5, 5), min_size=2, max_size=12, unique=True), st.data())
def test_swapped_rows_are_seen_with_and_without_their_index(values, data):
    first, second = data.draw(
        st.lists(st.integers(0, len(values) - 1), min_size=2, max_size=2, unique=True)
    )
    order = list(range(len(values)))
    order[first], order[second] = order[second], order[first]
    frame = pd.DataFrame({"a": values, "b": 1})
    assert content(frame.iloc[order]) != content(frame)
    assert content(frame.iloc[order].reset_index(drop=True)) != content(frame)
    assert content(frame.iloc[:-1]) != content(frame)


@quick
@given(st.integers(1, 400), st.integers(0, 400))
def test_slices_equal_fresh_copies(rows, cut):
    table = pa.table({"i": range(rows), "s": [str(i) for i in range(rows)]})
    part = table.slice(cut)
    fresh = pa.table({"i": part["i"].to_pylist(), "s": part["s"].to_pylist()}, schema=part.schema)
    assert digest(part) == digest(fresh)
