"""The verbs that show and find stored runs, as Python functions; the magics call them too.

They raise `NbtrailError` with one clear text; the magics print it.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbtrail.config import find_store
from nbtrail.entities.run import Run
from nbtrail.exceptions import NbtrailError, NotFoundError
from nbtrail.store.store import Store
from nbtrail.tracking.process import present_tracker
from nbtrail.ui.output import Shown

if TYPE_CHECKING:
    import pandas as pd

    from nbtrail.entities.ancestry import Ancestry
    from nbtrail.entities.causes import Why
    from nbtrail.entities.comparison import Comparison, DatasetDiff
    from nbtrail.entities.uncommitted import UncommittedChanges
    from nbtrail.views.document import Picture


__all__ = [
    "compare",
    "diff_data",
    "get_run",
    "models",
    "runs",
    "search_runs",
    "show",
    "why",
]

_CURVES = 4  # metrics whose histories a compared output keeps
_POINTS = 300


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


def store_with_code() -> Store:
    """Open the store when git has told the state of this session's runs, 5 s later at most."""
    tracker = present_tracker()
    if tracker is not None:
        tracker.wait_for_git(5.0)
    return open_store()


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
        query=query, experiment=experiment, limit=limit, order=order_by, count=False
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
        count=False,
    )
    return runs_frame(table)


def get_run(run: str = "last") -> Run:
    """Return the record of one run, typed as RUN: id prefix, name, ``last``, ``best:auc``."""
    reader = open_store().reader
    return reader.run(reader.resolve(run))


def show(
    run: str = "last", *, code: bool = False, diff: bool = False, lineage: bool = False
) -> Shown[Any]:
    """Show everything about one run; with `code` what it executed.

    With `diff` it shows what was not committed when the run started. With `lineage` it shows which executed cells the result came from; then `run` may also be
    the name of a variable of the notebook.
    """
    if lineage:
        return _show_lineage(run)
    if code:
        return _show_code(run)
    if diff:
        return _show_diff(run)
    from nbtrail.tracking.origins import file_origins
    from nbtrail.views import contract
    from nbtrail.views.bundle import RUN
    from nbtrail.views.run import run_detail

    reader = open_store().reader
    found = reader.run(reader.resolve(run))
    cells = reader.cells(found.session_id, found.first_cell, found.last_cell)
    own = [partial(contract.run_detail, found, cells), partial(contract.run_detail, found)]
    return Shown.page(found, run_detail(found, file_origins(reader, found)), (RUN, own))


def _show_code(run: str) -> Shown[Run]:
    from nbtrail.tracking.ancestry import run_code
    from nbtrail.views.html import html_code
    from nbtrail.views.text import text_code

    reader = open_store().reader
    found = reader.run(reader.resolve(run))
    code = run_code(reader, found)
    return Shown(found, html_code(*code), text_code(*code))


def _show_diff(run: str) -> Shown[UncommittedChanges]:
    from nbtrail.tracking.uncommitted import uncommitted_changes
    from nbtrail.views.html import html_uncommitted
    from nbtrail.views.text import text_uncommitted

    store = store_with_code()
    found = store.reader.run(store.reader.resolve(run))
    changes = uncommitted_changes(store, found)
    return Shown(changes, html_uncommitted(found, changes), text_uncommitted(found, changes))


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


def compare(*refs: str) -> Shown[Comparison]:
    """Show what differs between two or more runs, differences first.

    Raises
    ------
    UsageError
        For fewer than two runs.
    """
    from nbtrail.tracking.gathering import Gathering
    from nbtrail.views.bundle import COMPARE
    from nbtrail.views.comparison import comparison_detail
    from nbtrail.views.contract_compare import notebook_comparison

    gathering = Gathering.named(open_store().reader, refs)
    found = gathering.comparison()
    statistics = gathering.statistics(found)
    curves = gathering.curves(found.curves[:_CURVES], _POINTS)
    names = [run.name for run in found.runs]
    pictures: tuple[Picture, ...] = ()
    moved: tuple[Picture, ...] = ()
    if curves or any(row.differs for row in found.datasets):
        from nbtrail.views.pictures import curve_pictures, data_pictures

        pictures, moved = curve_pictures(names, curves), data_pictures(found)
    own = [
        partial(notebook_comparison, found, statistics, kept, limit=limit)
        for kept, limit in ((curves, 100), (curves[:10], 50), ((), 20))
    ]
    return Shown.page(found, comparison_detail(found, statistics, pictures, moved), (COMPARE, own))


def why(first: str, second: str) -> Shown[Why]:
    """Show why two runs gave different results: recorded causes, the most direct first."""
    from nbtrail.tracking.ancestry import used_cells
    from nbtrail.tracking.gathering import Gathering
    from nbtrail.views.bundle import WHY
    from nbtrail.views.contract_compare import why_document
    from nbtrail.views.why import why_detail

    gathering = Gathering.named(open_store().reader, (first, second), cells=used_cells)
    found = gathering.why(gathering.comparison())
    assert found is not None
    return Shown.page(found, why_detail(found), (WHY, [partial(why_document, found)]))


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


def models(name: str = "") -> Shown[Any]:
    """Show the registered models, or one with its versions, gates and the moves of its aliases."""
    from nbtrail.views.html import html_model, html_models
    from nbtrail.views.text import text_model, text_models

    reader = open_store().reader
    if name:
        model, history = reader.model(name), reader.alias_history(name)
        return Shown(model, html_model(model, history), text_model(model, history))
    found = reader.models()
    return Shown(found, html_models(found), text_models(found))
