"""``@track``: each call of a function becomes a run."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, ParamSpec, TypeVar, overload

from nbtrail.capture.guard import guarded
from nbtrail.capture.hyperparams import param_text
from nbtrail.capture.metric_names import number
from nbtrail.entities.dataset import DatasetContext, Seen
from nbtrail.entities.run import Param
from nbtrail.tracking.activerun import ActiveRun
from nbtrail.tracking.client import NullRun, active_run, process_tracker, start_run

__all__ = ["track"]

P = ParamSpec("P")
R = TypeVar("R")


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
    generator functions and methods, in a notebook or a script. A call inside another
    tracked call becomes a child run.

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

    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        begin = functools.partial(_run, function, name, experiment, metrics)
        if inspect.iscoroutinefunction(function):

            @functools.wraps(function)
            async def call_async(*args: Any, **kwargs: Any) -> Any:
                with begin(args, kwargs) as returned:
                    return returned(await function(*args, **kwargs))

            return call_async
        if inspect.isgeneratorfunction(function):

            @functools.wraps(function)
            def call_generator(*args: Any, **kwargs: Any) -> Any:
                with begin(args, kwargs) as returned:
                    return returned((yield from function(*args, **kwargs)))

            return call_generator

        @functools.wraps(function)
        def call(*args: Any, **kwargs: Any) -> Any:
            with begin(args, kwargs) as returned:
                return returned(function(*args, **kwargs))

        return call

    return decorate(function) if function is not None else decorate


@contextmanager
def _run(
    function: Callable[..., Any],
    name: str,
    experiment: str,
    metrics: Sequence[str] | None,
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
) -> Iterator[Callable[[R], R]]:
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
        run.log_metric(metrics[0] if metrics else name, single)
    elif isinstance(value, Mapping):
        for key, item in value.items():
            amount = number(item)
            if amount is not None and (metrics is None or key in metrics):
                run.log_metric(str(key), amount)
            elif _is_fitted_model(item):
                _log_model_once(run, item, str(key))
    elif isinstance(value, tuple):
        names = iter(metrics or ())
        for item in value:
            amount = number(item)
            if amount is not None:
                key = next(names, None)
                if key is not None:
                    run.log_metric(key, amount)
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
