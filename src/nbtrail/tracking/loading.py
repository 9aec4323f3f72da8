"""A model back from the trail, by its URI."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath
from typing import Any

from nbtrail.entities.model import ModelRecord, is_artifact_path
from nbtrail.entities.run import Run
from nbtrail.exceptions import ModelError, NotFoundError, StoreError, UsageError
from nbtrail.store.store import Store

__all__ = ["load_model"]


def load_model(
    store: Store, uri: str, *, allow_untrusted: Sequence[str] = (), allow_unsafe: bool = False
) -> Any:
    """Load a model.

    Parameters
    ----------
    store : Store
    uri : str
        ``models:/fraud@champion``, ``models:/fraud/3``, ``models:/fraud`` (the latest
        version), ``runs:/RUN`` (its only model) or ``runs:/RUN/models/clf``.
    allow_untrusted : sequence of str
        Full names of types to build that are not trusted by themselves: their code runs.
    allow_unsafe : bool
        Load a pickle: it runs whatever code it names.

    Raises
    ------
    UsageError
        When the URI can't be understood.
    NotFoundError
        When there is no such model, version, alias or run.
    ModelError
        When its file was not kept, or is damaged.
    UntrustedModelError
        When its file names types that are not trusted and not allowed here, or is a pickle.
    """
    from nbtrail.flavors import load_model as load_folder

    scheme, separator, rest = uri.strip().partition(":/")
    rest = rest.strip("/")
    if not separator or scheme not in {"models", "runs"} or not rest:
        raise UsageError(
            f"{uri!r} is no address of a model. Write models:/NAME@ALIAS, models:/NAME/VERSION, "
            "models:/NAME or runs:/RUN/PATH."
        )
    if scheme == "models":
        version = store.reader.model_version(rest)
        run = store.reader.run(version.run_id)
        found = [model for model in run.models if model.model_id == version.model_id]
    else:
        ref, _, path = rest.partition("/")
        run = store.reader.run(store.reader.resolve(ref))
        found = [model for model in run.models if not path or model.path == path]
    with _files(store, run, _only(run, found, uri)) as folder:
        return load_folder(folder, allow_untrusted, allow_unsafe=allow_unsafe)


def _only(run: Run, found: list[ModelRecord], uri: str) -> ModelRecord:
    latest = {model.name: model for model in found}  # the last fit of each variable
    if len(latest) == 1:
        return next(iter(latest.values()))
    paths = ", ".join(f"runs:/{run.run_id[:12]}/{model.path}" for model in run.models if model.path)
    what = "names several models" if latest else "names no model"
    raise NotFoundError(f"{uri!r} {what} of run {run.name!r}. It has: {paths or 'none'}.")


@contextlib.contextmanager
def _files(store: Store, run: Run, record: ModelRecord) -> Iterator[Path]:
    """Lay a model's files into a folder for as long as they are needed."""
    inside = f"{record.path}/"
    files = [artifact for artifact in run.artifacts if artifact.path.startswith(inside)]
    if record.status != "ready" or not files:
        raise ModelError(
            f"Model {record.name!r} of run {run.name!r} has no file ({record.status}"
            f"{': ' + record.problem if record.problem else ''}). Rebuild it by its pipeline: "
            f"%track export {run.run_id[:12]} -o DIR"
        )
    with tempfile.TemporaryDirectory(prefix="nbtrail-model-") as temporary:
        folder = Path(temporary)
        for artifact in files:
            path = PurePosixPath(artifact.path.removeprefix(inside))
            if not is_artifact_path(str(path)):
                raise ModelError(f"Model {record.name!r} names a file outside of it: {path}.")
            target = folder.joinpath(*path.parts)
            target.parent.mkdir(parents=True, exist_ok=True)
            try:
                target.write_bytes(store.objects.read(artifact.sha256))
            except StoreError as error:
                raise ModelError(f"Model {record.name!r} can't be loaded. {error}") from error
        yield folder
