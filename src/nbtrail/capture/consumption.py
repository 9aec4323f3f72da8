"""The data that a call was given, digested before the call can change it."""

from __future__ import annotations

import weakref
from collections.abc import Callable
from typing import Any, NamedTuple

from nbtrail.capture.boosting import Sources, evaluation_sets
from nbtrail.capture.calls import Call, CallKind
from nbtrail.capture.expressions import argument_expression, names_in
from nbtrail.capture.frames import is_function, local_values
from nbtrail.entities.dataset import Dataset
from nbtrail.exceptions import FingerprintError
from nbtrail.fingerprint import digest

__all__ = ["TABLES", "Consumed", "Consumption"]

_DATA = ("X", "y", "sample_weight", "data", "label", "weight", "dtrain", "train_set")
_METHODS = frozenset({CallKind.FIT, CallKind.PREDICT, CallKind.SCORE})
TABLES = frozenset({"X", "data"})
"""Parameters that take the rows a model learns from or is applied to."""


class Consumed(NamedTuple):
    """Data that a call was given.

    Attributes
    ----------
    argument : str
        The parameter.
    variable : str
        The user's, or empty.
    value : object or None
        The data itself; None when it was given as a matrix of it, and is gone.
    evaluated : bool
        A fit does not learn from it, it only measures itself on it.
    """

    argument: str
    variable: str
    dataset: Dataset
    value: Any
    evaluated: bool = False


class Consumption:
    """Digests what calls are given, and remembers what matrices of libraries were made of.

    Parameters
    ----------
    name_of : callable
        Object to the user's variable that holds it, or an empty text.
    """

    def __init__(self, name_of: Callable[[Any], str]) -> None:
        self._name_of = name_of
        self._sources = Sources()
        self._missed: dict[str, str] = {}

    def of_fit(self, call: Call) -> list[Consumed]:
        """Return what a fit is about to learn from and to evaluate itself on."""
        evaluated = [
            made
            for data in evaluation_sets(call.arguments)
            for made in self._digested(call, "X", data)[:1]
        ]
        return [*self.of(call), *(made._replace(evaluated=True) for made in evaluated)]

    def of(self, call: Call, names: tuple[str, ...] = _DATA) -> list[Consumed]:
        """Return what a call was given under some of its parameters."""
        if call.kind in _METHODS and "X" not in call.arguments:
            # another extension put a function of its own in front, with *args
            given = zip(("X", "y"), call.arguments.get("*", ()), strict=False)
            call.arguments.update(given)
        return [
            item
            for name in names
            if call.arguments.get(name) is not None
            for item in self._digested(call, name, call.arguments[name])
        ]

    def _digested(self, call: Call, name: str, value: Any) -> list[Consumed]:
        """Digest what was passed, or say what the matrix that was passed was made of."""
        variable = self.variable(call, value)
        made = self._sources.of(value)
        if made is not None:
            return [
                Consumed(argument, held or variable, dataset, alive())
                for argument, held, dataset, alive in made
            ]
        try:
            return [Consumed(name, variable, digest(value, profile=True), value)]
        except FingerprintError as error:
            self._missed[variable or name] = str(error)
            return []

    def take_missed(self) -> dict[str, str]:
        """Return the data that had no digest since the last call, each with the reason."""
        missed, self._missed = self._missed, {}
        return missed

    def made(self, call: Call, consumed: list[Consumed]) -> None:
        """Remember what a matrix of xgboost or lightgbm was made of."""
        self._sources.add(
            call.arguments["self"],
            [(m.argument, m.variable, m.dataset, _weakly(m.value)) for m in consumed],
        )

    def names(self, call: Call, item: Consumed) -> tuple[str, ...]:
        """Return what the user calls it: the variable, or the names in the expression."""
        if item.variable:
            return (item.variable,)
        return names_in(argument_expression(call.caller, call.arguments, item.argument))

    def variable(self, call: Call, value: Any) -> str:
        """Return the variable that holds a value: of the calling function, else of the session."""
        if call.caller is not None and is_function(call.caller):
            for name, held in local_values(call.caller).items():
                if held is value and not name.startswith("_"):
                    return name
        return self._name_of(value)


def _weakly(value: Any) -> Callable[[], Any]:
    try:
        return weakref.ref(value)
    except TypeError:
        return lambda: None
