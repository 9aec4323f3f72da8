"""Loads a model folder; only types that are trusted are ever built."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from nbtrail.exceptions import ModelError, UntrustedModelError
from nbtrail.flavors.saving import DESCRIPTION, FLAVOR, MODEL
from nbtrail.flavors.soundness import check_soundness
from nbtrail.flavors.trusted import TRUSTED
from nbtrail.flavors.unsafe import PICKLE, PICKLE_FILE, globals_of, load_pickle

__all__ = ["load_model"]


def load_model(
    folder: Path, allow_untrusted: Sequence[str] = (), *, allow_unsafe: bool = False
) -> Any:
    """Load the estimator that :func:`save_model` wrote to `folder`.

    Parameters
    ----------
    folder : Path
    allow_untrusted : sequence of str
        Full names of further types to build (``mypackage.MyTransformer``): their code runs.
    allow_unsafe : bool
        Load a pickle too: it runs whatever code it names.

    Raises
    ------
    UntrustedModelError
        When the file names types that are neither trusted nor allowed here, or is a pickle.
    ModelError
        When the folder holds no model of ours, or a damaged one.
    """
    import skops.io

    flavor = _flavor(Path(folder))
    if flavor == PICKLE:
        return _load_unsafe(Path(folder) / PICKLE_FILE, allowed=allow_unsafe)
    path = Path(folder) / MODEL
    try:
        named = skops.io.get_untrusted_types(file=path)
    except Exception as error:
        raise _damaged(path, error) from error
    foreign = sorted(set(named) - TRUSTED - set(allow_untrusted))
    if foreign:
        raise UntrustedModelError(
            f"The model in {folder} was not loaded: it names types that are not trusted: "
            f"{', '.join(foreign)}. If you know where the file comes from and trust this code, "
            f"pass allow_untrusted={foreign!r}."
        )
    try:
        model = skops.io.load(path, trusted=named)
    except Exception as error:
        raise _damaged(path, error) from error
    _check(model, path)
    return model


def _load_unsafe(path: Path, *, allowed: bool) -> Any:
    try:
        names = globals_of(path.read_bytes())
    except (OSError, ModelError) as error:
        raise _damaged(path, error) from error
    if not allowed:
        raise UntrustedModelError(
            f"The model file {path.name} was not loaded: it is a pickle, and loading one runs code. "
            f"It would import and may call: {', '.join(names) or 'nothing'}. If you know where it "
            "comes from and trust all of this, pass allow_unsafe=True."
        )
    try:
        return load_pickle(path)
    except Exception as error:
        raise _damaged(path, error) from error


def _check(model: Any, path: Path) -> None:
    try:
        check_soundness(model)
    except ModelError:
        raise
    except Exception as error:  # nodes without the fields that they must have
        raise _damaged(path, error) from error


def _flavor(folder: Path) -> str:
    """Return the one flavor of ours that the MLmodel file tells of.

    Which file is loaded follows from it; no name, path or module in the MLmodel file is used.
    """
    description = folder / DESCRIPTION
    try:
        flavors = json.loads(description.read_text(encoding="utf-8"))["flavors"]
    except FileNotFoundError:
        raise ModelError(
            f"There is no model in {folder}: it has no {DESCRIPTION} file. "
            "Give the folder that a run's model was saved to."
        ) from None
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise ModelError(
            f"The file {description} can't be read ({type(error).__name__}: {error}). "
            "Only models that nbtrail saved can be loaded here."
        ) from error
    known = [name for name in (FLAVOR, PICKLE) if isinstance(flavors, dict) and name in flavors]
    if len(known) != 1:
        names = ", ".join(flavors) if isinstance(flavors, dict) else "none"
        raise ModelError(
            f"The model in {folder} is of another flavor ({names or 'none'}); only {FLAVOR} is "
            "loaded here. Load it with the tool that wrote it."
        )
    return known[0]


def _damaged(path: Path, error: Exception) -> ModelError:
    return ModelError(
        f"The model file {path} can't be loaded: {type(error).__name__}: {error}. It may be "
        "damaged, or was saved with other versions; requirements.txt beside it names them."
    )
