"""A reduced curve has every spike; two distributions are laid over the same places."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nbtrail.compare.curves import reduced_curve
from nbtrail.compare.distributions import overlay
from nbtrail.entities.series import MetricSeries
from nbtrail.exceptions import UsageError
from nbtrail.fingerprint import digest

FLOATS = st.floats(allow_nan=True, allow_infinity=True)


def series(values, steps=None):
    steps = np.arange(len(values)) if steps is None else np.asarray(steps)
    times = 1_790_000_000_000 + 250 * np.arange(len(values))
    return MetricSeries("loss", steps.astype("i8"), times, np.asarray(values, "f8"))


@given(st.lists(FLOATS, max_size=400), st.integers(8, 60))
@settings(max_examples=200, deadline=None)
def test_no_extreme_is_lost_and_nothing_is_made_up(values, points):
    found = reduced_curve(series(values), 3, points)
    assert (found.run, found.key, found.count) == (3, "loss", len(values))
    assert len(found.x) == len(found.y) <= max(points, 0)
    assert list(found.x) == sorted(found.x)
    for x, y in zip(found.x, found.y, strict=True):
        logged = values[int(x)]
        assert y == logged or (math.isnan(y) and math.isnan(logged))
    finite = [v for v in values if math.isfinite(v)]
    if finite:
        kept = [y for y in found.y if math.isfinite(y)]
        assert (min(kept), max(kept)) == (min(finite), max(finite))
    if len(finite) < len(values):
        assert not all(map(math.isfinite, found.y))
    if values:
        assert (found.x[0], found.x[-1]) == (0, len(values) - 1)


def test_axes():
    logged = series([3.0, 1.0, 2.0], steps=[20, 0, 10])
    assert reduced_curve(logged, 0).x == (0.0, 10.0, 20.0)
    assert reduced_curve(logged, 0).y == (1.0, 2.0, 3.0)
    assert reduced_curve(logged, 0, axis="time").x == (0.0, 0.25, 0.5)
    for bad in ({"axis": "epoch"}, {"points": 7}):
        with pytest.raises(UsageError):
            reduced_curve(logged, 0, **bad)


def profiles(before, after):
    pair = (
        digest(pd.DataFrame({"a": v}), profile=True).profile.columns[0] for v in (before, after)
    )
    return overlay(*pair)


def test_numbers_get_bins_over_both_ranges():
    generator = np.random.default_rng(0)
    one, two = generator.normal(0, 1, 900), generator.normal(2, 1, 900)
    found = profiles(one, two)
    assert (found.edges[0], found.edges[-1]) == (min(one), max(two))
    assert math.fsum(found.before) == pytest.approx(1)
    assert math.fsum(found.after) == pytest.approx(1)
    for values, shares in ((one, found.before), (two, found.after)):
        true = np.histogram(values, found.edges)[0] / len(values)
        assert np.abs(true - shares).max() < 0.03


def test_values_get_their_shares():
    found = profiles(["a"] * 3 + ["b"], ["b"] * 2 + ["c"] * 2)
    shares = dict(zip(found.labels, zip(found.before, found.after, strict=True), strict=True))
    assert shares == {"a": (0.75, 0.0), "b": (0.25, 0.5), "c": (0.0, 0.5)}
    assert profiles([1.5] * 4, [1.5] * 4).labels == ("1.5",)
    assert profiles(np.arange(300) / 7, [f"word {n}" for n in range(300)]) is None


@given(
    st.lists(st.floats(-1e9, 1e9), min_size=1, max_size=60),
    st.lists(st.floats(-1e9, 1e9), min_size=1, max_size=60),
)
@settings(max_examples=60, deadline=None)
def test_shares_add_up_to_one(before, after):
    found = profiles(before, after)
    if found is not None:
        assert math.fsum(found.before) == pytest.approx(1)
        assert math.fsum(found.after) == pytest.approx(1)
        assert min(found.before + found.after) >= -1e-9
