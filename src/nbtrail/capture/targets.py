"""Which functions of the loaded modelling libraries are worth a tap."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from nbtrail.capture.calls import CallKind

__all__ = ["Target", "TargetFinder"]

_METHODS = {
    "fit": CallKind.FIT,
    "fit_predict": CallKind.FIT,
    "fit_transform": CallKind.FIT,
    "partial_fit": CallKind.FIT,
    "predict": CallKind.PREDICT,
    "predict_proba": CallKind.PREDICT,
    "predict_log_proba": CallKind.PREDICT,
    "decision_function": CallKind.PREDICT,
    "score": CallKind.SCORE,
}
_MODEL_SELECTION = {
    "train_test_split": CallKind.SPLIT,
    "cross_val_score": CallKind.CROSS_VALIDATE,
    "cross_validate": CallKind.CROSS_VALIDATE,
    "cross_val_predict": CallKind.CROSS_VALIDATE,
}


class Target(NamedTuple):
    """A function to tap: where it hangs (`owner`, `attribute`) and what it does."""

    kind: CallKind
    owner: Any
    attribute: str


class TargetFinder:
    """Finds targets that were not there before; cheap when nothing new was loaded."""

    def __init__(self) -> None:
        self._classes: set[type] = set()
        self._modules: set[str] = set()

    def new_targets(self) -> Iterator[Target]:
        """Yield each target once in the life of the finder."""
        base = sys.modules.get("sklearn.base")
        estimator = getattr(base, "BaseEstimator", None)
        if estimator is None:
            return
        for cls in self._new_classes(estimator):
            yield from _methods_of(cls)
        yield from self._functions()

    def targets_of(self, cls: type) -> Iterator[Target]:
        """Yield the targets of one class that was just defined."""
        for ancestor in cls.__mro__:
            if ancestor not in self._classes and ancestor is not object:
                self._classes.add(ancestor)
                yield from _methods_of(ancestor)

    def _new_classes(self, base: type) -> Iterator[type]:
        # before each cell, over a few hundred classes: so by whole generations
        children: Callable[[type], list[type]] = type.__subclasses__
        found: dict[type, None] = {}
        generation: dict[type, None] = {base: None}
        while generation:
            generation = {c: None for cls in generation for c in children(cls)}
            found |= generation
        for child in found.keys() - self._classes:
            # mixins in other branches hold predict and score
            for ancestor in child.__mro__:
                if ancestor not in self._classes and ancestor is not object:
                    self._classes.add(ancestor)
                    yield ancestor

    @staticmethod
    def subclass_hook() -> Target | None:
        """Return what scikit-learn itself calls for every new class of estimators."""
        base = sys.modules.get("sklearn.base")
        for owner in getattr(getattr(base, "BaseEstimator", None), "__mro__", (object,))[:-1]:
            if isinstance(vars(owner).get("__init_subclass__"), classmethod):
                return Target(CallKind.DEFINE, owner, "__init_subclass__")
        return None

    def _functions(self) -> Iterator[Target]:
        metrics = sys.modules.get("sklearn.metrics")
        if (
            metrics is not None
            and "sklearn.metrics" not in self._modules
            and hasattr(metrics, "__all__")
        ):
            self._modules.add("sklearn.metrics")
            for name in metrics.__all__:
                function = getattr(metrics, name, None)
                if inspect.isfunction(function) and hasattr(function, "__wrapped__"):
                    yield Target(CallKind.METRIC, metrics, name)
            scorer = getattr(sys.modules.get("sklearn.metrics._scorer"), "_BaseScorer", None)
            for owner in (scorer, *type.__subclasses__(scorer)) if scorer is not None else ():
                if "__call__" in vars(owner):
                    yield Target(CallKind.SCORE, owner, "__call__")
        selection = sys.modules.get("sklearn.model_selection")
        if (
            selection is not None
            and "sklearn.model_selection" not in self._modules
            and all(hasattr(selection, name) for name in _MODEL_SELECTION)
        ):
            self._modules.add("sklearn.model_selection")
            for name, kind in _MODEL_SELECTION.items():
                yield Target(kind, selection, name)


def _methods_of(cls: type) -> Iterator[Target]:
    for name in _METHODS.keys() & vars(cls).keys():
        yield Target(_METHODS[name], cls, name)
