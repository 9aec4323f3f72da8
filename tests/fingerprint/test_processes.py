"""Digests are the same in every process, whatever its hash seed, and load nothing by themselves."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

SCRIPT = """
import numpy as np, pandas as pd
from sklearn.tree import DecisionTreeClassifier
from nbtrail.fingerprint import digest
from nbtrail.fingerprint.estimators import digest_estimator
frame = pd.DataFrame({"a": [1.5, None], "b": ["x", "y"], "c": [{1, "z"}, {"k": (2, 3), "a": 1}]})
print(digest(frame))
tree = DecisionTreeClassifier(random_state=0).fit([[1], [2], [3]], ["u", "v", "u"])
tree.extra_ = {"one": {"p", "q", 3}, "two": frozenset("abc"), "f": (lambda x: x in {"l", "m", "n"})}
print(digest_estimator(tree))
"""


def run(script: str, seed: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", script],
        env={**os.environ, "PYTHONHASHSEED": seed},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


@pytest.mark.slow
def test_equal_under_other_hash_seeds():
    assert run(SCRIPT, "1") == run(SCRIPT, "2")


@pytest.mark.slow
def test_no_library_is_imported_before_its_data_appears():
    script = (
        "import sys; from nbtrail.fingerprint import digest; digest; "
        "print({'numpy', 'pandas', 'polars', 'pyarrow', 'sklearn'} & set(sys.modules)); "
        "digest({'a': [1, 'x', None]}); "
        "print({'pandas', 'polars', 'pyarrow', 'sklearn'} & set(sys.modules))"
    )
    assert run(script, "0").split() == ["set()", "set()"]


@pytest.mark.slow
def test_polars_agrees_without_pyarrow():
    script = (
        "import polars as pl, sys; from nbtrail.fingerprint import digest; "
        "f = pl.DataFrame({'s': ['a', None, 'é'], 'i': [1, None, 3], 'b': [True, None, False]}); "
        "print(digest(f).digest.content); assert 'pyarrow' not in sys.modules; "
        "print(digest(f.to_arrow()).digest.content)"
    )
    first, second = run(script, "0").split()
    assert first == second
