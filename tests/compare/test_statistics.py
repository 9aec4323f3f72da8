"""What runs say together, held against scipy's own functions and against chance."""

from __future__ import annotations

import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from nbtrail.compare.coordinates import parallel_axes
from nbtrail.compare.folds import fold_keys, fold_tests
from nbtrail.compare.importance import param_importance
from nbtrail.compare.runs import compare_runs
from nbtrail.compare.statistics import run_statistics
from nbtrail.entities.comparison import MetricRow, ParamRow
from nbtrail.entities.run import Direction, Experiment, Metric, Param, Run, RunStatus


def run(number, *, params=(), metrics=(), points=1):
    return Run(
        run_id=f"{number:032x}",
        name=f"run-{number}",
        experiment=Experiment("default"),
        status=RunStatus.FINISHED,
        started_ms=1000,
        ended_ms=3000,
        params=tuple(Param(k, v) for k, v in dict(params).items()),
        metrics=tuple(
            Metric(k, v, v, v, count=points, last_step=points - 1) for k, v in dict(metrics).items()
        ),
    )


RUNS = tuple(run(n) for n in range(4))


def test_a_test_over_folds_is_the_corrected_t_test():
    first = (0.90, 0.91, 0.93, 0.88, 0.92)
    other = (0.93, 0.93, 0.94, 0.92, 0.95)
    (found,), notes = fold_tests(RUNS[:2], [{"cv_f1": first}, {"cv_f1": other}])
    gaps = np.subtract(other, first)
    plain = stats.ttest_rel(other, first)
    corrected = plain.statistic * np.sqrt((1 / 5) / (1 / 5 + 1 / 4))
    assert found.p == pytest.approx(2 * stats.t.sf(abs(corrected), 4))
    assert found.p > plain.pvalue
    assert found.difference == pytest.approx(gaps.mean())
    assert (found.half < found.difference) == (found.p < 0.05) == (not found.tie)
    assert any("same rows" in note for note in notes)


def test_many_runs_are_corrected_after_holm():
    generator = np.random.default_rng(3)
    base = generator.normal(0.9, 0.02, 10)
    others = [base + generator.normal(gap, 0.01, 10) for gap in (0.0, 0.01, 0.05)]
    scores = [{"cv_f1": tuple(values.tolist())} for values in (base, *others)]
    together, _ = fold_tests(RUNS, scores)
    alone = [fold_tests((RUNS[0], RUNS[i]), [scores[0], scores[i]])[0][0].p for i in (1, 2, 3)]
    order = np.argsort(alone)
    by_hand = np.maximum.accumulate([min(1, alone[i] * (3 - k)) for k, i in enumerate(order)])
    assert [together[i].p for i in order] == pytest.approx(list(by_hand))


def test_equal_scores_tie_and_a_constant_gap_does_not():
    same = {"cv_f1": (0.5, 0.6, 0.7)}
    tied, higher = fold_tests(RUNS[:3], [same, same, {"cv_f1": (0.75, 0.85, 0.95)}])[0]
    assert (tied.p, tied.tie, tied.half) == (1.0, True, 0.0)
    assert higher.tie is False


def test_what_can_not_be_tested_is_said():
    scores = [{"cv_f1": (0.5, 0.6)}, {"cv_f1": (0.5, 0.6, 0.7)}, {"cv_f1": (0.5, float("nan"))}]
    tests, notes = fold_tests(RUNS[:3], scores)
    assert tests == ()
    assert notes == ("2 not tested: another number of folds, or a score that is no number.",)
    assert fold_tests(RUNS[:2], [{}, {}]) == ((), ())


def test_without_scipy_there_is_a_difference_but_no_verdict(monkeypatch):
    monkeypatch.setitem(sys.modules, "scipy.stats", None)
    (found,), notes = fold_tests(RUNS[:2], [{"cv_f1": (0.5, 0.6)}, {"cv_f1": (0.6, 0.8)}])
    assert found.difference == pytest.approx(0.15)
    assert (found.p, found.half, found.tie) == (None, None, None)
    assert any("scipy is not installed" in note for note in notes)
    seeds = [run(n, params={"seed": str(n)}, metrics={"f1": 0.5 + n / 10}) for n in (1, 2)]
    found = run_statistics(seeds, compare_runs(seeds), [{}, {}])
    assert found.groups[0].metrics["f1"].half is None
    assert any("no interval" in note for note in found.notes)


def test_only_scores_of_folds_are_tested():
    found = run(1, metrics={"cv_f1": 0.5, "train/cv_f1": 0.6, "loss": 0.1}, points=5)
    assert fold_keys(found) == ("cv_f1", "train/cv_f1")
    assert fold_keys(run(1, metrics={"cv_f1_mean": 0.5})) == ()


def test_the_param_that_moves_the_metric_is_the_important_one():
    generator = np.random.default_rng(0)
    depth = generator.integers(1, 10, 60)
    kind = generator.choice(["'a'", "'b'"], 60)
    noise = generator.integers(0, 5, 60)
    score = depth * 0.1 + generator.normal(0, 0.02, 60) + (kind == "'a'") * 0.2
    rows = [
        ParamRow("depth", tuple(map(str, depth)), differs=True),
        ParamRow("kind", tuple(kind), differs=True),
        ParamRow("noise", tuple(map(str, noise)), differs=True),
        ParamRow("own", tuple(f"'{n}'" for n in range(60)), differs=True),
        ParamRow("same", ("1",) * 60, differs=False),
    ]
    found = param_importance(rows, "f1", tuple(score.tolist()))
    assert [one.param for one in found[:2]] == ["depth", "kind"]
    shares = {one.param: one.share for one in found}
    assert shares["depth"] > 0.7
    assert shares.get("noise", 0) < 0.15
    assert "own" not in shares  # different in each run: explains nothing
    assert "same" not in shares
    assert param_importance(rows[:1], "f1", (0.5,) * 60) == ()


@given(st.lists(st.integers(0, 3), min_size=5, max_size=12), st.data())
@settings(max_examples=80, deadline=None)
def test_shares_are_shares_and_follow_scipy(values, data):
    scores = data.draw(st.lists(st.floats(-1e6, 1e6), min_size=len(values), max_size=len(values)))
    row = ParamRow("p", tuple(map(str, values)), differs=True)
    for one in param_importance([row], "m", scores):
        assert 0 <= one.share <= 1
        if one.numeric:
            rho = stats.spearmanr(values, scores).statistic
            expected = max(0.0, 1 - (1 - rho**2) * (len(values) - 1) / (len(values) - 2))
            assert one.share == pytest.approx(expected, abs=1e-9)


def test_axes_have_a_place_for_each_run():
    params = [
        ParamRow("C", ("0.001", "1", None, "1000"), differs=True),
        ParamRow("kernel", ("'rbf'", "'linear'", "'rbf'", None), differs=True),
        ParamRow("same", ("1",) * 4, differs=False),
        ParamRow("text", tuple(f"'{n}'" for n in range(4)), differs=True),
    ]
    metric = MetricRow("f1", (0.5, 0.7, float("nan"), 0.6), True, Direction.MAX, (1,))
    axes = {axis.key: axis for axis in parallel_axes(params, [metric])}
    assert list(axes) == ["C", "kernel", "text", "f1"]
    assert axes["C"].scale == "log"
    assert axes["C"].places == pytest.approx((0.0, 0.5, None, 1.0))
    assert axes["kernel"].labels == ("linear", "rbf")
    assert axes["kernel"].places == (1.0, 0.0, 1.0, None)
    assert (axes["f1"].metric, axes["f1"].direction) == (True, Direction.MAX)
    assert axes["f1"].places == pytest.approx((0.0, 1.0, None, 0.5))


def test_statistics_of_a_sweep():
    sweep = [
        run(n, params={"C": str(n % 3), "seed": str(n)}, metrics={"f1": n % 3 + n / 100})
        for n in range(6)
    ]
    found = run_statistics(sweep, compare_runs(sweep), [{}] * 6)
    assert [len(group.runs) for group in found.groups] == [2, 2, 2]
    assert all(group.metrics["f1"].half > 0 for group in found.groups)
    assert found.importance[0].param == "C"
    plain = [run(n, params={"C": "1"}, metrics={"f1": n}) for n in range(2)]
    assert run_statistics(plain, compare_runs(plain), [{}] * 2).groups == ()  # no seed is known
    few = sweep[:2]
    assert any("5 runs" in n for n in run_statistics(few, compare_runs(few), [{}] * 2).notes)
