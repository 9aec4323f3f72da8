"""The exported folder: what may be written where, all of it or nothing."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from nbtrail.entities import codec
from nbtrail.entities.pipeline import Manifest
from nbtrail.exceptions import ExportError
from nbtrail.pipeline.manifest import edited_files
from nbtrail.pipeline.params import Parameter

__all__ = ["check_target", "params_toml", "write_folder"]


def check_target(folder: Path, *, overwrite: bool = False) -> None:
    """Refuse a folder that holds anything but an earlier export as it was written.

    Raises
    ------
    ExportError
        When it does, or is no folder, or a file of the earlier export was edited since.
    """
    if folder.is_file():
        raise ExportError(f"{folder} is a file. Give a new folder to export into.")
    if not folder.exists():
        return
    found = sorted(p.name for p in folder.iterdir())
    if not found:
        return
    known = _manifest(folder)
    if known is None:
        shown = ", ".join(found[:3]) + (" ..." if len(found) > 3 else "")
        raise ExportError(
            f"{folder} is not empty and is no earlier export (it holds {shown}). Nothing was "
            "written. Give a new folder, or empty this one first."
        )
    edited = [] if overwrite else edited_files(folder, known)
    if edited:
        raise ExportError(
            f"{folder / edited[0]} was edited since it was exported, and would be lost. Nothing was "
            "written. Give another folder, or move the edited file away first."
        )


def _manifest(folder: Path) -> Manifest | None:
    try:
        data = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        return codec.from_plain(Manifest, data)
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return None


def write_folder(folder: Path, texts: Mapping[str, str], manifest: Manifest) -> None:
    """Write the files of the folder; a new one appears whole or not at all.

    Raises
    ------
    ExportError
        When the disk or its rights don't allow it.
    """
    plain = json.dumps(codec.to_plain(manifest), indent=2, ensure_ascii=False, allow_nan=False)
    every = {**texts, "manifest.json": plain + "\n"}  # the manifest last: it vouches for the rest
    half = folder.with_name(f".{folder.name}.{os.getpid()}.tmp")
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        shutil.rmtree(half, ignore_errors=True)
        for name, text in every.items():
            place = half / name
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(text.encode("utf-8"))
        _move(half, folder, every)
    except OSError as error:
        raise ExportError(
            f"{folder} can't be written: {error}. Choose a folder that you can write to."
        ) from error
    finally:
        shutil.rmtree(half, ignore_errors=True)


def _move(half: Path, folder: Path, names: Iterable[str]) -> None:
    if folder.is_dir() and any(folder.iterdir()):
        for name in names:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (half / name).replace(folder / name)
    else:
        if folder.is_dir():
            folder.rmdir()
        half.rename(folder)


def params_toml(parameters: Sequence[Parameter]) -> str:
    """Return the recorded parameters as TOML."""
    lines = ["# Parameters of the run; each is an argument of pipeline.py.", "[params]"]
    for parameter in parameters:
        value = parameter.value
        if isinstance(value, bool):
            text = "true" if value else "false"
        elif isinstance(value, str):
            text = json.dumps(value, ensure_ascii=False)
        else:
            text = repr(value)
        lines.append(f"{parameter.name} = {text}")
    return "\n".join(lines) + "\n"
