"""What must hold before a model is promoted, and what was found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

__all__ = ["Gate", "GateName", "GateStatus", "refused"]


class GateName(StrEnum):
    """The gates, in the order in which they are asked."""

    THRESHOLD = "threshold"
    NO_REGRESSION = "no regression"
    REPRODUCIBILITY = "reproducibility"
    DATA_OVERLAP = "data overlap"


class GateStatus(StrEnum):
    """What a gate says. One that could not be checked lets pass, but never in silence."""

    PASSED = "passed"
    REFUSED = "refused"
    NOT_CHECKED = "not checked"


@dataclass(frozen=True, slots=True)
class Gate:
    """The answer of one gate to one promotion.

    Attributes
    ----------
    name : GateName
    status : GateStatus
    found : str
        What was found, with the numbers.
    remedy : str
        What to do about it; empty for a gate that passed.
    """

    name: GateName
    status: GateStatus
    found: str
    remedy: str = ""


def refused(gates: Sequence[Gate]) -> tuple[Gate, ...]:
    """Return the gates that refuse."""
    return tuple(gate for gate in gates if gate.status is GateStatus.REFUSED)
