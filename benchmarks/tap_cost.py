"""What the taps add to calls of a modelling library: without digests, and with them.

Each function is timed in one process in rounds that alternate between taps off and on, the
least of all repetitions counts. "tap" is what a call adds that does nothing by itself (a
class and a metric of our own making under the same taps), so nothing else is in it.
"digests" is what nbtrail.fingerprint takes for the data that the call is given, "adds" what
the whole call takes longer, "x" the ratio of tapped to untapped.

Usage: python benchmarks/tap_cost.py [REPETITIONS]
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.datasets import load_breast_cancer
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, zero_one_loss
from sklearn.model_selection import GridSearchCV
from sklearn.naive_bayes import GaussianNB

from nbtrail.capture.calls import Call
from nbtrail.capture.collector import Collector
from nbtrail.capture.taps import Taps
from nbtrail.fingerprint import digest

BUDGET_US = 5.0  # for a tap, digests apart
X, y = load_breast_cancer(return_X_y=True)


class Nothing(BaseEstimator):
    """Does nothing, so that only the tap is measured."""

    def fit(self, X: Any, y: Any = None) -> Nothing:  # noqa: ARG002, N803 - scikit-learn's names
        """Do nothing."""
        return self

    def predict(self, X: Any) -> None:  # noqa: N803 - scikit-learn's names
        """Do nothing."""


class Deaf:
    """Takes the calls of the taps and does nothing with them."""

    def entered(self, call: Call) -> None:
        """Do nothing."""

    def returned(self, call: Call) -> None:
        """Do nothing."""


class Measured(NamedTuple):
    """Seconds for one call without and with taps."""

    off: float
    on: float


class Switch(NamedTuple):
    """How taps are set and removed, and what is done after each tapped round."""

    on: Callable[[], None]
    off: Callable[[], None]
    clear: Callable[[], object] = lambda: None


def measure(call: Callable[[], object], switch: Switch, repetitions: int, inner: int) -> Measured:
    """Return the least time of one call, taps off and on in turn."""
    best = [float("inf"), float("inf")]
    for _ in range(repetitions):
        for place, tapped in enumerate((False, True)):
            if tapped:
                switch.on()
            start = time.perf_counter()
            for _ in range(inner):
                call()
            best[place] = min(best[place], (time.perf_counter() - start) / inner)
            if tapped:
                switch.clear()
                switch.off()
    return Measured(*best)


def taps_alone(repetitions: int) -> None:
    """Print what a tap itself costs."""
    taps, nothing = Taps(Deaf()), Nothing()
    switch = Switch(taps.install, taps.remove)
    calls: dict[str, Callable[[], object]] = {
        "method": lambda: nothing.predict(X),
        "fit": lambda: nothing.fit(X, y),
    }
    print(
        f"{'tap of a':24}{'untapped us':>12}{'tapped us':>12}{'adds us':>10}   budget {BUDGET_US}"
    )
    for name, call in calls.items():
        found = measure(call, switch, repetitions, 2000)
        off, on = 1e6 * found.off, 1e6 * found.on
        print(f"{name:24}{off:12.2f}{on:12.2f}{on - off:10.2f}")


def whole_calls(repetitions: int) -> None:
    """Print what capture adds to real calls, with everything it records of them."""
    collector = Collector()
    switch = Switch(collector.start, collector.stop, collector.drain)
    model = GaussianNB().fit(X, y)
    forest = RandomForestClassifier(30, random_state=0)
    predicted = model.predict(X)
    search = GridSearchCV(GaussianNB(), {"var_smoothing": [1e-9, 1e-6]}, cv=3)
    big, labels = np.random.default_rng(0).normal(size=(200_000, 20)), np.arange(200_000) % 2
    cases: dict[str, tuple[Callable[[], object], tuple[Any, ...], int]] = {
        "GaussianNB.fit": (lambda: GaussianNB().fit(X, y), (X, y), 20),
        "GaussianNB.predict": (lambda: model.predict(X), (X,), 20),
        "GaussianNB.score": (lambda: model.score(X, y), (X, y), 20),
        "accuracy_score": (lambda: accuracy_score(y, predicted), (), 20),
        "zero_one_loss": (lambda: zero_one_loss(y, predicted), (), 20),
        "LogisticRegression.fit": (lambda: LogisticRegression(max_iter=3000).fit(X, y), (X, y), 1),
        "RandomForest.fit": (lambda: forest.fit(X, y), (X, y), 1),
        "GridSearchCV.fit": (lambda: search.fit(X, y), (X, y), 2),
        "GaussianNB.fit, 32 MB": (lambda: GaussianNB().fit(big, labels), (big, labels), 1),
    }
    print(f"\n{'call':24}{'untapped ms':>12}{'adds ms':>10}{'digests ms':>12}{'x':>8}")
    for name, (call, data, inner) in cases.items():
        call()
        found = measure(call, switch, repetitions, inner)
        hashing = measure(partial(_digest_all, data), switch, repetitions, 1).off
        adds = 1e3 * (found.on - found.off)
        print(
            f"{name:24}{1e3 * found.off:12.3f}{adds:10.3f}{1e3 * hashing:12.3f}"
            f"{found.on / found.off:8.3f}"
        )


def _digest_all(data: tuple[Any, ...]) -> None:
    for value in data:
        digest(value)


def main() -> None:
    """Run both."""
    repetitions = int(sys.argv[1]) if len(sys.argv) > 1 else 7
    print(f"Python {sys.version.split()[0]}")
    taps_alone(repetitions)
    whole_calls(repetitions)


if __name__ == "__main__":
    main()
