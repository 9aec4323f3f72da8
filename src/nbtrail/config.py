"""Where a project's trail lies, and the few settings it has.

Each setting comes from the environment (``NBTRAIL_<NAME>``), else from
``[tool.nbtrail]`` of the project's ``pyproject.toml``, else from its default;
``Setting.origin`` says which, so that ``%track config`` can show it.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from nbtrail.exceptions import UsageError

__all__ = [
    "FOLDER",
    "Setting",
    "Settings",
    "check_setting",
    "find_project",
    "find_store",
    "load_settings",
]

FOLDER = ".nbtrail"

Value = int | bool | str

_DEFAULTS: dict[str, Value] = {
    "gate_max_drop": "0",
    "gate_max_overlap": "0%",
    "gate_min_metric": "none",
    "gate_verdict": "known",
    "history_days": 30,
    "keep_output": False,
    "model_max_mb": 200,
    "models_kept": 3,
    "verify_timeout_s": 1800,
}
_MAY_BE_ZERO = ("models_kept",)
_AMOUNT = re.compile(r"\d+(\.\d*)?([eE][+-]?\d+)?%?|\.\d+%?")
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?")
_VERDICTS = ("off", "known", "required")
_TEXTS: dict[str, tuple[str, Callable[[str], object]]] = {
    "gate_max_drop": ("an amount such as 0.01, or a share such as 1%", _AMOUNT.fullmatch),
    "gate_max_overlap": (
        "a share such as 1%",
        lambda text: _AMOUNT.fullmatch(text) and text.endswith("%"),
    ),
    "gate_min_metric": (
        "a number, or none",
        lambda text: text == "none" or _NUMBER.fullmatch(text),
    ),
    "gate_verdict": ("off, known or required", _VERDICTS.__contains__),
}
_TRUTH = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}


class Setting(NamedTuple):
    """One setting, its value and where it came from."""

    name: str
    value: Value
    origin: str


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings of a project.

    Attributes
    ----------
    gate_max_drop : str
        How much worse than the present version the main metric of a promoted model may be:
        an amount (``0.01``) or a share of its value (``1%``).
    gate_max_overlap : str
        Which share of the rows that a model is judged by it may have been fitted on.
    gate_min_metric : str
        What the main metric must reach at least; ``none`` asks for nothing.
    gate_verdict : str
        ``required``: the exported pipeline must have been verified; ``known``: a verdict
        that says otherwise refuses; ``off``.
    history_days : int
        How long `nbtrail store gc` leaves cells and trainings that no run needs.
    keep_output : bool
        Keep what recorded cells print.
    model_max_mb : int
        Models whose file is larger are not kept (megabytes).
    models_kept : int
        How many of the best runs of an experiment keep the files of their models, beside
        the latest run and those that were kept, promoted or exported; 0 for all.
    verify_timeout_s : int
        Time limit of one verification (seconds).
    """

    gate_max_drop: str
    gate_max_overlap: str
    gate_min_metric: str
    gate_verdict: str
    history_days: int
    keep_output: bool
    model_max_mb: int
    models_kept: int
    verify_timeout_s: int
    origins: Mapping[str, str]

    def items(self) -> tuple[Setting, ...]:
        """Return the settings one by one, with their origins."""
        return tuple(Setting(n, getattr(self, n), self.origins[n]) for n in _DEFAULTS)


def find_project(start: Path) -> Path:
    """Return the folder that a trail for work in `start` belongs to.

    That is the nearest folder upward with a ``.git``, never the home folder or the
    file system's root; without one it is `start` itself.
    """
    start = start.resolve()
    forbidden = {Path(start.anchor), _home()}
    for folder in (start, *start.parents):
        if folder in forbidden:
            break
        if (folder / ".git").exists():
            return folder
    return start


def find_store(start: Path, *, existing: bool = False) -> Path | None:
    """Return the ``.nbtrail`` folder for work in `start`.

    Parameters
    ----------
    start : Path
        The notebook's folder, or the working directory.
    existing : bool
        Look upward for a folder that is already there, and return None without one.

    Raises
    ------
    UsageError
        When ``dir`` of ``[tool.nbtrail]`` is not a text.
    """
    override = os.environ.get("NBTRAIL_DIR")
    if override:
        path = Path(override).expanduser().absolute()
        return path if path.exists() or not existing else None
    project = find_project(start)
    configured = _table(project).get("dir")
    if configured is not None:
        if not isinstance(configured, str) or not configured:
            raise UsageError(
                f"[tool.nbtrail] dir in {project / 'pyproject.toml'} must be a text with a "
                f"folder's path, but is {configured!r}. Correct or remove it."
            )
        path = project / configured
        return path if path.exists() or not existing else None
    if not existing:
        return project / FOLDER
    forbidden = {Path(start.resolve().anchor), _home()}
    for folder in (start.resolve(), *start.resolve().parents):
        if folder in forbidden and folder != project:
            break
        if (folder / FOLDER).is_dir():
            return folder / FOLDER
        if folder == project:
            break
    return None


def load_settings(project: Path) -> Settings:
    """Read the settings that hold for `project`.

    Raises
    ------
    UsageError
        When a setting is unknown, or has a value that it can't have.
    """
    table = {name: value for name, value in _table(project).items() if name != "dir"}
    unknown = sorted(set(table) - set(_DEFAULTS))
    if unknown:
        raise UsageError(
            f"Unknown setting {unknown[0]!r} in [tool.nbtrail] of {project / 'pyproject.toml'}. "
            f"Known ones: dir, {', '.join(_DEFAULTS)}."
        )
    values: dict[str, Any] = {}
    origins: dict[str, str] = {}
    for name, default in _DEFAULTS.items():
        variable = f"NBTRAIL_{name.upper()}"
        if variable in os.environ:
            raw: Any = os.environ[variable]
            origin = f"environment variable {variable}"
        elif name in table:
            raw, origin = table[name], "pyproject.toml"
        else:
            raw, origin = default, "default"
        values[name] = check_setting(name, raw, origin)
        origins[name] = origin
    return Settings(**values, origins=origins)


def check_setting(name: str, raw: Any, origin: str) -> Value:
    """Return the value of a setting in its own type.

    Raises
    ------
    UsageError
        When it can't have this value.
    """
    default = _DEFAULTS[name]
    if isinstance(default, bool):
        return _truth(name, raw, origin)
    if isinstance(default, int):
        return _number(name, raw, origin)
    told, fits = _TEXTS[name]
    text = str(raw).strip().lower()
    if isinstance(raw, bool) or not isinstance(raw, (str, int, float)) or not fits(text):
        raise UsageError(f"Setting {name} ({origin}) must be {told}, but is {raw!r}.")
    return text


def _number(name: str, raw: Any, origin: str) -> int:
    least = 0 if name in _MAY_BE_ZERO else 1
    try:
        number = int(raw)
    except (TypeError, ValueError):
        number = -1
    if number < least or isinstance(raw, bool):
        bound = "zero or more" if least == 0 else "above zero"
        raise UsageError(
            f"Setting {name} ({origin}) must be a whole number, {bound}, but is {raw!r}."
        )
    return number


def _truth(name: str, raw: Any, origin: str) -> bool:
    found = raw if isinstance(raw, bool) else _TRUTH.get(str(raw).strip().lower())
    if found is None:
        raise UsageError(f"Setting {name} ({origin}) must be true or false, but is {raw!r}.")
    return found


def _table(project: Path) -> dict[str, Any]:
    try:
        text = (project / "pyproject.toml").read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return {}
    if "nbtrail" not in text:
        return {}
    import tomllib  # most projects set nothing, and loading it takes milliseconds

    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return {}
    table = data.get("tool", {}).get("nbtrail", {})
    return table if isinstance(table, dict) else {}


def _home() -> Path:
    try:
        return Path.home().resolve()
    except RuntimeError:
        return Path("/")
