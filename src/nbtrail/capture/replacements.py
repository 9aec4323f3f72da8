"""Taps by replacement for functions that no event can be had of.

Native functions have no code object, and Python 3.11 has no local events. The recording
function takes the original's place in every loaded module of its package at once, so that
pickling by name finds the same object everywhere.
"""

from __future__ import annotations

import functools
import sys
import time
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any

from nbtrail.capture.calls import Call, CallKind, CallSink, user_frame
from nbtrail.capture.guard import guarded

__all__ = ["Replacements"]


class Replacements:
    """Functions with a recording one in front, until `remove_all`.

    Parameters
    ----------
    sink : CallSink
    """

    def __init__(self, sink: CallSink) -> None:
        self._enter, self._leave = guarded(sink.entered), guarded(sink.returned)
        self._places: list[tuple[Any, str, Any, Any]] = []

    def replace(self, kind: CallKind, owner: Any, name: str, names: tuple[str, ...] = ()) -> None:
        """Put a recording function in front of ``owner.name``.

        Parameters
        ----------
        owner : module or class
            One that can't be changed (a static type) is left as it is.
        names : tuple of str
            Of the positional parameters, where the function itself doesn't know them.
        """
        original = vars(owner)[name]
        if isinstance(original, (staticmethod, classmethod)) or not callable(original):
            return
        recorder = self._recorder(kind, name, original, names or _parameter_names(original))
        for place, attribute in _places(owner, name, original):
            try:
                setattr(place, attribute, recorder)
            except (AttributeError, TypeError):
                continue
            self._places.append((place, attribute, original, recorder))

    def remove_all(self) -> None:
        """Put every original back where nobody else has put something since."""
        while self._places:
            place, name, original, recorder = self._places.pop()
            if vars(place).get(name) is recorder:
                setattr(place, name, original)

    def _recorder(
        self, kind: CallKind, name: str, original: Callable[..., Any], names: tuple[str, ...]
    ) -> Callable[..., Any]:
        enter, leave = self._enter, self._leave

        @functools.wraps(original)
        def _nbtrail_tap(*args: Any, **kwargs: Any) -> Any:
            caller = user_frame(sys._getframe(1))  # noqa: SLF001
            if caller is None:
                return original(*args, **kwargs)
            arguments = dict(zip(names, args, strict=False)) | kwargs
            if len(args) > len(names):
                arguments["*"] = args[len(names) :]
            call = Call(kind, name, arguments, caller, time.perf_counter_ns())
            enter(call)
            result = original(*args, **kwargs)
            call.result = result
            leave(call)
            call.caller = None
            return result

        return _nbtrail_tap


def _places(owner: Any, name: str, original: Any) -> Iterator[tuple[Any, str]]:
    yield owner, name
    if not isinstance(owner, ModuleType):
        return
    package = owner.__name__.partition(".")[0]
    inside = (f"{package}.", f"_{package}.")
    for module_name, module in tuple(sys.modules.items()):
        if f"{module_name}.".startswith(inside) and module is not owner:
            held = getattr(module, "__dict__", {}).get(name)
            if held is original:
                yield module, name


def _parameter_names(function: Any) -> tuple[str, ...]:
    while hasattr(function, "__wrapped__"):
        function = function.__wrapped__
    code = getattr(function, "__code__", None)
    return code.co_varnames[: code.co_argcount] if code is not None else ()
