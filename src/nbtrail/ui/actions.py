"""The verbs that do something with runs and models, as Python functions; the magics call them too.

They raise `NbtrailError` with one clear text; the magics print it.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbtrail.config import find_store
from nbtrail.entities.model import ModelVersion
from nbtrail.entities.pipeline import Manifest, Verdict
from nbtrail.exceptions import UsageError
from nbtrail.store import operations
from nbtrail.store.store import Store
from nbtrail.tracking.process import present_tracker
from nbtrail.ui.output import Shown
from nbtrail.ui.verbs import open_store

if TYPE_CHECKING:
    from nbtrail.tracking.restore import RestoredCode

__all__ = [
    "delete_run",
    "export",
    "keep",
    "keep_files",
    "load_model",
    "promote",
    "restore_code",
    "restore_run",
    "rollback",
    "verify",
]


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


def load_model(uri: str) -> Any:
    """Load a model: ``models:/fraud@champion``, ``models:/fraud/3``, ``runs:/ID``.

    Raises
    ------
    UntrustedModelError
        When its file names types that are not trusted.
    """
    from nbtrail.tracking.loading import load_model as load

    return load(_with_models(), uri)


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
