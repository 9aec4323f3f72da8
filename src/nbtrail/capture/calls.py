"""What a tap reports: one user-level call into a modelling library."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from types import FrameType
from typing import Any, Protocol

__all__ = ["LIBRARIES", "TRAMPOLINE", "Call", "CallKind", "CallSink", "user_frame"]

# name of the function that taps_patch puts in front of a target
TRAMPOLINE = "_nbtrail_tap"


class CallKind(Enum):
    """What kind of call was seen."""

    FIT = "fit"
    PREDICT = "predict"
    SCORE = "score"
    METRIC = "metric"
    SPLIT = "split"
    CROSS_VALIDATE = "cross_validate"
    DEFINE = "define"
    READ = "read"
    WRITE = "write"
    QUERY = "query"
    RESPONSE = "response"
    TRAIN = "train"
    DATA = "data"
    ITERATE = "iterate"
    STUDY = "study"

    @property
    def is_internal(self) -> bool:
        """Whether libraries make the call, on the user's behalf."""
        return self is CallKind.ITERATE


@dataclass(slots=True)
class Call:
    """A call that the user's own code made, with the live objects it was given.

    Attributes
    ----------
    name : str
        ``fit``, ``predict_proba``, ``accuracy_score``...
    arguments : dict
        By parameter name, as passed (defaults left out); ``self`` included for methods.
    caller : frame
        The user's frame that made the call; dropped when the call is over.
    result : object
        What the call returned.
    started_ns : int
        `time.perf_counter_ns` at entry.
    """

    kind: CallKind
    name: str
    arguments: dict[str, Any]
    caller: FrameType | None
    started_ns: int
    duration_ns: int = 0
    result: Any = None


class CallSink(Protocol):
    """Receives the calls. It must neither raise nor keep `Call.result` alive."""

    def entered(self, call: Call) -> None:
        """Take a call that begins; its arguments are as the user passed them."""

    def returned(self, call: Call) -> None:
        """Take a call that came back without an exception."""


# A call is the user's own when none of these is on the stack above it, sklearn's thin
# decorators apart. That needs no depth counter, holds in joblib's threads (whose stack
# starts in sklearn), and ignores what a scorer of the user does inside a search.
LIBRARIES = frozenset({"sklearn", "xgboost", "lightgbm", "catboost", "imblearn", "skops"})
_OURS = "nbtrail.flavors"
_DECORATORS = frozenset(
    {
        ("sklearn.base", "wrapper"),
        ("sklearn.utils._param_validation", "wrapper"),
        ("sklearn.utils._set_output", "wrapped"),
        ("sklearn.utils._available_if", "out"),
        ("sklearn.utils.validation", "inner_f"),
        ("sklearn.utils.deprecation", "wrapped"),
        ("xgboost.core", "inner_f"),
    }
)


def user_frame(frame: FrameType | None) -> FrameType | None:
    """Return the user's frame that made the call of `frame`, or None when a library did."""
    found = None
    while frame is not None:
        module = str(frame.f_globals.get("__name__", ""))  # exec takes any globals
        if found is None and (module, frame.f_code.co_name) in _DECORATORS:
            frame = frame.f_back
            continue
        if frame.f_code.co_name != TRAMPOLINE:
            if module.partition(".")[0] in LIBRARIES or module.startswith(_OURS):
                return None
            found = found or frame
        frame = frame.f_back
    return found
