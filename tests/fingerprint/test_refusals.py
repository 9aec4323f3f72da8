"""What can't be digested is refused in words, and nothing is used up or changed."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp

from nbtrail.entities.dataset import Coverage
from nbtrail.exceptions import FingerprintError
from nbtrail.fingerprint import digest
from nbtrail.fingerprint.estimators import digest_estimator


def test_iterators_are_refused_and_not_consumed():
    source = (x for x in range(3))
    for value in (source, iter([1, 2]), map(str, [1]), [source]):
        with pytest.raises(FingerprintError, match="use it up"):
            digest(value)
    assert list(source) == [0, 1, 2]


def test_open_files_are_refused(tmp_path):
    with (tmp_path / "x").open("w") as file, pytest.raises(FingerprintError, match="use it up"):
        digest_estimator({"file": file})


@pytest.mark.parametrize("value", [object(), {1, 2}, print])
def test_unknown_kinds_name_the_type(value):
    with pytest.raises(FingerprintError, match=type(value).__name__):
        digest(value)


def test_a_list_in_itself_is_refused():
    value: list = [np.zeros(2)]
    value.append(value)
    with pytest.raises(FingerprintError, match="contains itself"):
        digest(value)


def test_nothing_is_changed():
    unsorted = sp.csr_matrix((np.array([1.0, 0.0, 2.0]), [2, 1, 0], [0, 3, 3, 3]), (3, 3))
    before = unsorted.indices.copy(), unsorted.data.copy()
    digest(unsorted)
    assert (unsorted.indices == before[0]).all()
    assert (unsorted.data == before[1]).all()
    frozen = np.array([-0.0, np.nan, 1.5])
    frozen.flags.writeable = False
    digest(frozen)
    frame = pd.DataFrame({"a": [-0.0, 0.5], "b": pd.Categorical(["x", None])})
    copy = frame.copy()
    digest(frame)
    pd.testing.assert_frame_equal(frame, copy)
    assert np.signbit(frame["a"].iloc[0])


def test_beyond_the_limit_blocks_are_sampled_and_it_says_so():
    values = np.arange(65_536 * 4 + 1)
    sampled = digest(values, limit=values.nbytes // 2)
    assert sampled.digest.coverage is Coverage.SAMPLED
    assert [bool(b) for b in sampled.columns[0].blocks] == [True, False, True, False, True]
    assert digest(values, limit=values.nbytes).digest.coverage is Coverage.FULL
