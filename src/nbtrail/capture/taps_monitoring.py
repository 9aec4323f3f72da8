"""Taps by sys.monitoring (PEP 669): local events on code objects, no object is changed."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from types import CodeType, FrameType
from typing import Any

from nbtrail.capture.calls import Call, CallKind, CallSink, user_frame
from nbtrail.capture.guard import guarded
from nbtrail.capture.targets import Target

__all__ = ["MonitoringTaps", "free_tool_id"]

# 0, 1, 2 and 5 are reserved by PEP 669 for debuggers, coverage, profilers and optimizers
_TOOL_IDS = (3, 4)
_VARARGS, _VARKEYWORDS = 0x04, 0x08


def free_tool_id() -> int | None:
    """Return a tool id that nobody uses, or None."""
    return next((i for i in _TOOL_IDS if sys.monitoring.get_tool(i) is None), None)


class MonitoringTaps:
    """Listens to start and return of the targets' innermost code objects."""

    def __init__(self, sink: CallSink, tool: int) -> None:
        self._sink = sink
        self._tool = tool
        self._codes: dict[CodeType, tuple[CallKind, str]] = {}
        self._watched: dict[CodeType, Callable[[type], None]] = {}
        self._pending: dict[FrameType, Call] = {}
        events = sys.monitoring.events
        sys.monitoring.use_tool_id(tool, "nbtrail")
        sys.monitoring.register_callback(tool, events.PY_START, self._started)
        sys.monitoring.register_callback(tool, events.PY_RETURN, self._returned)

    def tap(self, target: Target) -> None:
        """Listen to one target."""
        code = _innermost_code(vars(target.owner)[target.attribute])
        if code is None or code in self._codes:
            return
        self._codes[code] = (target.kind, target.attribute)
        events = sys.monitoring.events
        sys.monitoring.set_local_events(self._tool, code, events.PY_START | events.PY_RETURN)

    def watch(self, target: Target, notify: Callable[[type], None]) -> None:
        """Call `notify` with each class that the target, an ``__init_subclass__``, was run for."""
        code = _innermost_code(vars(target.owner)[target.attribute])
        if code is not None:
            self._watched[code] = notify
            sys.monitoring.set_local_events(self._tool, code, sys.monitoring.events.PY_RETURN)

    def forget_pending(self) -> None:
        """Drop calls that never returned."""
        self._pending.clear()

    def remove_all(self) -> None:
        """Stop to listen and free the tool id."""
        for code in (*self._codes, *self._watched):
            sys.monitoring.set_local_events(self._tool, code, 0)
        sys.monitoring.free_tool_id(self._tool)
        self._codes.clear()
        self._watched.clear()
        self._pending.clear()

    @guarded
    def _started(self, code: CodeType, _offset: int) -> None:
        # frame 0 is this function, 1 the guard around it
        frame = sys._getframe(2)  # noqa: SLF001
        known = self._codes.get(code)
        if known is None or frame.f_code is not code:
            return
        caller = user_frame(frame.f_back)
        if caller is None and not known[0].is_internal:
            return
        call = Call(known[0], known[1], _arguments(frame), caller, time.perf_counter_ns())
        self._pending[frame] = call
        self._sink.entered(call)

    @guarded
    def _returned(self, code: CodeType, _offset: int, result: Any) -> None:
        frame = sys._getframe(2)  # noqa: SLF001
        notify = self._watched.get(code)
        if notify is not None:
            notify(frame.f_locals[code.co_varnames[0]])
            return
        call = self._pending.pop(frame, None) if frame.f_code is code else None
        if call is not None:
            call.duration_ns = time.perf_counter_ns() - call.started_ns
            call.result = result
            self._sink.returned(call)
            call.caller = None


def _arguments(frame: FrameType) -> dict[str, Any]:
    code = frame.f_code
    named = code.co_argcount + code.co_kwonlyargcount
    local = frame.f_locals
    arguments = {name: local[name] for name in code.co_varnames[:named] if name in local}
    extra = code.co_varnames[named + bool(code.co_flags & _VARARGS) :]
    if code.co_flags & _VARKEYWORDS and extra:
        arguments.update(local.get(extra[0], {}))
    if code.co_flags & _VARARGS:
        arguments["*"] = tuple(local.get(code.co_varnames[named], ()))
    return arguments


def _innermost_code(attribute: Any) -> CodeType | None:
    function = getattr(attribute, "fn", attribute)  # sklearn's available_if descriptor
    function = getattr(function, "__func__", function)
    while hasattr(function, "__wrapped__"):
        function = function.__wrapped__
    return getattr(function, "__code__", None)
