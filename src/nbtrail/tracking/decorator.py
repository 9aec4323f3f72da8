"""``@track``: each call of a function becomes a run."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, NamedTuple, ParamSpec, TypeVar, overload

from nbtrail.capture.guard import guarded
from nbtrail.capture.hyperparams import param_text
from nbtrail.capture.metric_names import number
from nbtrail.entities.dataset import DatasetContext, Seen
from nbtrail.entities.run import Param
from nbtrail.exceptions import UsageError
from nbtrail.tracking.activerun import ActiveRun
from nbtrail.tracking.client import NullRun, active_run, process_tracker, start_run

__all__ = ["track"]

P = ParamSpec("P")
R = TypeVar("R")

# the tracked functions around the present place, per thread and task
_running: ContextVar[tuple[Any, ...]] = ContextVar("nbtrail_running", default=())


@overload
def track(function: Callable[P, R], /) -> Callable[P, R]: ...
@overload
def track(
    *, name: str = "", experiment: str = "", metrics: Sequence[str] | None = None
) -> Callable[[Callable[P, R]], Callable[P, R]]: ...
def track(
    function: Callable[..., Any] | None = None,
    /,
    *,
    name: str = "",
    experiment: str = "",
    metrics: Sequence[str] | None = None,
) -> Any:
    """Make each call of a function a run.

    Its arguments become params, tables and arrays among them datasets, a returned
    mapping or number metrics, returned estimators models. Works on plain, async and
    generator functions and methods, in a notebook or a script, and with ``%autoreload 2``.
    A call inside another tracked call becomes a child run; what a function calls of itself
    belongs to the one run.

    Parameters
    ----------
    name : str
        Name of the runs; a random readable one when empty.
    experiment : str
        The notebook's or script's name when empty.
    metrics : sequence of str, optional
        Which keys of a returned mapping are metrics, or the names of the numbers in a
        returned tuple; all numbers of a mapping when absent.
    """
    options = _Options(name, experiment, metrics)
    return _decorated(function, options) if function is not None else options


class _Options(NamedTuple):
    name: str
    experiment: str
    metrics: Sequence[str] | None

    def __call__(self, function: Callable[..., Any]) -> Any:
        return _decorated(function, self)


def _decorated(function: Any, options: _Options) -> Any:
    """Return the function that stands for `function`.

    It looks up what it calls in its own ``__wrapped__``: that is what ``%autoreload 2``
    replaces in functions that a notebook has imported.
    """
    if isinstance(function, (staticmethod, classmethod)):
        return type(function)(_decorated(function.__func__, options))
    call: Any
    if inspect.isclass(function) or not callable(function):
        raise UsageError(
            f"@track goes above a function or method, but got {type(function).__name__} "
            f"{getattr(function, '__name__', '')!r}. Track the method that trains instead."
        )
    if inspect.iscoroutinefunction(function):

        @functools.wraps(function)
        async def call(*args: Any, **kwargs: Any) -> Any:
            if call in _running.get():
                return await call.__wrapped__(*args, **kwargs)
            with _run(call, args, kwargs) as returned, _inside(call):
                return returned(await call.__wrapped__(*args, **kwargs))

    elif inspect.isasyncgenfunction(function):

        @functools.wraps(function)
        async def call(*args: Any, **kwargs: Any) -> Any:
            with _run(call, args, kwargs):
                inner, sent, thrown = call.__wrapped__(*args, **kwargs), None, None
                while True:  # what `yield from` does, which async generators don't have
                    step = inner.asend(sent) if thrown is None else inner.athrow(thrown)
                    try:
                        value = await step
                    except StopAsyncIteration:
                        return
                    try:
                        sent, thrown = (yield value), None
                    except GeneratorExit:
                        await inner.aclose()
                        raise
                    except BaseException as error:
                        thrown = error

    elif inspect.isgeneratorfunction(function):

        @functools.wraps(function)
        def call(*args: Any, **kwargs: Any) -> Any:
            with _run(call, args, kwargs) as returned:
                return returned((yield from call.__wrapped__(*args, **kwargs)))

    else:

        @functools.wraps(function)
        def call(*args: Any, **kwargs: Any) -> Any:
            if call in _running.get():
                return call.__wrapped__(*args, **kwargs)
            with _run(call, args, kwargs) as returned, _inside(call):
                return returned(call.__wrapped__(*args, **kwargs))

    call.__nbtrail__ = options
    return call


@contextmanager
def _inside(call: Any) -> Iterator[None]:
    token = _running.set((*_running.get(), call))
    try:
        yield
    finally:
        _running.reset(token)


@contextmanager
def _run(call: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Iterator[Callable[[R], R]]:
    function: Callable[..., Any] = call.__wrapped__
    name, experiment, metrics = call.__nbtrail__
    run = start_run(name, experiment=experiment, nested=active_run() is not None)
    if isinstance(run, NullRun):
        yield lambda value: value
        return
    with run:
        run.set_tag("nbtrail.function", f"{function.__module__}.{function.__qualname__}")
        _log_arguments(run, function, args, kwargs)

        def returned(value: R) -> R:
            _log_result(run, function.__name__, value, metrics)
            return value

        yield returned


@guarded
def _log_arguments(
    run: ActiveRun, function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
) -> None:
    signature = inspect.signature(function)
    bound = signature.bind(*args, **kwargs)
    given = set(bound.arguments)
    bound.apply_defaults()
    params, datasets = [], []
    for key, value in bound.arguments.items():
        if key in ("self", "cls"):
            continue
        if hasattr(value, "shape") or type(value).__name__ in ("DataFrame", "LazyFrame", "Table"):
            use = process_tracker().dataset(value, key, DatasetContext.TRAINING, Seen.ARGUMENT)
            datasets.append(use)
        elif _is_param(value):
            params.append(Param(key, param_text(value), "argument", is_default=key not in given))
    run.add_params(params)
    run.add_datasets(datasets)


def _is_param(value: Any) -> bool:
    if isinstance(value, (list, tuple)):
        return len(value) <= 20 and all(_is_param(item) for item in value)
    if isinstance(value, Mapping):
        return len(value) <= 20 and all(_is_param(item) for item in value.values())
    return value is None or isinstance(value, (bool, int, float, str)) or callable(value)


@guarded
def _log_result(run: ActiveRun, name: str, value: Any, metrics: Sequence[str] | None) -> None:
    single = number(value)
    if single is not None:
        run.log_results({metrics[0] if metrics else name: single})
    elif isinstance(value, Mapping):
        for key, item in value.items():
            amount = number(item)
            if amount is not None and (metrics is None or key in metrics):
                run.log_results({str(key): amount})
            elif _is_fitted_model(item):
                _log_model_once(run, item, str(key))
    elif isinstance(value, tuple):
        names = iter(metrics or ())
        for item in value:
            amount = number(item)
            if amount is not None:
                key = next(names, None)
                if key is not None:
                    run.log_results({key: amount})
            else:
                _log_result(run, name, item, metrics)
    elif _is_fitted_model(value):
        _log_model_once(run, value, type(value).__name__)


def _is_fitted_model(value: Any) -> bool:
    return hasattr(value, "get_params") and hasattr(value, "predict")


def _log_model_once(run: ActiveRun, model: Any, name: str) -> None:
    """Keep a returned model unless its fit was seen inside this run and keeps it anyway."""
    seen = process_tracker().collector.known()
    if not any(t.alive() is model and t.run_id == run.run_id for t in seen):
        run.log_model(model, name)
