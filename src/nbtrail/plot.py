"""Plots of runs with matplotlib; each function returns the Axes, so that all can be changed.

Runs are given as RUN (an id's beginning, a name, ``last``, ``best:auc``), several of them in a
list, or as a DataFrame of `nbtrail.runs`. matplotlib is imported with the first plot.

Examples
--------
::

    nbtrail.plot.curves(["best", "last"], "loss", smooth=0.6)
    nbtrail.plot.scatter(nbtrail.runs(experiment="sweep"), "C", "accuracy")
    nbtrail.plot.parallel(nbtrail.runs(experiment="sweep"))
    nbtrail.plot.data_diff("monday", "tuesday")
    nbtrail.plot.lineage("last")
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from nbtrail.entities.comparison import DatasetDiff
from nbtrail.entities.run import Run
from nbtrail.exceptions import NotFoundError, UsageError

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

    from nbtrail.views.plot_scatter import Variable

    Runs = str | Sequence[str] | pd.DataFrame

__all__ = ["curves", "data_diff", "lineage", "parallel", "scatter"]

_POINTS = 2000


def curves(
    runs: Runs,
    metric: str = "",
    *,
    x: str = "step",
    smooth: float = 0.0,
    log: bool = False,
    ax: Axes | None = None,
) -> Axes:
    """Draw the history of a metric, one line for each run.

    Parameters
    ----------
    runs : str, sequence of str or DataFrame
    metric : str
        The one that most runs have a history of, when it is not named.
    x : str
        ``step``, or ``time`` in seconds since each run's first value.
    smooth : float
        Weight of an exponential moving average, from 0 to below 1.
    log : bool
        Values on a scale of powers.
    ax : matplotlib Axes, optional
        Where to draw; else new ones.

    Raises
    ------
    NotFoundError
        When none of the runs has a history of it.
    """
    from nbtrail.compare.curves import reduced_curve
    from nbtrail.ui.verbs import open_store
    from nbtrail.views.plot_curves import curves_plot

    if not 0 <= smooth < 1:
        raise UsageError(f"smooth is a weight from 0 to below 1, but got {smooth}.")
    chosen = _runs(runs)
    key = metric or _most_logged(chosen)
    reader = open_store().reader
    found = [
        reduced_curve(reader.series(run.run_id, key), number, _POINTS, x)
        for number, run in enumerate(chosen)
        if run.metric(key) is not None
    ]
    if not found:
        known = sorted({m.key for run in chosen for m in run.metrics if m.count > 1})
        raise NotFoundError(
            f"None of these runs has a metric {key!r}. With a history there "
            + (f"are: {', '.join(known[:10])}." if known else "is none: log_metric with a step.")
        )
    names = [run.name for run in chosen]
    return curves_plot(_axes(ax), names, found, axis=x, smooth=smooth, log=log)


def scatter(runs: Runs, x: str, y: str, *, color: str = "", ax: Axes | None = None) -> Axes:
    """Draw one point for each run.

    Parameters
    ----------
    runs : str, sequence of str or DataFrame
    x, y, color : str
        Params or metrics; ``params.C`` and ``metrics.C`` where both are called so.
    ax : matplotlib Axes, optional

    Raises
    ------
    NotFoundError
        When no run has such a param or metric.
    """
    from nbtrail.views.plot_scatter import scatter_plot

    chosen = _runs(runs)
    names = [run.name for run in chosen]
    shade = _variable(chosen, color) if color else None
    first, second = _variable(chosen, x), _variable(chosen, y)
    return scatter_plot(_axes(ax), names, first, second, shade)


def parallel(runs: Runs, keys: Sequence[str] = (), *, ax: Axes | None = None) -> Axes:
    """Draw each run as a line across its params and metrics.

    Parameters
    ----------
    runs : str, sequence of str or DataFrame
    keys : sequence of str, optional
        Params and metrics from left to right; what differs between the runs when absent.
    ax : matplotlib Axes, optional

    Raises
    ------
    NotFoundError
        When no run has such a param or metric, or they are equal in all.
    """
    from nbtrail.compare.coordinates import parallel_axes
    from nbtrail.compare.runs import compare_runs
    from nbtrail.views.plot_parallel import parallel_plot

    chosen = _runs(runs)
    found = compare_runs(chosen)
    if keys:
        wanted = [key.removeprefix("params.").removeprefix("metrics.") for key in keys]
        params = [row for row in found.params if row.key in wanted]
        metrics = [row for row in found.metrics if row.key in wanted]
        axes = parallel_axes(params, metrics, most=3 * len(wanted))
        unknown = [key for key in wanted if key not in {axis.key for axis in axes}]
        if unknown:
            raise NotFoundError(
                f"{', '.join(map(repr, unknown))}: no param or metric that differs between these "
                f"{len(chosen)} runs."
            )
        axes = tuple(sorted(axes, key=lambda axis: wanted.index(axis.key)))
    else:
        axes = parallel_axes(found.params, found.metrics)
    return parallel_plot(_axes(ax, width=1.3 * len(axes)), [run.name for run in chosen], axes)


def data_diff(
    before: Any, after: Any, column: str = "", *, data: str = "", ax: Axes | None = None
) -> Axes:
    """Draw how the values of a column moved between two runs, or between two tables.

    Parameters
    ----------
    before, after : str or table
        Two runs, or two frames or arrays.
    column : str
        The one that moved most, when it is not named.
    data : str
        Which dataset of the runs; the first that changed, when it is not named.
    ax : matplotlib Axes, optional

    Raises
    ------
    NotFoundError
        When there is no such dataset or column, or none that changed.
    """
    from nbtrail.views.plot_data import data_diff_plot, most_moved

    if isinstance(before, str) and isinstance(after, str):
        name, diff = _changed_data(before, after, data)
        sides = tuple(run.name for run in _runs([before, after]))
    else:
        from nbtrail.fingerprint import digest
        from nbtrail.fingerprint.digestdiff import diff_datasets

        name, sides = "", ("before", "after")
        diff = diff_datasets(digest(before, profile=True), digest(after, profile=True))
    changed = [one for one in diff.columns if one.change.value == "changed"]
    found = next((one for one in changed if one.name == column), None)
    if not column:
        found = most_moved(changed) or next(iter(changed), None)
    if found is None:
        listed = ", ".join(one.name for one in changed[:10]) or "none"
        raise NotFoundError(
            f"No such column changed{' in ' * bool(name)}{name}. Changed: {listed}."
        )
    names = (sides[0], sides[1])
    return data_diff_plot(_axes(ax), found, names, others=len(changed) - 1, title=name)


def lineage(run: str = "last", *, ax: Axes | None = None) -> Axes:
    """Draw the executed cells that a run or a variable came from; stale ones are dashed."""
    from nbtrail.ui.verbs import show
    from nbtrail.views.ancestry import ancestry_plot, ancestry_size

    found = show(run, lineage=True).value
    width, height = ancestry_size(found)
    return ancestry_plot(found, _axes(ax, width=width, height=height))


def _axes(ax: Axes | None, *, width: float = 6.4, height: float = 3.8) -> Axes:
    """Return the user's axes, or new ones of a figure that the notebook shows by itself."""
    if ax is not None:
        return ax
    import matplotlib.pyplot as plt

    size = (min(max(width, 6.4), 14.0), min(max(height, 3.8), 12.0))
    return plt.subplots(figsize=size, layout="constrained")[1]


def _runs(given: Any) -> tuple[Run, ...]:
    """Return the runs that are named, or the rows of a DataFrame of `nbtrail.runs`."""
    from nbtrail.tracking.gathering import MOST_RUNS
    from nbtrail.ui.verbs import open_store

    reader = open_store().reader
    if hasattr(given, "columns"):
        if "run_id" not in given.columns:
            raise UsageError(
                "The DataFrame has no column run_id. Give one of nbtrail.runs(), or names of runs."
            )
        ids = list(dict.fromkeys(given["run_id"]))
    else:
        refs = [given] if isinstance(given, str) else list(given)
        if not all(isinstance(ref, str) for ref in refs):
            raise UsageError("Runs are given by name or id, or as a DataFrame of nbtrail.runs().")
        ids = list(dict.fromkeys(reader.resolve(ref) for ref in refs))
    if not 0 < len(ids) <= MOST_RUNS:
        raise UsageError(f"A plot shows 1 to {MOST_RUNS} runs, but got {len(ids)}.")
    return tuple(reader.run(run_id) for run_id in ids)


def _most_logged(runs: Sequence[Run]) -> str:
    from nbtrail.compare.runs import curve_keys

    return next(iter(curve_keys(runs)), "")


def _variable(runs: Sequence[Run], key: str) -> Variable:
    from nbtrail.compare.paramvalues import bare, numbers_of
    from nbtrail.views.plot_scatter import Variable

    name = key.removeprefix("metrics.")
    metrics = [run.metric(name) for run in runs]
    if any(metrics) and not key.startswith("params."):
        return Variable(name, tuple(None if m is None else m.last for m in metrics))
    name = key.removeprefix("params.")
    params = [run.param(name) for run in runs]
    if not any(params):
        known = sorted({m.key for run in runs for m in run.metrics})
        known += sorted({p.key for run in runs for p in run.params if not p.is_default})
        raise NotFoundError(
            f"None of these runs has a param or metric {key!r}. There are: {', '.join(known[:20])}."
        )
    texts = [None if param is None else param.value for param in params]
    numbers = numbers_of(texts)
    if numbers is not None:
        return Variable(name, tuple(numbers))
    return Variable(name, tuple(None if text is None else bare(text) for text in texts))


def _changed_data(first: str, second: str, name: str) -> tuple[str, DatasetDiff]:
    from nbtrail.compare.runs import compare_runs

    runs = _runs([first, second])
    if len(runs) < 2:
        raise UsageError(f"{first} and {second} are the same run.")
    rows = [row for row in compare_runs(runs).datasets if name in ("", row.name)]
    for row in rows:
        diff = next((d for d in row.diffs if d is not None and d.columns), None)
        if diff is not None:
            return f"{row.name} ({row.context})", diff
    told = ", ".join(dict.fromkeys(row.name for row in rows)) or "none"
    raise NotFoundError(f"No data of both runs changed by column. Data of these names: {told}.")
