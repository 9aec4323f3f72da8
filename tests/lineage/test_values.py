"""Short digests of values: the same in every process, other for other values, no user code."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.tree import DecisionTreeClassifier

from nbtrail.lineage.values import value_digest, value_digests

PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary(),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.tuples(inner, inner)
        | st.dictionaries(st.text(max_size=3), inner, max_size=3)
    ),
    max_leaves=12,
)

VALUES = """
import numpy as np, pandas as pd
from sklearn.linear_model import LogisticRegression
X = np.arange(12.0).reshape(-1, 2)
values = [
    1, "a", None, [1, {"k": (2.5, b"x")}], {"a", "b", "c"}, X, X[:, ::-1], X.astype("float32"),
    np.array(["x", None, 3], dtype=object), np.float64(2), np.random.default_rng(3),
    pd.DataFrame({"a": [1, 2], "s": ["x", None]}), pd.Series([1.5], name="n"),
    pd.date_range("2024", periods=3), pd.Categorical(["a", "b", "a"]).codes,
    pd.DataFrame({"a": [1, 2]}).set_index("a"), np.ones((300, 500)),
    LogisticRegression().fit(X, [0, 1] * 3),
]
"""


def fresh(seed):
    code = (
        VALUES + "from nbtrail.lineage.values import value_digest\n"
        "print(*[value_digest(v) for v in values])"
    )
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code],
        check=True,
        capture_output=True,
        text=True,
        env={**__import__("os").environ, "PYTHONHASHSEED": seed},
    )
    return done.stdout.split()


@pytest.mark.slow
def test_digests_are_the_same_in_every_process():
    one = fresh("1")
    assert one == fresh("2")
    assert len(set(one)) == len(one)
    assert all(one)


@settings(max_examples=200)
@given(PLAIN, PLAIN)
def test_equal_text_equal_digest(one, other):
    assert value_digest(one) == value_digest(
        eval(repr(one), {"nan": float("nan"), "inf": float("inf")})
    )
    if repr(one) != repr(other):
        assert value_digest(one) != value_digest(other)


@pytest.mark.parametrize(
    "change",
    [
        lambda f: f.__setitem__("a", [9, 2, 3]),
        lambda f: f.loc.__setitem__((2, "s"), "other"),
        lambda f: setattr(f, "columns", ["b", "s"]),
        lambda f: setattr(f, "index", [2, 1, 0]),
        lambda f: f.insert(2, "c", 0),
        lambda f: setattr(f.index, "name", "i"),
    ],
)
def test_a_changed_frame_has_another_digest(change):
    frame = pd.DataFrame({"a": [1, 2, 3], "s": ["x", "y", "z"]})
    before = value_digest(frame)
    assert value_digest(frame.copy()) == before
    change(frame)
    assert value_digest(frame) != before


def test_the_layout_of_blocks_is_no_content():
    one = pd.DataFrame(np.ones((4, 3)), columns=list("abc"))
    other = pd.DataFrame({name: np.ones(4) for name in "abc"})
    assert value_digest(one) == value_digest(other)


def test_no_code_of_the_user_runs():
    class Loud:
        def __init__(self):
            self.x = 1

        def __getattr__(self, name):
            raise AssertionError(name)

        def __hash__(self):
            raise AssertionError("hash")

        __eq__ = __repr__ = __str__ = __len__ = __iter__ = __bool__ = __hash__

    loud = Loud()
    assert value_digest(loud)
    assert value_digest([loud, {"k": loud}])
    changed = Loud()
    changed.x = 2
    assert value_digest(changed) != value_digest(loud)


def test_what_has_no_state_has_no_digest(tmp_path):
    with (tmp_path / "f").open("w") as file:
        assert value_digest(file) == ""
    assert value_digest(lambda: 1) == ""
    assert value_digest(n for n in [1]) == ""
    cycle = [1]
    cycle.append(cycle)
    assert value_digest(cycle)


def test_names_without_a_digest_are_left_out():
    found = value_digests({"a": 1, "f": print, "b": [2]}, ["a", "f", "b", "gone"], float("inf"))
    assert [name for name, _ in found] == ["a", "b"]


def test_nothing_is_told_after_the_deadline():
    assert value_digests({"a": [1]}, ["a"], 0.0) == ()


def test_another_tree_has_another_digest():
    X, y = np.arange(40.0).reshape(-1, 2), np.arange(20) % 3
    one, same, other = (
        DecisionTreeClassifier(splitter="random", random_state=seed).fit(X, y) for seed in (1, 1, 2)
    )
    other.random_state = 1
    assert value_digest(one) == value_digest(same)
    assert value_digest(one) != value_digest(other)
