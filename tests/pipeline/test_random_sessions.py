"""No random notebook is verified with another value than it had."""

from __future__ import annotations

import math
from unittest import mock

import pytest
from afresh import call_afresh
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from sessions import notebooks
from trials import try_notebook, try_notebooks

from nbtrail.lineage.slice import backward_slice

_BATCH = 10


@pytest.mark.slow
@pytest.mark.parametrize("part", range(4))
def test_nothing_wrong_is_verified(part):
    """Two hundred notebooks; `benchmarks/random_sessions.py` tries thousands."""

    @seed(part)
    @settings(
        max_examples=5,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(st.lists(notebooks(), min_size=_BATCH, max_size=_BATCH))
    def check(batch):
        trials = call_afresh(try_notebooks, batch)
        for trial in trials:
            assert not trial.wrong, "\n# %%\n".join(trial.cells)
        useful = [t for t in trials if not math.isnan(t.expected)]
        assert sum(t.verified for t in useful) >= len(useful) / 2

    check()


@pytest.mark.slow
def test_a_new_interpreter_says_the_same():
    cells = ["import random\nrandom.seed(3)", "xs = [random.random()]\nys = xs", "ys.append(1)"]
    trial = call_afresh(try_notebook, [*cells, "m = float(sum(xs))"], fresh=True)
    assert trial.outcome == "verified-exact"
    assert trial.found == trial.expected


@pytest.mark.slow
def test_a_draw_without_a_seed_is_not_verified_by_luck():
    """Of few possible values one comes up again soon; the random state of then is what counts."""
    cells = ["import random", "coin = random.randint(0, 1)", "m = float(coin)"]
    trials = call_afresh(try_notebooks, [cells] * 6)
    assert [t.found for t in trials] == [t.expected for t in trials]
    assert all(t.verified and t.first == "right" for t in trials)


@pytest.mark.slow
def test_a_wrong_script_would_be_noticed():
    """The trial compares with an execution of its own: a verdict alone convinces nobody."""
    trial = call_afresh(_trial_with_blind_judge)
    assert trial.verified
    assert trial.wrong


def _trial_with_blind_judge():
    cells = ["xs = [1]\nys = xs", "ys.append(2)", "m = float(sum(xs))"]
    original = backward_slice

    def careless(graph, nodes=(), names=()):
        return tuple(n for n in original(graph, nodes, names) if n[0] != 1)

    with (
        mock.patch("nbtrail.pipeline.plan.backward_slice", careless),
        mock.patch("nbtrail.pipeline.judge.same_float", return_value=True),
    ):
        return try_notebook(cells)
