"""Parameters as text, without asking the user's objects for anything."""

from __future__ import annotations

import datetime as dt
import enum
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import scipy.stats
from hypothesis import given
from hypothesis import strategies as st
from sklearn.base import BaseEstimator
from sklearn.impute import SimpleImputer
from sklearn.linear_model import Ridge

from nbtrail.capture.hyperparams import estimator_params, param_text


class Hostile:
    """Fails at every question."""

    def _no(self, *_args, **_options):
        raise RuntimeError("asked")

    __repr__ = __str__ = __eq__ = __hash__ = __len__ = __iter__ = __bool__ = _no
    __getattr__ = _no


class HostileText(str):
    __slots__ = ()

    def __repr__(self):
        raise RuntimeError("asked")

    __str__ = __repr__


class HostileNumber(int):
    def __repr__(self):
        raise RuntimeError("asked")

    __str__ = __int__ = __index__ = __add__ = __repr__


class Colour(enum.Enum):
    RED = 1


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.1, "0.1"),
        (np.float64(0.1), "0.1"),
        (np.int32(3), "3"),
        (np.str_("a"), "'a'"),
        (np.arange(6).reshape(2, 3), "array(2, 3)"),
        (pd.Series([1, 2]), "array(2,)"),
        ((1, "a", None), "(1, 'a', None)"),
        ({"a": [1, 2.5]}, "{'a': [1, 2.5]}"),
        (Ridge(), "Ridge"),
        (Ridge, "sklearn.linear_model._ridge.Ridge"),
        (np.mean, "numpy.mean"),
        (Path("data") / "a.csv", "'data/a.csv'"),
        (dt.date(2024, 1, 2), "date(2024-01-02)"),
        (Colour.RED, "Colour.RED"),
        (scipy.stats.norm(), "<rv_continuous_frozen>"),
        (Hostile(), "<Hostile>"),
        (HostileText("a"), "'a'"),
        (HostileNumber(7), "7"),
        ([Hostile()], "[<Hostile>]"),
        (10**400, "0x"),
    ],
    ids=[f"value{i}" for i in range(20)],
)
def test_texts(value, text):
    assert param_text(value).startswith(text)
    assert len(param_text(value)) < 2000


def test_long_values_are_cut():
    assert len(param_text("x" * 10**6)) < 600
    assert len(param_text(list(range(10**6)))) < 200
    deep: list = []
    deep.append(deep)
    assert len(param_text(deep)) < 200


@given(st.recursive(st.none() | st.floats() | st.integers() | st.text(), st.lists))
def test_any_plain_value_has_a_text(value):
    assert isinstance(param_text(value), str)


def test_defaults_are_told_without_comparing():
    class Mine(BaseEstimator):
        def __init__(self, a=Hostile, b=float("nan"), c=None, d=(1, 2)):
            self.a, self.b, self.c, self.d = a, b, c, d

    params = {p.key: p for p in estimator_params(Mine(a=Hostile(), d=(1, 3)))}
    assert {k: p.is_default for k, p in params.items() if k != "model"} == {
        "a": False,
        "b": True,
        "c": True,
        "d": False,
    }
    assert {p.key: p.is_default for p in estimator_params(SimpleImputer())}["missing_values"]


def test_an_estimator_without_rules_still_has_its_class():
    class Mine(BaseEstimator):
        def __init__(self, *parts):
            self.parts = parts

    assert [p.value for p in estimator_params(Mine(1, 2))] == ["'Mine'"]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (np.log1p, "numpy.log1p"),
        (np.vectorize(len), "<vectorize>"),
        (np.float32(0.5), "0.5"),
        (np.zeros((2, 3)), "array(2, 3)"),
        (np.array(3), "3"),
    ],
)
def test_things_of_numpy(value, text):
    assert param_text(value) == text
