"""The verbs on stored runs, as Python functions; the magics call them too.

They raise `NbtrailError` with one clear text; the magics print it.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbtrail.config import find_store
from nbtrail.entities.model import ModelVersion, RegisteredModel
from nbtrail.entities.pipeline import Manifest, Verdict
from nbtrail.entities.run import Run
from nbtrail.exceptions import NbtrailError, NotFoundError, UsageError
from nbtrail.store import operations
from nbtrail.store.store import Store
from nbtrail.tracking.process import present_tracker
from nbtrail.ui.output import Shown

if TYPE_CHECKING:
    import pandas as pd

    from nbtrail.entities.ancestry import Ancestry
    from nbtrail.entities.causes import Why
    from nbtrail.entities.comparison import Comparison, DatasetDiff
    from nbtrail.tracking.restore import RestoredCode

__all__ = [
    "compare",
    "delete_run",
    "diff_data",
    "export",
    "get_run",
    "keep",
    "load_model",
    "models",
    "promote",
    "restore_code",
    "restore_run",
    "rollback",
    "runs",
    "search_runs",
    "show",
    "verify",
    "why",
]


def open_store() -> Store:
    """Return the store of this process, else the one that belongs to the working folder.

    Everything logged so far can be read from it.

    Raises
    ------
    NotFoundError
        When there is none yet.
    """
    tracker = present_tracker()
    if tracker is not None:
        tracker.absorb()
        tracker.store.flush(5.0)
        return tracker.store
    root = find_store(Path.cwd(), existing=True)
    if root is None:
        raise NotFoundError(
            f"There is no trail (.nbtrail folder) for {Path.cwd()}. Start one in a notebook with "
            "%load_ext nbtrail and %%track, or change to the project's folder."
        )
    return Store.open(root)


def runs(
    query: str = "",
    *,
    experiment: str | None = None,
    limit: int | None = None,
    order_by: str = "started",
    over: str | Sequence[str] | None = None,
) -> pd.DataFrame:
    """Return runs as a DataFrame, newest first, one row each.

    Parameters
    ----------
    query : str
        Words of names and params, or clauses such as ``metrics.auc > 0.9``.
    experiment : str, optional
        Only the runs of this experiment.
    limit : int, optional
        At most this many.
    order_by : str
        ``started``, ``name``, ``duration``, ``main``, ``metrics.auc desc, started``...; the
        largest first unless it says ``asc``.
    over : str or sequence of str, optional
        A parameter such as ``seed``: runs that differ in nothing else become one row, with
        the mean of each metric and half the width of its 95 % confidence interval.
    """
    from nbtrail.compare.replicates import replicate_groups
    from nbtrail.views.frame import replicates_frame, runs_frame

    table = open_store().reader.runs(
        query=query, experiment=experiment, limit=limit, order=order_by
    )
    if over is None:
        return runs_frame(table)
    return replicates_frame(replicate_groups(table, [over] if isinstance(over, str) else over))


def search_runs(
    filter_string: str = "",
    *,
    experiment_names: Sequence[str] | None = None,
    max_results: int | None = None,
    order_by: Sequence[str] | None = None,
) -> pd.DataFrame:
    """Return runs as a DataFrame, asked for as MLflow asks; see `runs`.

    Parameters
    ----------
    experiment_names : sequence of str, optional
        Only the runs of these.
    order_by : sequence of str, optional
        Such as ``["metrics.auc DESC", "start_time"]``; ascending unless it says ``DESC``.
    """
    from nbtrail.views.frame import runs_frame

    table = open_store().reader.runs(
        query=filter_string,
        experiment=experiment_names,
        limit=max_results,
        order=", ".join(order_by) if order_by else "started desc",
        descending=False,
    )
    return runs_frame(table)


def get_run(run: str = "last") -> Run:
    """Return the record of one run, typed as RUN: id prefix, name, ``last``, ``best:auc``."""
    reader = open_store().reader
    return reader.run(reader.resolve(run))


def show(run: str = "last", *, code: bool = False, lineage: bool = False) -> Shown[Any]:
    """Show everything about one run, with `code` what it executed.

    With `lineage` it shows which executed cells the result came from; then `run` may also be
    the name of a variable of the notebook.
    """
    if lineage:
        return _show_lineage(run)
    if code:
        return _show_code(run)
    from nbtrail.tracking.origins import file_origins
    from nbtrail.views.html import html_run
    from nbtrail.views.text import text_run

    reader = open_store().reader
    found = reader.run(reader.resolve(run))
    origins = file_origins(reader, found)
    return Shown(found, html_run(found, origins), text_run(found, origins))


def _show_code(run: str) -> Shown[Run]:
    from nbtrail.tracking.ancestry import used_cells
    from nbtrail.views.html import html_code
    from nbtrail.views.text import text_code

    reader = open_store().reader
    found = reader.run(reader.resolve(run))
    parts = (
        found,
        used_cells(reader, found),
        reader.modules(found.session_id, found.last_cell),
    )
    return Shown(found, html_code(*parts), text_code(*parts))


def _show_lineage(name: str) -> Shown[Ancestry]:
    from nbtrail.tracking.ancestry import ancestry_of_name, ancestry_of_run
    from nbtrail.views.html import html_ancestry
    from nbtrail.views.text import text_ancestry

    store = open_store()
    reader = store.reader
    try:
        run = reader.run(reader.resolve(name))
    except NbtrailError:
        tracker = present_tracker()
        if tracker is None or not name.isidentifier():
            raise
        session = tracker.session
        found = ancestry_of_name(reader, store.project, session.session_id, session.notebook, name)
    else:
        found = ancestry_of_run(reader, store.project, run)
    return Shown(found, html_ancestry(found), text_ancestry(found))


def restore_code(run: str, folder: str | os.PathLike[str]) -> RestoredCode:
    """Write the code of a run into a new folder: its commit with its uncommitted changes.

    Parameters
    ----------
    run : str
        RUN.
    folder : path-like
        New or empty; the working tree itself is never touched.

    Returns
    -------
    RestoredCode
        How many files were written, and which could not be, with the reasons.
    """
    from nbtrail.tracking.restore import restore_code as restore

    store = open_store()
    return restore(store, store.reader.run(store.reader.resolve(run)), Path(folder))


def compare(*refs: str) -> Shown[Comparison]:
    """Show what differs between two or more runs, differences first.

    Raises
    ------
    UsageError
        For fewer than two runs.
    """
    from nbtrail.compare.runs import compare_runs
    from nbtrail.views.html import html_comparison
    from nbtrail.views.text import text_comparison

    if len(refs) < 2:
        raise UsageError(
            f"compare needs two runs or more, but got {len(refs)}. "
            "For instance: compare('best', 'last')."
        )
    reader = open_store().reader
    chosen = [reader.run(reader.resolve(ref)) for ref in refs]
    cells = [reader.cells(r.session_id, r.first_cell, r.last_cell) for r in chosen]
    modules = [reader.module_sources(r) for r in chosen]
    comparison = compare_runs(chosen, cells, modules)
    return Shown(comparison, html_comparison(comparison), text_comparison(comparison))


def why(first: str, second: str) -> Shown[Why]:
    """Show why two runs gave different results: recorded causes, the most direct first."""
    from nbtrail.compare.runs import compare_runs
    from nbtrail.compare.why import why as causes_of
    from nbtrail.tracking.ancestry import used_cells
    from nbtrail.views.html import html_why
    from nbtrail.views.text import text_why

    reader = open_store().reader
    runs = [reader.run(reader.resolve(ref)) for ref in (first, second)]
    cells = [used_cells(reader, run) for run in runs]
    modules = [reader.module_sources(run) for run in runs]
    found = causes_of(runs[0], runs[1], compare_runs(runs, cells, modules))
    return Shown(found, html_why(found), text_why(found))


def diff_data(before: object, after: object) -> Shown[DatasetDiff]:
    """Show what differs between two datasets: columns, types, rows, and the single values.

    Parameters
    ----------
    before, after : object
        Frames or series of pandas or polars, pyarrow tables, numpy arrays, lists; they need
        not be of the same library. Rows are compared by position.

    Raises
    ------
    FingerprintError
        When one of them is no kind of data that can be digested.
    """
    from nbtrail.fingerprint.diff import diff_values
    from nbtrail.views.html import html_data_diff
    from nbtrail.views.text import text_data_diff

    found = diff_values(before, after)
    return Shown(found, html_data_diff(found), text_data_diff(found))


def keep(name: str = "") -> list[str]:
    """Make runs of the fits of this session that were never tracked; returns their names."""
    from nbtrail.tracking.keep import keep as keep_trainings

    tracker = present_tracker()
    if tracker is None:
        raise UsageError("Nothing is being recorded. Run %load_ext nbtrail first.")
    return [run.name for run in keep_trainings(tracker, name=name)]


def keep_files(run: str) -> str:
    """Have a run keep the files of its models for good; returns its name.

    Parameters
    ----------
    run : str
        RUN.
    """
    store = open_store()
    found = store.reader.run(store.reader.resolve(run))
    store.call(operations.set_tags(found.run_id, {"nbtrail.kept": "by hand"}))
    return found.name


def delete_run(run: str) -> int:
    """Put a run with its candidates into the trash; return how many runs went there.

    Nothing is lost: `restore_run` takes them back until ``nbtrail store trash purge``.

    Parameters
    ----------
    run : str
        RUN.

    Raises
    ------
    UsageError
        When it is still open.
    """
    from nbtrail.tracking.trash import delete_run as delete

    store = open_store()
    return delete(store, store.reader.resolve(run))


def restore_run(run: str) -> int:
    """Take a run with its candidates out of the trash; return how many runs came back.

    Parameters
    ----------
    run : str
        Its name, or the beginning of its id.
    """
    from nbtrail.tracking.trash import find_deleted
    from nbtrail.tracking.trash import restore_run as take_back

    store = open_store()
    return take_back(store, find_deleted(store, run))


def promote(
    run: str,
    target: str,
    *,
    model: str = "",
    force: bool = False,
    reason: str = "",
    min_metric: float | None = None,
) -> ModelVersion:
    """Make a run's model a version of a registered model, and move an alias to it.

    Parameters
    ----------
    run : str
        RUN, for instance ``best``.
    target : str
        ``fraud@champion``, or ``fraud`` for a version without an alias.
    model : str
        Which model, by its variable, when the run has several.
    force : bool
        Move the alias although a gate refuses; recorded in its history.
    min_metric : float, optional
        Refuse when the main metric is worse than this.

    Raises
    ------
    GateError
        When a gate refuses, with the numbers.
    """
    from nbtrail.tracking.registry import promote as register

    store = _with_models()
    return register(
        store,
        store.reader.resolve(run),
        target,
        model=model,
        force=force,
        reason=reason,
        min_metric=min_metric,
    )


def rollback(name: str, alias: str = "champion") -> ModelVersion:
    """Move an alias back to the version it named before."""
    from nbtrail.tracking.registry import rollback as move_back

    return move_back(open_store(), name, alias)


def models() -> Shown[tuple[RegisteredModel, ...]]:
    """Show the registered models with versions and aliases."""
    from nbtrail.views.html import html_models
    from nbtrail.views.text import text_models

    found = open_store().reader.models()
    return Shown(found, html_models(found), text_models(found))


def load_model(uri: str) -> Any:
    """Load a model: ``models:/fraud@champion``, ``models:/fraud/3``, ``runs:/ID``.

    Raises
    ------
    UntrustedModelError
        When its file names types that are not trusted.
    """
    from nbtrail.tracking.loading import load_model as load

    return load(_with_models(), uri)


def export(
    run: str, folder: str | os.PathLike[str], *, quiet: bool = False, overwrite: bool = False
) -> Shown[Manifest]:
    """Turn a run into a pipeline folder and verify it in a fresh process.

    Parameters
    ----------
    run : str
        RUN.
    folder : path-like
        A new or empty folder, or one of an earlier export. Relative to where the kernel
        started, wherever the notebook went since.
    overwrite : bool
        Replace an earlier export even if somebody edited its files.
    """
    from nbtrail.pipeline.export import export_run
    from nbtrail.views.html import html_export
    from nbtrail.views.text import text_export

    store = _with_models()
    manifest = export_run(
        store,
        store.reader.resolve(run),
        _at_home(folder),
        progress=_nothing if quiet else _tell,
        overwrite=overwrite,
    )
    return Shown(
        manifest, html_export(manifest, os.fspath(folder)), text_export(manifest, os.fspath(folder))
    )


def verify(
    folder: str | os.PathLike[str], *, quiet: bool = False, isolated: bool = False
) -> Shown[Verdict]:
    """Run an exported pipeline in a fresh process and compare what comes out.

    Parameters
    ----------
    folder : path-like
        Relative to where the kernel started.
    isolated : bool
        Build the environment from the lock first, and run there.
    """
    from nbtrail.pipeline.verify import verify_folder
    from nbtrail.views.html import html_verdict
    from nbtrail.views.text import text_verdict

    place = _at_home(folder)
    verdict = verify_folder(
        place,
        progress=_nothing if quiet else _tell,
        store=_store_of(place),
        isolated=isolated,
    )
    return Shown(verdict, html_verdict(verdict), text_verdict(verdict))


def _at_home(folder: str | os.PathLike[str]) -> Path:
    """Return a path relative to where the session started, not to where ``os.chdir`` led."""
    tracker = present_tracker()
    if tracker is None:
        return Path(folder)
    return tracker.store.project / tracker.session.cwd / folder


def _store_of(folder: Path) -> Store | None:
    """Return the store that may know an exported folder: the one of its project."""
    tracker = present_tracker()
    root = find_store(folder.absolute(), existing=True)
    if tracker is not None and root == tracker.store.root:
        return tracker.store
    return Store.open(root) if root is not None else None


def _with_models() -> Store:
    """Open the store when the models of this session are written, at most a minute later."""
    tracker = present_tracker()
    if tracker is not None:
        tracker.absorb()
        tracker.models.wait(60.0)
    return open_store()


def _tell(message: str) -> None:
    print(message)  # noqa: T201


def _nothing(_message: str) -> None:
    pass
