"""Pickles: kept when the user asks for it, marked, and loaded only with open eyes.

Loading a pickle calls whatever it names. Nothing but :func:`load_pickle` does that, and what
would be called can be read before, from its opcodes, without a call.
"""

from __future__ import annotations

import json
import pickle
import pickletools
from pathlib import Path
from typing import Any, Final

from nbtrail.exceptions import ModelError

__all__ = ["PICKLE", "PICKLE_FILE", "globals_of", "load_pickle", "save_pickle"]

PICKLE: Final = "pickle-unsafe"
PICKLE_FILE: Final = "model.pkl"

_TEXTS = ("STRING", "UNICODE")
_PUTS = ("PUT", "BINPUT", "LONG_BINPUT")
_GETS = ("GET", "BINGET", "LONG_BINGET")


def save_pickle(snapshot: bytes, class_name: str, folder: Path, description: str) -> None:
    """Write a pickle into a model folder that says what it is.

    Parameters
    ----------
    description : str
        Name of the file that describes the folder.
    """
    folder.mkdir(parents=True, exist_ok=True)
    (folder / PICKLE_FILE).write_bytes(snapshot)
    said = {"data": PICKLE_FILE, "class": class_name, "loading_runs_code": True}
    text = json.dumps({"flavors": {PICKLE: said}}, indent=2)
    (folder / description).write_text(text + "\n", encoding="utf-8")


def globals_of(data: bytes) -> tuple[str, ...]:
    """Return the full names that a pickle would import and call, without loading it.

    ``?`` stands for a name that the pickle makes up as it goes.

    Raises
    ------
    ModelError
        When it is no pickle.
    """
    names: set[str] = set()
    memo: dict[int, str | None] = {}
    strings: list[str] = []
    top: str | None = None
    argument: Any
    try:
        for code, argument, _ in pickletools.genops(data):
            name = code.name
            if name in {"GLOBAL", "INST"}:
                names.add(str(argument).replace(" ", "."))
            elif name == "STACK_GLOBAL":
                names.add(".".join(strings[-2:]) if len(strings) > 1 else "?")
            if name == "MEMOIZE":
                memo[len(memo)] = top
                continue
            if name in _PUTS:
                memo[int(argument)] = top
                continue
            top = None
            if any(kind in name for kind in _TEXTS):
                top = str(argument)
            elif name in _GETS:
                top = memo.get(int(argument))
                if top is None:
                    strings.append("?")
            if top is not None:
                strings.append(top)
    except Exception as error:
        raise ModelError(f"The file is no pickle: {type(error).__name__}: {error}.") from error
    return tuple(sorted(names))


def load_pickle(path: Path) -> Any:
    """Load a pickle: it runs whatever code it names."""
    return pickle.loads(path.read_bytes())  # noqa: S301  (asked for by name)
