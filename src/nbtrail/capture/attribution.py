"""To which model a metric belongs, and how sure that is."""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from nbtrail.capture.calls import Call
from nbtrail.capture.derived import flat_values, is_constant
from nbtrail.capture.expressions import argument_expression, called_methods, value_of
from nbtrail.capture.links import Link, Links
from nbtrail.capture.roles import Role
from nbtrail.capture.training import Training

__all__ = ["Attribution"]

# parameters that take predictions, the usual ones first; a user may also swap the two
_PREDICTIONS = (
    "y_pred",
    "y_score",
    "y_proba",
    "y_prob",
    "y2",
    "pred_decision",
    "labels_pred",
    "labels",
)
_OTHERS = ("y_true", "y1", "labels_true", "x", "y")
_MAKES_PREDICTIONS = frozenset(
    {"predict", "predict_proba", "predict_log_proba", "decision_function", "fit_predict"}
)


class Attribution:
    """Finds the model whose predictions a call was given.

    Parameters
    ----------
    links : Links
    training_of : callable
        Fitted object to its training, or None.
    """

    def __init__(self, links: Links, training_of: Callable[[Any], Training | None]) -> None:
        self._links = links
        self._training_of = training_of

    def of(self, call: Call) -> Link | None:
        """Return the model that is known to have made what the call was given."""
        given = [n for n in (*_PREDICTIONS, *_OTHERS) if call.arguments.get(n) is not None]
        for name in given:
            link = self._links.of_object(call.arguments[name])
            if link is not None:
                return link
        for name in given:
            link = None if name in _OTHERS else self._links.find(call.arguments[name])
            if link is not None:
                return link
        for name in given:
            link = self._written(call, name)
            if link is not None:
                return link
        return None

    def candidates(self, call: Call) -> tuple[Link, ...] | None:
        """Return the models that may have made it, or None when no model can have.

        A constant is the work of no model that was found otherwise: it is a baseline.
        """
        for name in _PREDICTIONS:
            value = call.arguments.get(name)
            if value is None:
                continue
            flat = flat_values(value)
            if flat is not None and is_constant(flat):
                return None
            if hasattr(value, "__len__"):
                return self._links.of_length(len(value))
        return ()

    def _written(self, call: Call, name: str) -> Link | None:
        """Infer the model from what the user wrote: ``pred[mask]``, ``m.predict(X) > 0``."""
        expression = argument_expression(call.caller, call.arguments, name)
        if expression is None or call.caller is None:
            return None
        frame = call.caller
        found: dict[int, Link] = {}
        for node in ast.walk(expression):
            if not isinstance(node, (ast.Name, ast.Attribute, ast.Subscript)):
                continue
            link = self._links.of_object(value_of(node, frame))
            if link is not None:
                found[id(link.training)] = link
        for model, method in called_methods(expression, frame):
            if method in _MAKES_PREDICTIONS:
                training = self._training_of(model)
                if training is not None:
                    made = self._links.latest_of(training)
                    found.setdefault(id(training), made or Link(training, Role(None), ""))
        if len(found) != 1:
            return None
        (link,) = found.values()
        return replace(link, quality="inferred")
