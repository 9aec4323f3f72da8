"""Arrays that hash as they lie have the leaves that every other way to them has."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from nbtrail.fingerprint.leaves import bool_leaf, numbers_leaf
from nbtrail.fingerprint.plain import plain_reader

_ODD_BITS = [
    0x7FF8000000000000,  # the usual NaN
    0xFFF8000000000000,  # what 0/0 gives on x86
    0x7FF8000000000001,
    0x7FF0000000000001,  # signals
    0x8000000000000000,  # -0.0
    0x7FF0000000000000,
    0xFFF0000000000000,
    0x3FF8000000000000,
    0x0000000000000001,
    0x4330000000000001,
]


def leaf_of(values: np.ndarray) -> bytes:
    reader = plain_reader(values, 1)
    assert reader is not None
    return reader(0, len(values))


@given(
    first=st.sampled_from([0.1, 0.5, 2.0, float("nan"), float("inf"), 1e300, -0.0]),
    rest=st.lists(st.one_of(st.floats(), st.sampled_from(_ODD_BITS)), max_size=30),
)
def test_doubles(first: float, rest: list[float | int]) -> None:
    values = np.array([first, *(x if isinstance(x, float) else 0.1 for x in rest)])
    for place, x in enumerate(rest, start=1):
        if isinstance(x, int):
            values.view("u8")[place] = x
    assert leaf_of(values) == numbers_leaf(values.copy())


@given(arrays.arrays("<f4", st.integers(1, 40), elements=st.floats(width=32)))
def test_singles(values: np.ndarray) -> None:
    assert leaf_of(values) == numbers_leaf(values.copy())
    if not np.isnan(values).all():
        assert leaf_of(values) == numbers_leaf(values.astype("f8"))


@given(
    arrays.arrays("<i8", st.integers(1, 40), elements=st.integers(-(2**63), 2**63 - 1))
    | arrays.arrays("<i8", st.integers(1, 40), elements=st.integers(-130, 260))
)
def test_integers(values: np.ndarray) -> None:
    assert leaf_of(values) == numbers_leaf(values.copy()) == numbers_leaf(values.astype(">i8"))


@given(st.lists(st.integers(-130, 260), min_size=1, max_size=40))
def test_the_width_of_integers_is_that_of_the_values(values: list[int]) -> None:
    leaves = {numbers_leaf(np.array(values, kind)) for kind in ("<i2", ">i4", "<i8", "f8")}
    if min(values) >= 0:
        leaves |= {numbers_leaf(np.array(values, kind)) for kind in ("<u2", ">u4", "<u8")}
        if max(values) <= 255:
            leaves.add(numbers_leaf(np.array(values, "u1")))
    if min(values) >= -128 and max(values) <= 127:
        leaves.add(numbers_leaf(np.array(values, "i1")))
    assert len(leaves) == 1


def test_bytes_and_booleans() -> None:
    values = np.arange(256).astype("u1")
    assert leaf_of(values) == numbers_leaf(values.astype("i8"))
    assert leaf_of(values < 9) == bool_leaf(values < 9)


@pytest.mark.parametrize("kind", ["<i8", "<f8", "<f4", "|b1", "|u1"])
def test_rows_of_several_values(kind: str) -> None:
    values = np.linspace(0.25, 99, 60).astype(kind).reshape(20, 3)
    reader = plain_reader(values, 3)
    assert reader is not None
    part = values[5:9].reshape(-1).copy()
    expected = bool_leaf(part) if kind == "|b1" else numbers_leaf(part)
    assert reader(5, 9) == expected


def test_what_does_not_lie_as_it_hashes_is_left_to_others() -> None:
    values = np.arange(10.0)
    assert plain_reader(values[::2], 1) is None
    assert plain_reader(values.astype(">f8"), 1) is None
    assert plain_reader(values.astype("i4"), 1) is None
    assert plain_reader(values[:0], 1) is None
