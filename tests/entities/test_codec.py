"""Entities survive the way to JSON and back."""

from __future__ import annotations

import json
import math

from hypothesis import given
from hypothesis import strategies as st

from nbtrail.entities.codec import dumps, loads, to_plain
from nbtrail.entities.dataset import (
    Column,
    Coverage,
    Dataset,
    DatasetContext,
    DatasetUse,
    Digest,
    Seen,
)
from nbtrail.entities.identity import is_run_id, new_id
from nbtrail.entities.run import Direction, Experiment, Metric, Param, Run, RunStatus

texts = st.text(max_size=20)
floats = st.floats(allow_nan=False)
uses = st.builds(
    DatasetUse,
    st.builds(
        Dataset,
        st.builds(Digest, texts, texts, st.sampled_from(Coverage)),
        texts,
        st.integers(-1, 10**9),
        st.tuples(st.builds(Column, texts, texts, texts, st.tuples(texts))),
    ),
    texts,
    st.sampled_from(DatasetContext),
    st.sampled_from(Seen),
    texts,
)
runs = st.builds(
    Run,
    run_id=texts,
    name=texts,
    experiment=st.builds(Experiment, texts, texts, st.sampled_from([None, *Direction])),
    status=st.sampled_from(RunStatus),
    started_ms=st.integers(0, 2**50),
    ended_ms=st.none() | st.integers(0, 2**50),
    params=st.lists(st.builds(Param, texts, texts, texts, st.booleans()), max_size=3).map(tuple),
    metrics=st.lists(st.builds(Metric, texts, floats, floats, floats), max_size=3).map(tuple),
    tags=st.dictionaries(texts, texts, max_size=3),
    datasets=st.lists(uses, max_size=2).map(tuple),
)


@given(runs)
def test_a_run_comes_back_equal(run):
    assert loads(Run, dumps(run)) == run


def test_special_floats_are_valid_json_and_come_back():
    metric = Metric("loss", math.nan, -math.inf, math.inf)
    back = loads(Metric, dumps(metric))
    assert math.isnan(back.last)
    assert (back.minimum, back.maximum) == (-math.inf, math.inf)
    json.loads(dumps(metric), parse_constant=lambda name: 1 / 0)


def test_unknown_keys_of_a_newer_writer_are_ignored():
    plain = to_plain(Param("C", "1.0")) | {"invented": 1}
    assert loads(Param, json.dumps(plain)) == Param("C", "1.0")


def test_ids_sort_by_time_and_are_unique():
    ids = [new_id(now_ms) for now_ms in range(1_000, 2_000)]
    assert ids == sorted(ids)
    assert len(set(ids)) == 1000
    assert all(is_run_id(i) for i in ids)
    assert not is_run_id("abc")
