"""Writes a model as an MLmodel folder with a skops file."""

from __future__ import annotations

import datetime as dt
import importlib.metadata
import json
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nbtrail.entities.model import Signature
from nbtrail.exceptions import ModelError
from nbtrail.flavors.example import EXAMPLE, REQUEST, write_example
from nbtrail.flavors.signature import infer_signature, mlflow_signature
from nbtrail.flavors.trusted import TRUSTED

__all__ = ["DESCRIPTION", "FLAVOR", "MODEL", "ModelFiles", "not_loadable", "save_model"]

FLAVOR = "sklearn-skops"
DESCRIPTION = "MLmodel"
MODEL = "model.skops"

_ALWAYS = ("scikit-learn", "skops", "numpy", "scipy")


@dataclass(frozen=True, slots=True)
class ModelFiles:
    """A saved model.

    Attributes
    ----------
    flavor : str
    files : tuple of str
        Names relative to the folder.
    signature : Signature or None
    """

    flavor: str
    files: tuple[str, ...]
    signature: Signature | None


def save_model(estimator: Any, folder: Path, example: Any = None) -> ModelFiles:
    """Save a fitted estimator so that :func:`load_model` gives it back without a pickle.

    Parameters
    ----------
    estimator : object
        An estimator of scikit-learn, or one that follows its conventions.
    folder : Path
        Made when it does not exist.
    example : frame or array, optional
        Some input rows, from which the signature is inferred; the first are kept with the
        model, also as a request to a server.

    Raises
    ------
    ModelError
        When the model holds something that no other process could load (a lambda, a class
        or function of the notebook), or that skops can't write; says what to do.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    draft = folder / f"{MODEL}.part"
    try:
        foreign = _dump(estimator, draft) - TRUSTED
        _check_loadable(estimator, foreign)
        draft.replace(folder / MODEL)
    finally:
        draft.unlink(missing_ok=True)
    signature = infer_signature(estimator, example)
    requirements = _requirements(folder / MODEL)
    described = _description(estimator, signature, requirements)
    files = [DESCRIPTION, MODEL, "requirements.txt"]
    kept = None if example is None else write_example(example, folder)
    if kept is not None:
        described["saved_input_example_info"] = kept
        files += [EXAMPLE, REQUEST]
    text = json.dumps(described, indent=2)
    (folder / DESCRIPTION).write_text(text + "\n", encoding="utf-8")
    (folder / "requirements.txt").write_text("\n".join(requirements) + "\n", encoding="utf-8")
    return ModelFiles(FLAVOR, tuple(files), signature)


def _dump(estimator: Any, path: Path) -> set[str]:
    """Write the skops file and return the types in it that skops does not trust by itself."""
    import skops.io

    try:
        skops.io.dump(estimator, path, compression=zipfile.ZIP_DEFLATED, compresslevel=1)
        return set(skops.io.get_untrusted_types(file=path))
    except Exception as error:
        raise ModelError(
            f"A {type(estimator).__name__} can't be saved by skops: {error}. The run keeps "
            "its parameters and digest; to keep the model too, leave that part out of it."
        ) from error


def _check_loadable(estimator: Any, foreign: set[str]) -> None:
    """Refuse what another process could not find by its name."""
    for name in sorted(foreign):
        module, _, attribute = name.rpartition(".")
        if "<" in name:
            what, remedy = f"the function {attribute}", "give it a name"
        elif module == "__main__":
            what, remedy = f"{attribute}, which is defined in the notebook", "move it"
        elif not hasattr(sys.modules.get(module), attribute):
            what, remedy = f"{attribute}, which is defined inside a function", "move it"
        else:
            continue
        raise not_loadable(type(estimator).__name__, what, remedy)


def not_loadable(name: str, what: str, remedy: str) -> ModelError:
    """Return the error for a model that only its own process could load."""
    return ModelError(
        f"This {name} can't be loaded by another process, so it was not saved: it holds {what}. "
        f"To keep the model, {remedy} to the top level of a module (a .py file beside the "
        "notebook) and import it from there."
    )


def _description(
    estimator: Any, signature: Signature | None, requirements: list[str]
) -> dict[str, Any]:
    """Return the content of the MLmodel file; it is JSON, which every YAML reader takes."""
    kind = type(estimator)
    now = dt.datetime.now(dt.UTC).strftime("%Y-%m-%d %H:%M:%S.%f")
    described: dict[str, Any] = {
        "flavors": {
            FLAVOR: {
                "data": MODEL,
                "class": f"{kind.__module__}.{kind.__qualname__}",
                "requirements": requirements,
            }
        },
        "utc_time_created": now,
    }
    if signature is not None:
        described["signature"] = mlflow_signature(signature)
    return described


def _requirements(path: Path) -> list[str]:
    """Return ``name==version`` of every distribution whose types the file names."""
    with zipfile.ZipFile(path) as archive:
        schema = json.loads(archive.read("schema.json"))
    tops = {name.partition(".")[0] for name in _modules(schema)} - set(sys.stdlib_module_names)
    tops -= {"numpy", "scipy", "sklearn", "skops"}
    distributions = importlib.metadata.packages_distributions() if tops else {}
    names = {*_ALWAYS, *(found for top in tops for found in distributions.get(top, ())[:1])}
    return [f"{name}=={importlib.metadata.version(name)}" for name in sorted(names)]


def _modules(node: Any) -> set[str]:
    if isinstance(node, list):
        return set().union(*map(_modules, node))
    if not isinstance(node, dict):
        return set()
    own = {node["__module__"]} if isinstance(node.get("__module__"), str) else set()
    return own.union(*map(_modules, node.values()))
