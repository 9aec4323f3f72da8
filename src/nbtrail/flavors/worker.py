"""The process that writes models: ``python -m nbtrail.flavors.worker``.

It reads jobs from its input and answers each on its output, both as pickles with their
length in front. The other side is `flavors.outside`, in a process of the same user, and
nobody else can reach the pipes.
"""

from __future__ import annotations

import os
import pickle
import re
import struct
import sys
from pathlib import Path
from typing import IO, Any

from nbtrail.exceptions import ModelError
from nbtrail.flavors.saving import not_loadable, save_model

__all__ = ["LENGTH", "main"]

_ARRAYS = ("torch", "jax", "cupy", "dask", "sparse", "ndonnx", "tensorflow")

LENGTH = struct.Struct("<Q")
_MISSING = re.compile(r"Can't get attribute '([\w.]+)' on <module '__main__'|'__main__'")


def main() -> None:
    """Answer jobs until the input ends."""
    _load_skops()
    source, target = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what libraries print must not end up between the answers
    while (job := receive(source)) is not None:
        data = pickle.dumps(_answer(*job))
        target.write(LENGTH.pack(len(data)) + data)
        target.flush()


class _Refusing:
    """Finder that lets no array library be imported."""

    @staticmethod
    def find_spec(name: str, _path: object = None, _target: object = None) -> None:
        if name in _ARRAYS:
            raise ModuleNotFoundError(f"{name} is not needed here", name=name)


def _load_skops() -> None:
    """Load skops without the array libraries that its walk through scikit-learn would load."""
    sys.meta_path.insert(0, _Refusing)
    try:
        import skops.io  # noqa: F401
    finally:
        sys.meta_path.remove(_Refusing)  # a model may hold tensors


def receive(source: IO[bytes]) -> Any:
    """Read one message, None at the end of the input."""
    head = source.read(LENGTH.size)
    if len(head) < LENGTH.size:
        return None
    return pickle.loads(source.read(LENGTH.unpack(head)[0]))  # noqa: S301  (from our parent)


def _answer(snapshot: bytes, folder: str, example: bytes, name: str) -> object:
    """Save one model; return its `ModelFiles`, or the text of what went wrong."""
    try:
        model = _loaded(snapshot, name)
        return save_model(model, Path(folder), pickle.loads(example))  # noqa: S301
    except ModelError as error:
        return str(error)
    except Exception as error:
        return f"{type(error).__name__}: {error}"


def _loaded(snapshot: bytes, name: str) -> Any:
    try:
        return pickle.loads(snapshot)  # noqa: S301
    except (AttributeError, ImportError) as error:
        found = _MISSING.search(str(error))
        what = (found and found[1]) or str(error)
        raise not_loadable(name, f"{what}, which is defined in the notebook", "move it") from None


if __name__ == "__main__":
    main()
