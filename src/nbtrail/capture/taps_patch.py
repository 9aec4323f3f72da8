"""Taps by replacement, for Python 3.11: as few visible objects as possible are changed.

scikit-learn decorates `fit`, `transform` and every metric with functions that keep the
original in a closure cell. Swapping the content of that cell reaches every name that the
user imported earlier, and the function the user sees stays the same object (so it still
pickles). Only undecorated methods (`predict`, `score`) are replaced on their class. Classes of
the notebook travel to worker processes by value, so theirs give way to a descriptor that
hands the original to every pickle and to everyone who asks the class for it.
"""

from __future__ import annotations

import copy
import functools
import sys
import time
from collections.abc import Callable
from types import CellType, FunctionType, MethodType
from typing import Any

from nbtrail.capture.calls import Call, CallSink, user_frame
from nbtrail.capture.guard import guarded
from nbtrail.capture.targets import Target

__all__ = ["PatchTaps"]

# names under which sklearn's decorators keep the decorated function
_SLOTS = ("fit_method", "func", "f")


class PatchTaps:
    """Puts a recording function in front of each target."""

    def __init__(self, sink: CallSink) -> None:
        self._sink = sink
        self._restore: list[Callable[[], None]] = []
        self._cells: set[int] = set()
        self._active = True

    def tap(self, target: Target) -> None:
        """Tap one target."""
        attribute = vars(target.owner)[target.attribute]
        cell = _slot(attribute)
        if cell is not None:
            if id(cell) not in self._cells:
                self._cells.add(id(cell))
                self._swap(cell, self._recorder(cell.cell_contents, target))
        elif isinstance(getattr(attribute, "fn", None), FunctionType):
            # sklearn's available_if descriptor holds the function in an attribute
            self._set(attribute, "fn", self._recorder(attribute.fn, target))
        elif isinstance(attribute, FunctionType):
            recorder = self._recorder(attribute, target)
            own = target.owner.__module__ == "__main__" if isinstance(target.owner, type) else False
            tapped = _TappedMethod(attribute, recorder) if own else recorder
            self._set(target.owner, target.attribute, tapped)

    def watch(self, target: Target, notify: Callable[[type], None]) -> None:
        """Call `notify` with each class that the target, an ``__init_subclass__``, was run for."""
        original = vars(target.owner)[target.attribute].__func__

        @functools.wraps(original)
        def _nbtrail_tap(cls: type, *args: Any, **kwargs: Any) -> None:
            original(cls, *args, **kwargs)
            notify(cls)

        self._set(target.owner, target.attribute, classmethod(_nbtrail_tap))

    def forget_pending(self) -> None:
        """Nothing is pending here: the recorder sees exceptions itself."""

    def remove_all(self) -> None:
        """Put every original back."""
        self._active = False
        while self._restore:
            self._restore.pop()()
        self._cells.clear()

    def _swap(self, cell: CellType, recorder: Callable[..., Any]) -> None:
        original = cell.cell_contents
        cell.cell_contents = recorder

        def restore() -> None:
            if cell.cell_contents is recorder:  # else somebody patched it after us
                cell.cell_contents = original

        self._restore.append(restore)

    def _set(self, owner: Any, name: str, recorder: Any) -> None:
        original = vars(owner)[name]
        setattr(owner, name, recorder)

        def restore() -> None:
            if vars(owner).get(name) is recorder:
                setattr(owner, name, original)

        self._restore.append(restore)

    def _recorder(self, original: Callable[..., Any], target: Target) -> Callable[..., Any]:
        kind, name = target.kind, target.attribute
        names = _parameter_names(original)
        enter, leave = guarded(self._sink.entered), guarded(self._sink.returned)

        @functools.wraps(original)
        def _nbtrail_tap(*args: Any, **kwargs: Any) -> Any:
            caller = user_frame(sys._getframe(1)) if self._active else None  # noqa: SLF001
            if caller is None and not (self._active and kind.is_internal):
                return original(*args, **kwargs)
            arguments = dict(zip(names, args, strict=False)) | kwargs
            if len(args) > len(names):
                arguments["*"] = args[len(names) :]
            call = Call(kind, name, arguments, caller, time.perf_counter_ns())
            enter(call)
            result = original(*args, **kwargs)
            call.duration_ns = time.perf_counter_ns() - call.started_ns
            call.result = result
            leave(call)
            call.caller = None
            return result

        _nbtrail_tap.__nbtrail_original__ = original  # type: ignore[attr-defined]
        return _nbtrail_tap


class _TappedMethod:
    """A method in a class's namespace that records only the calls on instances."""

    def __init__(self, original: FunctionType, recorder: Callable[..., Any]) -> None:
        self.__wrapped__ = original
        self._recorder = recorder

    def __get__(self, instance: Any, owner: type | None = None) -> Any:
        return self.__wrapped__ if instance is None else MethodType(self._recorder, instance)

    def __reduce__(self) -> tuple[Any, ...]:
        return copy.copy, (self.__wrapped__,)  # a function is its own copy

    def __deepcopy__(self, memo: Any) -> FunctionType:
        return self.__wrapped__


def _parameter_names(function: Any) -> tuple[str, ...]:
    while hasattr(function, "__wrapped__"):
        function = function.__wrapped__
    code = getattr(function, "__code__", None)
    return code.co_varnames[: code.co_argcount] if code is not None else ()


def _slot(attribute: Any) -> CellType | None:
    if not isinstance(attribute, FunctionType) or attribute.__closure__ is None:
        return None
    for slot in _SLOTS:
        if slot in attribute.__code__.co_freevars:
            cell = attribute.__closure__[attribute.__code__.co_freevars.index(slot)]
            if callable(cell.cell_contents):
                return cell
    return None
