"""The functions that user code calls; names mirror MLflow's.

They may stand in the middle of hours of training, so a value that can't be logged is
one warning and never an exception.
"""

from __future__ import annotations

import atexit
import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Self

from nbtrail.capture.guard import guarded, note_failure, warn_once
from nbtrail.capture.hyperparams import param_text
from nbtrail.config import find_store, load_settings
from nbtrail.entities.run import RunStatus
from nbtrail.exceptions import NbtrailError, NotFoundError, UsageError
from nbtrail.store.store import Store
from nbtrail.tracking.activerun import ActiveRun
from nbtrail.tracking.process import begin_session, name_finder, present_tracker, use_tracker
from nbtrail.tracking.scriptreads import ScriptReads
from nbtrail.tracking.tracker import Tracker

__all__ = [
    "active_run",
    "end_run",
    "log_artifact",
    "log_dict",
    "log_figure",
    "log_input",
    "log_metric",
    "log_metrics",
    "log_model",
    "log_param",
    "log_params",
    "log_text",
    "set_note",
    "set_tag",
    "set_tags",
    "start_run",
]


def process_tracker(root: Path | None = None) -> Tracker:
    """Return the process's tracker, made on first use.

    Parameters
    ----------
    root : Path, optional
        The folder ``.nbtrail`` of a tracker that is made now; found from here when absent.

    Raises
    ------
    StoreError
        When there is no place to write to.
    """
    present = present_tracker()
    if present is not None:
        return present
    folder = Path.cwd()
    root = root or find_store(folder)
    assert root is not None
    store = Store.open(root, create=True, warn=warn_once)
    settings = load_settings(store.project)
    reads = ScriptReads(store.project, lambda: tracker.open_run_id())  # noqa: PLW0108
    session = begin_session(store, "", folder)
    tracker = Tracker(store, session, settings, name_of=names_in_main, give_reads=reads.give)
    tracker.collector.start()
    reads.install()
    tracker.at_close(reads.remove)
    atexit.register(lambda: tracker.close(getattr(sys, "last_value", None)))
    use_tracker(lambda: tracker)
    return tracker


names_in_main = name_finder(lambda: vars(sys.modules["__main__"]))


def start_run(
    name: str = "",
    *,
    run_id: str | None = None,
    experiment: str = "",
    tags: Mapping[str, Any] | None = None,
    nested: bool = False,
) -> ActiveRun | NullRun:
    """Start a run; use it in a ``with`` block or end it with `end_run`.

    Parameters
    ----------
    name : str
        A readable random one when empty.
    run_id : str, optional
        Resume this run (any form of RUN) instead of starting one.
    experiment : str
        The notebook's or script's name when empty.
    nested : bool
        Make it a child of the open run.

    Returns
    -------
    ActiveRun
        Or, when nothing can be stored here, a run that warned once and does nothing.

    Raises
    ------
    NotFoundError
        When `run_id` names no run.
    UsageError
        When that run is still open, or a name is not a text.
    """
    for what, text in (("run", name), ("experiment", experiment)):
        if not isinstance(text, str):
            raise UsageError(f"The name of the {what} must be a text, but got {param_text(text)}.")
    global _refused
    try:
        tracker = process_tracker()
        _refused = False
        if run_id is not None:
            return tracker.resume(run_id)
        return tracker.start(name, experiment=experiment, tags=tags, nested=nested)
    except (NotFoundError, UsageError):
        raise
    except (NbtrailError, OSError) as error:
        warn_once(f"This run is not tracked: {error}")
        _refused = True
        return NullRun()


_refused = False  # the last run that was asked for could not be tracked, and that was said


class NullRun:
    """A run that goes nowhere: every call on it does nothing."""

    run_id = ""
    name = ""
    ended = True

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_details: object) -> None:
        return None

    def __getattr__(self, name: str) -> Callable[..., None]:
        if name.startswith("_"):
            raise AttributeError(name)
        return lambda *_args, **_kwargs: None


def active_run() -> ActiveRun | None:
    """Return the open run, or None."""
    tracker = present_tracker()
    return tracker.current() if tracker is not None else None


@guarded
def end_run(status: str = "FINISHED") -> None:
    """End the open run with a status: FINISHED, FAILED or KILLED."""
    run = active_run()
    if run is not None:
        run.end(RunStatus(status))


@guarded
def log_param(key: str, value: Any) -> None:
    """Log a parameter to the open run."""
    _open().log_param(key, value)


@guarded
def log_params(params: Mapping[str, Any]) -> None:
    """Log parameters by name to the open run."""
    _open().log_params(params)


def log_metric(key: str, value: float, step: int | None = None) -> None:
    """Log one value of a metric to the open run; `step` counts up when absent."""
    try:  # not `guarded` and not `_open` at once: each call on the way can be measured
        tracker = present_tracker()
        run = tracker.current() if tracker is not None else None
        (_open() if run is None else run).log_metric(key, value, step)
    except Exception as error:
        note_failure("log_metric", error)


@guarded
def log_metrics(metrics: Mapping[str, float], step: int | None = None) -> None:
    """Log several metrics of one step to the open run."""
    _open().log_metrics(metrics, step)


@guarded
def set_tag(key: str, value: Any) -> None:
    """Set a tag of the open run."""
    _open().set_tag(key, value)


@guarded
def set_tags(tags: Mapping[str, Any]) -> None:
    """Set tags of the open run."""
    _open().set_tags(tags)


@guarded
def set_note(text: str) -> None:
    """Set the note of the open run."""
    _open().set_note(text)


@guarded
def log_input(data: Any, name: str = "", context: str = "training") -> None:
    """Log a dataset (a table, an array, or a file's path) to the open run."""
    _open().log_input(data, name, context)


@guarded
def log_artifact(path: str | os.PathLike[str], artifact_path: str = "") -> None:
    """Keep a file or folder with the open run."""
    _open().log_artifact(path, artifact_path)


@guarded
def log_text(text: str, artifact_path: str) -> None:
    """Keep a text as a file of the open run."""
    _open().log_text(text, artifact_path)


@guarded
def log_dict(data: Mapping[str, Any], artifact_path: str) -> None:
    """Keep a mapping as a JSON file of the open run."""
    _open().log_dict(data, artifact_path)


@guarded
def log_figure(figure: Any, artifact_path: str) -> None:
    """Keep a matplotlib figure with the open run."""
    _open().log_figure(figure, artifact_path)


@guarded
def log_model(
    model: Any, name: str = "model", input_example: Any = None, *, allow_pickle: bool = False
) -> str:
    """Keep a fitted model with the open run; returns its id.

    With `allow_pickle` one that has no safe format is kept as a pickle, marked as unsafe:
    nothing of nbtrail loads it but ``load_model(..., allow_unsafe=True)``.
    """
    return _open().log_model(model, name, input_example, allow_pickle=allow_pickle) or ""


def _open() -> ActiveRun | NullRun:
    run = active_run()
    if run is None and _refused:
        return NullRun()
    if run is None:
        raise UsageError(
            "No run is open, so there is nothing to log to. Start one: "
            "'with nbtrail.start_run() as run:', or '%%track' as a cell's first line. In a worker "
            "process, hand it the run and log to that: run.log_metric(...)"
        )
    return run
