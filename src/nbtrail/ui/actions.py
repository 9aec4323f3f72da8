"""The verbs that do something with runs and models, as Python functions; the magics call them too.

They raise `NbtrailError` with one clear text; the magics print it.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbtrail.config import find_store
from nbtrail.entities.gate import Gate
from nbtrail.entities.model import ModelVersion
from nbtrail.entities.pipeline import Manifest, Verdict
from nbtrail.entities.retraining import Retrained
from nbtrail.exceptions import UsageError
from nbtrail.store import operations
from nbtrail.store.store import Store
from nbtrail.tracking.process import present_tracker
from nbtrail.ui.output import Shown
from nbtrail.ui.verbs import open_store, store_with_code

if TYPE_CHECKING:
    from nbtrail.tracking.restore import RestoredCode

__all__ = [
    "check_gates",
    "delete_run",
    "describe_model",
    "export",
    "keep",
    "keep_files",
    "load_model",
    "model_card",
    "promote",
    "restore_code",
    "restore_run",
    "retrain",
    "rollback",
    "set_model_tags",
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
    max_drop: float | str | None = None,
    verdict: str | None = None,
    max_overlap: str | None = None,
) -> Shown[ModelVersion]:
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
    max_drop : float or str, optional
        How much worse than the present version it may be: ``0.01``, or ``"1%"`` of its value.
    verdict : str, optional
        ``required``: refuse a run whose pipeline was not verified; ``known``: only one whose
        verdict says that it is not reproducible; ``off``.
    max_overlap : str, optional
        Share of the held-out rows that the model may have been fitted on: ``"1%"``.

    Rules that are not given are those of the project (``gate_...`` in ``[tool.nbtrail]``).

    Raises
    ------
    GateError
        When a gate refuses, with the numbers and what to do.
    """
    from nbtrail.tracking.registry import promote as register
    from nbtrail.views.html import html_promotion
    from nbtrail.views.text import text_promotion

    store = _with_models()
    version = register(
        store,
        store.reader.resolve(run),
        target,
        model=model,
        force=force,
        reason=reason,
        min_metric=min_metric,
        max_drop=max_drop,
        verdict=verdict,
        max_overlap=max_overlap,
    )
    return Shown(version, html_promotion(version), text_promotion(version))


def check_gates(run: str, target: str, *, model: str = "", **rules: Any) -> Shown[tuple[Gate, ...]]:
    """Show what each gate would say about a promotion; nothing is changed.

    Parameters
    ----------
    run, target, model, **rules
        As `promote` takes them.
    """
    from nbtrail.tracking.registry import check_gates as ask
    from nbtrail.views.html import html_gates
    from nbtrail.views.text import text_gates

    store = _with_models()
    gates = ask(store, store.reader.resolve(run), target, model=model, **rules)
    return Shown(gates, html_gates(gates), text_gates(gates))


def set_model_tags(model: str, tags: Mapping[str, str | None]) -> None:
    """Set tags of a version (``fraud/3``, ``fraud@champion``) or of a model (``fraud``).

    Parameters
    ----------
    model : str
    tags : mapping of str to str or None
        None removes a tag.
    """
    from nbtrail.tracking.registry import set_model_tags as set_tags

    set_tags(open_store(), model, tags)


def describe_model(name: str, description: str) -> None:
    """Say what a registered model is for; its card begins with it."""
    from nbtrail.tracking.registry import describe_model as describe

    describe(open_store(), name, description)


def model_card(model: str) -> str:
    """Return the card of a version (``fraud@champion``, ``fraud/3``, ``fraud``) as Markdown."""
    from nbtrail.tracking.cards import card_facts
    from nbtrail.views.card import model_card as card

    return card(*card_facts(open_store(), model))


def rollback(name: str, alias: str = "champion", *, reason: str = "") -> ModelVersion:
    """Move an alias back to the version it named before."""
    from nbtrail.tracking.registry import rollback as move_back

    return move_back(open_store(), name, alias, reason=reason)


def load_model(uri: str, *, allow_untrusted: Sequence[str] = (), allow_unsafe: bool = False) -> Any:
    """Load a model: ``models:/fraud@champion``, ``models:/fraud/3``, ``runs:/ID``.

    Parameters
    ----------
    uri : str
    allow_untrusted : sequence of str
        Full names of further types to build (``mypackage.MyTransformer``): their code runs.
    allow_unsafe : bool
        Load a file that runs whatever code it names: a pickle.

    Raises
    ------
    UntrustedModelError
        When its file names types that are not trusted.
    """
    from nbtrail.tracking.loading import load_model as load

    return load(_with_models(), uri, allow_untrusted=allow_untrusted, allow_unsafe=allow_unsafe)


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

    store = store_with_code()
    return restore(store, store.reader.run(store.reader.resolve(run)), Path(folder))


def export(
    run: str,
    folder: str | os.PathLike[str],
    *,
    quiet: bool = False,
    overwrite: bool = False,
    progress: Callable[[str], None] | None = None,
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
    progress : callable, optional
        Takes one short text for each step, in the place of printing it.
    """
    from nbtrail.pipeline.export import export_run
    from nbtrail.views.html import html_export
    from nbtrail.views.text import text_export

    store = _with_models()
    manifest = export_run(
        store,
        store.reader.resolve(run),
        _at_home(folder),
        progress=progress or (_nothing if quiet else _tell),
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


def retrain(
    folder: str | os.PathLike[str],
    params: Mapping[str, Any] | None = None,
    *,
    quiet: bool = False,
) -> Shown[Retrained]:
    """Run an exported pipeline with other values and record that as a new run.

    Parameters
    ----------
    folder : path-like
        Relative to where the kernel started.
    params : mapping, optional
        Parameters of its script by name; the recorded values hold for the others. Paths of
        data files are relative to where the notebook ran.

    Raises
    ------
    RetrainError
        When the script failed, with its last lines.
    """
    from nbtrail.pipeline.choices import as_text
    from nbtrail.pipeline.retrain import retrain_folder
    from nbtrail.views.html import html_retrained
    from nbtrail.views.text import text_retrained

    place = _at_home(folder)
    found = retrain_folder(
        _store_of(place) or open_store(),
        place,
        {name: as_text(value) for name, value in (params or {}).items()},
        progress=_nothing if quiet else _tell,
        hear=_nothing if quiet else _tell,
    )
    return Shown(found, html_retrained(found), text_retrained(found))


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
