"""Reading what stands in an exported folder; light, since the server does it too."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path

from nbtrail.entities import codec
from nbtrail.entities.pipeline import Manifest, PipelineInput
from nbtrail.exceptions import VerifyError

__all__ = ["edited_files", "file_sha256", "input_path", "read_manifest", "relative"]


def input_path(project: Path, item: PipelineInput) -> Path:
    """Return where a data file of a manifest lies."""
    return Path(item.path) if Path(item.path).is_absolute() else project / item.path


def relative(path: Path, start: Path) -> str:
    """Return a path relative to another, with forward slashes."""
    try:
        return Path(os.path.relpath(path, start)).as_posix()
    except ValueError:  # another drive
        return path.as_posix()


def read_manifest(folder: Path) -> Manifest:
    """Read the manifest of an exported folder.

    Raises
    ------
    VerifyError
        When there is none, or it can't be read.
    """
    path = folder / "manifest.json"
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise VerifyError(
            f"{folder} is no exported pipeline: it has no manifest.json. Give the folder that "
            "%track export RUN -o DIR wrote."
        ) from None
    except (OSError, ValueError) as error:
        raise VerifyError(
            f"{path} can't be read: {error}. Export the run again into a new folder."
        ) from error
    try:
        manifest = codec.from_plain(Manifest, data)
    except (TypeError, ValueError, KeyError, AttributeError) as error:
        raise VerifyError(
            f"{path} is damaged: {error}. Export the run again into a new folder."
        ) from error
    if manifest.version > 1:
        raise VerifyError(
            f"{path} was written by a newer nbtrail (version {manifest.version}; this one knows 1). "
            "Upgrade nbtrail to verify it."
        )
    return manifest


def edited_files(folder: Path, manifest: Manifest) -> tuple[str, ...]:
    """Return which sources in an exported folder are not what was written there."""
    sums = {"pipeline.py": manifest.pipeline_sha256}
    sums |= {m.beside: m.sha256 for m in manifest.modules if m.beside}
    found = []
    for name, digest in sums.items():
        try:
            data = (folder / name).read_bytes()
        except OSError:
            continue  # removed: nothing that was edited
        if hashlib.sha256(data).hexdigest() != digest:
            found.append(name)
    return tuple(found)


def file_sha256(path: Path) -> str:
    """Return the sha256 of a file's bytes as hex digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
